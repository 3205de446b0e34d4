"""When a task is due, and from when on it is due soon (contract §3)."""

from datetime import date, datetime, timedelta

from workflows.rules import path, standing
from workflows.rules.calendar import Calendar
from workflows.rules.escalation import ladder_of
from workflows.types.policy import Policy
from workflows.types.state import OrderState
from workflows.types.tasks import Task
from workflows.types.words import NOT_HELD, READINESS, Kind, Lateness

LAST_PART = 5
"""Without a rung before the deadline, the last fifth of the time from the opening is `due_soon`."""


def due_at(kind: Kind, state: OrderState, opened_at: datetime, calendar: Calendar) -> datetime:
    """The instant by which a task opened then is due; never before the policy's minimum after its opening."""
    earliest = calendar.add(opened_at, state.policy.order.minimum)
    return max(earliest, _stated(kind, state, calendar) or _allowed(kind, state, opened_at, calendar))


def _allowed(kind: Kind, state: OrderState, opened_at: datetime, calendar: Calendar) -> datetime:
    """What the allowance gives, and what it was held for, but no more than the promise leaves."""
    held = standing.held_before(state, calendar, opened_at) if kind not in NOT_HELD else timedelta(0)
    allowed = calendar.add(opened_at, calendar.length(state.policy.tasks[kind].allowance) + held)
    latest = latest_finish(kind, state, calendar)
    return allowed if latest is None else min(allowed, latest)


def latest_finish(kind: Kind, state: OrderState, calendar: Calendar) -> datetime | None:
    """The last instant by which a task may be done if the promise is to hold, walked back from the promised day.

    From its end the way to the customer and the allowances of the kinds that follow are taken off, in working time. None
    before the promise, and for what the goods do not wait for.
    """
    if state.promise is None:
        return None
    if kind is Kind.SIGN_OFF:
        return calendar.end_of(state.promise.date)
    following = path.after(kind)
    if following is None:
        return None
    return calendar.add(_latest_departure(state.promise.date, state, calendar), -path.allowances(following, state, calendar))


def _latest_departure(promised: date, state: OrderState, calendar: Calendar) -> datetime:
    """When the goods must have left: the planned days of transit before, in calendar days, else the policy's working time."""
    if state.shipment is not None:
        return calendar.end_of(promised - timedelta(days=state.shipment.transit_days))
    return calendar.add(calendar.end_of(promised), -path.transit(state, calendar))


def latest_finishes(state: OrderState, calendar: Calendar) -> dict[str, datetime | None]:
    """Of each open task, as things stand now."""
    return {task.id: latest_finish(task.kind, state, calendar) for task in state.tasks.values()}


def moved(before: OrderState, after: OrderState, calendar: Calendar) -> dict[str, datetime]:
    """The open tasks that a new promise makes due otherwise; a deadline stays where its head has put it."""
    ours = [task for task in after.tasks.values() if not task.is_extended]
    due = {task.id: due_at(task.kind, after, task.opened_at, calendar) for task in ours}
    return {task.id: due[task.id] for task in ours if due[task.id] != due_at(task.kind, before, task.opened_at, calendar)}


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
    if kind is Kind.ACT and state.case is not None and state.case.due is not None:
        return calendar.end_of(state.case.due)
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
