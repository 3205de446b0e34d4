"""Which dates people may state: plans within five years, promises within twenty, never in the past (contract §1)."""

from datetime import date, datetime

from workflows.rules.calendar import Calendar
from workflows.types.refusals import Fault

PLAN_YEARS, PROMISE_YEARS = 5, 20


def instant(when: datetime | date, calendar: Calendar) -> datetime:
    """An instant as given; a date means the end of that day's working time."""
    return when if isinstance(when, datetime) else calendar.end_of(when)


def day(when: datetime | date, calendar: Calendar) -> date:
    return calendar.day_of(when) if isinstance(when, datetime) else when


def in_plan(pointer: str, when: datetime | date | None, today: date, calendar: Calendar) -> list[Fault]:
    return _within(pointer, when, today, PLAN_YEARS, calendar)


def in_promise(pointer: str, when: date | None, today: date, calendar: Calendar) -> list[Fault]:
    return _within(pointer, when, today, PROMISE_YEARS, calendar)


def in_past(pointer: str, when: datetime | date | None, today: date, calendar: Calendar) -> list[Fault]:
    """What has happened lies no further back than a plan may lie ahead: beyond that it is a slip, and the calendar ends."""
    if when is None:
        return []
    stated, years = day(when, calendar), PLAN_YEARS
    if stated > today:
        return [Fault(pointer=pointer, message="lies in the future")]
    if stated < years_after(today, -years):
        return [Fault(pointer=pointer, message=f"{stated} is more than {years} years ago")]
    return []


def _within(pointer: str, when: datetime | date | None, today: date, years: int, calendar: Calendar) -> list[Fault]:
    if when is None:
        return []
    stated, last = day(when, calendar), years_after(today, years)
    if stated < today:
        return [Fault(pointer=pointer, message=f"{stated} has passed; today is {today}")]
    if stated > last:
        return [Fault(pointer=pointer, message=f"{stated} is more than {years} years away; the last day is {last}")]
    return []


def years_after(today: date, years: int) -> date:
    """The same day years later, or before; 29 February becomes the 28th."""
    try:
        return today.replace(year=today.year + years)
    except ValueError:
        return today.replace(year=today.year + years, day=28)
