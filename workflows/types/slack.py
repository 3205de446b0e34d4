"""Where the slack of a promise went: what was noted as it happened, and what it comes to."""

from datetime import date, datetime
from enum import StrEnum

from pydantic import TypeAdapter

from workflows.types.base import Message
from workflows.types.words import Kind


class Blame(StrEnum):
    """What can eat slack."""

    STEP = "step"
    """A task took longer than it was allowed."""
    PLAN = "plan"
    SHORTAGE = "shortage"
    PROGRESS = "progress"
    CANNOT = "cannot"
    REWORK = "rework"
    DECISION = "decision"
    """Rejected goods or a shortage waited for a decision."""
    REMAKE = "remake"
    RETURN = "return"
    """The goods were refused, short or lost."""
    AMENDMENT = "amendment"
    """The order was changed and planned anew."""
    SHIPMENT = "shipment"
    HOLD = "hold"
    PROMISE = "promise"
    """Nothing took longer than it was allowed: the promise itself was given with too little slack."""


class Spell(Message):
    """A stretch of time that one thing took since the promise was given."""

    blame: Blame
    kind: Kind | None = None
    n: int = 0
    since: datetime
    until: datetime | None = None
    """None while it goes on."""
    allowed: tuple[Kind, ...] = ()
    """The kinds for whose allowances the promise had left room in this stretch."""
    is_stated: bool = False
    """Somebody's word, which moves the completion from `since` to `until`, maybe back; no clock ran."""
    arrives: date | None = None
    """Of a planned shipment."""


class Interval(Message):
    """From one instant to another."""

    since: datetime
    until: datetime


class Cause(Message):
    """How much slack one thing ate, in working hours."""

    blame: Blame
    kind: Kind | None = None
    """Of the task, where one is to blame."""
    n: int = 0
    """Of the task, or of the round of rework."""
    hours: float = 0


_CAUSES = TypeAdapter(tuple[Cause, ...])


def written(causes: tuple[Cause, ...]) -> str:
    """Causes as a notice carries them."""
    return _CAUSES.dump_json(causes).decode()


def read(text: str) -> tuple[Cause, ...]:
    """The causes that a notice carries; raises pydantic's ValidationError."""
    return _CAUSES.validate_json(text)
