"""Where a trend is drawn, and of which days figures are asked."""

from datetime import date

import pytest

from api.pages.figures import period
from api.pages.figures.period import Days, Period
from api.pages.figures.plot import Plot, nice, spark

DAY = date(2027, 2, 14)


@pytest.mark.parametrize(
    ("values", "target", "is_share", "scale"),
    [
        ([0.9, 0.95, None, 1.0], 0.95, True, (0.9, 1.0, 0.025)),
        ([0.99], 0.5, True, (0.4, 1.0, 0.2)),
        ([1, 1, 1], None, True, (0.75, 1.0, 0.25)),
        ([0, 0], None, True, (0.0, 0.25, 0.25)),
        ([], None, True, (0.0, 0.25, 0.25)),
        ([12.5, 30, 7], None, False, (0.0, 30.0, 10.0)),
        ([100, 100], None, False, (0.0, 100.0, 25.0)),
        ([-20, 40, 60], None, False, (-20.0, 60.0, 20.0)),
    ],
)
def test_the_scale_holds_every_value_and_the_target(
    values: list[float | None], target: float | None, is_share: bool, scale: tuple[float, float, float]
) -> None:
    plot = Plot(values, target, is_share)
    assert plot.scale == pytest.approx(scale)
    bottom, top, step = plot.scale
    assert [tick.value for tick in plot.ticks] == pytest.approx([bottom + n * step for n in range(len(plot.ticks))])
    assert plot.ticks[-1].value == pytest.approx(top) and 2 <= len(plot.ticks) <= 7
    known = [value for value in (*values, target) if value is not None]
    assert all(plot.edges[2] <= plot.y(value) <= plot.ground for value in known)


def test_the_line_breaks_where_nothing_was_counted() -> None:
    plot = Plot([0.5, 0.6, None, 0.7, None, 0.8, 0.9])
    assert [point.n for point in plot.points] == [0, 1, 3, 5, 6]
    assert [len(line.split()) for line in plot.lines] == [2, 2]
    assert plot.points[0].x == plot.left and plot.points[-1].x == plot.right
    assert plot.points[0].y > plot.points[-1].y


def test_one_month_stands_in_the_middle_and_many_are_not_all_named() -> None:
    assert Plot([3.0]).points[0].x == (Plot([3.0]).left + Plot([3.0]).right) / 2
    assert Plot([1.0] * 12).every == 1 and Plot([1.0] * 60).every == 4
    small = spark([0.1, 0.9], None, True)
    assert all(0 < point.x < small.wide and 0 < point.y < small.high for point in small.points)


@pytest.mark.parametrize(("step", "found"), [(0.013, 0.02), (1, 1), (2.1, 2.5), (26, 50), (9.9, 10), (300, 500)])
def test_people_count_by_round_numbers(step: float, found: float) -> None:
    assert nice(step) == pytest.approx(found)


@pytest.mark.parametrize(
    ("name", "start", "last"),
    [
        (Period.THIS_MONTH, "2027-02-01", "2027-02-28"),
        (Period.LAST_MONTH, "2027-01-01", "2027-01-31"),
        (Period.THIS_QUARTER, "2027-01-01", "2027-03-31"),
        (Period.LAST_QUARTER, "2026-10-01", "2026-12-31"),
        (Period.THIS_YEAR, "2027-01-01", "2027-12-31"),
        (Period.LAST_YEAR, "2026-01-01", "2026-12-31"),
    ],
)
def test_periods_with_a_name(name: Period, start: str, last: str) -> None:
    days = period.days_of(name, DAY)
    assert (f"{days.start}", f"{days.last}") == (start, last)


@pytest.mark.parametrize(
    ("start", "last", "first", "months"),
    [
        ("2027-02-01", "2027-02-28", "2026-03-01", 12),
        ("2025-01-01", "2026-12-31", "2025-01-01", 24),
        ("2027-02-10", "2027-02-12", "2026-03-01", 12),
        ("1900-01-01", "2026-12-31", "2022-01-01", 60),
    ],
)
def test_a_trend_ends_with_the_period_and_is_a_year_at_least(start: str, last: str, first: str, months: int) -> None:
    days = period.trend_of(period.free(date.fromisoformat(start), date.fromisoformat(last)))
    found = period.months_of(days)
    assert f"{found[0]}" == first and len(found) == months
    assert days == Days(found[0], period.back(found[-1], -1))
    assert period.first_of(date.fromisoformat(last)) == found[-1]
