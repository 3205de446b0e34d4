"""Everything that goes wrong now, as one list: what hurts most comes first (R20).

Each kind is read by an index of its own and no further than a bound, so that the list costs the same at a thousand and
at a hundred thousand orders.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, or_, select, text

from activities.store.database import Database
from activities.store.keys import task_key
from activities.store.ledger import LedgerRow, ledger_row
from activities.store.lists import Beside
from activities.store.orders import open_tasks
from activities.store.people import PeopleRegister
from activities.store.records import TaskRecord, blocked
from activities.store.register import Register
from activities.store.tables import DEAD, NOTICE, ORDER, TASK, THREATENED, TRAINED, TROUBLED
from activities.store.tasks import BY_DUE, OF_ORDER, Condition, TaskFilter, by_columns, filters, record_of
from activities.store.troubles import Remedy, Trouble, TroubleFilter, TroubleKind, Troubles
from workflows import ids
from workflows.types.orders import OrderRow
from workflows.types.tasks import Task
from workflows.types.words import STEP_OF, UNDER_WAY, Department, Kind, Lateness, OrderStatus, Risk, Stage, TaskStatus

T = TypeVar("T")
MOST = 200
"""Of each kind: nobody works through a longer list."""
MOST_HELD = 1000
"""Orders on hold that are looked through for holds that have ended."""
MOST_BARRED = 20
"""More people than these are never all kept from one task."""
DEAD_FOR = timedelta(days=30)
"""For so long the undeliverable mail of closed orders is shown."""

OF_AN_ORDER = (ORDER.c.order_id, ORDER.c.body.label("order_body"))
IN_TROUBLE = cast("Condition", TROUBLED)
SILENT = cast("Condition", text(r"""body LIKE '%"is_silence_told"\:true%'"""))
ESCALATED = cast("Condition", text(r"""body NOT LIKE '%"escalation_level"\:0,%'"""))
INSPECTIONS = cast("Condition", text(f"id LIKE '%.{Kind.INSPECT}.%'"))
"""Which the index of departments has, so that of other tasks no row is read."""
ASKS_FOR_A_COURSE = cast("Condition", TRAINED)
ASKED_AGAIN = cast("Condition", text("id NOT LIKE '%.1'"))
AT_ONCE = 500
"""Rows that one statement asks for by their keys."""


class ExceptionReader:
    """Reads only."""

    def __init__(self, database: Database, people: PeopleRegister) -> None:
        self._database, self._people = database, people

    def read(self, wanted: TroubleFilter, now: datetime, today: date, most: int = MOST) -> Troubles:
        """Of each kind what hurts most; today is the plant's."""
        register = self._people.register()
        with self._database.snapshot() as connection:
            look = Look(connection, register, wanted.departments, now, today, most + 1)
            read = {kind: look.at(kind) for kind in TroubleKind}
        found = {kind: [one for one in items if wanted.takes(one)] for kind, (items, _) in read.items()}
        shown = [one for kind, items in found.items() if not wanted.kinds or kind in wanted.kinds for one in items[:most]]
        counts = {kind: min(len(items), most) for kind, items in found.items()}
        cut = frozenset(kind for kind, (_, is_cut) in read.items() if is_cut or len(found[kind]) > most)
        return Troubles(sorted(shown, key=lambda one: one.hurt), counts, cut)


