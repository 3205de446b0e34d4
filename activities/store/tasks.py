"""What is asked of tasks: one, and the lists that people work from."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, literal, not_, or_, select

from activities.store.database import Database
from activities.store.keys import order_key, plain, task_key
from activities.store.lists import Sorting, branches, instant, word
from activities.store.records import TaskRecord, task_out
from activities.store.tables import CLOSED, ORDER, SNOOZE, TASK
from activities.store.views import Page, TaskOut
from workflows.types.orders import OrderRow
from workflows.types.tasks import Task
from workflows.types.words import NOT_HELD, Department, Kind, Lateness, OrderStatus, TaskStatus

Condition = ColumnElement[bool]

OF_ORDER = (ORDER.c.body.label("order_body"), ORDER.c.policy)
BY_ID = (
    select(TASK.c.body, TASK.c.holder, TASK.c.unnumbered, *OF_ORDER).join_from(TASK, ORDER).where(TASK.c.id == bindparam("id"))
)

SOME_KINDS = 4
"""More kinds than these are not looked up one by one: together they are not rare."""

BY_DUE = Sorting("tasks", ("due_at", "id"), (instant, word))


@dataclass(frozen=True)
class TaskFilter:
    """An empty tuple means any, several values mean or."""

    departments: tuple[Department, ...] = ()
    assignee: tuple[str, ...] = ()
    status: tuple[TaskStatus, ...] = ()
    order_no: tuple[str, ...] = ()
    kind: tuple[Kind, ...] = ()
    lateness: tuple[Lateness, ...] = ()
    due_before: datetime | None = None
    hide_snoozed_for: str | None = None
    """Leaves out what this person does not want to see now."""


class TaskReader:
    """Reads tasks; the order's part of an id may come in any case."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, task_id: str, now: datetime) -> TaskOut | None:
        record = self.record(task_id)
        return task_out(record, now) if record else None

    def record(self, task_id: str) -> TaskRecord | None:
        with self._database.reading() as connection:
            found = connection.execute(BY_ID, {"id": task_key(task_id)}).first()
        return record_of(found, OrderRow.model_validate_json(found.order_body)) if found else None

    def page(self, wanted: TaskFilter, limit: int, cursor: str | None, now: datetime) -> Page[TaskOut]:
        """By deadline, then id; raises BadCursor."""
        conditions = filters(wanted, now)
        if cursor:
            conditions.append(BY_DUE.after(BY_DUE.values(cursor), TASK))
        lists = [select(TASK).where(*branch, *conditions) for branch in by_columns(wanted)]
        page = BY_DUE.merged(limit + 1, lists, TASK)
        joined = select(page, *OF_ORDER).join(ORDER, ORDER.c.order_id == page.c.order_id)
        with self._database.reading() as connection:
            found = connection.execute(BY_DUE.first(limit + 1, joined, page)).all()
        orders = {row.order_id: row.order_body for row in found}
        read = {order_id: OrderRow.model_validate_json(body) for order_id, body in orders.items()}
        items = [task_out(record_of(row, read[row.order_id]), now) for row in found[:limit]]
        return Page(items=items, next_cursor=BY_DUE.next_cursor(found, limit))


def record_of(row: Any, order: OrderRow) -> TaskRecord:
    task = Task.model_validate_json(row.body)
    return TaskRecord(task, order, row.holder, task.version + row.unnumbered, row.policy)


def by_columns(wanted: TaskFilter) -> list[list[Condition]]:
    """What is asked of columns; whose they are leads, and status by status, through what is open and past what is done."""
    asked: dict[str, Collection[str]] = {
        "holder": [plain(person) for person in wanted.assignee],
        "department": wanted.departments,
        "status": wanted.status,
        "kind": wanted.kind,
    }
    if wanted.order_no:
        return branches(TASK, asked, [])
    every_status = {**asked, "status": wanted.status or tuple(TaskStatus)}
    if wanted.assignee:
        return branches(TASK, every_status, ["holder", "status"])
    everywhere = {**every_status, "department": wanted.departments or tuple(Department)}
    if 0 < len(wanted.kind) <= SOME_KINDS:
        return by_kind(everywhere)
    return branches(TASK, everywhere, ["department", "status"])


def by_kind(asked: dict[str, Collection[str]]) -> list[list[Condition]]:
    """A kind may be rare among all that is done, which has an index for it; among what is open it is soon met."""
    found: list[list[Condition]] = []
    if TaskStatus.OPEN in asked["status"]:
        found += branches(TASK, {**asked, "status": [TaskStatus.OPEN]}, ["department", "status"])
    if closed := [status for status in asked["status"] if status != TaskStatus.OPEN]:
        ways = branches(TASK, {**asked, "status": closed}, ["kind", "department", "status"])
        found += [[*way, cast("Condition", CLOSED)] for way in ways]
    return found


def filters(wanted: TaskFilter, now: datetime) -> list[Condition]:
    """What else is asked."""
    found: list[Condition] = []
    if wanted.order_no:
        found.append(TASK.c.order_id.in_([order_key(number) for number in wanted.order_no]))
    if wanted.lateness:
        found.append(or_(*(is_late(one, now) for one in wanted.lateness)))
    if wanted.due_before:
        found.append(TASK.c.due_at < wanted.due_before)
    if wanted.hide_snoozed_for:
        found.append(not_(snoozed(wanted.hide_snoozed_for, now)))
    return found


def is_late(lateness: Lateness, now: datetime) -> Condition:
    """As `records.lateness`: an open task against now, a completed one against its completion."""
    ticking = and_(TASK.c.status == TaskStatus.OPEN, not_(stands_still()))
    return or_(
        and_(ticking, between_deadlines(literal(now, TASK.c.due_at.type), lateness)),
        and_(TASK.c.status == TaskStatus.COMPLETED, between_deadlines(TASK.c.completed_at, lateness)),
    )


def between_deadlines(as_of: ColumnElement[datetime], lateness: Lateness) -> Condition:
    match lateness:
        case Lateness.OVERDUE:
            return as_of >= TASK.c.due_at
        case Lateness.DUE_SOON:
            return and_(as_of < TASK.c.due_at, as_of >= TASK.c.due_soon_at)
        case Lateness.EARLY:
            return and_(as_of < TASK.c.due_at, as_of < TASK.c.due_soon_at)


def stands_still() -> Condition:
    """On hold the clock stands, except for what waits for the customer."""
    on_hold: Select[Any] = select(ORDER.c.order_id).where(ORDER.c.status == OrderStatus.ON_HOLD)
    return and_(TASK.c.kind.not_in(NOT_HELD), TASK.c.order_id.in_(on_hold))


def snoozed(person: str, now: datetime) -> Condition:
    return exists().where(SNOOZE.c.task_id == TASK.c.id, SNOOZE.c.person == plain(person), SNOOZE.c.until > now)
