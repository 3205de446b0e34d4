"""What is asked of cases: one, many, those about an order, and the number that a call gives to a new one."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Select, bindparam, func, select, update

from activities.store.database import Database
from activities.store.keys import order_key
from activities.store.lists import Beside, Sorting, instant, word
from activities.store.orders import WITH_OPEN_TASKS, open_tasks
from activities.store.records import open_task
from activities.store.tables import A_CASE, CASE_NUMBER, CASE_UNDER_WAY, EVENT, ORDER, TASK
from activities.store.views import CaseOut, Links, Page
from workflows import ids
from workflows.types.orders import OrderRow
from workflows.types.tasks import Task
from workflows.types.words import Department, OrderStatus, Origin, TaskStatus

BY_AGE = Sorting("cases by created_at", ("created_at", "order_id"), (instant, word), newest_first=True)
EXISTS = select(ORDER.c.order_id).where(ORDER.c.order_id == bindparam("order_id"), ORDER.c.is_case)
NUMBERED = select(CASE_NUMBER.c.n).where(CASE_NUMBER.c.said_id == bindparam("said"))
PASS_OVER = update(CASE_NUMBER).where(CASE_NUMBER.c.said_id == bindparam("said"), CASE_NUMBER.c.n == bindparam("of"))
WHOSE = (
    select(ORDER.c.order_id, EVENT.c.said_id)
    .outerjoin(EVENT, (EVENT.c.order_id == ORDER.c.order_id) & (EVENT.c.seq == 1))
    .where(ORDER.c.order_id == bindparam("order_id"))
)
# In the index's own words, else SQLite does not see it.
OPEN_BY_ORIGIN = select(ORDER.c.origin, func.count().label("n")).where(CASE_UNDER_WAY).group_by(ORDER.c.origin)
NEXT_DUE = (
    select(func.min(TASK.c.due_at)).where(TASK.c.order_id == ORDER.c.order_id, TASK.c.status == TaskStatus.OPEN).scalar_subquery()
)
MOST = 2_000
"""Cases that are looked through for one page of a department's: how far a case has come stands in its row."""


@dataclass(frozen=True)
class CaseFilter:
    """An empty tuple means any, several values mean or."""

    status: tuple[OrderStatus, ...] = ()
    origin: tuple[Origin, ...] = ()
    department: tuple[Department, ...] = ()
    about: str | None = None

    def fits(self, row: OrderRow) -> bool:
        """Whether it is what no column tells."""
        assert row.came_to is not None  # noqa: S101
        return not self.department or row.came_to.department in self.department


