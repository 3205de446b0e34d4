"""What people call the place of a fault: `/fields/lines/0/quantity` is Lines 1 · Quantity."""

from activities.mail.words import Words

LISTS = ("lines", "defects", "issues")
"""Their items are counted from 0 by programs; the lines of a quantity map bear their own numbers."""
NO_PLACES = ("", "fields", "query", "headers")


def place(pointer: str, words: Words) -> str:
    """Empty for what was sent as a whole."""
    named: list[str] = []
    before = ""
    for step in pointer.split("/"):
        if step.isdecimal() and named:
            named[-1] += f" {int(step) + 1 if before in LISTS else step}"
        elif step not in NO_PLACES:
            named.append(words.fields.get(step, step.replace("~1", "/").replace("~0", "~")))
        before = step
    return " · ".join(named)
