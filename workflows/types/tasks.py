"""What a person is asked, and what became of it."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from workflows.types.base import Message
from workflows.types.orders import Amendment, Quantities
from workflows.types.words import Department, Kind, Stage, TaskStatus


class Task(Message):
    """One question to one department. Its id is `{order_no}.{kind}.{n}`."""

    id: str
    kind: Kind
    n: int
    stage: Stage
    department: Department
    opened_at: datetime
    due_at: datetime
    due_soon_at: datetime
    """From here on an open task is `due_soon`."""
    latest_finish: datetime | None = None
    """The last instant at which it may be done if the promise is to hold; None for what the promise does not wait for."""
    earliest: date | None = None
    """Of decide_promise: the earliest date that the forecast supports."""
    quantities: Quantities | None = None
    barred: tuple[str, ...] = ()
    """Who may not claim, be given or complete it (four eyes)."""
    course: Annotated[str | None, Field(exclude_if=lambda course: course is None)] = None
    """What whoever claims, is given or completes it must have been taught (R22). Left out where the policy asks for nothing."""
    withheld: tuple[str, ...] = ()
    """Outcomes of its kind that do not fit this case."""
    amendment: Amendment | None = None
    """Of decide_amendment: what is to be decided."""
    status: TaskStatus = TaskStatus.OPEN
    escalation_level: int = 0
    ladder_round: int = 0
    """Counts the times that the deadline moved: each starts the ladder afresh."""
    is_extended: bool = False
    """Its head has set the deadline."""
    reported_at: datetime | None = None
    """When progress was reported last."""
    is_silence_told: bool = False
    """That nothing was reported since has been told."""
    outcome: str | None = None
    fields: dict[str, Any] | None = None
    comment: str | None = None
    completed_at: datetime | None = None
    completed_by: str | None = None
    version: int = 0
    """The seq of the last event that changed it."""

    @property
    def is_open(self) -> bool:
        return self.status is TaskStatus.OPEN
