"""What ate the slack of the present promise, in working hours, the most first (R10, R13).

The promise leaves room for what the policy allows. To blame is what took more: a task beyond its allowance, somebody's word
that moves the completion, and whatever the promise could not know of, such as a round of rework. A task that is done or
open within its allowance ate nothing, and held time is nobody's but the hold's.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import takewhile

from workflows.rules import account, path, risk, standing
from workflows.rules.calendar import Calendar
from workflows.types.slack import Blame, Cause, Spell
from workflows.types.state import OrderState
from workflows.types.words import Kind, Step

NONE = timedelta(0)
LEAST = timedelta(minutes=1)
"""What is less is not worth a word."""

ALLOWED = (Step.MAKE_PLAN, Step.INSPECT, Step.ACCEPT, Step.PLAN_SHIPMENT, *path.ASIDE)
"""The steps whose open task is compared with its allowance; the others have a plan to keep to."""

OF_TASKS = (Blame.STEP, Blame.SHORTAGE, Blame.CANNOT, Blame.DECISION)
NUMBERED = (Blame.STEP, Blame.DECISION, Blame.REWORK)

Amounts = dict[tuple[Blame, Kind | None, int], timedelta]


def causes(state: OrderState, calendar: Calendar, now: datetime) -> tuple[Cause, ...]:
    """What is to blame; when nothing is, the promise itself. Empty before the promise."""
    if state.promise is None:
        return ()
    amounts: Amounts = defaultdict(timedelta)
    for spell, amount in [*_settled(state, calendar, now), *_going_on(state, calendar, now)]:
        amounts[_named(spell)] += amount
    eaten = {key: amount for key, amount in amounts.items() if amount >= LEAST}
    worst_first = sorted(eaten.items(), key=lambda item: (-item[1], item[0][0]))
    found = tuple(Cause(blame=blame, kind=kind, n=n, hours=_hours(amount)) for (blame, kind, n), amount in worst_first)
    return found or (Cause(blame=Blame.PROMISE),)


def _named(spell: Spell) -> tuple[Blame, Kind | None, int]:
    """What is told of it: the task where one is to blame, the round of rework; words of the same kind are one."""
    kind = spell.kind if spell.blame in OF_TASKS else None
    return spell.blame, kind, spell.n if spell.blame in NUMBERED else 0


def _hours(amount: timedelta) -> float:
    return round(amount.total_seconds() / 3600, 2)


# What is over.


def _settled(state: OrderState, calendar: Calendar, now: datetime) -> list[tuple[Spell, timedelta]]:
    """What the noted spells come to; time won back is taken off the words that had cost it, the latest first."""
    found: list[tuple[Spell, timedelta]] = []
    for spell in state.spells:
        amount = _amount(spell, state, calendar, now)
        if amount < NONE and spell.is_stated:
            found = _won_back(found, -amount)
        elif amount > NONE:
            found.append((spell, amount))
    return found


def _won_back(found: list[tuple[Spell, timedelta]], won: timedelta) -> list[tuple[Spell, timedelta]]:
    left: list[tuple[Spell, timedelta]] = []
    for spell, amount in reversed(found):
        taken = min(amount, won) if spell.is_stated else NONE
        won -= taken
        left.append((spell, amount - taken))
    return left[::-1]


def _amount(spell: Spell, state: OrderState, calendar: Calendar, now: datetime) -> timedelta:
    until = spell.until or (now if state.hold is None or spell.kind is Kind.SIGN_OFF else min(now, state.hold.since))
    if spell.blame is Blame.SHIPMENT:
        return _shipment(spell, state, calendar, now)
    moves_with_holds = spell.is_stated or spell.kind in account.MAKING
    if moves_with_holds or spell.blame is Blame.HOLD or spell.kind is Kind.SIGN_OFF:
        return calendar.between(spell.since, until) - path.allowances(spell.allowed, state, calendar)
    return _ran(spell.since, until, state, calendar) - path.allowances(spell.allowed, state, calendar)


def _shipment(spell: Spell, state: OrderState, calendar: Calendar, now: datetime) -> timedelta:
    """The planned arrival against what the promise left for dispatch and transit when the shipment was first planned."""
    is_dropped = state.shipment is None and state.step is Step.PLAN_SHIPMENT and state.detour is None
    if is_dropped or spell.arrives is None or spell.until is None:
        planned_at, arrives = now, risk.forecast(state, calendar, now)
    else:
        planned_at, arrives = spell.until, calendar.end_of(spell.arrives)
    left = path.allowance(Kind.DISPATCH, state, calendar) + path.transit(state, calendar)
    held = _blamed_on_holds(spell.since, planned_at, state, calendar)
    return calendar.between(calendar.add(spell.since, left + held), arrives)


def _ran(since: datetime, until: datetime, state: OrderState, calendar: Calendar) -> timedelta:
    """The working time between two instants, but for what a hold is to blame for."""
    return calendar.between(since, until) - _blamed_on_holds(since, until, state, calendar)


def _blamed_on_holds(since: datetime, until: datetime, state: OrderState, calendar: Calendar) -> timedelta:
    """What holds have cost in that time: less than they lasted, where goods waited for their shipment anyway."""
    assert state.promise is not None
    stands_since = account.held_since(state, state.promise.at)
    holds = [(each.since, each.until or until) for each in state.spells if each.blame is Blame.HOLD]
    holds += [(stands_since, until)] if stands_since is not None else []
    return standing.overlap(holds, calendar, since, until)


# What goes on.


def _going_on(state: OrderState, calendar: Calendar, now: datetime) -> Iterator[tuple[Spell, timedelta]]:
    """The open detour, or the open task if it is beyond its allowance; and the hold, while it stands."""
    assert state.promise is not None
    held_since = account.held_since(state, state.promise.at)
    if held_since is not None and held_since < now:
        yield Spell(blame=Blame.HOLD, since=held_since), calendar.between(held_since, now)
    if state.detour is not None:
        yield state.detour, _ran(state.detour.since, now, state, calendar) + _way_back(state.detour, state, calendar, now)
    elif (overrun := _overrun(state, calendar, now)) is not None:
        yield overrun, _amount(overrun, state, calendar, now)


def _way_back(detour: Spell, state: OrderState, calendar: Calendar, now: datetime) -> timedelta:
    """Working time until the detour is behind the goods, what the open task has taken already not counted again."""
    led_from = account.led_from(detour)
    if led_from is Kind.SIGN_OFF:
        return max(NONE, calendar.between(now, risk.forecast(state, calendar, now)))
    ahead = tuple(takewhile(lambda kind: account.place(kind) <= account.place(led_from), risk.kinds_ahead(state, now)))
    stated = risk.stated_completion(state, now)
    if stated is not None:
        return max(NONE, calendar.between(now, stated)) + path.allowances(ahead, state, calendar)
    return path.allowances(ahead, state, calendar) - _taken(ahead[:1], state, calendar, now)


def _taken(asked: tuple[Kind, ...], state: OrderState, calendar: Calendar, now: datetime) -> timedelta:
    """How much of its allowance the open task has used up."""
    task = state.open_task(asked[0]) if asked else None
    if task is None:
        return NONE
    return min(standing.ran(state, calendar, task.opened_at, now), path.allowance(task.kind, state, calendar))


def _overrun(state: OrderState, calendar: Calendar, now: datetime) -> Spell | None:
    """The open task as far as it may be to blame."""
    task = account.asked(state)
    if task is None or state.promise is None:
        return None
    began = max(task.opened_at, state.promise.at)
    open_now = Spell(blame=Blame.STEP, kind=task.kind, n=task.n, since=began)
    if state.step in ALLOWED:
        return open_now.model_copy(update={"allowed": (task.kind,)}) if _is_counted(state, now) else None
    planned = _must_be_done(state, calendar, state.promise.at)
    return open_now.model_copy(update={"since": max(planned, began)}) if planned is not None and planned < now else None


def _is_counted(state: OrderState, now: datetime) -> bool:
    """Not while production's word stands for it, nor when it plans a shipment anew: that is compared as a whole."""
    is_replanned = state.step is Step.PLAN_SHIPMENT and any(spell.blame is Blame.SHIPMENT for spell in state.spells)
    return risk.stated_completion(state, now) is None and not is_replanned


def _must_be_done(state: OrderState, calendar: Calendar, promised_at: datetime) -> datetime | None:
    """When the open task should be done by what was planned, where a plan says so."""
    if state.step in (Step.GET_READY, Step.PRODUCE) and state.expected_completion is not None:
        return account.due_by_word(state, promised_at)
    if state.step is Step.DISPATCH and state.shipment is not None:
        return state.shipment.ship_at
    if state.step is Step.SIGN_OFF and state.shipment is not None:
        return calendar.end_of(state.shipment.arrival)
    return None
