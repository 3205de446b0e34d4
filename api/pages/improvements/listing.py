"""The list of improvements and of all else that stands beside the orders: what is open, where it comes from, whose turn it is."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from starlette.datastructures import QueryParams
from starlette.responses import Response

from activities.mail.words import Words
from activities.store import BadCursor
from activities.store.cases import CaseFilter
from activities.store.views import CaseOut, Page
from api import queries
from api.pages import filters
from api.pages.tasks.view import names_of
from api.pages.visitors import Visitor
from api.problems import Problem, invalid
from workflows.types.refusals import Fault
from workflows.types.words import UNDER_WAY, OrderStatus, Origin

ADDRESS = "/improvements"
OPEN = ",".join(UNDER_WAY)


class Found(NamedTuple):
    page: Page[CaseOut]
    under_way: int
    by_origin: Mapping[Origin, int]
    names: Mapping[str, str]


async def show(visitor: Visitor) -> Response:
    """Without a word about the status, what is under way."""
    typed = dict(visitor.request.query_params)
    typed.setdefault("status", OPEN)
    problem: Problem | None = None
    try:
        query = queries.read(queries.Improvements, QueryParams(asked(typed)))
        found = await visitor.run(look, visitor, query)
    except Problem as refused:
        # What cannot be asked finds nothing; the form shows it as it was asked.
        problem, query = refused, queries.Improvements()
        found = (await visitor.run(look, visitor, query))._replace(page=Page[CaseOut](items=[], next_cursor=None))
    return visitor.page("improvements/list.html", problem.status if problem else 200, **shown(query, found, typed, problem))


def asked(typed: Mapping[str, str]) -> dict[str, str]:
    """What was left open in the form is not asked; languages are the page's own affair."""
    return {name: text.strip() for name, text in typed.items() if text.strip() and name in queries.Improvements.model_fields}


def look(visitor: Visitor, query: queries.Improvements) -> Found:
    store, now = visitor.here.store, visitor.now
    wanted = CaseFilter(query.status, query.origin, query.department, query.order_no)
    try:
        page = store.cases.page(wanted, query.limit, query.cursor, now)
    except BadCursor as error:
        raise invalid(Fault(pointer="/query/cursor", message=str(error))) from None
    by_origin = store.cases.open_by_origin()
    names = names_of(store.people.every(), Words.of(visitor.tongue.language), visitor.tongue)
    return Found(page, sum(by_origin.values()), by_origin, names)


def shown(query: queries.Improvements, found: Found, typed: Mapping[str, str], problem: Problem | None) -> dict[str, Any]:
    return {
        "here": ADDRESS,
        "found": found,
        "typed": {field: typed.get(field, "") for field in queries.Improvements.model_fields},
        "under_way": OPEN,
        "statuses": [each.value for each in OrderStatus if each is not OrderStatus.ON_HOLD],
        "next": found.page.next_cursor and filters.address(ADDRESS, query, cursor=found.page.next_cursor),
        "first": filters.address(ADDRESS, query, cursor=None) if query.cursor else None,
        "problem": problem,
    }
