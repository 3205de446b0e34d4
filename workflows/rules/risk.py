"""The forecast of an order's arrival, its slack against the promise, and the risk that follows (design §3)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from workflows.rules import path
from workflows.rules.calendar import Calendar
from workflows.types.orders import Shipment
from workflows.types.state import OrderState
from workflows.types.words import Kind, Risk, Step


def promised_end(state: OrderState, calendar: Calendar) -> datetime | None:
    """The end of the promised day: until then the promise can be kept."""
    return calendar.end_of(state.promise.date) if state.promise else None


def forecast(state: OrderState, calendar: Calendar, now: datetime) -> datetime:
    """When the goods will be with the customer, if nothing more goes wrong."""
    fixed = _fixed(state, calendar, now)
    if fixed is not None:
        return calendar.end_of(fixed)
    return calendar.add(max(now, stated_completion(state, now) or now), work_ahead(state, calendar, now))


def forecast_day(state: OrderState, calendar: Calendar, now: datetime) -> date:
    """The day of that; a planned arrival as it was planned, be it a day off."""
    return _fixed(state, calendar, now) or calendar.day_of(forecast(state, calendar, now))


def _fixed(state: OrderState, calendar: Calendar, now: datetime) -> date | None:
    """The day of arrival, once the goods have arrived or their shipment is planned."""
    if state.delivered is not None and not state.work.returned and not state.work.to_produce and state.step in _ARRIVED:
        return state.delivered
    return _arrival(state.shipment, calendar, now) if state.shipment is not None else None


def _arrival(shipment: Shipment, calendar: Calendar, now: datetime) -> date:
    """As planned; goods that left later, or are still here, come so many days of transit later as the plan says."""
    if shipment.shipped_at is not None:
        left = min(calendar.day_of(shipment.shipped_at), open_day(shipment.shipped_at, calendar))
    elif now <= shipment.ship_at:
        return shipment.arrival
    else:
        left = open_day(now, calendar)
    return max(shipment.arrival, left + shipment.transit_days * _DAY)


def open_day(now: datetime, calendar: Calendar) -> date:
    """The first day whose working time has not passed: what is promised or leaves by then still keeps it."""
    # From the day before on: its last shift may end after midnight.
    day = calendar.day_of(now) - _DAY
    while calendar.end_of(day) < now:
        day += _DAY
    return day


_ARRIVED = (Step.ASK_FEEDBACK, Step.CLOSED)
_DAY = timedelta(days=1)
_LEAST = timedelta(microseconds=1)
_RANKS = (None, Risk.ON_TRACK, Risk.AT_RISK, Risk.LATE)


def stated_completion(state: OrderState, now: datetime) -> datetime | None:
    """Production's own word for when the goods are made, as long as it is worth something."""
    if state.step in (Step.GET_READY, Step.PRODUCE):
        return state.expected_completion
    # Asked again: an old plan's date tells nothing once it has passed, "not before" still does.
    later = state.expected_completion is not None and state.expected_completion > now
    return state.expected_completion if state.step is Step.MAKE_PLAN and later else None


def work_ahead(state: OrderState, calendar: Calendar, now: datetime) -> timedelta:
    """Working time of what is not finished, the open task counting whole, and of the way to the customer."""
    return path.allowances(kinds_ahead(state, now), state, calendar) + path.transit(state, calendar)


def kinds_ahead(state: OrderState, now: datetime) -> tuple[Kind, ...]:
    """The kinds still to be done; where production has said when, that stands for everything up to it."""
    if stated_completion(state, now) is not None:
        return path.onwards(Step.INSPECT)
    return path.onwards(state.step)


def slack(state: OrderState, calendar: Calendar, now: datetime) -> timedelta | None:
    """Working time between the forecast and the end of the promised day; None before the promise."""
    end = promised_end(state, calendar)
    return None if end is None else calendar.between(forecast(state, calendar, now), end)


def slack_hours(state: OrderState, calendar: Calendar, now: datetime) -> float | None:
    """The slack in working hours, to the hundredth."""
    left = slack(state, calendar, now)
    return None if left is None else round(left.total_seconds() / 3600, 2)


def risk(state: OrderState, calendar: Calendar, now: datetime, *, parts_will_do: bool = False) -> Risk | None:
    """Where the order stands against its promise. `parts_will_do`: as once, when a part that was delivered kept it."""
    end = promised_end(state, calendar)
    if end is None:
        return None
    is_owed = state.step not in _ARRIVED and not (parts_will_do and state.delivered is not None)
    if breaks_promise(state, calendar, now) or (is_owed and now > end):
        return Risk.LATE
    left, buffer = calendar.between(forecast(state, calendar, now), end), calendar.length(state.policy.order.buffer)
    # Close enough that one more surprise breaks it.
    if left < buffer and state.step not in _ARRIVED:
        return Risk.AT_RISK
    return Risk.ON_TRACK


