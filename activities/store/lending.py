"""Mail with a row for each reader: put on record once, lent to one worker at a time, and settled when it is out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, func, select, update

from activities.store.database import Database
from workflows.types.words import NoticeState


class DeadLetter(NamedTuple):
    """One that its mail server refused, or that no server took in all the time it had."""

    kind: str
    name: str
    """Which one of its kind: the day of a digest, the letter of a circular."""
    person: str
    address: str
    at: datetime
    why: str


class Lending:
    """The rows of one table. `batch` says, with parameters, which are told together; `key` tells one from all others."""

    def __init__(self, database: Database, table: Table, batch: ColumnElement[bool], *key: str) -> None:
        self._database, self._table, self._key = database, table, key
        columns, queued = table.c, table.c.state == NoticeState.QUEUED
        self._count = select(func.count()).select_from(table).where(batch)
        self._waiting = self._count.where(queued)
        # Judged again under the row's lock: of two workers that see the same row one gets it.
        self._take = (
            update(table)
            .where(batch, queued, columns.next_at <= bindparam("now"))
            .values(next_at=bindparam("until"), attempts=columns.attempts + 1)
            .returning(table)
        )
        self._drop = update(table).where(batch, queued).values(state=NoticeState.STALE, at=bindparam("now"))
        self._settle = (
            update(table)
            .where(queued, and_(*(columns[name] == bindparam(f"its_{name}") for name in key)))
            .values(state=bindparam("became"), at=bindparam("when"), next_at=bindparam("when"), last_error=bindparam("error"))
        )
        self._dead = (
            select(table)
            .where(columns.state == NoticeState.DEAD, columns.at >= bindparam("since"))
            .order_by(columns.at.desc(), *(columns[name] for name in key))
        )

    def any(self, batch: Mapping[str, Any]) -> bool:
        """Whether it was decided before who is told."""
        with self._database.reading() as connection:
            return bool(connection.execute(self._count, batch).scalar_one())

    def open(self, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
        """Puts rows on record, all at once and once each."""
        if rows:
            with self._database.writing() as connection:
                self.put(connection, rows, now)

    def put(self, connection: Connection, rows: Iterable[Mapping[str, Any]], now: datetime) -> None:
        """As `open`, together with what else is written."""
        new = {"state": NoticeState.QUEUED, "at": now, "next_at": now}
        connection.execute(self._database.insert_new(self._table), [{**row, **new} for row in rows])

    def take(self, batch: Mapping[str, Any], now: datetime, until: datetime) -> Sequence[Any]:
        """Those that are not out yet, for this worker alone until then; what was tried least comes first."""
        with self._database.writing() as connection:
            found = connection.execute(self._take, {**batch, "now": now, "until": until}).all()
        return sorted(found, key=lambda row: (row.attempts, *(getattr(row, name) for name in self._key)))

    def settle(self, key: Sequence[Any], state: NoticeState, at: datetime, error: str | None) -> None:
        """What became of an attempt; with state QUEUED it may be tried again at once."""
        its = {f"its_{name}": value for name, value in zip(self._key, key, strict=True)}
        with self._database.writing() as connection:
            connection.execute(self._settle, {**its, "became": state, "when": at, "error": error})

    def waiting(self, batch: Mapping[str, Any]) -> int:
        """How many are not out yet."""
        with self._database.reading() as connection:
            return int(connection.execute(self._waiting, batch).scalar_one())

    def drop(self, batch: Mapping[str, Any], now: datetime) -> None:
        """What is not out yet has nothing left to say."""
        with self._database.writing() as connection:
            connection.execute(self._drop, {**batch, "now": now})

    def dead(self, since: datetime) -> Sequence[Any]:
        """What was given up since, the newest first."""
        with self._database.reading() as connection:
            return connection.execute(self._dead, {"since": since}).all()
