"""The inbox's own transactions: who holds a task and who hides it. They cost the workflow nothing, and no flush touches them."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from activities.store import replies
from activities.store.database import Database
from activities.store.keys import order_key, task_key
from activities.store.records import TaskRecord, task_out
from activities.store.replies import Reply
from activities.store.tables import INBOX_LOG, ORDER, REPLY, SNOOZE, TASK
from activities.store.tasks import BY_ID, record_of
from workflows.types.events import SaidRef
from workflows.types.orders import OrderRow

# The order's row is locked first, as a flush does: so the two queue, and never wait for each other in a circle.
LOCK = (
    select(ORDER.c.order_id)
    .where(ORDER.c.order_id == select(TASK.c.order_id).where(TASK.c.id == bindparam("id")).scalar_subquery())
    .with_for_update(key_share=True)
)
TAKE = update(TASK).where(TASK.c.id == bindparam("task")).values(holder=bindparam("who"), unnumbered=TASK.c.unnumbered + 1)
LOG, ANSWER = insert(INBOX_LOG), insert(REPLY)
COUNT = update(ORDER).where(ORDER.c.order_id == bindparam("order")).values(unnumbered=ORDER.c.unnumbered + 1)


class UnknownTask(LookupError):
    """There is no such task, or no longer: an attempt that history never confirmed had opened it."""


class Stale(Exception):
    """The task is no longer what the caller saw."""


class Held(Exception):
    """Somebody else holds the task."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"{holder} holds this task")
        self.holder = holder


class Closed(Exception):
    """The task is no longer open."""

    def __init__(self, completed_by: str | None, completed_at: datetime | None) -> None:
        super().__init__("this task is closed")
        self.completed_by, self.completed_at = completed_by, completed_at


@dataclass(frozen=True)
class Change:
    """What somebody does in the inbox."""

    action: str
    by: str
    holder: str | None = None
    until: datetime | None = None
    reason: str | None = None


class Inbox:
    """Each call is judged and done in one transaction, together with its answer, which a repeat gets again.

    All raise UnknownTask, Stale (when `expected_version` differs), Closed and, unless `over` says that the caller need
    not mind a holder, Held. Authority is not judged here.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(
        self,
        task_id: str,
        person_id: str,
        ref: SaidRef,
        now: datetime,
        *,
        expected_version: int | None = None,
        over: bool = False,
    ) -> Reply:
        change = Change("claim", person_id, holder=person_id)
        return self._do(task_id, change, ref, now, expected_version, over)

    def release(
        self,
        task_id: str,
        person_id: str,
        ref: SaidRef,
        now: datetime,
        *,
        expected_version: int | None = None,
        over: bool = False,
    ) -> Reply:
        return self._do(task_id, Change("release", person_id), ref, now, expected_version, over)

    def assign(
        self,
        task_id: str,
        person_id: str,
        by: str,
        reason: str,
        ref: SaidRef,
        now: datetime,
        *,
        expected_version: int | None = None,
    ) -> Reply:
        """Gives the task to somebody, whoever holds it."""
        change = Change("assign", by, holder=person_id, reason=reason)
        return self._do(task_id, change, ref, now, expected_version, over=True)

    def snooze(
        self,
        task_id: str,
        person_id: str,
        until: datetime,
        ref: SaidRef,
        now: datetime,
        *,
        expected_version: int | None = None,
        over: bool = False,
    ) -> Reply:
        """Hides the task from one person's default list; nobody else sees a difference, so no version grows."""
        change = Change("snooze", person_id, until=until)
        return self._do(task_id, change, ref, now, expected_version, over)

    def _do(self, task_id: str, change: Change, ref: SaidRef, now: datetime, expected_version: int | None, over: bool) -> Reply:
        key = task_key(task_id)
        with self._database.writing() as connection:
            record = locked(connection, key)
            # Two repeats at once: the second waited for the lock, and finds what the first was told.
            if stored := replies.find(connection, ref.id):
                return stored
            judge(record, change, expected_version, over)
            if change.until:
                self._hide(connection, key, change)
            elif change.holder != record.holder:
                record = take(connection, key, change.holder, record)
            log(connection, key, change, record.holder, ref, now)
            return answer(connection, record, ref, now)

    def _hide(self, connection: Connection, key: str, change: Change) -> None:
        row = {"task_id": key, "person": change.by, "until": change.until}
        connection.execute(self._database.upsert(SNOOZE), row)


def locked(connection: Connection, key: str) -> TaskRecord:
    connection.execute(LOCK, {"id": key})
    row = BY_ID.first(connection, {"id": key})
    if row is None:
        raise UnknownTask(key)
    return record_of(row, OrderRow.model_validate_json(row.order_body))


def judge(record: TaskRecord, change: Change, expected_version: int | None, over: bool) -> None:
    if expected_version is not None and expected_version != record.version:
        raise Stale
    if not record.task.is_open:
        raise Closed(record.task.completed_by, record.task.completed_at)
    if not over and record.holder not in (None, change.by):
        raise Held(record.holder)


def take(connection: Connection, key: str, holder: str | None, record: TaskRecord) -> TaskRecord:
    """The task in other hands; its version grows, and its order's, which shows who holds it."""
    connection.execute(TAKE, {"task": key, "who": holder})
    connection.execute(COUNT, {"order": order_key(record.order.order_no)})
    return replace(record, holder=holder, version=record.version + 1)


def log(connection: Connection, key: str, change: Change, holder: str | None, ref: SaidRef, now: datetime) -> None:
    row = {"at": now, "task_id": key, "said_id": ref.id, "action": change.action, "by": change.by}
    connection.execute(LOG, {**row, "holder": holder, "until": change.until, "reason": change.reason})


def answer(connection: Connection, record: TaskRecord, ref: SaidRef, now: datetime) -> Reply:
    body = task_out(record, now).model_dump_json()
    reply = Reply(fingerprint=ref.fingerprint, status=200, body=body, location=None, etag=replies.etag(record.version))
    row = {"said_id": ref.id, "order_id": order_key(record.order.order_no), "seq": None, **asdict(reply)}
    connection.execute(ANSWER, row)
    return reply
