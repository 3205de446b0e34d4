"""Lists that people come back to: what they asked for, under a name of theirs."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, insert, select

from activities.store.database import Database
from activities.store.keys import plain
from activities.store.tables import SAVED_LINK

MOST = 30
"""Of one person: more are no way to find anything."""


class SavedLink(NamedTuple):
    id: int
    name: str
    query: str
    """What stands behind the question mark."""


class SavedLinks:
    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, person_id: str) -> list[SavedLink]:
        """In the order in which they were kept."""
        columns = (SAVED_LINK.c.id, SAVED_LINK.c.name, SAVED_LINK.c.query)
        statement = select(*columns).where(SAVED_LINK.c.person == person_id).order_by(SAVED_LINK.c.id)
        with self._database.reading() as connection:
            return [SavedLink(*row) for row in connection.execute(statement)]

    def keep(self, person_id: str, name: str, query: str, now: datetime) -> bool:
        """Whether there was room; the same name again stands for the newer question."""
        name = plain(name)
        mine = SAVED_LINK.c.person == person_id
        with self._database.writing() as connection:
            connection.execute(delete(SAVED_LINK).where(mine, SAVED_LINK.c.name == name))
            if (connection.execute(select(func.count()).where(mine)).scalar() or 0) >= MOST:
                return False
            row = {"person": person_id, "name": name, "query": plain(query), "at": now}
            connection.execute(insert(SAVED_LINK), row)
        return True

    def remove(self, person_id: str, link_id: int) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(SAVED_LINK).where(SAVED_LINK.c.person == person_id, SAVED_LINK.c.id == link_id))
