"""Answers that were given to calls, kept so that a repeat gets the very same."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select

from activities.store.database import Database
from activities.store.tables import REPLY

BY_ID = select(REPLY).where(REPLY.c.said_id == bindparam("said_id"))


@dataclass(frozen=True, slots=True)
class Reply:
    """A stored answer; body, location and etag (with its quotes) are exactly as they go out."""

    fingerprint: str
    """A digest of the body that the call came with: the same key with another one is refused."""
    status: int
    body: str
    location: str | None
    etag: str


class Replies:
    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, said_id: str) -> Reply | None:
        with self._database.reading() as connection:
            return find(connection, said_id)


def find(connection: Connection, said_id: str) -> Reply | None:
    row: Any = connection.execute(BY_ID, {"said_id": said_id}).first()
    if row is None:
        return None
    return Reply(fingerprint=row.fingerprint, status=row.status, body=row.body, location=row.location, etag=row.etag)


def etag(version: int) -> str:
    return f'"{version}"'
