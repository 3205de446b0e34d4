"""What the plan board shows: orders under way, with what production has planned for each (R8)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, bindparam, select

from activities.store.database import Database
from activities.store.lists import Beside
from activities.store.order_lists import SORTINGS, OrderFilter, rows
from activities.store.tables import TASK
from workflows.types.orders import OrderRow
from workflows.types.tasks import Task
from workflows.types.texts import When
from workflows.types.words import Kind, TaskStatus

# By their orders: of each there are a dozen or two, open and closed.
PLANS = select(TASK.c.order_id, TASK.c.body).where(
    TASK.c.order_id.in_(bindparam("order_ids", expanding=True)), Beside(TASK.c.kind) == Kind.MAKE_PLAN
)
AT_ONCE = 500
"""Orders whose plans one statement asks for."""

_WHEN: TypeAdapter[datetime | date] = TypeAdapter(When)


@dataclass(frozen=True, slots=True)
class Strip:
    """One order as the board shows it."""

    order: OrderRow
    planned_start: datetime | date | None = None
    """As production stated it: a date means the end of that day's working time. None while nothing is planned."""
    work_center: str | None = None


@dataclass(frozen=True, slots=True)
class Strips:
    items: list[Strip]
    next_cursor: str | None


class Board:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, wanted: OrderFilter, limit: int, cursor: str | None = None) -> Strips:
        """The orders with their plans; raises BadCursor."""
        with self._database.snapshot() as connection:
            found = rows(connection, wanted, limit + 1, cursor)
            plans = last_plans(connection, [row.order_id for row in found[:limit]])
        strips = [strip(row, plans.get(row.order_id)) for row in found[:limit]]
        return Strips(strips, SORTINGS[wanted.sort].next_cursor(found, limit))


def last_plans(connection: Connection, order_ids: list[str]) -> dict[str, Task]:
    """By order: the last time that production was asked for a plan."""
    found: dict[str, Task] = {}
    for key, task in asked_for_plans(connection, order_ids):
        if key not in found or found[key].n < task.n:
            found[key] = task
    return found


def asked_for_plans(connection: Connection, order_ids: list[str]) -> Iterator[tuple[str, Task]]:
    for start in range(0, len(order_ids), AT_ONCE):
        for row in connection.execute(PLANS, {"order_ids": order_ids[start : start + AT_ONCE]}):
            yield row.order_id, Task.model_validate_json(row.body)


def strip(row: Any, plan: Task | None) -> Strip:
    order = OrderRow.model_validate_json(row.body)
    # Asked anew, after "cannot" or a remake, there is no plan until it is answered.
    if plan is None or plan.status is not TaskStatus.COMPLETED or plan.outcome != "plan":
        return Strip(order)
    fields = plan.fields or {}
    return Strip(order, _WHEN.validate_python(fields["planned_start"]), fields.get("work_center"))
