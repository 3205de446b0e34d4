"""When silence from the shop floor is told of (R10)."""

from datetime import datetime

from workflows.rules import standing
from workflows.rules.calendar import Calendar
from workflows.types.state import OrderState
from workflows.types.tasks import Task
from workflows.types.words import Kind


def since(task: Task) -> datetime:
    """The last report, or the opening."""
    return task.reported_at or task.opened_at


def told_at(task: Task, state: OrderState, calendar: Calendar) -> datetime | None:
    """When it has been silent for too long, held time not counted; None where nothing is reported, or it was told already."""
    if task.kind is not Kind.PRODUCE or task.is_silence_told:
        return None
    allowed = calendar.length(state.policy.order.silent_after)
    return calendar.add(since(task), allowed + standing.held_before(state, calendar, since(task)))
