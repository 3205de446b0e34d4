"""Documents of orders: what is on file, version by version. Their contents are kept elsewhere, under their digests."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select

from activities.store.database import Database
from activities.store.document_tables import DOCUMENT
from activities.store.keys import order_key, plain
from activities.store.lists import Sorting, number
from activities.store.replies import CREATED, Reply, find
from activities.store.tables import ORDER, REPLY, TASK
from activities.store.views import Page, Utc
from workflows.types.base import Message
from workflows.types.events import SaidRef
from workflows.types.tasks import Task
from workflows.types.words import DocumentKind

GENERATED, UPLOADED, SIGNED = "generated", "uploaded", "signed"

OF_ORDER = select(DOCUMENT).where(DOCUMENT.c.order_id == bindparam("order_id"))
KINDS = select(DOCUMENT.c.kind, DOCUMENT.c.source).where(DOCUMENT.c.order_id == bindparam("order_id")).distinct()
# Two who file the same kind at once get two numbers.
ALONE = select(ORDER.c.order_id).where(ORDER.c.order_id == bindparam("order_id")).with_for_update()
NEWEST = select(func.max(DOCUMENT.c.version)).where(
    DOCUMENT.c.order_id == bindparam("order_id"), DOCUMENT.c.kind == bindparam("kind")
)
BY_ID = Sorting("documents", ("id",), (number,))
FIRST_ETAG = '"1"'


class DocumentOut(Message):
    """One version of a document, as people read it."""

    id: int
    order_no: str
    kind: DocumentKind
    version: int
    sha256: str
    size: int
    media_type: str
    language: str | None
    name: str
    author: str
    at: Utc
    task_id: str | None
    source: str
    note: str | None
    removed_at: Utc | None
    """When its content was removed, its time being over."""


@dataclass(frozen=True, kw_only=True)
class NewDocument:
    """What is to be put on file; its content has been put down already."""

    order_no: str
    kind: DocumentKind
    sha256: str
    size: int
    media_type: str
    author: str
    at: datetime
    source: str
    language: str | None = None
    name: str = ""
    task_id: str | None = None
    note: str | None = None


class Documents:
    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, document_id: int) -> DocumentOut | None:
        with self._database.reading() as connection:
            row = connection.execute(select(DOCUMENT).where(DOCUMENT.c.id == document_id)).first()
        return document_out(row) if row else None

    def page(self, order_no: str, limit: int, cursor: str | None) -> Page[DocumentOut]:
        """In the order in which they were filed; raises BadCursor."""
        statement = OF_ORDER
        if cursor:
            statement = statement.where(BY_ID.after(BY_ID.values(cursor), DOCUMENT))
        with self._database.reading() as connection:
            found = connection.execute(BY_ID.first(limit + 1, statement, DOCUMENT), {"order_id": order_key(order_no)}).all()
        return Page(items=[document_out(row) for row in found[:limit]], next_cursor=BY_ID.next_cursor(found, limit))

    def of_order(self, order_no: str) -> list[DocumentOut]:
        with self._database.reading() as connection:
            found = connection.execute(OF_ORDER.order_by(DOCUMENT.c.id), {"order_id": order_key(order_no)})
            return [document_out(row) for row in found]

    def newest(self, order_no: str, limit: int, task_id: str | None = None) -> list[DocumentOut]:
        """The last that were filed and are still kept, of one task only where one is named."""
        statement = OF_ORDER.where(DOCUMENT.c.removed_at.is_(None)).order_by(DOCUMENT.c.id.desc()).limit(limit)
        if task_id is not None:
            statement = statement.where(DOCUMENT.c.task_id == task_id)
        with self._database.reading() as connection:
            return [document_out(row) for row in connection.execute(statement, {"order_id": order_key(order_no)})]

    def kinds(self, order_no: str) -> set[tuple[str, str]]:
        """What is or ever was on file of an order, by kind and source: what went when its time was over is not missed."""
        with self._database.reading() as connection:
            return {(row.kind, row.source) for row in connection.execute(KINDS, {"order_id": order_key(order_no)})}

    def tasks(self, order_no: str) -> list[Task]:
        """Everything that was ever asked of an order, as it was opened."""
        statement = select(TASK.c.body).where(TASK.c.order_id == order_key(order_no))
        with self._database.reading() as connection:
            found = [Task.model_validate_json(body) for body in connection.execute(statement).scalars()]
        return sorted(found, key=lambda task: (task.opened_at, task.id))

    def file(self, new: NewDocument) -> tuple[DocumentOut, bool]:
        """Puts it on file as the next version, unless the last of its language and making is the same; and whether it is new."""
        with self._database.writing() as connection:
            connection.execute(ALONE, {"order_id": order_key(new.order_no)})
            return filed(connection, new)

    def file_once(self, new: NewDocument, said: SaidRef, location: str) -> Reply:
        """The same, with the answer to whoever asked for it: said again it is the same answer."""
        with self._database.writing() as connection:
            connection.execute(ALONE, {"order_id": order_key(new.order_no)})
            if reply := find(connection, said.id):
                return reply
            document, _ = filed(connection, new, always=new.source == UPLOADED)
            reply = Reply(said.fingerprint, CREATED, document.model_dump_json(), f"{location}/{document.id}", FIRST_ETAG)
            answer = {name: getattr(reply, name) for name in ("fingerprint", "status", "body", "location", "etag")}
            connection.execute(insert(REPLY), {"said_id": said.id, "order_id": order_key(new.order_no), "seq": None, **answer})
        return reply


def filed(connection: Connection, new: NewDocument, *, always: bool = False) -> tuple[DocumentOut, bool]:
    alike = [DOCUMENT.c.kind == new.kind, DOCUMENT.c.source == new.source]
    if new.source == SIGNED:
        # Of several deliveries each was signed for once.
        alike.append(DOCUMENT.c.sha256 == new.sha256)
    language = DOCUMENT.c.language == new.language if new.language else DOCUMENT.c.language.is_(None)
    key = {"order_id": order_key(new.order_no)}
    last = connection.execute(OF_ORDER.where(*alike, language).order_by(DOCUMENT.c.version.desc()).limit(1), key).first()
    if last is not None and last.sha256 == new.sha256 and last.removed_at is None and not always:
        return document_out(last), False
    version = (connection.execute(NEWEST, {**key, "kind": new.kind}).scalar() or 0) + 1
    row = {**vars(new), **key, "version": version, "name": plain(new.name)}
    (made,) = connection.execute(insert(DOCUMENT).returning(DOCUMENT), row).all()
    return document_out(made), True


def document_out(row: Any) -> DocumentOut:
    return DocumentOut(**{name: getattr(row, name) for name in DocumentOut.model_fields})
