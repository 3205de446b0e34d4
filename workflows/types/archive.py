"""What the archive's run is told and tells."""

from workflows.types.base import Message
from workflows.types.commands import OrderStart

ASKING = "asking"
"""The look that prints nothing, and so goes on where nothing can be printed: whose file lacks something."""


class Look(Message):
    """Where the look through closed orders goes on."""

    status: str
    """Of the orders that are archived; or ASKING."""
    after: str = ""


class Looked(Message):
    """What one look did."""

    archived: int
    cases: tuple[OrderStart, ...] = ()
    """Of orders whose file is not complete: what asks sales for the rest."""
    damaged: tuple[str, ...] = ()
    """Orders that could not be archived: a content on file is gone or has changed, or whatever else is wrong with them."""
    next: Look | None = None


class Tally(Message):
    """What a whole run did."""

    archived: int = 0
    incomplete: int = 0
    removed: int = 0
    damaged: tuple[str, ...] = ()
