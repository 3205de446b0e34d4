"""One figure: how it is counted, how it went month by month, and every order or task behind it."""

from datetime import date, datetime
from typing import NamedTuple

from starlette.responses import Response

from activities.figures import report as figures
from activities.figures.words import Counted, Figure, Report
from activities.store import BadCursor
from activities.store.figure_rows import next_month
from activities.store.views import Page
from api.pages.figures import asked as asking
from api.pages.figures.asked import OVERVIEW, Asked
from api.pages.figures.overview import Trend, drawn, frame, told
from api.pages.figures.plot import Plot
from api.pages.visitors import Visitor
from api.problems import Problem, invalid
from api.services import Services
from workflows import ids
from workflows.rules.calendar import DAY
from workflows.types.policy import Policy
from workflows.types.refusals import Fault

A_PAGE = 50
OF_LATENESS = frozenset({"on_time", "otif", "perfect_order", "tardiness"})
"""Figures that tell of late orders, and are asked why."""


class Look(NamedTuple):
    report: Report
    figure: Figure
    trend: Trend
    rows: Page[Counted]
    policy: Policy
    today: date


async def show(visitor: Visitor) -> Response:
    name = visitor.request.path_params["name"]
    if name not in figures.NAMES:
        raise Problem(404, "not-found", "there is nothing at this address")
    asked = asking.read(visitor)
    look = await visitor.run(read, visitor.here, asked, name, visitor.now)
    path, onwards = f"{OVERVIEW}/{name}", look.rows.next_cursor
    return visitor.page(
        "figures/figure.html",
        **frame(visitor, asked, look.policy, look.today, path),
        report=look.report,
        figure=look.figure,
        trend=look.trend,
        plot=Plot(*drawn(look.trend, look.policy.targets)),
        told=told(visitor, look.trend),
        rows=look.rows.items,
        is_case=ids.is_case,
        of_tasks=any(row.task_id for row in look.rows.items),
        last_of=lambda month: next_month(month) - DAY,
        causes=look.report.causes if name in OF_LATENESS else None,
        first=asking.address(path, asked) if asked.cursor else None,
        next=asking.address(path, asked, cursor=onwards) if onwards else None,
    )


def read(here: Services, asked: Asked, name: str, now: datetime) -> Look:
    policy = here.office.policy.pinned(now)
    today = asking.today_of(policy, now)
    wanted = asked.wanted(today)
    try:
        rows = figures.rows(here.store, wanted, name, A_PAGE, asked.cursor, now)
    except BadCursor as error:
        raise invalid(Fault(pointer="/query/cursor", message=str(error))) from None
    report = figures.report(here.store, wanted, now)
    trend = figures.trend(here.store, asked.months(today), name, now)
    return Look(report, report.figure(name), trend, rows, policy, today)
