"""Letters about certificates that run out, and until when they are to be told today."""

from datetime import datetime

from workflows.types.base import Message


class Letters(Message):
    """Some letters, by Message-ID."""

    until: datetime
    """The end of the day: what is not out by then goes on tomorrow."""
    letters: tuple[str, ...]


class Round(Message):
    """All that is to be told today."""

    batches: tuple[Letters, ...] = ()
