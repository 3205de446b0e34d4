"""What people are taken to have said in the past: in good faith, and knowing no more than they could know by then."""

from datetime import date, datetime, timedelta

from workflows.rules import path
from workflows.rules.calendar import Calendar
from workflows.types import events as e
from workflows.types.orders import Promise, Shipment
from workflows.types.state import OrderState
from workflows.types.words import Kind, Step

DAY = timedelta(days=1)


def promise(promised: date, now: datetime) -> Promise:
    return Promise(revision=1, date=promised, reason=None, by="sales", at=now)


def plan(promised: date, state: OrderState, calendar: Calendar, now: datetime) -> e.PlanMade:
    """As late as the promise allows with the buffer kept; never sooner than readiness and production may take from now on."""
    following = path.allowances(path.onwards(Step.INSPECT), state, calendar) + path.transit(state, calendar)
    latest = calendar.add(calendar.end_of(promised), -following - buffer(state, calendar))
    needed = path.allowances((Kind.READY_MATERIALS, Kind.PRODUCE), state, calendar)
    end, duration = max(latest, calendar.add(now, needed)), path.allowance(Kind.PRODUCE, state, calendar)
    return e.PlanMade(planned_start=calendar.add(end, -duration), expected_completion=end, duration=duration.total_seconds())


def shipment(promised: date, state: OrderState, calendar: Calendar, now: datetime) -> Shipment:
    """So as to arrive on the last day that keeps the buffer; never sooner than dispatch and transit may take from now on."""
    transit = path.transit(state, calendar)
    soonest = calendar.add(now, path.allowance(Kind.DISPATCH, state, calendar))
    wanted = calendar.end_of(last_day_with(buffer(state, calendar), promised, calendar))
    ship_at = max(soonest, calendar.add(wanted, -transit))
    arrival = calendar.day_of(calendar.add(ship_at, transit))
    days = (arrival - calendar.day_of(ship_at)).days
    return Shipment(mode="road", carrier="not known", ship_at=ship_at, transit_days=days, arrival=arrival)


def last_day_with(slack: timedelta, promised: date, calendar: Calendar) -> date:
    """The last day from whose end so much working time is left until the end of the promised day."""
    end = calendar.end_of(promised)
    day = calendar.day_of(calendar.add(end, -slack))
    while calendar.between(calendar.end_of(day), end) < slack:
        day -= DAY
    return day


def buffer(state: OrderState, calendar: Calendar) -> timedelta:
    return calendar.length(state.policy.order.buffer)
