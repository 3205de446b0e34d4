"""The plant's working time: how much of it lies between two instants, and when an amount of it has passed.

Pure and deterministic: the only thing read is the time zone's table. Instants go in with any offset and come out in
UTC, exact to the microsecond. Hours are wall-clock times; working time is what really elapses between them, so a night
shift is an hour shorter in spring. A wall time that comes twice means the first, one that is skipped is read with the
offset from before the change, and a shift that this leaves empty is dropped. Where shifts overlap, time counts once.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple
from zoneinfo import ZoneInfo

from workflows.types.policy import Plant, Shift, Span, Unit

DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PAGE_DAYS = 365
PAGE = PAGE_DAYS * DAY // MICROSECOND
MOST_MOVED = 4096
HORIZON = 60
"""Pages (years) that are searched before giving up: far beyond any promise, and the end of a plant that never works."""

ALL_DAY = Shift(start=time(0), end=time(0))


class NoWorkingTime(ValueError):
    """The plant does not work enough within the horizon to say when."""

    def __init__(self, of: object) -> None:
        super().__init__(f"the plant's calendar has no working time for {of} within {HORIZON} years")


class Rules(NamedTuple):
    """What of a plant decides its working time, hashable in a few microseconds."""

    time_zone: str
    hours: tuple[Shift, ...]
    hours_by_day: tuple[tuple[int, tuple[Shift, ...]], ...] = ()
    weekend: tuple[int, ...] = ()
    closed: tuple[date, ...] = ()
    open: tuple[date, ...] = ()
    holidays: tuple[date, ...] = ()
    makeup_days: tuple[date, ...] = ()


class Page(NamedTuple):
    """The working spans of 365 days: begins, ends, and the work done before each and in all; microseconds since 1970."""

    starts: list[int]
    ends: list[int]
    before: list[int]

    @property
    def total(self) -> int:
        return self.before[-1]

    def done(self, at: int) -> int:
        """The work done on this page until an instant that lies on it."""
        i = bisect_right(self.starts, at) - 1
        return 0 if i < 0 else self.before[i] + min(at, self.ends[i]) - self.starts[i]

    def earliest(self, done: int) -> int:
        """The first instant by which so much was done; 0 < done <= total."""
        i = bisect_left(self.before, done) - 1
        return self.starts[i] + done - self.before[i]

    def latest(self, done: int) -> int:
        """The last instant at which no more was done; 0 <= done < total."""
        i = bisect_right(self.before, done) - 1
        return self.starts[i] + done - self.before[i]


class Calendar:
    """A plant's working time; pages are written when first touched and kept, so share it through `Calendar.of`."""

    def __init__(self, rules: Rules) -> None:
        self._zone = ZoneInfo(rules.time_zone)
        self._hours = dict.fromkeys(range(7), rules.hours) | dict(rules.hours_by_day)
        self._weekend = frozenset(rules.weekend)
        self._closed, self._open = frozenset(rules.closed), frozenset(rules.open)
        self._holidays, self._makeup_days = frozenset(rules.holidays), frozenset(rules.makeup_days)
        working_day = sum((nominal(shift) for shift in rules.hours), timedelta())
        self._units = {
            Unit.SECONDS: timedelta(seconds=1),
            Unit.MINUTES: timedelta(minutes=1),
            Unit.HOURS: timedelta(hours=1),
            Unit.DAYS: working_day,
        }
        self._pages: dict[int, Page] = {}
        self._ends: dict[date, datetime] = {}
        # The rungs of an open task are asked for at each step of its order.
        self._moved = lru_cache(MOST_MOVED)(self._move)

    @staticmethod
    def of(plant: Plant) -> "Calendar":
        """The calendar of a plant; equal plants share one, so that its pages are written once."""
        if plant.around_the_clock:
            return shared(Rules(plant.time_zone, (ALL_DAY,)))
        by_day = tuple(plant.hours_by_day.items())
        exceptions = (plant.closed, plant.open, plant.holidays, plant.makeup_days)
        return shared(Rules(plant.time_zone, plant.hours, by_day, plant.weekend, *exceptions))

    def length(self, span: Span) -> timedelta:
        """How much working time a span is: `1d` is the sum of the plant's hours, 24 h around the clock."""
        return span.count * self._units[span.unit]

    def add(self, t: datetime, amount: Span | timedelta) -> datetime:
        """The earliest instant by which `amount` has passed since t; if negative, the latest from which it leads to t."""
        work = (self.length(amount) if isinstance(amount, Span) else amount) // MICROSECOND
        return self._moved(since_epoch(t), work)

    def between(self, a: datetime, b: datetime) -> timedelta:
        """The working time from a to b; negative when b lies before a."""
        start, end = since_epoch(a), since_epoch(b)
        if end < start:
            return -self.between(b, a)
        first, last = start // PAGE, end // PAGE
        work = self._page(last).done(end) - self._page(first).done(start)
        return timedelta(microseconds=work + sum(self._page(number).total for number in range(first, last)))

    def start_of(self, day: date) -> datetime:
        """When work begins on that day, or on the next working day."""
        for n in range(HORIZON * PAGE_DAYS):
            if spans := self._spans(day + n * DAY):
                return instant(min(start for start, _ in spans))
        raise NoWorkingTime(day)

    def end_of(self, day: date) -> datetime:
        """When the last shift that begins on that day ends, or on the last working day before it."""
        end = self._ends.get(day)
        if end is None:
            end = self._ends[day] = self._end_of(day)
        return end

    def _end_of(self, day: date) -> datetime:
        for n in range(HORIZON * PAGE_DAYS):
            if spans := self._spans(day - n * DAY):
                return instant(max(end for _, end in spans))
        raise NoWorkingTime(day)

    def midnight_after(self, day: date) -> datetime:
        """When the next day begins in the plant's zone."""
        return instant(self._at(day + DAY, time.min))

    def is_working(self, day: date) -> bool:
        """Whether any shift begins on that day."""
        return bool(self._spans(day))

    def day_of(self, t: datetime) -> date:
        """The date in the plant's zone."""
        return instant(since_epoch(t)).astimezone(self._zone).date()

    def _is_worked(self, day: date) -> bool:
        """Whether the plant works that day; `hours_by_day` of a weekend day only tells the hours once it is opened."""
        if day in self._open:
            return True
        if day in self._closed:
            return False
        if day in self._makeup_days:
            return True
        return day not in self._holidays and day.weekday() not in self._weekend

    def _spans(self, day: date) -> list[tuple[int, int]]:
        """The shifts that begin on that day."""
        if not self._is_worked(day):
            return []
        spans = (self._span(day, shift) for shift in self._hours[day.weekday()])
        return [(start, end) for start, end in spans if start < end]

    def _span(self, day: date, shift: Shift) -> tuple[int, int]:
        crosses_midnight = shift.end <= shift.start
        return self._at(day, shift.start), self._at(day + DAY if crosses_midnight else day, shift.end)

    def _at(self, day: date, wall: time) -> int:
        return since_epoch(datetime.combine(day, wall, self._zone))

    def _page(self, number: int) -> Page:
        page = self._pages.get(number)
        if page is None:
            page = self._pages[number] = self._written(number)
        return page

    def _written(self, number: int) -> Page:
        low, high = number * PAGE, (number + 1) * PAGE
        starts: list[int] = []
        ends: list[int] = []
        for start, end in sorted(self._spans_around(number)):
            start, end = max(start, low), min(end, high)
            if start >= end:
                continue
            if ends and start <= ends[-1]:
                ends[-1] = max(ends[-1], end)
                continue
            starts.append(start)
            ends.append(end)
        lengths = (end - start for start, end in zip(starts, ends, strict=True))
        return Page(starts, ends, list(accumulate(lengths, initial=0)))

    def _spans_around(self, number: int) -> Iterator[tuple[int, int]]:
        """All spans that can touch a page: a shift lasts up to a day and a zone is up to 14 h away from UTC."""
        first = EPOCH.date() + number * PAGE_DAYS * DAY
        for n in range(-2, PAGE_DAYS + 1):
            yield from self._spans(first + n * DAY)

    def _move(self, at: int, work: int) -> datetime:
        if work == 0:
            return instant(at)
        return instant(self._ahead(at, work) if work > 0 else self._back(at, -work))

    def _ahead(self, at: int, work: int) -> int:
        first = at // PAGE
        done = self._page(first).done(at) + work
        for number in range(first, first + HORIZON):
            page = self._page(number)
            if done <= page.total:
                return page.earliest(done)
            done -= page.total
        raise NoWorkingTime(work * MICROSECOND)

    def _back(self, at: int, work: int) -> int:
        first = at // PAGE
        done = self._page(first).done(at) - work
        for number in range(first, first - HORIZON, -1):
            if done >= 0:
                return self._page(number).latest(done)
            done += self._page(number - 1).total
        raise NoWorkingTime(-work * MICROSECOND)


@lru_cache(maxsize=64)
def shared(rules: Rules) -> Calendar:
    return Calendar(rules)


def nominal(shift: Shift) -> timedelta:
    """How long a shift is by the clock on the wall, a day when it ends as it begins."""
    start, end = (datetime.combine(EPOCH, wall) for wall in (shift.start, shift.end))
    return (end - start) % DAY or DAY


def since_epoch(t: datetime) -> int:
    """Microseconds since 1970; a naive datetime is a TypeError."""
    return (t - EPOCH) // MICROSECOND


def instant(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)
