"""Routes about orders."""

import json
from datetime import date, datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from activities.store import OrderFilter
from activities.store.views import EventOut, NoticeOut, OrderOut, Page
from api import forms, queries
from api.calls import Call
from api.entering import EnterOrder
from api.gate import BASE
from api.openapi import reads, takes
from api.order_deeds import Amend, Cancel, Hold, Rehearsable, Repromise, Resume
from api.problems import not_found
from api.responses import json_response, listed, one, with_member
from api.routing import PlainRoute
from api.services import Services, services
from api.visit import visiting

router = APIRouter(prefix=f"{BASE}/orders", tags=["orders"], route_class=PlainRoute)


@router.post("", operation_id="enter_order", **takes(forms.OrderIn, OrderOut, status=201))
async def enter_order(request: Request) -> Response:
    """Enter an order; when this answers, it is durable and its first task is in the inbox."""
    here = services(request)
    return await here.performer.perform(request, EnterOrder(here.office))


@router.get("", operation_id="list_orders", **reads(Page[OrderOut], queries.Orders))
async def list_orders(request: Request) -> Response:
    """List orders, the newest first."""
    here, query = services(request), queries.read(queries.Orders, request.query_params)
    now = here.office.now()

    def page() -> Page[OrderOut]:
        return here.store.orders.page(wanted(query, here, now), query.limit, query.cursor, now)

    return json_response(await here.threads.run(listed, page))


@router.get("/{order_no}", operation_id="get_order", **reads(OrderOut))
async def get_order(order_no: str, request: Request) -> Response:
    """One order, found by its number in any case."""
    here = services(request)
    order = await here.threads.run(here.store.orders.get, order_no, here.office.now())
    if order is None:
        raise not_found(f"order {order_no}")
    return one(request, order.model_dump_json, order.version)


@router.get("/{order_no}/events", operation_id="list_events", **reads(Page[EventOut], queries.Events))
async def list_events(order_no: str, request: Request) -> Response:
    """What happened to an order, from its entry on."""
    here = services(request)

    def page() -> Page[EventOut]:
        check_exists(here, order_no)
        query = queries.read(queries.Events, request.query_params)
        return here.store.orders.events(order_no, query.after, query.limit, query.cursor)

    return json_response(await here.threads.run(listed, page))


@router.get("/{order_no}/notices", operation_id="list_notices", **reads(Page[NoticeOut], queries.Paged))
async def list_notices(order_no: str, request: Request) -> Response:
    """The mails about an order, and what became of them."""
    here = services(request)

    def page() -> Page[NoticeOut]:
        check_exists(here, order_no)
        query = queries.read(queries.Paged, request.query_params)
        return here.store.orders.notices(order_no, query.limit, query.cursor)

    return json_response(await here.threads.run(listed, page))


@router.post("/{order_no}/repromise", operation_id="repromise_order", **takes(forms.RepromiseIn, OrderOut))
async def repromise_order(order_no: str, request: Request) -> Response:
    """Move the promise, with a reason and the customer's answer."""
    here = services(request)
    return await here.performer.perform(request, Repromise(here.office, order_no))


@router.post("/{order_no}/hold", operation_id="hold_order", **takes(forms.HoldIn, OrderOut))
async def hold_order(order_no: str, request: Request) -> Response:
    """Stop the clocks of an order until somebody resumes it."""
    here = services(request)
    return await here.performer.perform(request, Hold(here.office, order_no))


@router.post("/{order_no}/resume", operation_id="resume_order", **takes(forms.ReasonIn, OrderOut))
async def resume_order(order_no: str, request: Request) -> Response:
    """Let the clocks of an order run again."""
    here = services(request)
    return await here.performer.perform(request, Resume(here.office, order_no))


@router.post("/{order_no}/cancel", operation_id="cancel_order", **takes(forms.ReasonIn, OrderOut, queries.DryRun))
async def cancel_order(order_no: str, request: Request) -> Response:
    """Cancel an order; a dry run only lists what would follow."""
    here = services(request)
    return await tried_or_done(request, here, Cancel(here.office, order_no, request.query_params))


@router.post("/{order_no}/amend", operation_id="amend_order", **takes(forms.AmendIn, OrderOut, queries.DryRun))
async def amend_order(order_no: str, request: Request) -> Response:
    """Change what was ordered; once released, production and sales decide. A dry run only lists what would follow."""
    here = services(request)
    return await tried_or_done(request, here, Amend(here.office, order_no, request.query_params))


async def tried_or_done(request: Request, here: Services, deed: Rehearsable) -> Response:
    if request.query_params.get("dry_run") == "true":
        return await rehearse(request, here, deed)
    return await here.performer.perform(request, deed)


async def rehearse(request: Request, here: Services, deed: Rehearsable) -> Response:
    """The order with what would follow; refused as the real thing, and remembered by no key."""
    call = Call.of(visiting(request), deed.path, here.office.now())

    order, follow = await here.threads.run(deed.rehearsed, call)
    consequences = json.dumps(follow, ensure_ascii=False).encode()
    return json_response(with_member(order.model_dump_json(), "consequences", consequences))


def check_exists(here: Services, order_no: str) -> None:
    if not here.store.orders.exists(order_no):
        raise not_found(f"order {order_no}")


def wanted(query: queries.Orders, here: Services, now: datetime) -> OrderFilter:
    return OrderFilter(
        status=query.status,
        stage=query.stage,
        risk=query.risk,
        customer=query.customer,
        due_before=day_of(query.due_before, here, now),
        q=query.q,
        sort=query.sort,
    )


def day_of(when: datetime | date | None, here: Services, now: datetime) -> date | None:
    """Promises are days: of an instant counts the day in the plant's zone."""
    return here.office.policy.calendar(now).day_of(when) if isinstance(when, datetime) else when
