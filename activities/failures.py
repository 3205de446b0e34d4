"""What went wrong and was foreseen: told to a person in one line, wherever they asked."""


class ForeseenFailure(Exception):
    """Its text is one line for a person, its code the exit status of the command that it ends."""

    exit_code = 1