def drifts_at(state: OrderState, calendar: Calendar, now: datetime) -> tuple[datetime, ...]:
    """The instants after which the order is at risk, then late, and sales must answer, if nobody does anything."""
    end = promised_end(state, calendar)
    if end is None or state.step in _ARRIVED:
        return ()
    if state.shipment is not None:
        return (end, *_shipment_drifts(state, state.shipment, calendar, end))
    ahead, buffer = work_ahead(state, calendar, now), calendar.length(state.policy.order.buffer)
    drifts = [calendar.add(end, -ahead - buffer), calendar.add(end, -ahead), end]
    if state.answered_forecast is not None:
        # Worse by a whole buffer than what sales has answered for: of all instants that lead there the first, not the last.
        worse = calendar.add(state.answered_forecast, buffer)
        drifts.append(calendar.add(worse, -ahead - _LEAST))
    if state.step is Step.MAKE_PLAN and state.expected_completion is not None:
        # An earliest date that passes without a plan tells nothing any more.
        drifts.append(state.expected_completion)
    asked = state.open_task(Kind.DECIDE_PROMISE)
    if asked is not None and asked.earliest is not None:
        # After this the forecast no longer supports the date that sales was told.
        drifts.append(calendar.add(calendar.end_of(asked.earliest), -ahead))
    return tuple(drifts)


def _shipment_drifts(state: OrderState, shipment: Shipment, calendar: Calendar, end: datetime) -> Iterator[datetime]:
    """The last instants at which goods that are still here may leave, for each day of arrival that matters."""
    asked = state.open_task(Kind.DECIDE_PROMISE)
    if asked is not None and asked.earliest is not None:
        # Nobody promises a day that has passed, though goods that leave in the evening may yet arrive on it.
        yield calendar.end_of(asked.earliest)
    if shipment.shipped_at is not None:
        return
    assert state.promise is not None
    buffer = calendar.length(state.policy.order.buffer)
    days = [state.promise.date, _last_before(calendar.add(end, -buffer) + _LEAST, calendar)]
    if state.answered_forecast is not None:
        days.append(_last_before(calendar.add(state.answered_forecast, buffer), calendar))
    if asked is not None and asked.earliest is not None:
        days.append(asked.earliest)
    for day in days:
        if shipment.arrival <= day:
            yield max(shipment.ship_at, calendar.end_of(day - shipment.transit_days * _DAY))


def _last_before(at: datetime, calendar: Calendar) -> date:
    """The last day whose working time ends before an instant."""
    return open_day(at, calendar) - _DAY


# The promise and sales.


def breaks_promise(state: OrderState, calendar: Calendar, now: datetime) -> bool:
    return state.promise is not None and would_break(state.promise.date, state, calendar, now)


def would_break(promised: date, state: OrderState, calendar: Calendar, now: datetime) -> bool:
    """Whether the goods are expected after that day."""
    fixed = _fixed(state, calendar, now)
    if fixed is not None:
        # As days: on a day off the goods arrive without any working time between.
        return fixed > promised
    return forecast(state, calendar, now) > calendar.end_of(promised)


def earliest(state: OrderState, calendar: Calendar, now: datetime) -> date:
    """The first day that the forecast would keep if it were promised, today or later."""
    # The day before, too: the last shift of a day may end after midnight.
    day = max(open_day(now, calendar), forecast_day(state, calendar, now) - _DAY)
    while would_break(day, state, calendar, now):
        day += _DAY
    return day


def must_ask_sales(state: OrderState, calendar: Calendar, now: datetime) -> bool:
    """Whether decide_promise opens: at the first break of a revision, then only when it is worse by another buffer.

    On hold nobody is asked: the answer could not be given.
    """
    if state.promise is None or state.step in _ARRIVED or state.hold is not None or state.open_task(Kind.DECIDE_PROMISE):
        return False
    if state.must_ask:
        return True
    # Before the first plan there is nothing that production could have stated.
    if state.expected_completion is None or not breaks_promise(state, calendar, now):
        return False
    if state.answered_forecast is None:
        return True
    return forecast(state, calendar, now) >= calendar.add(state.answered_forecast, state.policy.order.buffer)


# Who must know.


def told_of(state: OrderState) -> tuple[str, ...]:
    """Who is warned: whoever has work with the order, and its owner."""
    return tuple(dict.fromkeys([*state.busy, "sales"]))


def is_threatened(risk: Risk | None) -> bool:
    return risk in (Risk.AT_RISK, Risk.LATE)


def is_worse(risk: Risk | None, before: Risk | None) -> bool:
    """Whether a risk that was nothing or on track has become one, or has become a greater one."""
    return is_threatened(risk) and _RANKS.index(risk) > _RANKS.index(before)


def must_warn(state: OrderState) -> bool:
    """Whether people are told of the risk: at each worsening, once for a promise, and not while the order is held."""
    if not state.has_worsened or state.hold is not None or state.risk in state.warned:
        return False
    # What the first promise was given with is no worsening, as long as nobody has planned: the plan will tell.
    return not (state.is_first_guess and state.expected_completion is None)
