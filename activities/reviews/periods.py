"""Of which days a look at the plant is: the month or the quarter before its own."""

from datetime import date

from workflows.rules.calendar import DAY


def month_before(day: date) -> tuple[date, date]:
    """The first day, and the one behind the last."""
    end = day.replace(day=1)
    return (end - DAY).replace(day=1), end


def quarter_before(day: date) -> tuple[date, date]:
    end = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return months_before(end, 3), end


def months_before(first: date, months: int) -> date:
    """The first day of the month so many months before."""
    for _ in range(months):
        first = (first - DAY).replace(day=1)
    return first
