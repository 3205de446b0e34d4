"""What the plant looks at regularly, and what such a look is asked and answers (R19, R20, R23)."""

from datetime import date, datetime
from enum import StrEnum

from workflows.types.base import Message


class ReviewKind(StrEnum):
    WEEKLY = "weekly"
    """The coordination meeting."""
    MONTHLY = "monthly"
    """The delivery report."""
    QUARTERLY = "quarterly"
    """Targets against figures, and what was changed in the policy."""


class ReviewStart(Message):
    """What somebody or a schedule asks for."""

    kind: ReviewKind
    day: date | None = None
    """The plant's; None: that of the instant for which it was planned."""


class Wanted(Message):
    """A pack to be made: once for each kind and day, whoever asks."""

    kind: ReviewKind
    at: datetime
    day: date | None = None
    """None: that of the instant, in the plant's zone."""


class Pack(Message):
    """A pack that is there."""

    id: str
    until: datetime
    """From then on it is worth telling no more."""
