"""When a task is due, and from when on it is due soon (contract §3)."""

from datetime import datetime, timedelta

from workflows.rules.calendar import Calendar
from workflows.rules.escalation import ladder_of
from workflows.types.policy import Policy
from workflows.types.state import OrderState
from workflows.types.tasks import Task
from workflows.types.words import READINESS, Kind, Lateness

LAST_PART = 5
"""Without a rung before the deadline, the last fifth of the time from the opening is `due_soon`."""


def due_at(kind: Kind, state: OrderState, opened_at: datetime, calendar: Calendar) -> datetime:
    """The instant by which a task opened then is due; never before the policy's minimum after its opening."""
    earliest = calendar.add(opened_at, state.policy.order.minimum)
    return max(earliest, _stated(kind, state, calendar) or calendar.add(opened_at, state.policy.tasks[kind].allowance))


def _stated(kind: Kind, state: OrderState, calendar: Calendar) -> datetime | None:
    """The deadline that somebody's plan sets, or None where the allowance does."""
    if kind in READINESS:
        return state.work.eta_due.get(kind, state.planned_start)
    if kind is Kind.PRODUCE:
        return state.expected_completion
    if kind is Kind.DISPATCH and state.shipment is not None:
        return state.shipment.ship_at
    if kind is Kind.SIGN_OFF and state.shipment is not None:
        return calendar.add(calendar.end_of(state.shipment.arrival), state.policy.order.signoff_grace)
    return None


def lateness(task: Task, as_of: datetime) -> Lateness:
    """Where a task stands against its deadline."""
    if as_of >= task.due_at:
        return Lateness.OVERDUE
    return Lateness.DUE_SOON if as_of >= task.due_soon_at else Lateness.EARLY


def due_soon_at(kind: Kind, policy: Policy, opened_at: datetime, due: datetime, calendar: Calendar) -> datetime:
    """The first rung before the deadline; without one, the last fifth of the time from the opening."""
    first = next((rung.at for rung in ladder_of(policy, kind) if rung.at.count < 0), None)
    if first is not None:
        return max(opened_at, calendar.add(due, first))
    return due - max(timedelta(0), due - opened_at) / LAST_PART
