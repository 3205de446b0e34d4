"""Routes about improvements and the other cases beside the orders."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from activities.store.cases import CaseFilter
from activities.store.views import CaseOut, EventOut, Page
from api import forms, queries
from api.gate import BASE
from api.improving import RaiseImprovement
from api.openapi import reads, takes
from api.problems import not_found
from api.responses import json_response, listed, one
from api.routing import PlainRoute
from api.services import Services, services

router = APIRouter(prefix=f"{BASE}/improvements", tags=["improvements"], route_class=PlainRoute)


@router.post("", operation_id="raise_improvement", **takes(forms.ImprovementIn, CaseOut, status=201))
async def raise_improvement(request: Request) -> Response:
    """Record a suggestion, a complaint or a non-conformance; when this answers, somebody is asked about it."""
    here = services(request)
    return await here.performer.perform(request, RaiseImprovement(here.office))


@router.get("", operation_id="list_improvements", **reads(Page[CaseOut], queries.Improvements))
async def list_improvements(request: Request) -> Response:
    """List cases, the newest first."""
    here, query = services(request), queries.read(queries.Improvements, request.query_params)
    wanted = CaseFilter(query.status, query.origin, query.department, query.order_no)
    now = here.office.now()

    def page() -> Page[CaseOut]:
        return here.store.cases.page(wanted, query.limit, query.cursor, now)

    return json_response(await here.threads.run(listed, page))


@router.get("/{number}", operation_id="get_improvement", **reads(CaseOut))
async def get_improvement(number: str, request: Request) -> Response:
    """One case, found by its number."""
    here = services(request)
    case = await here.threads.run(here.store.cases.get, number, here.office.now())
    if case is None:
        raise not_found(f"improvement {number}")
    return one(request, case.model_dump_json, case.version)


@router.get("/{number}/events", operation_id="list_improvement_events", **reads(Page[EventOut], queries.Events))
async def list_improvement_events(number: str, request: Request) -> Response:
    """What happened to a case, from its record on."""
    here = services(request)

    def page() -> Page[EventOut]:
        check_exists(here, number)
        query = queries.read(queries.Events, request.query_params)
        return here.store.orders.events(number, query.after, query.limit, query.cursor)

    return json_response(await here.threads.run(listed, page))


def check_exists(here: Services, number: str) -> None:
    if not here.store.cases.exists(number):
        raise not_found(f"improvement {number}")
