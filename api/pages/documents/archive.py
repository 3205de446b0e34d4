"""The archive: bundles of closed orders, found by number, customer, product and by when they were closed."""

from starlette.datastructures import QueryParams
from starlette.responses import Response

from activities.store import BadCursor
from activities.store.archives import ArchiveOut
from activities.store.views import Page
from api import filing, looks, queries
from api.pages.visitors import Visitor
from api.problems import Problem, invalid
from workflows.types.refusals import Fault

ASKED = ("order_no", "customer", "product", "closed_from", "closed_to")
A_PAGE = 50


async def show(visitor: Visitor) -> Response:
    given = {name: visitor.request.query_params.get(name, "").strip() for name in ASKED}
    problem: Problem | None = None
    page: Page[ArchiveOut] = Page(items=[], next_cursor=None)
    try:
        page = await visitor.run(look, visitor, given)
    except Problem as refused:
        problem = refused
    zone = (await visitor.run(visitor.here.office.policy.pinned, visitor.now)).plant.time_zone
    return visitor.page(
        "documents/archive.html",
        problem.status if problem else 200,
        given=given,
        page=page,
        problem=problem,
        zone=zone,
    )


def look(visitor: Visitor, given: dict[str, str]) -> Page[ArchiveOut]:
    asked = {name: value for name, value in given.items() if value}
    query = queries.read(queries.Archive, QueryParams(asked))
    try:
        cursor = visitor.request.query_params.get("cursor") or None
        return visitor.here.store.archives.page(filing.wanted(query, visitor.here), A_PAGE, cursor)
    except BadCursor as error:
        raise invalid(Fault(pointer="/query/cursor", message=str(error))) from None


async def download(visitor: Visitor) -> Response:
    """Read through before it is given out."""
    bundled = await visitor.run(filing.found_bundle, visitor.here, str(visitor.request.path_params["id"]))
    looks.show(visitor.request.scope, filing.shown_bundle(bundled))
    return filing.download_bundle(visitor.here, bundled)
