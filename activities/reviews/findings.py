"""What a look at the plant found, as it is kept: facts, which every reader gets in their own language."""

from datetime import date, datetime

from activities.figures.report import Figure, Report
from activities.store.review_decisions import Decision
from activities.store.troubles import TroubleKind
from workflows.types.base import Message
from workflows.types.policy import Targets
from workflows.types.words import Department, Kind, Origin


class TroubleFound(Message):
    """An order that is late, at risk or blocked."""

    kind: TroubleKind
    order_no: str
    customer: str
    promised: date | None
    days_late: int
    slack_hours: float | None
    department: Department
    """Whose turn it is."""
    holder: str | None = None
    task: Kind | None = None
    reason: str | None = None
    eta: date | None = None


class CaseFound(Message):
    """Something that is to become better, and is not yet."""

    number: str
    origin: Origin
    text: str
    about: str | None
    department: Department | None
    task: Kind | None = None
    """What is asked now; None while its effect is waited for."""
    due: datetime | None = None
    is_overdue: bool = False


class Week(Message):
    """For the coordination meeting (R20)."""

    troubles: tuple[TroubleFound, ...] = ()
    """What hurts most first."""
    counts: dict[TroubleKind, int] = {}
    more: tuple[TroubleKind, ...] = ()
    """Of these there are more than are counted."""
    cases: tuple[CaseFound, ...] = ()
    """What is due first comes first."""
    open_cases: int = 0
    """How many there are, with those that are not told; of packs from before it was counted, none."""
    decisions: tuple[Decision, ...] = ()
    """Of the meetings before: what is open, and what was settled since the last."""
    since: date | None = None
    """The day of the last meeting."""


class Month(Message):
    """The delivery report (R19)."""

    report: Report
    trend: tuple[tuple[date, Figure], ...] = ()


class Reached(Message):
    """A target of the policy, and what was reached."""

    name: str
    target: float
    figure: Figure | None


class PolicyChange(Message):
    """A policy that was applied, and what it changed."""

    number: int
    version: str
    by: str
    at: datetime
    changes: tuple[str, ...]
    because: str | None = None
    """The improvement that caused it."""


class Quarter(Message):
    """Targets against figures, and what was changed in the policy (R23)."""

    report: Report
    targets: tuple[Reached, ...]
    changes: tuple[PolicyChange, ...] = ()


class Body(Message):
    """One of the three."""

    zone: str
    """The plant's."""
    plant: str
    targets: Targets
    week: Week | None = None
    month: Month | None = None
    quarter: Quarter | None = None
