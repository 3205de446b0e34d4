"""What the chain vouches for, and each row of it as one text of bytes: the same of both databases, made by them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Select, Table, Text, bindparam, literal_column, select
from sqlmodel.sql.sqltypes import UTCDateTime

from activities.audit.chain import EVENTS, Stored
from activities.store.audit_tables import ACCESS_LOG
from activities.store.document_tables import DOCUMENT
from activities.store.hot import Hot
from activities.store.tables import COMMENT, EVENT, HOUSE_LOG, INBOX_LOG, POLICY_TEXT, SIGNATURE

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Source:
    """A table whose rows never change once they are settled."""

    name: str
    table: Table
    place: str
    """The column by which its rows come one after the other."""
    key: str
    """The column by which a row is called."""
    but: tuple[str, ...] = ()
    """Columns that may change."""

    @property
    def told(self) -> list[Column[Any]]:
        """What is vouched for beside the key."""
        apart = {self.key, *self.but}
        return [column for column in self.table.columns if column.name not in apart]

    @property
    def is_by_time(self) -> bool:
        return isinstance(self.table.c[self.place].type, UTCDateTime)

    def place_of(self, value: Any) -> int:
        """As a link counts it."""
        return (value - EPOCH) // MICROSECOND if self.is_by_time else int(value)

    def value_of(self, place: int) -> Any:
        return EPOCH + timedelta(microseconds=place) if self.is_by_time else place


EVENT_ROWS = Source(EVENTS, EVENT, "seq", "seq", but=("order_id",))
"""Whose order is the link's own subject."""
HOUSE: tuple[Source, ...] = (
    Source("policy_text", POLICY_TEXT, "id", "id"),
    Source("signature", SIGNATURE, "signed_at", "link"),
    Source("inbox_log", INBOX_LOG, "id", "id"),
    Source("house_log", HOUSE_LOG, "id", "id"),
    Source("task_comment", COMMENT, "id", "id"),
    Source("access_log", ACCESS_LOG, "id", "id"),
    Source("document", DOCUMENT, "id", "id", but=("removed_at",)),
)
"""The house's own records."""


def as_told(source: Source, *, is_sqlite: bool) -> Any:
    """Each column with its type and length, one behind the other: what is told of two different rows differs."""
    column = sqlite_column if is_sqlite else postgres_column
    told = " || ".join(column(each) for each in source.told)
    text = literal_column(f"CAST({told} AS BLOB)", LargeBinary) if is_sqlite else literal_column(told, Text)
    return text.label("told")


def sqlite_column(column: Column[Any]) -> str:
    """Whatever somebody put there, of whatever type, also what is no text of ours: bytes are counted, not read."""
    name = quoted(column)
    return f"CASE WHEN {name} IS NULL THEN 'n' ELSE substr(typeof({name}),1,1)||length(CAST({name} AS BLOB))||':'||{name} END"


def postgres_column(column: Column[Any]) -> str:
    """As SQLite has it: instants are texts there, and truth a number."""
    name, of = quoted(column), column.type
    letter, text = "t", name
    if isinstance(of, UTCDateTime):
        text = f"to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
    elif isinstance(of, Boolean | Integer):
        letter, text = "i", f"{name}::int::text" if isinstance(of, Boolean) else f"{name}::text"
    return f"CASE WHEN {name} IS NULL THEN 'n' ELSE '{letter}'||octet_length({text})||':'||{text} END"


def quoted(column: Column[Any]) -> str:
    return f'{column.table.name}."{column.name}"'


def stored(key: Any, told: Any) -> Stored:
    return Stored(str(key), told.encode() if isinstance(told, str) else bytes(told))


def listed(source: Source, *, is_sqlite: bool) -> Select[Any]:
    """All its rows, one after the other."""
    place, key = source.table.c[source.place], source.table.c[source.key]
    return select(place.label("place"), key.label("key"), as_told(source, is_sqlite=is_sqlite)).order_by(place, key)


class Rows:
    """The statements for one database, made once."""

    def __init__(self, *, is_sqlite: bool) -> None:
        these = (EVENT.c.order_id == bindparam("order"), EVENT.c.seq > bindparam("behind"), EVENT.c.seq <= bindparam("upto"))
        self.events = Hot(listed(EVENT_ROWS, is_sqlite=is_sqlite).where(*these))
        of_many = select(EVENT.c.order_id, EVENT.c.seq, as_told(EVENT_ROWS, is_sqlite=is_sqlite))
        self.events_of = of_many.order_by(EVENT.c.order_id, EVENT.c.seq)
        self.house = {source.name: listed(source, is_sqlite=is_sqlite) for source in HOUSE}
