"""What is asked of orders: one, many, their history and their mails."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Connection, bindparam, select

from activities.store.database import Database
from activities.store.event_rows import event, event_out
from activities.store.hot import Hot
from activities.store.keys import LAST, order_key
from activities.store.lists import Sorting, instant, number, word
from activities.store.order_lists import SORTINGS, OrderFilter, rows
from activities.store.records import order_out
from activities.store.tables import EVENT, NOTICE, ORDER, TASK
from activities.store.views import EventOut, NoticeOut, OrderOut, Page
from workflows.types.events import Event
from workflows.types.orders import OrderRow
from workflows.types.tasks import Task
from workflows.types.words import UNDER_WAY, TaskStatus

# One statement sees one moment: the order and its open tasks always agree.
WITH_OPEN_TASKS = (
    select(ORDER.c.body, ORDER.c.unnumbered, TASK.c.body.label("task"), TASK.c.holder)
    .outerjoin(TASK, (TASK.c.order_id == ORDER.c.order_id) & (TASK.c.status == TaskStatus.OPEN))
    .where(ORDER.c.order_id == bindparam("order_id"))
)
ROW = Hot(select(ORDER.c.body, ORDER.c.policy).where(ORDER.c.order_id == bindparam("order_id")))
EXISTS = Hot(select(ORDER.c.order_id).where(ORDER.c.order_id == bindparam("order_id")))
OPEN_TASKS = select(TASK.c.order_id, TASK.c.body, TASK.c.holder).where(
    TASK.c.order_id.in_(bindparam("order_ids", expanding=True)), TASK.c.status == TaskStatus.OPEN
)
HISTORY = select(EVENT).where(EVENT.c.order_id == bindparam("order_id"), EVENT.c.seq > bindparam("after")).order_by(EVENT.c.seq)

BY_SEQ = Sorting("events", ("seq",), (number,))
BY_OPENING = Sorting("notices", ("opened_at", "notice_key", "recipient"), (instant, word, word))

A_FEW = 200
"""Orders that are read at a time where all are wanted."""
STRIDE = 2_000
"""Of which little is asked."""

WRITTEN = (
    select(ORDER.c.order_id, ORDER.c.order_no, ORDER.c.fence, (ORDER.c.last_seq > ORDER.c.confirmed_seq).label("is_unconfirmed"))
    .where(ORDER.c.order_id > bindparam("behind"))
    .order_by(ORDER.c.order_id)
    .limit(STRIDE)
)


class OrderReader:
    """Reads orders; a number may come in any case."""

    def __init__(self, database: Database, ui: str) -> None:
        self._database, self._ui = database, ui

    def get(self, order_no: str, now: datetime) -> OrderOut | None:
        with self._database.reading() as connection:
            found = connection.execute(WITH_OPEN_TASKS, {"order_id": order_key(order_no)}).all()
        if not found:
            return None
        tasks = [(Task.model_validate_json(row.task), row.holder) for row in found if row.task]
        return self._out(found[0], tasks, now)

    def exists(self, order_no: str) -> bool:
        with self._database.reading() as connection:
            return EXISTS.first(connection, {"order_id": order_key(order_no)}) is not None

    def row(self, order_no: str) -> OrderRow | None:
        with self._database.reading() as connection:
            found = ROW.first(connection, {"order_id": order_key(order_no)})
        return OrderRow.model_validate_json(found.body) if found else None

    def governed(self, order_no: str) -> tuple[OrderRow, str]:
        """An order that is there, and the digest of the policy that it is pinned to."""
        with self._database.reading() as connection:
            (found,) = ROW.all(connection, {"order_id": order_key(order_no)})
        return OrderRow.model_validate_json(found.body), found.policy

    def page(self, wanted: OrderFilter, limit: int, cursor: str | None, now: datetime) -> Page[OrderOut]:
        """Raises BadCursor."""
        with self._database.snapshot() as connection:
            found = rows(connection, wanted, limit + 1, cursor)
            tasks = open_tasks(connection, [row.order_id for row in found])
        items = [self._out(row, tasks.get(row.order_id, ()), now) for row in found[:limit]]
        return Page(items=items, next_cursor=SORTINGS[wanted.sort].next_cursor(found, limit))

    def events(self, order_no: str, after: int, limit: int, cursor: str | None) -> Page[EventOut]:
        """What happened behind seq `after`, or behind the cursor; raises BadCursor."""
        start = max(after, BY_SEQ.values(cursor)[0]) if cursor else after
        with self._database.reading() as connection:
            asked = {"order_id": order_key(order_no), "after": start}
            found = connection.execute(HISTORY.limit(limit + 1), asked).all()
        return Page(items=[event_out(row) for row in found[:limit]], next_cursor=BY_SEQ.next_cursor(found, limit))

    def notices(self, order_no: str, limit: int, cursor: str | None) -> Page[NoticeOut]:
        """The mails about an order in the order in which they were asked for; raises BadCursor."""
        statement = select(NOTICE).where(NOTICE.c.order_id == order_key(order_no))
        if cursor:
            statement = statement.where(BY_OPENING.after(BY_OPENING.values(cursor), NOTICE))
        with self._database.reading() as connection:
            found = connection.execute(BY_OPENING.first(limit + 1, statement, NOTICE)).all()
        return Page(items=[notice_out(row) for row in found[:limit]], next_cursor=BY_OPENING.next_cursor(found, limit))

    def every_event(self, order_no: str) -> list[Event]:
        """The whole history, typed: what `fold` makes the order's state of."""
        with self._database.reading() as connection:
            found = connection.execute(HISTORY, {"order_id": order_key(order_no), "after": 0}).all()
        return [event(row) for row in found]

    def unconfirmed(self, within: float, before: float) -> list[str]:
        """Orders whose last flush history may not have: those written in the last seconds before the store fell silent.

        It had done so by `before`, a time in seconds; orders that were written since have begun to move again.
        """
        # All are passed, some at a time: an index of when they are written would make each writing dearer.
        found: list[Any] = []
        newest, behind = 0.0, ""
        while True:
            with self._database.reading() as connection:
                passed = connection.execute(WRITTEN, {"behind": behind}).all()
            newest = max(newest, *(row.fence for row in passed if row.fence <= before), 0.0)
            found = [row for row in (*found, *passed) if row.is_unconfirmed and row.fence >= newest - within]
            if len(passed) < STRIDE:
                return [row.order_no for row in found]
            behind = passed[-1].order_id

    def free_follow_up(self, order_no: str) -> str:
        """The first `{order_no}-Rn` that no order has, in any case."""
        stem = order_key(f"{order_no}-R")
        like = select(ORDER.c.order_id).where(ORDER.c.order_id > stem, ORDER.c.order_id < stem + LAST)
        with self._database.reading() as connection:
            taken = set(connection.execute(like).scalars())
        return next(number for n in count(1) if order_key(number := f"{order_no}-R{n}") not in taken)

    def open_order_nos(self) -> Iterator[str]:
        """The numbers of all orders under way; no connection is held while the caller works on one."""
        last = ""
        statement = select(ORDER.c.order_id, ORDER.c.order_no).order_by(ORDER.c.order_id).limit(A_FEW)
        while True:
            under_way = ORDER.c.status.in_(UNDER_WAY)
            with self._database.reading() as connection:
                found = connection.execute(statement.where(under_way, ORDER.c.order_id > last)).all()
            yield from (row.order_no for row in found)
            if len(found) < A_FEW:
                return
            last = found[-1].order_id

    def _out(self, row: Any, tasks: Iterable[tuple[Task, str | None]], now: datetime) -> OrderOut:
        order = OrderRow.model_validate_json(row.body)
        return order_out(order, order.version + row.unnumbered, tasks, self._ui, now)


def open_tasks(connection: Connection, order_ids: list[str]) -> dict[str, list[tuple[Task, str | None]]]:
    """The open tasks and their holders, by order: one query for a whole page."""
    found: dict[str, list[tuple[Task, str | None]]] = {}
    for row in connection.execute(OPEN_TASKS, {"order_ids": order_ids}):
        found.setdefault(row.order_id, []).append((Task.model_validate_json(row.body), row.holder))
    return found


def notice_out(row: Any) -> NoticeOut:
    return NoticeOut(
        kind=row.kind,
        to=row.recipient,
        state=row.state,
        at=row.at,
        message_id=row.message_id,
        task_id=row.task_id,
    )
