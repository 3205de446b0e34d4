"""What is asked of tasks: one, and the lists that people work from."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    union,
    union_all,
)

from activities.store import prefixes
from activities.store.database import Database
from activities.store.hot import Hot
from activities.store.keys import order_key, plain, task_key
from activities.store.lists import Sorting, branches, instant, word
from activities.store.order_lists import at_most
from activities.store.records import TaskRecord, task_out
from activities.store.tables import CLOSED, OPEN, ORDER, SNOOZE, TASK
from activities.store.views import Page, TaskOut
from workflows.types.orders import OrderRow
from workflows.types.tasks import Task
from workflows.types.words import NOT_HELD, Department, Kind, Lateness, OrderStatus, TaskStatus

Condition = ColumnElement[bool]

OF_ORDER = (ORDER.c.body.label("order_body"), ORDER.c.policy)
BY_ID = Hot(
    select(TASK.c.body, TASK.c.holder, TASK.c.unnumbered, *OF_ORDER).join_from(TASK, ORDER).where(TASK.c.id == bindparam("id"))
)

SOME_KINDS = 4
"""More kinds than these are not looked up one by one: together they are not rare."""

FEW = 2_000
"""Orders of which so many begin with a prefix are looked up one by one."""

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
    snoozed_by: str | None = None
    """Only what this person does not want to see now."""
    owner: str | None = None
    """Open tasks of this person's orders; with it `departments` are to be given."""
    q: str | None = None
    """What the order's number, its customer or any of its products begins with."""


class TaskReader:
    """Reads tasks; the order's part of an id may come in any case."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, task_id: str, now: datetime) -> TaskOut | None:
        record = self.record(task_id)
        return task_out(record, now) if record else None

    def record(self, task_id: str) -> TaskRecord | None:
        with self._database.reading() as connection:
            found = BY_ID.first(connection, {"id": task_key(task_id)})
        return record_of(found, OrderRow.model_validate_json(found.order_body)) if found else None

    def page(self, wanted: TaskFilter, limit: int, cursor: str | None, now: datetime) -> Page[TaskOut]:
        """By deadline, then id; raises BadCursor."""
        records, next_cursor = self.records(wanted, limit, cursor, now)
        return Page(items=[task_out(record, now) for record in records], next_cursor=next_cursor)

    def records(self, wanted: TaskFilter, limit: int, cursor: str | None, now: datetime) -> tuple[list[TaskRecord], str | None]:
        """The same with all that they are judged by, and the cursor of the next page."""
        conditions = filters(wanted, now)
        if cursor:
            conditions.append(BY_DUE.after(BY_DUE.values(cursor), TASK))
        with self._database.reading() as connection:
            ways = ways_to(connection, wanted)
            page = BY_DUE.merged(limit + 1, [select(TASK).where(*way, *conditions) for way in ways], TASK)
            joined = select(page, *OF_ORDER).join(ORDER, ORDER.c.order_id == page.c.order_id)
            found = connection.execute(BY_DUE.first(limit + 1, joined, page)).all()
        orders = {row.order_id: row.order_body for row in found}
        read = {order_id: OrderRow.model_validate_json(body) for order_id, body in orders.items()}
        return [record_of(row, read[row.order_id]) for row in found[:limit]], BY_DUE.next_cursor(found, limit)

    def counts(self, wanted: Sequence[TaskFilter], most: int, now: datetime) -> list[int]:
        """How many each of these lists has, no further than one more than `most`: a page tells no more of them."""
        numbers = [count_of(one, most, now).label(f"n{n}") for n, one in enumerate(wanted)]
        with self._database.reading() as connection:
            return list(connection.execute(select(*numbers)).one())


def record_of(row: Any, order: OrderRow) -> TaskRecord:
    task = Task.model_validate_json(row.body)
    return TaskRecord(task, order, row.holder, task.version + row.unnumbered, row.policy)


def count_of(wanted: TaskFilter, most: int, now: datetime) -> ColumnElement[int]:
    conditions = filters(wanted, now)
    lists = [select(TASK.c.id).where(*way, *conditions).limit(most + 1).subquery() for way in by_columns(wanted)]
    together = union_all(*(select(one) for one in lists)).subquery() if len(lists) > 1 else lists[0]
    return select(func.count()).select_from(together).scalar_subquery()


def ways_to(connection: Connection, wanted: TaskFilter) -> list[list[Condition]]:
    """By what a list is read: by the orders that a prefix leaves, where these are few, else by what its columns say."""
    if not wanted.q:
        return by_columns(wanted)
    few = at_most(prefixes.matches(wanted.q), FEW + 1)
    if connection.execute(select(few)).scalar_one() > FEW:
        return [[*way, of_orders_like(wanted.q)] for way in by_columns(wanted)]
    ids = union(*prefixes.matches(wanted.q))
    return [[*way, TASK.c.order_id.in_(ids)] for way in branches(TASK, asked_of_columns(wanted), [])]


def of_orders_like(q: str) -> Condition:
    return exists().where(ORDER.c.order_id == TASK.c.order_id, prefixes.begins_anywhere(ORDER, q))


def by_columns(wanted: TaskFilter) -> list[list[Condition]]:
    """What is asked of columns; whose they are leads, and status by status, through what is open and past what is done."""
    asked = asked_of_columns(wanted)
    if wanted.order_no or wanted.snoozed_by:
        return branches(TASK, asked, [])
    if wanted.owner:
        ways = branches(TASK, {**asked, "status": []}, ["owner", "department"])
        return [[*way, cast("Condition", OPEN)] for way in ways]
    every_status = {**asked, "status": wanted.status or tuple(TaskStatus)}
    if wanted.assignee:
        return branches(TASK, every_status, ["holder", "status"])
    everywhere = {**every_status, "department": wanted.departments or tuple(Department)}
    if 0 < len(wanted.kind) <= SOME_KINDS:
        return by_kind(everywhere)
    return branches(TASK, everywhere, ["department", "status"])


def asked_of_columns(wanted: TaskFilter) -> dict[str, Collection[str]]:
    return {
        "holder": [plain(person) for person in wanted.assignee],
        "department": wanted.departments,
        "status": wanted.status,
        "kind": wanted.kind,
        "owner": [plain(wanted.owner)] if wanted.owner else (),
    }


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
        if wanted.status == (TaskStatus.OPEN,) and Lateness.OVERDUE not in wanted.lateness:
            # Said once more as where to begin: what is overdue comes first, and may be much.
            found.append(TASK.c.due_at > now)
    if wanted.due_before:
        found.append(TASK.c.due_at < wanted.due_before)
    if wanted.hide_snoozed_for:
        found.append(not_(snoozed(wanted.hide_snoozed_for, now)))
    if wanted.snoozed_by:
        found.append(TASK.c.id.in_(snoozed_tasks(wanted.snoozed_by, now)))
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


def snoozed_tasks(person: str, now: datetime) -> Select[Any]:
    return select(SNOOZE.c.task_id).where(SNOOZE.c.person == plain(person), SNOOZE.c.until > now)


def snoozed(person: str, now: datetime) -> Condition:
    return exists().where(SNOOZE.c.task_id == TASK.c.id, SNOOZE.c.person == plain(person), SNOOZE.c.until > now)
