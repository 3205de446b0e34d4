"""Of which days figures are asked: of this month, of another period that has a name, or of any days."""

from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from workflows.rules.calendar import DAY

MONTHS_SHOWN = 12
"""Of a trend, if nothing longer is asked for."""
MOST_MONTHS = 60


class Period(StrEnum):
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    THIS_QUARTER = "this_quarter"
    LAST_QUARTER = "last_quarter"
    THIS_YEAR = "this_year"
    LAST_YEAR = "last_year"


class Days(NamedTuple):
    """From the first day to the one before `end`."""

    start: date
    end: date

    @property
    def last(self) -> date:
        return self.end - DAY


LENGTHS = {"month": 1, "quarter": 3, "year": 12}


def days_of(period: Period, today: date) -> Days:
    """Of a period with a name."""
    which, _, name = period.partition("_")
    months = LENGTHS[name]
    start = date(today.year, (today.month - 1) // months * months + 1, 1)
    start = back(start, months) if which == "last" else start
    return Days(start, back(start, -months))


def trend_of(days: Days) -> Days:
    """Whole months up to the one in which the period ends, a year of them or as many as were asked for."""
    end = back(first_of(days.last), -1)
    asked = months_between(first_of(days.start), end)
    return Days(back(end, min(MOST_MONTHS, max(MONTHS_SHOWN, asked))), end)


def months_of(days: Days) -> list[date]:
    """The first day of each month."""
    first = first_of(days.start)
    return [back(first, -n) for n in range(months_between(first, days.end))]


def months_between(first: date, end: date) -> int:
    return (end.year - first.year) * 12 + end.month - first.month


def first_of(day: date) -> date:
    return day.replace(day=1)


def back(first: date, months: int) -> date:
    """So many months before the first of a month."""
    n = first.year * 12 + first.month - 1 - months
    return date(n // 12, n % 12 + 1, 1)


def free(first: date, last: date) -> Days:
    """Both days are meant."""
    return Days(first, last + timedelta(days=1))
