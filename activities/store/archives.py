"""The archive: which closed orders have a bundle, where it is found again, and when its time is over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, exists, func, insert, select, union, update

from activities.store.database import Database
from activities.store.document_tables import ARCHIVE, DOCUMENT
from activities.store.house_log import Entry, write
from activities.store.keys import LAST, folded, order_key
from activities.store.lists import Sorting, number
from activities.store.tables import LINE, ORDER
from activities.store.views import Page, Utc
from workflows.ids import is_case, order_file
from workflows.types.base import Message
from workflows.types.words import ENDED, SYSTEM, OrderStatus

A_LOOK = 500
"""Closed orders that are looked at together."""

CLOSED = select(ORDER.c.order_id, ORDER.c.order_no, ORDER.c.last_seq, ORDER.c.status).where(
    ORDER.c.status == bindparam("status"), ORDER.c.order_id > bindparam("after")
)
DONE = (
    select(ARCHIVE.c.order_id, func.max(ARCHIVE.c.last_seq), func.max(ARCHIVE.c.last_document))
    .where(ARCHIVE.c.order_id.in_(bindparam("orders", expanding=True)))
    .group_by(ARCHIVE.c.order_id)
)
NEWEST = (
    select(DOCUMENT.c.order_id, func.max(DOCUMENT.c.id).label("newest"))
    .where(DOCUMENT.c.order_id.in_(bindparam("orders", expanding=True)))
    .group_by(DOCUMENT.c.order_id)
)
NEWEST_FIRST = Sorting("archive", ("id",), (number,), newest_first=True)


class ArchiveOut(Message):
    """One bundle, as people find it."""

    id: int
    order_no: str
    customer: str
    closed_at: Utc
    sha256: str
    size: int
    missing: tuple[str, ...]
    at: Utc
    verified_at: Utc
    removed_at: Utc | None


class Bundled(NamedTuple):
    """A bundle with what is known of it beside the bundle."""

    archive: ArchiveOut
    manifest: str


@dataclass(frozen=True, kw_only=True)
class NewBundle:
    order_no: str
    customer: str
    closed_at: datetime
    sha256: str
    size: int
    manifest: str
    missing: tuple[str, ...]
    last_document: int
    last_seq: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ArchiveFilter:
    """Beginnings in any case; closed from and to, both included."""

    order_no: str = ""
    customer: str = ""
    product: str = ""
    closed_from: datetime | None = None
    closed_before: datetime | None = None


class Waiting(NamedTuple):
    """Closed orders that lack a bundle, and where the look for more goes on; None: nowhere."""

    order_nos: list[str]
    next: str | None


class Archives:
    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self, status: str, after: str) -> Waiting:
        """Of the next closed orders of this status those with something that no bundle has yet."""
        asked = {"status": status, "after": after}
        with self._database.snapshot() as connection:
            found = connection.execute(CLOSED.order_by(ORDER.c.order_id).limit(A_LOOK), asked).all()
            these = {"orders": [row.order_id for row in found]}
            done = {key: (seq, document) for key, seq, document in connection.execute(DONE, these)} if found else {}
            newest = {row.order_id: row.newest for row in connection.execute(NEWEST, these)} if found else {}
        new = [
            row.order_no
            for row in found
            if not is_case(row.order_no) and (row.last_seq, newest.get(row.order_id, 0)) > done.get(row.order_id, (-1, -1))
        ]
        return Waiting(new, found[-1].order_id if len(found) == A_LOOK else None)

    def unasked(self, after: str) -> Waiting:
        """Of the next completed orders those whose file may lack something that nobody was ever asked for."""
        with self._database.reading() as connection:
            found = connection.execute(ASKED, {"after": after}).all()
        new = [row.order_no for row in found if not (is_case(row.order_no) or row.is_asked or row.is_whole)]
        return Waiting(new, found[-1].order_id if len(found) == A_LOOK else None)

    def with_contents(self, after: str, limit: int) -> dict[str, str]:
        """The next orders that have a document or a bundle, by id: their numbers."""
        both = [select(one.c.order_id, one.c.order_no).where(one.c.order_id > after) for one in (DOCUMENT, ARCHIVE)]
        each = union(*both).subquery()
        with self._database.reading() as connection:
            found = connection.execute(select(each).order_by(each.c.order_id).limit(limit))
            return {row.order_id: row.order_no for row in found}

    def note(self, new: NewBundle) -> ArchiveOut:
        """It has been written and read back."""
        row = {**vars(new), "order_id": order_key(new.order_no), "customer_key": folded(new.customer)}
        row |= {"missing": ",".join(new.missing), "verified_at": new.at}
        with self._database.writing() as connection:
            (made,) = connection.execute(insert(ARCHIVE).returning(ARCHIVE), row).all()
        return archive_out(made)

    def verified(self, archive_id: int, at: datetime) -> None:
        with self._database.writing() as connection:
            connection.execute(update(ARCHIVE).where(ARCHIVE.c.id == archive_id).values(verified_at=at))

    def of_order(self, order_no: str) -> list[Bundled]:
        """Its bundles, the newest first: it is the one that holds."""
        statement = select(ARCHIVE).where(ARCHIVE.c.order_id == order_key(order_no)).order_by(ARCHIVE.c.id.desc())
        with self._database.reading() as connection:
            return [Bundled(archive_out(row), row.manifest) for row in connection.execute(statement)]

    def get(self, archive_id: int) -> Bundled | None:
        with self._database.reading() as connection:
            row = connection.execute(select(ARCHIVE).where(ARCHIVE.c.id == archive_id)).first()
        return Bundled(archive_out(row), row.manifest) if row else None

    def page(self, wanted: ArchiveFilter, limit: int, cursor: str | None) -> Page[ArchiveOut]:
        """The bundles that hold, the newest first; raises BadCursor."""
        statement = select(ARCHIVE).where(is_newest(), *conditions(wanted))
        if cursor:
            statement = statement.where(NEWEST_FIRST.after(NEWEST_FIRST.values(cursor), ARCHIVE))
        with self._database.reading() as connection:
            found = connection.execute(NEWEST_FIRST.first(limit + 1, statement, ARCHIVE)).all()
        return Page(items=[archive_out(row) for row in found[:limit]], next_cursor=NEWEST_FIRST.next_cursor(found, limit))

    def over(self, before: datetime, limit: int) -> list[ArchiveOut]:
        """Bundles of orders that were closed before then and are still kept."""
        statement = select(ARCHIVE).where(ARCHIVE.c.closed_at < before, ARCHIVE.c.removed_at.is_(None))
        with self._database.reading() as connection:
            found = connection.execute(statement.order_by(ARCHIVE.c.closed_at, ARCHIVE.c.id).limit(limit))
            return [archive_out(row) for row in found]

    def needless(self, order_no: str) -> list[str]:
        """The contents of an order's documents that no document of another order has, too."""
        other = DOCUMENT.alias("other")
        shared = select(other.c.id).where(
            other.c.sha256 == DOCUMENT.c.sha256, other.c.order_id != DOCUMENT.c.order_id, other.c.removed_at.is_(None)
        )
        mine = (DOCUMENT.c.order_id == order_key(order_no), DOCUMENT.c.removed_at.is_(None))
        with self._database.reading() as connection:
            return sorted(set(connection.execute(select(DOCUMENT.c.sha256).where(*mine, ~exists(shared))).scalars()))

    def removed(self, archive: ArchiveOut, at: datetime) -> None:
        """Its bundle and the order's documents are gone; that they were there stays on record."""
        documents = update(DOCUMENT).where(DOCUMENT.c.order_id == order_key(archive.order_no), DOCUMENT.c.removed_at.is_(None))
        with self._database.writing() as connection:
            connection.execute(documents.values(removed_at=at))
            connection.execute(update(ARCHIVE).where(ARCHIVE.c.id == archive.id).values(removed_at=at))
            write(connection, Entry(at, SYSTEM, "archive_removed", archive.order_no, archive.sha256))


