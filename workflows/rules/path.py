"""The straight path of the goods, the ways aside from it, and how much time the policy allows for each stretch."""

from collections.abc import Iterable
from datetime import timedelta

from workflows.rules.calendar import Calendar
from workflows.types.state import OrderState
from workflows.types.words import READINESS, STEP_OF, Kind, Step

STRAIGHT = (
    Kind.CONFIRM_ORDER,
    Kind.MAKE_PLAN,
    Kind.READY_MATERIALS,
    Kind.PRODUCE,
    Kind.INSPECT,
    Kind.ACCEPT,
    Kind.PLAN_SHIPMENT,
    Kind.DISPATCH,
)
"""The path without trouble; the three readiness checks count as their longest."""

REJOINS = {
    Step.REWORK: Kind.INSPECT,
    Step.DISPOSE: Kind.INSPECT,
    Step.SETTLE_SHORTAGE: Kind.PLAN_SHIPMENT,
    Step.RESOLVE_REFUSAL: Kind.PLAN_SHIPMENT,
}
"""Where a detour comes back to the straight path."""

ASIDE = {Step.REWORK: Kind.REWORK, Step.DISPOSE: Kind.DECIDE_DISPOSITION}
ASIDE |= {Step.SETTLE_SHORTAGE: Kind.DECIDE_SHORTAGE, Step.RESOLVE_REFUSAL: Kind.RESOLVE_REFUSAL}


def onwards(step: Step) -> tuple[Kind, ...]:
    """What the policy still asks from a step on until the goods leave, the step's own question first."""
    if step in REJOINS:
        return (ASIDE[step], *STRAIGHT[STRAIGHT.index(REJOINS[step]) :])
    here = next((kind for kind in STRAIGHT if STEP_OF[kind] is step), None)
    return STRAIGHT[STRAIGHT.index(here) :] if here else ()


def after(kind: Kind) -> tuple[Kind, ...] | None:
    """The kinds that follow until the goods leave; None for what the goods do not wait for."""
    path = onwards(STEP_OF[kind]) if kind in STEP_OF else ()
    return path[1:] if path else None


def allowances(kinds: Iterable[Kind], state: OrderState, calendar: Calendar) -> timedelta:
    """How much working time the policy allows for these kinds, one after the other."""
    return sum((allowance(kind, state, calendar) for kind in kinds), timedelta())


def allowance(kind: Kind, state: OrderState, calendar: Calendar) -> timedelta:
    tasks = state.policy.tasks
    if kind in READINESS:
        return max(calendar.length(tasks[each].allowance) for each in READINESS)
    return calendar.length(tasks[kind].allowance)


def transit(state: OrderState, calendar: Calendar) -> timedelta:
    return calendar.length(state.policy.order.transit)