class Cases:
    """Reads cases, and counts them."""

    def __init__(self, database: Database, ui: str) -> None:
        self._database, self._ui = database, ui

    def number(self, said_id: str) -> str:
        """The number of the improvement that this call opens; the same whenever it is asked, unless it is another's."""
        with self._database.writing() as connection:
            n = self._drawn(connection, said_id)
            # A restored store draws numbers again that it had given away before.
            while is_anothers(connection, ids.improvement(n), said_id):
                pass_over(connection, said_id, n)
                n = self._drawn(connection, said_id)
        return ids.improvement(n)

    def pass_over(self, said_id: str, number: str) -> None:
        """This number is another's: the engine has it, though the store may not. The call gets the next one."""
        with self._database.writing() as connection:
            n: int | None = connection.execute(NUMBERED, {"said": said_id}).scalar()
            if n is not None and ids.improvement(n) == number:
                pass_over(connection, said_id, n)

    def _drawn(self, connection: Connection, said_id: str) -> int:
        self._database.hot_insert_new(CASE_NUMBER).run(connection, {"said_id": said_id})
        n: int = connection.execute(NUMBERED, {"said": said_id}).scalar_one()
        return n

    def get(self, number: str, now: datetime) -> CaseOut | None:
        """A case, found by its number in any case."""
        with self._database.reading() as connection:
            found = connection.execute(WITH_OPEN_TASKS, {"order_id": order_key(number)}).all()
        row = OrderRow.model_validate_json(found[0].body) if found else None
        if row is None or row.case is None:
            return None
        tasks = [(Task.model_validate_json(each.task), each.holder) for each in found if each.task]
        return self._out(row, found[0].unnumbered, tasks, now)

    def exists(self, number: str) -> bool:
        with self._database.reading() as connection:
            return connection.execute(EXISTS, {"order_id": order_key(number)}).first() is not None

    def page(self, wanted: CaseFilter, limit: int, cursor: str | None, now: datetime) -> Page[CaseOut]:
        """The newest first; raises BadCursor."""
        behind = BY_AGE.values(cursor) if cursor else None
        with self._database.snapshot() as connection:
            found: list[Any] = []
            while len(found) <= limit:
                some = connection.execute(BY_AGE.first(MOST, cases(wanted, behind), ORDER)).all()
                found += [row for row in some if wanted.fits(OrderRow.model_validate_json(row.body))]
                if len(some) < MOST:
                    break
                behind = [some[-1].created_at, some[-1].order_id]
            tasks = open_tasks(connection, [row.order_id for row in found[:limit]])
        items = [
            self._out(OrderRow.model_validate_json(row.body), row.unnumbered, tasks.get(row.order_id, ()), now)
            for row in found[:limit]
        ]
        return Page(items=items, next_cursor=BY_AGE.next_cursor(found[: limit + 1], limit))

    def about(self, order_no: str, now: datetime) -> list[CaseOut]:
        """All that was recorded about an order, the newest first."""
        return self.page(CaseFilter(about=order_no), 200, None, now).items

    def open_by_origin(self) -> dict[Origin, int]:
        """How many are not done yet."""
        with self._database.reading() as connection:
            found = {row.origin: row.n for row in connection.execute(OPEN_BY_ORIGIN)}
        return {origin: found[origin] for origin in Origin if origin in found}

    def pressing(self, origins: Collection[Origin], most: int, now: datetime) -> list[CaseOut]:
        """What is not done yet of these: what is due first comes first, then what waits for its effect, the oldest first."""
        wanted = select(ORDER).where(CASE_UNDER_WAY, ORDER.c.origin.in_(origins))
        in_turn = wanted.order_by(NEXT_DUE.asc().nulls_last(), ORDER.c.created_at, ORDER.c.order_id).limit(most)
        with self._database.snapshot() as connection:
            found = connection.execute(in_turn).all()
            tasks = open_tasks(connection, [row.order_id for row in found])
        return [
            self._out(OrderRow.model_validate_json(row.body), row.unnumbered, tasks.get(row.order_id, ()), now) for row in found
        ]

    def _out(self, row: OrderRow, unnumbered: int, tasks: Iterable[tuple[Task, str | None]], now: datetime) -> CaseOut:
        return case_out(row, row.version + unnumbered, tasks, self._ui, now)


def is_anothers(connection: Connection, number: str, said_id: str) -> bool:
    """Whether another call opened the case of this number."""
    found = connection.execute(WHOSE, {"order_id": order_key(number)}).first()
    return found is not None and found.said_id != said_id


def pass_over(connection: Connection, said_id: str, n: int) -> None:
    # Its row stays, else the database would draw the number again.
    connection.execute(PASS_OVER.values(said_id=f"{said_id}:{n}"), {"said": said_id, "of": n})


def cases(wanted: CaseFilter, behind: list[Any] | None) -> Select[Any]:
    # In the index's own words, else SQLite does not see it.
    found = select(ORDER).where(A_CASE)
    if wanted.status:
        found = found.where(Beside(ORDER.c.status).in_(wanted.status))
    if wanted.origin:
        found = found.where(Beside(ORDER.c.origin).in_(wanted.origin))
    if wanted.about is not None:
        found = found.where(ORDER.c.about == order_key(wanted.about))
    return found.where(BY_AGE.after(behind, ORDER)) if behind else found


def case_out(row: OrderRow, version: int, tasks: Iterable[tuple[Task, str | None]], ui: str, now: datetime) -> CaseOut:
    case, state = row.case, row.came_to
    assert case is not None and state is not None  # noqa: S101
    in_turn = sorted(tasks, key=lambda pair: (pair[0].due_at, pair[0].id))
    return CaseOut(
        number=row.order_no,
        origin=case.origin,
        text=case.text,
        about=case.about,
        reference=case.reference,
        customer=row.customer.name if case.about else None,
        status=row.status,
        department=state.department,
        cause=state.cause,
        action=state.action,
        due=state.due,
        acted_by=state.acted_by,
        rests_until=state.rests_until,
        rounds=state.rounds,
        result=state.result,
        open_tasks=tuple(open_task(task, holder, row, now) for task, holder in in_turn),
        version=version,
        created_at=row.created_at,
        created_by=row.created_by,
        plant_time_zone=row.plant_time_zone,
        links=Links(temporal=f"{ui}/workflows/{quote(ids.workflow_id(row.order_no), safe='')}"),
    )
