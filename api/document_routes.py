"""Routes about documents and their archive."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from activities.store.archives import ArchiveOut
from activities.store.documents import DocumentOut
from activities.store.views import Page
from api import filing, looks, queries
from api.document_forms import PaperIn
from api.forms import read
from api.gate import BASE
from api.openapi import KEY, reads, responses, takes
from api.order_routes import check_exists
from api.pages.forms import sendings
from api.problems import Problem
from api.responses import json_response, listed
from api.routing import PlainRoute
from api.services import services
from api.visit import Visit, enter, visiting
from workflows.types.words import DocumentKind

router = APIRouter(prefix=BASE, tags=["documents"], route_class=PlainRoute)
BINARY = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
FORM = {
    "type": "object",
    "required": ["file", "kind"],
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "kind": {"type": "string", "enum": [kind.value for kind in DocumentKind]},
        "task_id": {"type": "string"},
        "note": {"type": "string", "maxLength": 2000},
    },
}
SENT: dict[str, Any] = {
    "status_code": 201,
    "responses": responses(DocumentOut, 201),
    "openapi_extra": {
        "parameters": [KEY],
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": FORM}}},
    },
}


def given(what: str) -> dict[str, Any]:
    """What a route that gives out a file says of itself."""
    problem = {"description": "A problem document.", **responses(DocumentOut, 200)["default"]}
    return {"response_class": Response, "responses": {200: {"description": what, **BINARY}, "default": problem}}


@router.post("/orders/{order_no}/documents", operation_id="upload_document", **SENT)
async def upload_document(order_no: str, request: Request) -> Response:
    """Put a file of an order on file; what it is is told by its content."""
    here, visit = services(request), visiting(request)
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise Problem(415, "unsupported-media-type", "send multipart/form-data")
    form = await sendings.read(sendings.counted(request, filing.MOST_SENT), filing.MOST_SENT)
    try:
        sent = await filing.sent_file(form)
    finally:
        await form.close()
    said = Visit(visit.person, filing.body_of(filing.said_of(form, sent)), visit.headers, visit.method, visit.until)
    enter(request.scope, said)
    return (await here.performer.answer(said, filing.upload(here, order_no, sent))).response()


@router.get("/orders/{order_no}/documents", operation_id="list_documents", **reads(Page[DocumentOut], queries.Paged))
async def list_documents(order_no: str, request: Request) -> Response:
    """What is on file of an order, version by version."""
    here = services(request)

    def page() -> Page[DocumentOut]:
        check_exists(here, order_no)
        query = queries.read(queries.Paged, request.query_params)
        return here.store.documents.page(order_no, query.limit, query.cursor)

    return json_response(await here.threads.run(listed, page))


@router.post("/orders/{order_no}/documents/generate", operation_id="generate_document", **takes(PaperIn, DocumentOut, status=201))
async def generate_document(order_no: str, request: Request) -> Response:
    """Print a document from the record and file it, as a new version if it says anything new."""
    here, visit = services(request), visiting(request)
    await here.threads.run(filing.check_may, here, order_no, visit.person)
    deed = await filing.paper(here, order_no, read(PaperIn, visit.body.value), visit.person)
    return (await here.performer.answer(visit, deed)).response()


@router.get("/documents/{document_id}", operation_id="get_document", **given("The document."))
async def get_document(document_id: str, request: Request) -> Response:
    """One document as it was put on file; bytes that have changed since are never given out."""
    here = services(request)
    document, content = await here.threads.run(filing.found, here, document_id)
    looks.show(request.scope, filing.shown(document))
    return filing.download(document, content)


@router.get("/archive", operation_id="list_archive", **reads(Page[ArchiveOut], queries.Archive))
async def list_archive(request: Request) -> Response:
    """Bundles of closed orders, the newest first; by beginnings of number, customer and product, and by when they closed."""
    here, query = services(request), queries.read(queries.Archive, request.query_params)

    def page() -> Page[ArchiveOut]:
        return here.store.archives.page(filing.wanted(query, here), query.limit, query.cursor)

    return json_response(await here.threads.run(listed, page))


@router.get("/archive/{archive_id}", operation_id="get_archive", **given("The bundle."))
async def get_archive(archive_id: str, request: Request) -> Response:
    """One bundle, read through before it is given out."""
    here = services(request)
    bundled = await here.threads.run(filing.found_bundle, here, archive_id)
    looks.show(request.scope, filing.shown_bundle(bundled))
    return filing.download_bundle(here, bundled)
