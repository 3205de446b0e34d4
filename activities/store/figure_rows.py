"""A fact that counts in figures, and where it is summed up."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from activities.store.keys import folded

NO_BUCKET = -1
PRECISION = 3
"""Bits: a bucket is an eighth of what lies between a power of two and the next; finer ones make more sums than they spare."""


class Fact(NamedTuple):
    """One thing that counts; columns as of `figure_fact`."""

    measure: str
    item: str
    what: str
    day: date
    marks: int = 0
    part: int = 0
    of: int = 1
    value: int | None = None
    bucket: int = NO_BUCKET
    is_open: bool = False
    expires: int | None = None


class Cell(NamedTuple):
    """Where facts of one sort are summed up."""

    scope: str
    period: str
    measure: str
    what: str
    marks: int
    bucket: int


def bucket(value: int) -> int:
    """A number that grows with the value, and lies the closer to the next the smaller it is; small values have one each."""
    size = max(0, value.bit_length() - PRECISION - 1)
    return (size << PRECISION) + (value >> size)


def scope(customer: str | None, product: str | None) -> str:
    """Under which sums are kept: `""` for all orders."""
    parts = [("c", customer), ("p", product)]
    return "\n".join(f"{letter}:{folded(name)}" for letter, name in parts if name is not None)


def scopes(customer: str, products: Iterable[str]) -> list[str]:
    """All that an order counts in."""
    each = sorted({folded(product) for product in products})
    return [
        "",
        scope(customer, None),
        *(scope(None, product) for product in each),
        *(scope(customer, product) for product in each),
    ]


def cells(fact: Fact, within: Sequence[str]) -> Iterator[Cell]:
    """Where a decided fact counts: by year and month everywhere, by day over all orders only."""
    year, month = f"y{fact.day:%Y}", f"m{fact.day:%Y-%m}"
    for one in within:
        periods = (year, month) if one else (year, month, f"d{fact.day}")
        for period in periods:
            yield Cell(one, period, fact.measure, fact.what, fact.marks, fact.bucket)


class Reach(NamedTuple):
    """A period as the sums have it: runs of years, months and days, from one to another."""

    runs: list[tuple[str, str]]
    days: list[tuple[date, date]]
    """The days that no whole month covers, each run from its first to its last."""


def reach(start: date, end: date) -> Reach:
    """Of a period; the end does not belong to it."""
    runs: list[tuple[str, str]] = []
    days: list[tuple[date, date]] = []
    while start < end:
        grain, following = next_step(start, end)
        name = f"{grain}{start.isoformat()[: LENGTHS[grain]]}"
        if runs and runs[-1][1][0] == grain:
            runs[-1] = (runs[-1][0], name)
            days[-1:] = [(days[-1][0], start)] if grain == "d" else days[-1:]
        else:
            runs.append((name, name))
            days += [(start, start)] if grain == "d" else []
        start = following
    return Reach(runs, days)


LENGTHS = {"y": 4, "m": 7, "d": 10}


def next_step(day: date, end: date) -> tuple[str, date]:
    """The longest period that begins on this day and is over by the end, and the day after it."""
    if day.month == 1 and day.day == 1 and (following := day.replace(year=day.year + 1)) <= end:
        return "y", following
    if day.day == 1 and (following := next_month(day)) <= end:
        return "m", following
    return "d", day + timedelta(days=1)


def next_month(day: date) -> date:
    """The first of the month after that of a day."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
