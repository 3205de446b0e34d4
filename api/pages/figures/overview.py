"""All figures of a period, each against its target, with how it went in the months before."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from starlette.responses import Response

from activities.figures.report import NAMES, report
from activities.figures.telling import Teller, standing, target_of
from activities.figures.words import Basis, Figure, Report, Unit
from activities.store.figure_rows import next_month
from api.pages.figures import asked as asking
from api.pages.figures import period, plot
from api.pages.figures.asked import BOOK, DEPARTMENTS, OVERVIEW, Asked
from api.pages.figures.period import Days, Period
from api.pages.figures.plot import Plot
from api.pages.visitors import Visitor
from api.services import Services
from workflows.types.policy import Policy, Targets
from workflows.types.words import Department

Trend = Sequence[tuple[date, Figure]]


class Look(NamedTuple):
    report: Report
    trends: dict[str, Trend]
    policy: Policy
    today: date


async def show(visitor: Visitor) -> Response:
    asked = asking.read(visitor)
    look = await visitor.run(read, visitor.here, asked, visitor.now)
    return visitor.page(
        "figures/overview.html",
        **frame(visitor, asked, look.policy, look.today, OVERVIEW),
        report=look.report,
        sparks={name: spark(trend, look.policy.targets) for name, trend in look.trends.items()},
        sparks_told={name: told(visitor, trend) for name, trend in look.trends.items()},
    )


def read(here: Services, asked: Asked, now: datetime, most_months: int = period.MONTHS_SHOWN) -> Look:
    """Of a long period a page draws the last months only; all of them are in the Excel file, and on each figure's own page."""
    policy = here.office.policy.pinned(now)
    today = asking.today_of(policy, now)
    return Look(report(here.store, asked.wanted(today), now), trends(here, asked, today, now, most_months), policy, today)


def trends(here: Services, asked: Asked, today: date, now: datetime, most_months: int) -> dict[str, Trend]:
    """Of all figures: whatever is read for one of them in a month is read for all."""
    months = period.months_of(period.trend_of(asked.days(today)))[-most_months:]
    told = [(month, report(here.store, asked.of(Days(month, next_month(month))), now)) for month in months]
    return {name: [(month, each.figure(name)) for month, each in told] for name in NAMES}


def frame(visitor: Visitor, asked: Asked, policy: Policy, today: date, path: str) -> dict[str, Any]:
    """What stands around every page of figures: of what it tells, and what else may be asked for."""
    days = asked.days(today)
    names = [name for name in Period if period.days_of(name, today) == days]
    no_days: dict[str, object] = {"from": None, "to": None}
    return {
        "path": path,
        "asked": asked,
        "days": days,
        "tell": Teller(visitor.tongue),
        "wanted": asked.wanted(today),
        "zone": policy.plant.time_zone,
        "period": names[0] if names else None,
        "periods": {name: asking.address(path, asked, period=name, **no_days) for name in Period},
        "bases": list(Basis),
        "departments": list(Department),
        "standing": lambda figure: standing(figure, policy.targets),
        "target_of": lambda name: target_of(name, policy.targets),
        "to": lambda name, **changes: asking.address(f"{OVERVIEW}/{name}", asked, **changes),
        "overview": asking.address(OVERVIEW, asked),
        "by_department": asking.address(DEPARTMENTS, asked, department=None),
        "book": asking.address(BOOK, asked),
    }


def spark(trend: Trend, targets: Targets) -> Plot:
    return plot.spark(*drawn(trend, targets))


def drawn(trend: Trend, targets: Targets) -> tuple[list[float | None], float | None, bool]:
    """What a plot is made of."""
    first = trend[0][1] if trend else None
    target = target_of(first.name, targets) if first else None
    return [figure.value for _, figure in trend], target, first is not None and first.unit is Unit.SHARE


def told(visitor: Visitor, trend: Trend) -> str:
    """The same as the drawing, for whoever does not see it."""
    tell, known = Teller(visitor.tongue), [each for each in trend if each[1].value is not None]
    if not known:
        return visitor.tongue.text("Nothing was counted in these months.")
    low, most = (end(known, key=lambda each: each[1].value or 0.0) for end in (min, max))
    values = {"low": tell.value(low[1]), "low_month": tell.month(low[0]), "most": tell.value(most[1])}
    values |= {"most_month": tell.month(most[0]), "last": tell.value(known[-1][1]), "month": tell.month(known[-1][0])}
    return visitor.tongue.text("Lowest {low} in {low_month}, highest {most} in {most_month}, last {last} in {month}.", **values)
