"""When what is done regularly is due, in the plant's own time.

An hour that does not exist because clocks jump over it is meant as much later as they jump; of one that comes twice the
second is meant, as the engine counts.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from workflows.rules.calendar import DAY
from workflows.types.policy import Plant, Reviews, Timing
from workflows.types.reviews import ReviewKind

AROUND_THE_CLOCK = time(7, 30)
"""When people read their mail where no shift is the first."""
MIDNIGHT = time(0)
FIRST_WEEK = tuple(range(1, 8))
EVERY_QUARTER = (1, 4, 7, 10)


class Times(NamedTuple):
    """An hour of some days; what is left empty is any."""

    at: time
    weekdays: tuple[int, ...] = ()
    """Monday 0."""
    days: tuple[int, ...] = ()
    """Of the month; a month that has no such day is left out."""
    months: tuple[int, ...] = ()

    def takes(self, day: date) -> bool:
        return (
            (not self.weekdays or day.weekday() in self.weekdays)
            and (not self.days or day.day in self.days)
            and (not self.months or day.month in self.months)
        )


def openings(plant: Plant) -> tuple[Times, ...]:
    """When work begins, weekday by weekday."""
    by_time: dict[time, list[int]] = {}
    for weekday in range(7):
        by_time.setdefault(opening(plant, weekday), []).append(weekday)
    return tuple(Times(at, weekdays=tuple(weekdays)) for at, weekdays in by_time.items())


def opening(plant: Plant, weekday: int) -> time:
    """When work begins on such a day, if it is worked."""
    shifts = plant.hours_by_day.get(weekday, plant.hours)
    return AROUND_THE_CLOCK if plant.around_the_clock or not shifts else min(shift.start for shift in shifts)


def regular(timing: Timing | None) -> tuple[Times, ...]:
    """On its weekday or its day of the month; each day when it names neither; never for None."""
    if timing is None:
        return ()
    weekdays = () if timing.weekday is None else (timing.weekday,)
    return (Times(timing.at, weekdays=weekdays, days=() if timing.day is None else (timing.day,)),)


def monthly(timing: Timing | None, months: tuple[int, ...] = ()) -> tuple[Times, ...]:
    """On its day of the month, on the first of its weekday, or on the first day."""
    if timing is None:
        return ()
    if timing.day is None and timing.weekday is not None:
        return (Times(timing.at, weekdays=(timing.weekday,), days=FIRST_WEEK, months=months),)
    return (Times(timing.at, days=(timing.day or 1,), months=months),)


def quarterly(timing: Timing | None) -> tuple[Times, ...]:
    """As monthly, in the first month of each quarter."""
    return monthly(timing, EVERY_QUARTER)


def of_review(kind: ReviewKind, reviews: Reviews) -> tuple[Times, ...]:
    match kind:
        case ReviewKind.WEEKLY:
            return regular(reviews.weekly)
        case ReviewKind.MONTHLY:
            return monthly(reviews.monthly)
        case ReviewKind.QUARTERLY:
            return quarterly(reviews.quarterly)


def occurrences(times: Iterable[Times], zone: str, after: datetime, until: datetime) -> list[datetime]:
    """Every instant after the first and not after the second, in their order, in UTC."""
    return sorted({instant(day, one.at, zone) for one in times for day in days(one, zone, after, until)})


def jumped_over(times: Times, zone: str, after: datetime, until: datetime) -> list[datetime]:
    """Those of the occurrences that the engine leaves out: their hour does not exist that day, or midnight does not."""
    found = (day for day in days(times, zone, after, until) if not all(exists(day, at, zone) for at in (times.at, MIDNIGHT)))
    return [instant(day, times.at, zone) for day in found]


def exists(day: date, at: time, zone: str) -> bool:
    """Whether the clocks show this hour that day."""
    return instant(day, at, zone).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime.combine(day, at)


def days(times: Times, zone: str, after: datetime, until: datetime) -> Iterator[date]:
    """Of which days the occurrences are."""
    # A day more at both ends: an hour that clocks jump over may lead out of its day.
    day, last = after.astimezone(ZoneInfo(zone)).date() - DAY, until.astimezone(ZoneInfo(zone)).date() + DAY
    while day <= last:
        if times.takes(day) and after < instant(day, times.at, zone) <= until:
            yield day
        day += DAY


def instant(day: date, at: time, zone: str) -> datetime:
    """That hour of the day, in UTC."""
    first, second = (datetime.combine(day, at.replace(fold=fold), ZoneInfo(zone)).astimezone(UTC) for fold in (0, 1))
    # Where clocks jump over it, the two are the wrong way round.
    return max(first, second)
