"""Where things are drawn on the plan board: days from left to right, orders from top to bottom; pixels, and no words."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

LEFT, WIDE = 210, 890
"""For names, and for days."""
HEAD, ROW, BAR = 44, 28, 16
LEAST = 3
"""No bar is narrower, else it is not seen."""
NAME = 110
"""What a bar needs at least for the number written on it, where bars share a row."""
NEAREST = 5
"""Others that are named where many share a work center."""
DAY = timedelta(days=1)


class Work(StrEnum):
    MAKE = "make"
    MADE = "made"
    OVERRUN = "overrun"
    """Still being made, after it should have been done."""
    SHIP = "ship"


@dataclass(frozen=True)
class Window:
    """The days that are seen."""

    first: date
    days: int
    zone: ZoneInfo

    @cached_property
    def start(self) -> datetime:
        return self.morning(self.first)

    @cached_property
    def end(self) -> datetime:
        return self.morning(self.first + self.days * DAY)

    def morning(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)

    def night(self, day: date) -> datetime:
        return self.morning(day + DAY)

    def every_day(self) -> list[date]:
        return [self.first + n * DAY for n in range(self.days)]

    def shows(self, at: datetime) -> bool:
        return self.start <= at < self.end

    def x(self, at: datetime) -> float:
        """From the left edge of the drawing; what is out of sight lies on the border."""
        part = (at - self.start) / (self.end - self.start)
        return round(LEFT + WIDE * min(1.0, max(0.0, part)), 1)


@dataclass(frozen=True)
class Span:
    """From when to when what is done; as people say it, before it is cut to what is seen."""

    work: Work
    since: datetime
    until: datetime
    is_late: bool = False
    """It lies behind the promised day."""


@dataclass(frozen=True)
class Bar:
    span: Span
    x: float
    width: float
    comes_from_before: bool
    goes_on: bool

    @property
    def end(self) -> float:
        return round(self.x + self.width, 1)


def split(spans: Iterable[Span], promised_until: datetime | None) -> Iterator[Span]:
    """What lies before the end of the promised day, and what lies behind it."""
    for span in spans:
        if promised_until is None or span.until <= promised_until:
            yield span
        elif span.since >= promised_until:
            yield replace(span, is_late=True)
        else:
            yield replace(span, until=promised_until)
            yield replace(span, since=promised_until, is_late=True)


def bars(window: Window, spans: Iterable[Span]) -> list[Bar]:
    """Of what is seen in the window at all."""
    return [bar(window, span) for span in spans if span.since < window.end and span.until > window.start]


def bar(window: Window, span: Span) -> Bar:
    left, right = window.x(span.since), window.x(span.until)
    return Bar(span, left, max(LEAST, round(right - left, 1)), span.since < window.start, span.until > window.end)


def overlapping(spans: Sequence[tuple[str, Span]]) -> dict[str, list[str]]:
    """By name: with whom it shares the work center at some instant, the nearest few; whoever shares it with anybody is there."""
    found: dict[str, dict[str, None]] = {}
    in_turn = sorted(spans, key=lambda pair: (pair[1].since, pair[1].until, pair[0]))
    longest = in_turn[:1]
    for n, (name, span) in enumerate(in_turn):
        # Whoever lasts longest of those before may have begun long ago.
        for other, earlier in (*in_turn[max(0, n - NEAREST) : n], *longest):
            if other != name and span.since < earlier.until:
                found.setdefault(name, {})[other] = None
                found.setdefault(other, {})[name] = None
        longest = [max(*longest, (name, span), key=lambda pair: pair[1].until)]
    return {name: list(others)[:NEAREST] for name, others in found.items()}


def stacked(widths: Sequence[tuple[float, float]]) -> list[int]:
    """For each bar, by where it begins and ends, the first row in which nothing is in its way."""
    free: list[float] = []
    rows = []
    for start, end in widths:
        row = next((n for n, until in enumerate(free) if until <= start), len(free))
        free[row : row + 1] = [max(end, start + NAME)]
        rows.append(row)
    return rows
