"""Who was shown what: written in batches, read by order or by person, newest first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, select

from activities.store.audit_tables import ACCESS_LOG
from activities.store.database import Database
from activities.store.keys import order_key, plain


class Access(NamedTuple):
    at: datetime
    person: str
    what: str
    about: str
    """An order; empty where it was about many."""
    detail: str
    how: str
    """page, api or link."""
    door: str
    """The beginning of the digest of the session, token or link by which they came."""


class AccessLog:
    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, entries: Sequence[Access]) -> None:
        """All in one statement."""
        with self._database.writing() as connection:
            connection.execute(insert(ACCESS_LOG), [entry._asdict() for entry in entries])

    def of_order(self, order_no: str, limit: int, before: int | None = None) -> tuple[list[Access], int | None]:
        """Who was shown anything of an order; and, where there is more, what to go on before."""
        return self._newest(ACCESS_LOG.c.about == order_key(order_no), limit, before)

    def of_person(self, person: str, limit: int, before: int | None = None) -> tuple[list[Access], int | None]:
        return self._newest(ACCESS_LOG.c.person == plain(person), limit, before)

    def _newest(self, whose: Any, limit: int, before: int | None) -> tuple[list[Access], int | None]:
        wanted = select(ACCESS_LOG).where(whose).order_by(ACCESS_LOG.c.id.desc()).limit(limit + 1)
        if before is not None:
            wanted = wanted.where(ACCESS_LOG.c.id < before)
        with self._database.reading() as connection:
            found = connection.execute(wanted).all()
        more = found[limit - 1].id if len(found) > limit else None
        return [Access(*row[1:]) for row in found[:limit]], more
