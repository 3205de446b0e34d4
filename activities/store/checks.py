"""What the doctor asks: the rows of an order as they stand, all of one moment, and the mail that never arrived."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select

from activities.store.database import Database
from activities.store.keys import order_key
from activities.store.ledger import LedgerRow, ledger_row
from activities.store.tables import EVENT, NOTICE, ORDER, TASK
from workflows.types.words import UNDER_WAY, NoticeState, OrderStatus

ORDER_ROW = select(ORDER).where(ORDER.c.order_id == bindparam("order"))
TASK_ROWS = select(TASK).where(TASK.c.order_id == bindparam("order")).order_by(TASK.c.id)
EVENT_ROWS = select(EVENT).where(EVENT.c.order_id == bindparam("order")).order_by(EVENT.c.seq)
LAST_EVENT = select(func.max(EVENT.c.seq)).where(EVENT.c.order_id == bindparam("order"))
STATUSES = select(ORDER.c.order_id, ORDER.c.status).where(ORDER.c.order_id.in_(bindparam("orders", expanding=True)))
DEAD = (
    select(NOTICE)
    .join_from(NOTICE, ORDER, NOTICE.c.order_id == ORDER.c.order_id)
    .where(NOTICE.c.state == NoticeState.DEAD, or_(NOTICE.c.at >= bindparam("since"), ORDER.c.status.in_(UNDER_WAY)))
    .order_by(NOTICE.c.at, NOTICE.c.notice_key, NOTICE.c.recipient)
)


@dataclass(frozen=True, slots=True)
class OrderRows:
    """One order's rows, unread: what somebody else wrote into them may be no order at all."""

    order: Row[Any]
    tasks: tuple[Row[Any], ...]
    """Open and closed ones."""
    last_event: int
    """The highest seq of its events, 0 without any."""
    events: tuple[Row[Any], ...] = ()
    """By seq; empty where nobody asked for them."""

    @property
    def is_open(self) -> bool:
        return self.order.status in UNDER_WAY


class Checks:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(self, order_no: str, *, events: bool = False) -> OrderRows | None:
        """The order with its tasks, and its events if asked for; None when there is no such order."""
        this = {"order": order_key(order_no)}
        with self._database.snapshot() as connection:
            order = connection.execute(ORDER_ROW, this).first()
            if order is None:
                return None
            tasks = tuple(connection.execute(TASK_ROWS, this))
            told = tuple(connection.execute(EVENT_ROWS, this)) if events else ()
            last = connection.execute(LAST_EVENT, this).scalar() or 0
        return OrderRows(order, tasks, last, told)

    def statuses(self, order_ids: Collection[str]) -> dict[str, OrderStatus]:
        """Of those orders that the store has, by order id."""
        with self._database.reading() as connection:
            found = connection.execute(STATUSES, {"orders": list(order_ids)})
            return {row.order_id: row.status for row in found}

    def dead_mail(self, since: datetime) -> list[LedgerRow]:
        """What could not be delivered: of orders under way whenever that was, of closed ones since then. Longest ago first."""
        with self._database.reading() as connection:
            return [ledger_row(row) for row in connection.execute(DEAD, {"since": since})]
