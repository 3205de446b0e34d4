"""Routes about figures: everybody signed in may read them."""

from collections.abc import Callable
from datetime import date, datetime

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from activities.figures import report as figures
from activities.figures.report import Basis, Counted, Figure, Report, UnknownFigure, Wanted
from activities.store.figure_rows import next_month
from activities.store.views import Page
from api import queries
from api.forms import Form
from api.gate import BASE
from api.openapi import reads
from api.problems import invalid, not_found
from api.queries import FIRST_YEAR, LAST_YEAR, LONGEST
from api.responses import json_response, listed
from api.routing import PlainRoute
from api.services import Services, services
from workflows.types.refusals import Fault
from workflows.types.texts import Day
from workflows.types.words import Department

router = APIRouter(prefix=f"{BASE}/figures", tags=["figures"], route_class=PlainRoute)


class FigureQuery(Form):
    """A period, this month when left out; `end` does not belong to it."""

    start: Day | None = None
    end: Day | None = None
    basis: Basis = Basis.LAST
    customer: queries.Word | None = None
    product: queries.Word | None = None
    department: Department | None = None


class PagedFigureQuery(FigureQuery, queries.Paged):
    """The same, page by page."""


class FigureOfMonth(BaseModel):
    month: date
    figure: Figure


class FigureTrend(BaseModel):
    as_of: datetime
    wanted: Wanted
    items: list[FigureOfMonth]


@router.get("", operation_id="get_figures", **reads(Report, FigureQuery))
async def get_figures(request: Request) -> Response:
    """All indicators of a period, each with its denominator, as of now."""
    here, query = services(request), queries.read(FigureQuery, request.query_params)
    now = here.office.now()
    return json_response(await answered(here, lambda: figures.report(here.store, wanted(query, here, now), now)))


@router.get("/{name}/trend", operation_id="get_figure_trend", **reads(FigureTrend, FigureQuery))
async def get_figure_trend(name: str, request: Request) -> Response:
    """One indicator month by month."""
    here, query = services(request), queries.read(FigureQuery, request.query_params)
    now = here.office.now()

    def trend() -> FigureTrend:
        asked = wanted(query, here, now)
        found = figures.trend(here.store, asked, name, now)
        return FigureTrend(as_of=now, wanted=asked, items=[FigureOfMonth(month=month, figure=figure) for month, figure in found])

    return json_response(await answered(here, trend))


@router.get("/{name}/rows", operation_id="list_figure_rows", **reads(Page[Counted], PagedFigureQuery))
async def list_figure_rows(name: str, request: Request) -> Response:
    """The orders or tasks behind an indicator, each with what it counted as."""
    here, query = services(request), queries.read(PagedFigureQuery, request.query_params)
    now = here.office.now()

    def page() -> Page[Counted]:
        return figures.rows(here.store, wanted(query, here, now), name, query.limit, query.cursor, now)

    return json_response(await answered(here, page))


async def answered(here: Services, read: Callable[[], BaseModel]) -> bytes:
    try:
        return await here.threads.run(listed, read)
    except UnknownFigure as error:
        raise not_found(f"figure {error.args[0]}") from error


def wanted(query: FigureQuery, here: Services, now: datetime) -> Wanted:
    """Raises the problem `invalid`."""
    this_month = here.office.policy.calendar(now).day_of(now).replace(day=1)
    start = query.start or this_month
    if not date(FIRST_YEAR, 1, 1) <= start <= date(LAST_YEAR, 1, 1):
        raise invalid(Fault(pointer="/query/start", message=f"write a day between {FIRST_YEAR} and {LAST_YEAR}"))
    end = query.end or next_month(start)
    if not 0 < (end - start).days <= LONGEST:
        raise invalid(Fault(pointer="/query/end", message="write a later day than start, ten years at most"))
    chosen = {"basis": query.basis, "customer": query.customer, "product": query.product, "department": query.department}
    return Wanted.model_validate({"start": start, "end": end, **chosen})
