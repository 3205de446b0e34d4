"""The list of all orders: searched, filtered, sorted; a question that comes back is kept under a name."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import QueryParams
from starlette.responses import RedirectResponse, Response

from activities.mail.words import Words
from activities.store import BadCursor
from activities.store.glances import UnderWay
from activities.store.saved_links import SavedLink
from activities.store.views import OrderOut, Page
from api import queries
from api.order_routes import wanted
from api.pages import filters
from api.pages.orders.one import ON_THE_WAY
from api.pages.site import HEADERS
from api.pages.tasks.view import names_of
from api.pages.visitors import Visitor, text
from api.problems import Problem, invalid
from workflows.rules import authority
from workflows.types.refusals import Fault
from workflows.types.words import OrderStatus, Risk

ADDRESS = "/orders"
LONGEST_NAME = 60
NOT_KEPT = ("cursor", "limit")
"""Where in a list somebody was is not what they asked for."""


class Found(NamedTuple):
    page: Page[OrderOut]
    under_way: UnderWay
    saved: Sequence[SavedLink]
    names: Mapping[str, str]
    may_enter: bool


async def show(visitor: Visitor) -> Response:
    return await listed(visitor)


async def keep(visitor: Visitor) -> Response:
    """Keeps the question of the list that was looked at, under a name."""
    sent = await visitor.form()
    name, query = text(sent, "name"), known(text(sent, "query"))
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        message = f"write a name of 1 to {LONGEST_NAME} characters"
        return await listed(visitor, QueryParams(query), invalid(Fault(pointer="/name", message=message)), name)
    if not await visitor.run(visitor.here.store.saved_links.keep, visitor.person.id, name, query, visitor.now):
        full = Problem(409, "too-many", "there are too many saved lists already; remove one first")
        return await listed(visitor, QueryParams(query), full, name)
    return RedirectResponse(f"{ADDRESS}?{query}", 303, HEADERS)


async def forget(visitor: Visitor) -> Response:
    sent = await visitor.form()
    if text(sent, "id").isdecimal():
        await visitor.run(visitor.here.store.saved_links.remove, visitor.person.id, int(text(sent, "id")[:9]))
    return RedirectResponse(f"{ADDRESS}?{known(text(sent, 'query'))}".removesuffix("?"), 303, HEADERS)


async def listed(visitor: Visitor, given: QueryParams | None = None, problem: Problem | None = None, name: str = "") -> Response:
    """`given` instead of what stands in the address, which a form has none of."""
    typed = dict(visitor.request.query_params if given is None else given)
    try:
        query = read(typed)
        found = await visitor.run(look, visitor, query)
    except Problem as refused:
        # What cannot be asked finds nothing; the form shows it as it was asked.
        problem, query = problem or refused, queries.Orders()
        found = (await visitor.run(look, visitor, query))._replace(page=Page[OrderOut](items=[], next_cursor=None))
    return visitor.page("orders.html", problem.status if problem else 200, **shown(visitor, query, found, typed, problem, name))


def look(visitor: Visitor, query: queries.Orders) -> Found:
    store, now = visitor.here.store, visitor.now
    try:
        page = store.orders.page(wanted(query, visitor.here, now), query.limit, query.cursor, now)
    except BadCursor as error:
        raise invalid(Fault(pointer="/query/cursor", message=str(error))) from None
    today = visitor.here.office.policy.read(now).today
    actor = store.people.actor(visitor.person, today)
    names = names_of(store.people.every(), Words.of(visitor.tongue.language), visitor.tongue)
    may_enter = authority.may_enter_orders(actor) is None
    return Found(page, store.glances.under_way(), store.saved_links.of(actor.id), names, may_enter)


def shown(
    visitor: Visitor, query: queries.Orders, found: Found, typed: Mapping[str, str], problem: Problem | None, name: str
) -> dict[str, Any]:
    asked = known(urlencode(typed)) if problem else filters.address("", query, cursor=None, limit=None).removeprefix("?")
    return {
        "here": ADDRESS,
        "found": found,
        "typed": {field: typed.get(field, "") for field in queries.Orders.model_fields},
        "query": asked,
        "next": found.page.next_cursor and filters.address(ADDRESS, query, cursor=found.page.next_cursor),
        "first": filters.address(ADDRESS, query, cursor=None) if query.cursor else None,
        "name": name,
        "problem": problem,
        "under_way": ",".join((OrderStatus.OPEN, OrderStatus.ON_HOLD)),
        "statuses": [each.value for each in OrderStatus],
        "stages": [each.value for each in ON_THE_WAY],
        "risks": [each.value for each in Risk],
    }


def read(typed: Mapping[str, str]) -> queries.Orders:
    """Empty fields ask for nothing, nor does what a list knows nothing of; raises the problem `invalid`."""
    given = {name: value for name, value in typed.items() if value and name in queries.Orders.model_fields}
    return queries.read(queries.Orders, QueryParams(given))


def known(query: str) -> str:
    """Of an address only what asks for orders."""
    asked = [(name, value) for name, value in parse_qsl(query) if name in queries.Orders.model_fields and name not in NOT_KEPT]
    return urlencode(dict(asked))
