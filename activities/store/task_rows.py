"""The tasks of a flush: the order's open rows become exactly its open tasks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, or_, select

from activities.store.database import Database
from activities.store.hot import Hot
from activities.store.keys import task_key
from activities.store.records import TaskRecord
from activities.store.tables import TASK
from workflows.types.events import AnswerCorrected, TaskOpened
from workflows.types.flush import Flush
from workflows.types.tasks import Task
from workflows.types.words import TaskStatus

KNOWN = select(TASK.c.id, TASK.c.status, TASK.c.opened_seq, TASK.c.unnumbered, TASK.c.holder, TASK.c.body)
# Whatever the flush may contradict: open rows, and those that an undone attempt touched.
CONCERNED = Hot(
    KNOWN.where(
        TASK.c.order_id == bindparam("order"),
        or_(TASK.c.status == TaskStatus.OPEN, TASK.c.version >= bindparam("first_seq")),
    )
)
MENDED = KNOWN.where(TASK.c.id.in_(bindparam("mended", expanding=True)))
GONE = delete(TASK).where(TASK.c.id.in_(bindparam("gone", expanding=True)))


@dataclass(frozen=True)
class Standing:
    """What the order's row has to say about its tasks."""

    order_id: str
    policy: str
    unnumbered: int
    healed: bool
    """Events of an undone attempt were taken away, so that ETags have to pass it."""


def write(database: Database, connection: Connection, flush: Flush, standing: Standing) -> dict[str, TaskRecord]:
    """Makes the tasks' rows those of the flush; the flush's tasks as they now stand, by id."""
    asked = {"order": standing.order_id, "first_seq": flush.first_seq}
    known = {row.id: row for row in CONCERNED.all(connection, asked)}
    if mended := [task_key(event.data.task_id) for event in flush.events if isinstance(event.data, AnswerCorrected)]:
        known |= {row.id: row for row in connection.execute(MENDED, {"mended": mended})}
    opened = {event.data.task.id: event.seq for event in flush.events if isinstance(event.data, TaskOpened)}
    tasks = (*flush.tasks, *unmended(flush, known, standing))
    # Not opened in this batch means before it.
    owner = flush.order.owner
    rows = [
        row_of(task, opened.get(task.id, flush.first_seq - 1), known.get(task_key(task.id)), standing, owner) for task in tasks
    ]
    gone = {key for key, row in known.items() if is_ghost(row, flush)} - {row["id"] for row in rows}
    if gone:
        connection.execute(GONE, {"gone": sorted(gone)})
    if changed := [row for row in rows if standing.healed or differs(row, known.get(row["id"]))]:
        database.hot_upsert(TASK, "order_id", "holder").run(connection, *changed)
    return {
        task.id: TaskRecord(task, flush.order, row["holder"], task.version + row["unnumbered"], standing.policy)
        for task, row in zip(tasks, rows, strict=True)
    }


def unmended(flush: Flush, known: Mapping[str, Any], standing: Standing) -> list[Task]:
    """Answers that only an undone attempt has corrected."""
    if not standing.healed:
        return []
    told = {task.id for task in flush.tasks}
    return [task for task in flush.answered if task.id not in told and task_key(task.id) in known]


def is_ghost(row: Any, flush: Flush) -> bool:
    """Whether a flush that does not have this task denies it: an open one, or one that only an undone attempt had opened."""
    return bool(row.status == TaskStatus.OPEN or row.opened_seq >= flush.first_seq)


def differs(row: dict[str, Any], known: Any) -> bool:
    return known is None or known.body != row["body"]


def row_of(task: Task, opened_seq: int, known: Any, standing: Standing, owner: str) -> dict[str, Any]:
    return {
        "id": task_key(task.id),
        "order_id": standing.order_id,
        "department": task.department,
        "kind": task.kind,
        "status": task.status,
        "due_at": task.due_at,
        "due_soon_at": task.due_soon_at,
        "completed_at": task.completed_at,
        "opened_seq": opened_seq,
        "version": task.version,
        "unnumbered": standing.unnumbered if known is None or standing.healed else known.unnumbered,
        "holder": known.holder if known else None,
        "owner": owner,
        "body": task.model_dump_json(),
    }
