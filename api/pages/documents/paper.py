"""A document as the record tells it now: for a browser to show and to print, with no printer of ours."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from activities.documents.filing import UnknownOrder
from activities.documents.papers import Frame, NothingToPrint, style
from activities.languages import chosen
from activities.languages.tongue import NAMES
from api.document_problems import problem_of
from api.pages.addresses import order_url, task_url
from api.pages.documents.file import number
from api.pages.site import HEADERS
from api.pages.visitors import HTML, Visitor
from api.problems import not_found
from workflows.types.words import DocumentKind, Kind, TaskStatus


async def show(visitor: Visitor) -> Response:
    """In the customer's language, or in the one that `in` asks for."""
    kind = str(visitor.request.path_params["kind"])
    if kind not in list(DocumentKind):
        raise not_found(f"document {kind}")
    return Response(await visitor.run(written, visitor, DocumentKind(kind)), 200, HEADERS, HTML)


def written(visitor: Visitor, kind: DocumentKind) -> str:
    filing, order_no = visitor.here.cabinet.filing, number(visitor)
    try:
        record = filing.record(order_no)
        language = chosen([visitor.request.query_params.get("in", "")]) or record.order.customer.language
        return filing.papers.write(record, kind, language, frame(visitor, order_no, kind))
    except UnknownOrder:
        raise not_found(f"order {order_no}") from None
    except NothingToPrint as failure:
        raise problem_of(failure) from None


def frame(visitor: Visitor, order_no: str, kind: DocumentKind) -> Frame:
    here = order_url(order_no, f"print/{kind}")
    back = (order_url(order_no, "documents"), f"« {visitor.tongue.text('Documents')}")
    return Frame([back], [(f"{here}?in={code}", code, name) for code, name in NAMES.items()])


async def go(visitor: Visitor) -> Response:
    """Where a step's code leads: to its newest task, else to the order."""
    return RedirectResponse(await visitor.run(step, visitor), 303, HEADERS)


def step(visitor: Visitor) -> str:
    order_no, kind = number(visitor), str(visitor.request.path_params["kind"])
    if not visitor.here.store.orders.exists(order_no) or kind not in list(Kind):
        raise not_found(f"order {order_no}")
    tasks = [task for task in visitor.here.store.documents.tasks(order_no) if task.kind == kind]
    asked = [task for task in tasks if task.status is not TaskStatus.CANCELLED]
    return task_url(asked[-1].id) if asked else order_url(order_no)


async def stylesheet(request: Request) -> Response:
    return Response(style(), 200, {**HEADERS, "Cache-Control": "public, max-age=300"}, "text/css")
