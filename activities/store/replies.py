"""Answers that were given to calls, kept so that a repeat gets the very same."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from activities.store.database import Database
from activities.store.hot import Hot
from activities.store.tables import ORDER, REPLY

BY_ID = Hot(
    select(REPLY, ORDER.c.confirmed_seq)
    .outerjoin(ORDER, ORDER.c.order_id == REPLY.c.order_id)
    .where(REPLY.c.said_id == bindparam("said_id"))
)
CREATED = 201


@dataclass(frozen=True, slots=True)
class Reply:
    """A stored answer; body, location and etag (with its quotes) are exactly as they go out."""

    fingerprint: str
    """A digest of the body that the call came with: the same key with another one is refused."""
    status: int
    body: str
    location: str | None
    etag: str
    is_confirmed: bool = True
    """Whether history is known to have what it tells: of the last flush, a kill may have undone the attempt that wrote it."""


class Replies:
    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, said_id: str) -> Reply | None:
        with self._database.reading() as connection:
            return find(connection, said_id)


def find(connection: Connection, said_id: str) -> Reply | None:
    row = BY_ID.first(connection, {"said_id": said_id})
    if row is None:
        return None
    # An order that was entered is in its history before it is written.
    confirmed = row.seq is None or row.status == CREATED or row.confirmed_seq is None or row.seq <= row.confirmed_seq
    return Reply(
        fingerprint=row.fingerprint,
        status=row.status,
        body=row.body,
        location=row.location,
        etag=row.etag,
        is_confirmed=confirmed,
    )


def etag(version: int) -> str:
    return f'"{version}"'
