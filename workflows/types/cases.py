"""What a case is: something beside the orders that departments are asked about until it is done (R18, R20, R21, R23)."""

from datetime import date, datetime

from workflows.types.base import Message
from workflows.types.texts import Text
from workflows.types.words import Department, Origin


class CaseFacts(Message):
    """What was recorded; it stays as it was said."""

    origin: Origin
    text: Text
    department: Department | None = None
    """Whom it concerns, as far as whoever recorded it knew."""
    about: str | None = None
    """The order that it came from."""
    reference: str | None = None
    """What it came from within that: a task of the order, an issue's kind, a meeting."""
    due: date | None = None
    """Of a meeting's action: until when it was to be done."""


class CaseState(Message):
    """How far a case has come."""

    department: Department | None = None
    cause: str | None = None
    action: str | None = None
    due: date | None = None
    """By the end of which day the action is to be done."""
    acted_by: tuple[str, ...] = ()
    """Who carried the action out: others verify its effect."""
    rests_until: datetime | None = None
    """When its effect is looked at; nobody is asked before."""
    rounds: int = 1
    """One more each time that what was done had no effect."""
    result: str | None = None
    """How it ended: effective, done, dropped, complete, waived."""
