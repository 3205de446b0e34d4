"""What can go wrong, as the list of exceptions has it: whose order, whose turn, and what they do next."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from activities.store.ledger import LedgerRow
from workflows.types.orders import OrderRow
from workflows.types.tasks import Task
from workflows.types.words import Department


class TroubleKind(StrEnum):
    """In the order in which they hurt, where all else is equal."""

    LATE = "late"
    AT_RISK = "at_risk"
    UNOWNED = "unowned"
    BLOCKED = "blocked"
    SILENT = "silent"
    ESCALATED = "escalated"
    UNDELIVERABLE = "undeliverable"


class Remedy(StrEnum):
    """What is to be done next."""

    DECIDE = "decide"
    """Sales has been asked about the promise, and says."""
    ANSWER = "answer"
    """Whoever has the task does it."""
    LOOK = "look"
    """Nobody is asked anything: the owner looks what the order waits for."""
    REPORT = "report"
    RESUME = "resume"
    ASSIGN = "assign"
    HIRE = "hire"
    """The department has nobody today."""
    TEACH = "teach"
    """Nobody who is there has a valid course."""
    RESEND = "resend"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that goes wrong."""

    kind: TroubleKind
    order: OrderRow
    remedy: Remedy
    department: Department
    """Whose turn it is."""
    days_late: int
    """Days since the promised one, of goods that have not arrived."""
    since: datetime | None = None
    task: Task | None = None
    """What is to be done."""
    holder: str | None = None
    mail: LedgerRow | None = None
    reason: str | None = None
    """In the words of whoever said so; of what is short its name."""
    eta: date | None = None
    """When what is short will be there."""
    policy: str = ""
    """The digest of the policy that the order is pinned to."""

    @property
    def hurt(self) -> tuple[float | int | str, ...]:
        """Days late, then slack, then how far it was escalated, then the kind: the least comes first."""
        slack = float("inf") if self.order.slack_hours is None else self.order.slack_hours
        level = self.task.escalation_level if self.task else 0
        last = f"{self.mail.notice_key} {self.mail.recipient}" if self.mail else self.task.id if self.task else ""
        return -self.days_late, slack, -level, list(TroubleKind).index(self.kind), self.order.order_id, last


@dataclass(frozen=True)
class TroubleFilter:
    """An empty tuple means any."""

    kinds: tuple[TroubleKind, ...] = ()
    departments: tuple[Department, ...] = ()

    def takes(self, trouble: Trouble) -> bool:
        """Whether it concerns one of the departments: by its turn, or by a task that should be its own."""
        concerned = {trouble.department, *([trouble.task.department] if trouble.task else [])}
        return not self.departments or not concerned.isdisjoint(self.departments)


@dataclass(frozen=True, slots=True)
class Troubles:
    items: list[Trouble]
    """What hurts most first."""
    counts: dict[TroubleKind, int]
    """Of every kind, whichever were asked for."""
    cut: frozenset[TroubleKind]
    """Of these there are more than were read, or may be."""
