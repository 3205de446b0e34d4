"""When an order's clocks stood: held working time is nobody's (contract §5)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from workflows.rules.calendar import Calendar
from workflows.types.state import OrderState


def held(state: OrderState, calendar: Calendar, since: datetime, until: datetime) -> timedelta:
    """The working time between two instants in which the order was on hold; a hold that still stands counts, too."""
    holds = [(each.since, each.until) for each in state.past_holds]
    if state.hold is not None:
        holds.append((state.hold.since, until))
    return overlap(holds, calendar, since, until)


def overlap(spans: Iterable[tuple[datetime, datetime]], calendar: Calendar, since: datetime, until: datetime) -> timedelta:
    """The working time of what of these spans lies between two instants."""
    clipped = ((max(start, since), min(end, until)) for start, end in spans)
    return sum((calendar.between(start, end) for start, end in clipped if start < end), timedelta())


def ran(state: OrderState, calendar: Calendar, since: datetime, until: datetime) -> timedelta:
    """The working time between two instants, but for what was held."""
    return calendar.between(since, until) - held(state, calendar, since, until)


def held_before(state: OrderState, calendar: Calendar, since: datetime) -> timedelta:
    """The working time for which the order was held since an instant, in holds that have ended."""
    ended = [each for each in state.past_holds if each.until > since]
    return sum((calendar.between(max(each.since, since), each.until) for each in ended), timedelta())