class Look:
    """One look through the store, at one moment."""

    def __init__(
        self,
        connection: Connection,
        register: Register,
        departments: tuple[Department, ...],
        now: datetime,
        today: date,
        most: int,
    ) -> None:
        self._connection, self._register = connection, register
        self._departments = departments or tuple(Department)
        # Of what nobody can do it is management's turn, whosever task it is.
        self._unowned_in = tuple(Department) if Department.MANAGEMENT in self._departments else self._departments
        self._now, self._today, self._most = now, today, most
        self._orders: dict[str, OrderRow] = {}
        """What was read already: one order may be in trouble in several ways."""
        self._is_cut = False

    def at(self, kind: TroubleKind) -> tuple[list[Trouble], bool]:
        """What is in trouble in that way, and whether a list was longer than it was read."""
        self._is_cut = False
        items = list(self._at(kind))
        return items, self._is_cut

    def _at(self, kind: TroubleKind) -> Iterator[Trouble]:
        match kind:
            case TroubleKind.LATE | TroubleKind.AT_RISK:
                return self.threatened(kind)
            case TroubleKind.UNOWNED:
                return self.unowned()
            case TroubleKind.BLOCKED:
                return self.blocked()
            case TroubleKind.SILENT:
                return self.silent()
            case TroubleKind.ESCALATED:
                return self.escalated()
            case TroubleKind.UNDELIVERABLE:
                return self.undeliverable()

    # Orders.

    def threatened(self, kind: TroubleKind) -> Iterator[Trouble]:
        """The promised day that is nearest, or longest past, first."""
        threatened = (THREATENED, ORDER.c.risk == Risk(kind), ORDER.c.stage != Stage.FEEDBACK)
        statement = select(*OF_AN_ORDER).where(*threatened).order_by(ORDER.c.due, ORDER.c.order_id).limit(self._most)
        found = list(self._counted(self._connection.execute(statement), self._most))
        tasks = {key: one for some in in_parts([row.order_id for row in found]) for key, one in self._open(some).items()}
        for row in found:
            yield self._of_order(kind, self._order(row), tasks.get(row.order_id, []))

    def _open(self, order_ids: list[str]) -> dict[str, list[tuple[Task, str | None]]]:
        return open_tasks(self._connection, order_ids)

    def _of_order(self, kind: TroubleKind, order: OrderRow, tasks: list[tuple[Task, str | None]]) -> Trouble:
        if order.status is OrderStatus.ON_HOLD:
            return self._trouble(kind, order, Remedy.RESUME, Department.SALES, holder=order.owner)
        if not tasks:
            return self._trouble(kind, order, Remedy.LOOK, Department.SALES, holder=order.owner)
        # What sales has been asked about the promise comes before the work itself.
        task, holder = min(tasks, key=lambda pair: (pair[0].kind in STEP_OF, pair[0].due_at, pair[0].id))
        remedy = Remedy.DECIDE if task.kind is Kind.DECIDE_PROMISE else Remedy.ANSWER
        return self._trouble(kind, order, remedy, task.department, task=task, holder=holder)

    # Tasks.

    def unowned(self) -> Iterator[Trouble]:
        """What nobody can do: the department has nobody today, or four eyes or a missing course keep all of it from the task."""
        for department in self._unowned_in:
            present = self._register.present(self._register.members(department), self._today)
            if not present:
                yield from self._of_tasks(TroubleKind.UNOWNED, Remedy.HIRE, [open_in(department)])
            elif len(present) <= MOST_BARRED:
                named = [TASK.c.body.contains(json.dumps(one.id, ensure_ascii=False), autoescape=True) for one in present]
                yield from self._barred([*open_in(department), INSPECTIONS, TASK.c.kind == Kind.INSPECT, *named])
        yield from self._untrained()

    def _barred(self, conditions: list[Condition]) -> Iterator[Trouble]:
        for record in self._records([conditions]):
            if self._register.nobody_for(anybody_taught(record.task), self._today):
                yield self._of_task(TroubleKind.UNOWNED, Remedy.ASSIGN, record)

    def _untrained(self) -> Iterator[Trouble]:
        """What somebody could do if they had been taught to."""
        for record in self._records([[ASKS_FOR_A_COURSE, *beside(self._unowned_in)]]):
            task, nobody_for = record.task, self._register.nobody_for
            if nobody_for(task, self._today) and not nobody_for(anybody_taught(task), self._today):
                yield self._of_task(TroubleKind.UNOWNED, Remedy.TEACH, record)

    def silent(self) -> Iterator[Trouble]:
        """Where silence was told of, and no report came since (R10); on hold nobody is called silent."""
        for record in self._records([[IN_TROUBLE, SILENT, *beside(self._departments)]]):
            if not blocked(record.task, record.order):
                since = record.task.reported_at or record.task.opened_at
                yield self._of_task(TroubleKind.SILENT, Remedy.REPORT, record, since=since)

    def escalated(self) -> Iterator[Trouble]:
        """Past the deadline, and somebody has been told; longest overdue first."""
        overdue = filters(TaskFilter(lateness=(Lateness.OVERDUE,), due_before=self._now), self._now)
        asked = by_columns(TaskFilter(departments=self._departments, status=(TaskStatus.OPEN,)))
        for record in self._records([[*branch, *overdue, ESCALATED] for branch in asked]):
            yield self._of_task(TroubleKind.ESCALATED, Remedy.ANSWER, record, since=record.task.due_at)

    # What stands still.

    def blocked(self) -> Iterator[Trouble]:
        """Holds that should have ended, and tasks that are asked again because they could not be done, or something was short."""
        yield from self._counted(islice(self._held_too_long(), self._most), self._most)
        records = list(self._records([[IN_TROUBLE, ASKED_AGAIN, *beside(self._departments)]]))
        before = self._answered([before_it(one.task) for one in records])
        for record in records:
            last = before.get(before_it(record.task))
            if last and last.outcome in ("cannot", "short") and not blocked(record.task, record.order):
                why = stated(last.fields or {})
                yield self._of_task(TroubleKind.BLOCKED, Remedy.ANSWER, record, since=last.completed_at, **why)

    def _held_too_long(self) -> Iterator[Trouble]:
        held = select(*OF_AN_ORDER).where(ORDER.c.status == OrderStatus.ON_HOLD).order_by(ORDER.c.due, ORDER.c.order_id)
        for row in self._counted(self._connection.execute(held.limit(MOST_HELD)), MOST_HELD):
            order = self._order(row)
            if order.hold and order.hold.until <= self._now:
                how: dict[str, Any] = {"since": order.hold.until, "holder": order.hold.by, "reason": order.hold.reason}
                yield self._trouble(TroubleKind.BLOCKED, order, Remedy.RESUME, Department.SALES, **how)

    def _answered(self, keys: list[str]) -> dict[str, Task]:
        asked = (select(TASK.c.id, TASK.c.body).where(TASK.c.id.in_(some)) for some in in_parts(keys))
        rows = (row for statement in asked for row in self._connection.execute(statement))
        return {row.id: Task.model_validate_json(row.body) for row in rows}

    # Mail.

    def undeliverable(self) -> Iterator[Trouble]:
        """The newest first: of orders under way whenever it died, of closed ones not for ever."""
        shown = or_(NOTICE.c.at >= self._now - DEAD_FOR, ORDER.c.status.in_(UNDER_WAY))
        joined = select(NOTICE, *OF_ORDER).join_from(NOTICE, ORDER, NOTICE.c.order_id == ORDER.c.order_id)
        newest = joined.where(DEAD, shown).order_by(NOTICE.c.at.desc(), NOTICE.c.notice_key, NOTICE.c.recipient)
        for row in self._counted(self._connection.execute(newest.limit(self._most)), self._most):
            mail, order = ledger_row(row), self._order(row)
            whose = self._department_of(mail)
            holder = order.owner if whose is Department.SALES else None
            yield self._trouble(
                TroubleKind.UNDELIVERABLE,
                order,
                Remedy.RESEND,
                whose,
                since=mail.at,
                mail=mail,
                holder=holder,
                reason=mail.last_error,
            )

    def _department_of(self, mail: LedgerRow) -> Department:
        """Of mail to somebody of the plant it is their own department that misses it; else sales knows the customer."""
        person = self._register.people.get(mail.recipient)
        return person.member_of[0] if person and person.member_of else Department.SALES

    # How it is read and told.

    def _records(self, lists: list[list[Condition]]) -> Iterator[TaskRecord]:
        """The first tasks by deadline that meet one of these lists of conditions."""
        page = BY_DUE.merged(self._most, [select(TASK).where(*conditions) for conditions in lists], TASK)
        joined = select(page, *OF_ORDER).join(ORDER, ORDER.c.order_id == page.c.order_id)
        for row in self._counted(self._connection.execute(BY_DUE.first(self._most, joined, page)), self._most):
            yield record_of(row, self._order(row))

    def _counted(self, rows: Iterable[T], bound: int) -> Iterator[T]:
        """The same; as many as the bound mean that there may be more, whichever of them are then left out."""
        for n, row in enumerate(rows, start=1):
            self._is_cut = self._is_cut or n == bound
            yield row

    def _order(self, row: Any) -> OrderRow:
        known = self._orders.get(row.order_id)
        if known is None:
            known = self._orders[row.order_id] = OrderRow.model_validate_json(row.order_body)
        return known

    def _of_tasks(self, kind: TroubleKind, remedy: Remedy, lists: list[list[Condition]]) -> Iterator[Trouble]:
        return (self._of_task(kind, remedy, record) for record in self._records(lists))

    def _of_task(self, kind: TroubleKind, remedy: Remedy, record: TaskRecord, **more: Any) -> Trouble:
        task = record.task
        # Somebody must be found for it, which is not up to whoever is not there.
        turn = Department.MANAGEMENT if kind is TroubleKind.UNOWNED else task.department
        known = {"task": task, "holder": record.holder, "policy": record.policy, "since": task.opened_at}
        return self._trouble(kind, record.order, remedy, turn, **{**known, **more})

    def _trouble(self, kind: TroubleKind, order: OrderRow, remedy: Remedy, department: Department, **more: Any) -> Trouble:
        is_awaited = order.promised is not None and order.delivered is None
        late = (self._today - order.promised).days if order.promised and is_awaited else 0
        return Trouble(kind, order, remedy, department, days_late=max(0, late), **more)


def open_in(department: Department) -> list[Condition]:
    return [TASK.c.department == department, TASK.c.status == TaskStatus.OPEN]


def beside(departments: tuple[Department, ...]) -> list[Condition]:
    """Beside the index of what is in trouble, which is the shorter one."""
    return [Beside(TASK.c.department).in_(departments)] if len(departments) < len(Department) else []


def before_it(task: Task) -> str:
    """The key of the same question, as it was asked before."""
    order_no = ids.order_of_task(task.id)
    return task_key(ids.task_id(str(order_no), task.kind, task.n - 1))


def anybody_taught(task: Task) -> Task:
    """The same task, if it asked for no course."""
    return task.model_copy(update={"course": None})


def stated(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Why it could not be done, or what is short and until when."""
    if "item" in fields:
        return {"reason": fields["item"], "eta": date.fromisoformat(fields["eta"])}
    return {"reason": fields.get("reason")}


def in_parts(keys: list[str]) -> Iterator[list[str]]:
    return (keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE))
