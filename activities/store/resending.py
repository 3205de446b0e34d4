"""Sending again what could not be delivered: the ledger's row is queued once more, and its notice lies in the outbox."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from activities.store import house_log, outbox
from activities.store.database import Database
from activities.store.event_rows import event
from activities.store.house_log import Entry
from activities.store.keys import order_key
from activities.store.ledger import LedgerRow
from activities.store.tables import EVENT, NOTICE, OUTBOX
from workflows.types.events import NoticeRequested
from workflows.types.notices import Notice
from workflows.types.words import NoticeState

SENT_AGAIN, OVERTAKEN = "mail sent again", "mail overtaken"
ASKED = select(EVENT).where(EVENT.c.order_id == bindparam("order"), EVENT.c.type == "notice_requested").order_by(EVENT.c.seq)
STILL_DEAD = update(NOTICE).where(
    NOTICE.c.notice_key == bindparam("key"), NOTICE.c.recipient == bindparam("to"), NOTICE.c.state == NoticeState.DEAD
)
REVIVE = STILL_DEAD.values(state=bindparam("became"), at=bindparam("when"), address=bindparam("where"), last_error=None)


class NotDead(Exception):
    """Somebody else has had it sent again meanwhile."""


class StillUnderWay(Exception):
    """Others are still being told the same: whoever tells them would not see that one more has to be told."""


class Resending:
    def __init__(self, database: Database) -> None:
        self._database = database

    def asked(self, order_no: str) -> list[Notice]:
        """All notices that an order has asked for."""
        with self._database.reading() as connection:
            events = [event(row) for row in connection.execute(ASKED, {"order": order_key(order_no)})]
        return [each.data.notice for each in events if isinstance(each.data, NoticeRequested)]

    def revive(self, row: LedgerRow, notice: Notice, address: str | None, by: str, now: datetime) -> None:
        """One recipient's row is queued again, for another seven days. Raises NotDead, StillUnderWay."""
        # As if tried before: whom it is for was decided long ago, and nobody else must get it now.
        again = {**outbox.row_of(row.order_no, notice.model_copy(update={"at": now}), 0, now), "attempts": 1}
        with self._database.writing() as connection:
            if connection.execute(self._database.insert_new(OUTBOX), again).rowcount == 0:
                raise StillUnderWay
            become(connection, row, NoticeState.QUEUED, address, now)
            house_log.write(connection, Entry(now, by, SENT_AGAIN, row.order_no, f"{row.kind} to {row.recipient} ({address})"))

    def overtake(self, row: LedgerRow, by: str, now: datetime) -> None:
        """It has nothing left to say. Raises NotDead."""
        with self._database.writing() as connection:
            become(connection, row, NoticeState.STALE, row.address, now)
            house_log.write(connection, Entry(now, by, OVERTAKEN, row.order_no, f"{row.kind} to {row.recipient}"))


def become(connection: Connection, row: LedgerRow, state: NoticeState, address: str | None, now: datetime) -> None:
    values = {"key": row.notice_key, "to": row.recipient, "became": state, "when": now, "where": address}
    if connection.execute(REVIVE, values).rowcount == 0:
        raise NotDead