def is_newest() -> ColumnElement[bool]:
    later = ARCHIVE.alias("later")
    return ~exists(select(later.c.id).where(later.c.order_id == ARCHIVE.c.order_id, later.c.id > ARCHIVE.c.id))


def conditions(wanted: ArchiveFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.order_no:
        found += begins(ARCHIVE.c.order_id, wanted.order_no)
    if wanted.customer:
        found += begins(ARCHIVE.c.customer_key, wanted.customer)
    if wanted.product:
        of_order = select(LINE.c.order_id).where(LINE.c.order_id == ARCHIVE.c.order_id)
        found.append(exists(of_order.where(*begins(LINE.c.product_key, wanted.product))))
    if wanted.closed_from:
        found.append(ARCHIVE.c.closed_at >= wanted.closed_from)
    if wanted.closed_before:
        found.append(ARCHIVE.c.closed_at < wanted.closed_before)
    return found


def begins(column: ColumnElement[Any], text: str) -> list[ColumnElement[bool]]:
    key = folded(text)
    return [column >= key, column < key + LAST]


def archive_out(row: Any) -> ArchiveOut:
    known = {name: getattr(row, name) for name in ArchiveOut.model_fields if name != "missing"}
    return ArchiveOut(**known, missing=tuple(filter(None, row.missing.split(","))))


STATUSES = tuple(status.value for status in ENDED)
# Its case stands beside the orders; a bundle that has gone lacks nothing any more.
FILE = ORDER.alias("file")
ASKED = (
    select(
        ORDER.c.order_id,
        ORDER.c.order_no,
        exists(select(FILE.c.order_id).where(FILE.c.order_id == order_file("") + ORDER.c.order_id)).label("is_asked"),
        exists(
            select(ARCHIVE.c.id).where(
                ARCHIVE.c.order_id == ORDER.c.order_id, is_newest(), (ARCHIVE.c.missing == "") | ARCHIVE.c.removed_at.is_not(None)
            )
        ).label("is_whole"),
    )
    .where(ORDER.c.status == OrderStatus.COMPLETED, ORDER.c.order_id > bindparam("after"))
    .order_by(ORDER.c.order_id)
    .limit(A_LOOK)
)
