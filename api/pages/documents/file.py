"""The file of an order: what is on it, what it lacks, and what can be put on it or printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import RedirectResponse, Response

from activities.documents.completeness import missing
from activities.documents.papers import IS_THERE, title
from activities.documents.record import Record
from activities.mail.words import Words
from activities.store.documents import DocumentOut
from api import filing, looks
from api.document_deeds import MOST_BYTES, may_file
from api.document_forms import PaperIn
from api.forms import read
from api.pages.addresses import order_url
from api.pages.forms.attempts import attempt, key_of
from api.pages.forms.typing_in import clean, typed
from api.pages.site import HEADERS
from api.pages.tasks.view import names_of
from api.pages.visitors import Visitor
from api.problems import Problem, not_found
from api.shell import meaning
from workflows.types.orders import OrderRow
from workflows.types.words import DocumentKind, OrderStatus, TaskStatus

NOTHING = {"kind": "", "task_id": "", "note": ""}
"""What a form shows that nobody has filled in."""


@dataclass(frozen=True)
class Sent:
    """A form that was sent, and why it was not done."""

    problem: Problem
    typed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FileView:
    order: OrderRow
    documents: Sequence[DocumentOut]
    """The newest first."""
    missing: Sequence[DocumentKind]
    printable: Sequence[DocumentKind]
    tasks: Sequence[tuple[str, str]]
    """Which a file can belong to: id and name."""
    names: Mapping[str, str]
    may_file: bool


async def show(visitor: Visitor) -> Response:
    return await page(visitor)


async def upload(visitor: Visitor) -> Response:
    """Puts a file on file."""
    form = await visitor.form(filing.MOST_SENT)
    told = typed(form)
    try:
        sent = await filing.sent_file(form)
        said = {name: clean(value) for name, value in filing.said_of(form, sent).items()}
        deed = filing.upload(visitor.here, number(visitor), sent)
    except Exception as error:
        return await page(visitor, Sent(meaning(error, visitor.request.scope), told))
    problem = await attempt(visitor, deed, said, key_of(told))
    return await page(visitor, Sent(problem, told)) if problem else back(visitor)


async def generate(visitor: Visitor) -> Response:
    """Prints a document from the record and files it."""
    told = typed(await visitor.form())
    said: dict[str, Any] = {name: told[name] for name in ("kind", "language") if told.get(name)}
    try:
        deed = await filing.paper(visitor.here, number(visitor), read(PaperIn, said), visitor.person)
    except Exception as error:
        return await page(visitor, Sent(meaning(error, visitor.request.scope), told))
    problem = await attempt(visitor, deed, said, key_of(told))
    return await page(visitor, Sent(problem, told)) if problem else back(visitor)


async def download(visitor: Visitor) -> Response:
    document, content = await visitor.run(filing.found, visitor.here, str(visitor.request.path_params["id"]))
    looks.show(visitor.request.scope, filing.shown(document))
    return filing.download(document, content)


async def page(visitor: Visitor, sent: Sent | None = None) -> Response:
    view = await visitor.run(look, visitor)
    tongue = visitor.tongue
    return visitor.page(
        "documents/file.html",
        sent.problem.status if sent else 200,
        here="/orders",
        view=view,
        order=view.order,
        kinds=[(kind, title(kind, tongue)) for kind in DocumentKind],
        titles={kind: title(kind, tongue) for kind in DocumentKind},
        typed={**NOTHING, "task_id": visitor.request.query_params.get("task", ""), **(sent.typed if sent else {})},
        problem=sent.problem if sent else None,
        key=key(sent.typed if sent else {}),
        most=MOST_BYTES // (1024 * 1024),
    )


def look(visitor: Visitor) -> FileView:
    store, order_no = visitor.here.store, number(visitor)
    record = Record.of(store, order_no)
    if record is None or record.order.case is not None:
        raise not_found(f"order {order_no}")
    order, words = record.order, Words.of(visitor.tongue.language)
    today = visitor.here.office.policy.read(visitor.now).today
    return FileView(
        order=order,
        documents=list(reversed(store.documents.of_order(order_no))),
        missing=missing(store, order_no) if order.status is OrderStatus.COMPLETED else (),
        printable=[kind for kind in DocumentKind if IS_THERE[kind](record)],
        tasks=[(task.id, words.tasks[task.kind]) for task in record.tasks if task.status is not TaskStatus.CANCELLED],
        names=names_of(store.people.every(), words, visitor.tongue),
        may_file=may_file(store.people.actor(visitor.person, today), order) is None,
    )


def key(sent: Mapping[str, str]) -> str:
    """That of a form that was sent, for whoever does not know whether it was done; forms that print add their kind to it."""
    return key_of(sent).removesuffix(f"-{sent.get('kind', '')}")


def back(visitor: Visitor) -> Response:
    return RedirectResponse(order_url(number(visitor), "documents"), 303, HEADERS)


def number(visitor: Visitor) -> str:
    return str(visitor.request.path_params["no"])
