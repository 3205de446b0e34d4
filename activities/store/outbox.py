"""The outbox: what orders want told, written in one transaction with the order, until a courier has finished with it."""

import logging
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Integer, bindparam, delete, func, insert, select, update

from activities.store.database import Database
from activities.store.hot import Hot
from activities.store.keys import order_key
from activities.store.tables import ORDER, OUTBOX
from workflows.types.events import NoticeRequested
from workflows.types.flush import Flush
from workflows.types.notices import Notice
from workflows.types.words import ENDED

AFTER_WRITING = timedelta(milliseconds=500)
"""What a courier could find in no history before that, it need not look for."""

log = logging.getLogger("jiaoqi.mail")

ADD = Hot(insert(OUTBOX))
UNDONE = delete(OUTBOX).where(OUTBOX.c.order_id == bindparam("order"), OUTBOX.c.seq >= bindparam("first_seq"))
DUE = Hot(
    select(OUTBOX.c.notice_key)
    .where(OUTBOX.c.next_at <= bindparam("now"))
    .order_by(OUTBOX.c.next_at)
    .limit(bindparam("most", type_=Integer))
)
# Judged again under the row's lock: of two couriers that see the same notice one gets it.
TAKE = (
    update(OUTBOX)
    .where(OUTBOX.c.notice_key.in_(bindparam("keys", expanding=True)), OUTBOX.c.next_at <= bindparam("now"))
    .values(next_at=bindparam("until"), attempts=OUTBOX.c.attempts + 1)
    .returning(OUTBOX.c.notice_key)
)
TAKEN = (
    select(OUTBOX, ORDER.c.chain, ORDER.c.confirmed_seq, ORDER.c.status)
    .join_from(OUTBOX, ORDER, OUTBOX.c.order_id == ORDER.c.order_id)
    .where(OUTBOX.c.notice_key.in_(bindparam("keys", expanding=True)))
    .order_by(OUTBOX.c.order_id, OUTBOX.c.seq)
)
POSTPONE = update(OUTBOX).where(OUTBOX.c.notice_key == bindparam("key")).values(next_at=bindparam("until"))
DONE = delete(OUTBOX).where(OUTBOX.c.notice_key.in_(bindparam("keys", expanding=True)))
LONG = select(func.count().label("notices"), func.min(OUTBOX.c.at).label("since")).where(OUTBOX.c.at <= bindparam("before"))


@dataclass(frozen=True, slots=True)
class Waiting:
    """One notice that is to be told."""

    order_no: str
    notice: Notice
    attempts: int
    """How often it was taken, this time included."""
    chain: str
    """Of the order as the store has it; whoever finds it in history knows that all of that happened."""
    is_confirmed: bool
    """Whether history is known to have asked for it."""
    order_has_ended: bool = False


class Outbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, most: int, now: datetime, until: datetime) -> list[Waiting]:
        """Notices for this courier alone until then, who waited longest first."""
        with self._database.reading() as connection:
            keys = [row.notice_key for row in DUE.all(connection, {"now": now, "most": most})]
        if not keys:
            return []
        with self._database.writing() as connection:
            mine = list(connection.execute(TAKE, {"keys": keys, "now": now, "until": until}).scalars())
            return list(readable(connection.execute(TAKEN, {"keys": mine})))

    def postpone(self, until: dict[str, datetime]) -> None:
        """By key: when it may be taken again."""
        if until:
            with self._database.writing() as connection:
                connection.execute(POSTPONE, [{"key": key, "until": when} for key, when in until.items()])

    def finish(self, keys: Collection[str], reports: Iterable[tuple[str, Notice]], now: datetime) -> None:
        """Takes these out, and puts in by order number what is to be reported of them."""
        rows = [row_of(order_no, notice, 0, now) for order_no, notice in reports]
        if keys:
            with self._database.writing() as connection:
                connection.execute(DONE, {"keys": list(keys)})
                if rows:
                    connection.execute(self._database.insert_new(OUTBOX), rows)

    def keys(self, order_no: str) -> list[str]:
        """What of an order is still to be told."""
        with self._database.reading() as connection:
            of_order = select(OUTBOX.c.notice_key).where(OUTBOX.c.order_id == order_key(order_no)).order_by(OUTBOX.c.seq)
            return list(connection.execute(of_order).scalars())

    def long_waiting(self, before: datetime) -> tuple[int, datetime] | None:
        """How many notices were asked for before this instant and are still to be told, and when the first of them was."""
        with self._database.reading() as connection:
            found = connection.execute(LONG, {"before": before}).one()
        return (found.notices, found.since) if found.notices else None


def write(connection: Connection, flush: Flush) -> None:
    """Puts in what this batch of events asks for."""
    order_no, at = flush.order.order_no, flush.at + AFTER_WRITING
    asked = ((event.seq, event.data.notice) for event in flush.events if isinstance(event.data, NoticeRequested))
    if rows := [row_of(order_no, notice, seq, at) for seq, notice in asked]:
        ADD.run(connection, *rows)


def put_back(database: Database, connection: Connection, order_no: str, notice: Notice) -> None:
    """Puts in again what a restored backup has lost; what is there stays as it is."""
    connection.execute(database.insert_new(OUTBOX), [row_of(order_no, notice, 0, notice.at)])


def row_of(order_no: str, notice: Notice, seq: int, next_at: datetime) -> dict[str, Any]:
    return {
        "notice_key": notice.key,
        "order_id": order_key(order_no),
        "order_no": order_no,
        "seq": seq,
        "at": notice.at,
        "next_at": next_at,
        "attempts": 0,
        "body": notice.model_dump_json(),
    }


def readable(rows: Iterable[Any]) -> Iterator[Waiting]:
    """What somebody else wrote into a row may be no notice at all: it must not keep the others."""
    for row in rows:
        try:
            yield waiting(row)
        except ValidationError:
            log.exception("what %s wants told cannot be read", row.notice_key)


def waiting(row: Any) -> Waiting:
    return Waiting(
        order_no=row.order_no,
        notice=Notice.model_validate_json(row.body),
        attempts=row.attempts,
        chain=row.chain,
        is_confirmed=row.seq <= row.confirmed_seq,
        order_has_ended=row.status in ENDED,
    )
