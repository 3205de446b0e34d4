"""What admins did to people, and who had mail sent again: kept for ever, newest first."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from activities.store.database import Database
from activities.store.keys import plain
from activities.store.tables import HOUSE_LOG


class Entry(NamedTuple):
    at: datetime
    by: str
    action: str
    about: str
    """A person's id, or an order's number."""
    detail: str = ""


class HouseLog:
    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, entry: Entry) -> None:
        with self._database.writing() as connection:
            write(connection, entry)

    def about(self, whom: str, limit: int = 50) -> list[Entry]:
        with self._database.reading() as connection:
            statement = select(HOUSE_LOG).where(HOUSE_LOG.c.about == plain(whom)).order_by(HOUSE_LOG.c.id.desc())
            return [entry(row) for row in connection.execute(statement.limit(limit))]


def write(connection: Connection, entry: Entry) -> None:
    connection.execute(insert(HOUSE_LOG), entry._asdict())


def entry(row: object) -> Entry:
    return Entry(*(getattr(row, name) for name in Entry._fields))
