"""What the doctor found: one thing that is wrong, where, and what to do about it."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """The findings' names for programs; see docs/operations.md."""

    NO_WORKER = "no-worker"
    NO_ANSWER = "no-answer"
    STUCK = "stuck"
    MISSING = "workflow-missing"
    TERMINATED = "workflow-terminated"
    FAILED = "workflow-failed"
    TIMED_OUT = "workflow-timed-out"
    CANCELED = "workflow-canceled"
    COMPLETED = "workflow-completed"
    NOT_IN_STORE = "order-missing"
    STORE_DIFFERED = "store-differed"
    EVENTS_MISSING = "events-missing"
    EVENTS_UNREADABLE = "events-unreadable"
    ROWS_DIFFER = "rows-differ"
    UNOWNED = "task-unowned"
    MAIL_WAITS = "mail-waits"
    DEAD_MAIL = "mail-dead"
    RUN_MISSED = "run-missed"


HEADINGS = {
    Kind.NO_WORKER: "Nobody serves the orders",
    Kind.NO_ANSWER: "Orders that do not answer",
    Kind.STUCK: "Stuck workflows",
    Kind.MISSING: "Open orders without a workflow",
    Kind.TERMINATED: "Open orders whose workflow was terminated",
    Kind.FAILED: "Open orders whose workflow failed",
    Kind.TIMED_OUT: "Open orders whose workflow timed out",
    Kind.CANCELED: "Open orders whose workflow was canceled in Temporal",
    Kind.COMPLETED: "Open orders whose workflow has come to its end",
    Kind.NOT_IN_STORE: "Workflows whose order the store does not have",
    Kind.STORE_DIFFERED: "Orders that the store told otherwise than their workflow",
    Kind.EVENTS_MISSING: "Histories with gaps",
    Kind.EVENTS_UNREADABLE: "Histories that cannot be read",
    Kind.ROWS_DIFFER: "Rows that tell otherwise than their order's events",
    Kind.UNOWNED: "Tasks that nobody can do",
    Kind.MAIL_WAITS: "Mail that waits",
    Kind.DEAD_MAIL: "Mail that could not be delivered",
    Kind.RUN_MISSED: "Packs that were not made when they should have been",
}
"""In the order in which people should look at them."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    kind: Kind
    what: str
    """What is wrong, without where."""
    todo: str
    """What to do, a command where there is one; empty when it is healed."""
    order_no: str | None = None
    task_id: str | None = None
    message_id: str | None = None
    healed: bool = False

    @property
    def where(self) -> str:
        return self.task_id or self.order_no or "the stack"


@dataclass
class Report:
    """All that was found, and how much was looked at."""

    findings: list[Finding] = field(default_factory=list)
    orders: int = 0
    compared: int = 0
    """Orders whose workflow answered."""

    @property
    def healed(self) -> int:
        return sum(finding.healed for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        counts = {"orders": self.orders, "compared": self.compared, "found": len(self.findings), "healed": self.healed}
        return {**counts, "findings": [asdict(finding) for finding in self.findings]}
