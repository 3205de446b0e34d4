"""The indicators of the policy (requirements, Indicators), each with its denominator and the instant it was read at (R2, R19)."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from activities.figures import counting, indicators
from activities.figures.indicators import Reading
from activities.figures.words import Basis, Counted, Figure, LatenessCause, Report, Unit, Wanted
from activities.store import Store, UnknownPolicy
from activities.store.figure_rows import next_month
from activities.store.figure_sums import Choice, Sums
from activities.store.views import Page

__all__ = [
    "NAMES",
    "Basis",
    "Counted",
    "Figure",
    "LatenessCause",
    "Report",
    "Unit",
    "UnknownFigure",
    "Wanted",
    "report",
    "rows",
    "trend",
]

NAMES = tuple(indicators.FIGURES)
"""In the order in which they are shown."""


class UnknownFigure(KeyError):
    """There is no figure of this name."""


def report(store: Store, wanted: Wanted, now: datetime) -> Report:
    """All figures of a period, as of now; raises StoreAway."""
    with store.figure_sums.reading() as sums:
        reading = reading_of(store, sums, wanted, now)
        reading.load(indicators.measures(wanted.basis))
        figures = tuple(figure(reading) for figure in indicators.FIGURES.values())
        return Report(as_of=now, wanted=wanted, figures=figures, causes=indicators.causes(reading))


def trend(store: Store, wanted: Wanted, name: str, now: datetime) -> list[tuple[date, Figure]]:
    """The figure month by month, each by the month's first day in the period; raises UnknownFigure."""
    if name not in indicators.FIGURES:
        raise UnknownFigure(name)
    with store.figure_sums.reading() as sums:
        return [(month.start, indicators.FIGURES[name](reading_of(store, sums, month, now))) for month in months(wanted)]


def rows(store: Store, wanted: Wanted, name: str, limit: int, cursor: str | None, now: datetime) -> Page[Counted]:
    """What stands behind a figure, by day; raises UnknownFigure, BadCursor."""
    if name not in indicators.FIGURES:
        raise UnknownFigure(name)
    with store.figure_sums.reading() as sums:
        reading = reading_of(store, sums, wanted, now)
        behind = counting.behind(name, wanted.basis, wanted.department)
        found, following = sums.rows(behind.measure, behind.only, limit, cursor, reading.choice)
        return Page(items=[behind.counted(row, reading.today) for row in found], next_cursor=following)


def reading_of(store: Store, sums: Sums, wanted: Wanted, now: datetime) -> Reading:
    choice = Choice(wanted.start, wanted.end, now, wanted.customer, wanted.product)
    return Reading(sums, choice, wanted.basis, wanted.department, now.astimezone(zone(store, sums)).date())


def zone(store: Store, sums: Sums) -> ZoneInfo:
    """Of the plant whose orders these are."""
    try:
        return ZoneInfo(store.policies.get(sums.newest_policy() or "").plant.time_zone)
    except UnknownPolicy:
        return ZoneInfo(UTC.tzname(None))


def months(wanted: Wanted) -> list[Wanted]:
    """The period month by month; the first and the last may be cut."""
    found: list[Wanted] = []
    start = wanted.start
    while start < wanted.end:
        end = min(next_month(start), wanted.end)
        found.append(wanted.model_copy(update={"start": start, "end": end}))
        start = end
    return found
