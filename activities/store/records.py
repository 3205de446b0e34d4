"""Orders and tasks as the store holds them, and how they are shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from activities.store.views import Dates, HoldOut, Links, OpenTask, OrderOut, TaskOrder, TaskOut
from workflows import ids
from workflows.rules import deadlines
from workflows.types.orders import OrderRow
from workflows.types.tasks import Task
from workflows.types.words import NOT_HELD, Lateness, OrderStatus, TaskStatus


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """A task with what it is judged by."""

    task: Task
    order: OrderRow
    holder: str | None
    version: int
    """As in its ETag."""
    policy: str
    """The digest of the policy that the order is pinned to."""


def blocked(task: Task, order: OrderRow) -> str | None:
    """The refusal code that nobody escapes now."""
    if not task.is_open or order.status is not OrderStatus.ON_HOLD or task.kind in NOT_HELD:
        return None
    return "order-on-hold"


def lateness(task: Task, order: OrderRow, now: datetime) -> Lateness | None:
    """Where a task stands against its deadline: now, or when it was completed."""
    if task.status is TaskStatus.CANCELLED or blocked(task, order):
        return None
    return deadlines.lateness(task, task.completed_at or now)


def task_out(record: TaskRecord, now: datetime) -> TaskOut:
    task, order = record.task, record.order
    return TaskOut(
        id=task.id,
        order_no=order.order_no,
        kind=task.kind,
        stage=task.stage,
        n=task.n,
        department=task.department,
        assignee=record.holder,
        status=task.status,
        blocked=blocked(task, order),
        quantities=task.quantities,
        amendment=task.amendment,
        opened_at=task.opened_at,
        due_at=task.due_at,
        latest_finish=task.latest_finish,
        earliest=task.earliest,
        lateness=lateness(task, order, now),
        escalation_level=task.escalation_level,
        outcome=task.outcome,
        fields=task.fields,
        comment=task.comment,
        completed_at=task.completed_at,
        completed_by=task.completed_by,
        version=record.version,
        order=TaskOrder(customer=order.customer, lines=order.lines, promised=order.promised, ship_to=order.ship_to),
    )


def order_out(order: OrderRow, version: int, tasks: Iterable[tuple[Task, str | None]], ui: str, now: datetime) -> OrderOut:
    """The order with its open tasks, each with its holder, next deadline first."""
    in_turn = sorted(tasks, key=lambda pair: (pair[0].due_at, pair[0].id))
    return OrderOut(
        order_no=order.order_no,
        customer=order.customer,
        lines=order.lines,
        requested_date=order.requested_date,
        customer_ref=order.customer_ref,
        ship_to=order.ship_to,
        priority=order.priority,
        note=order.note,
        owner=order.owner,
        status=order.status,
        stage=order.stage,
        risk=order.risk,
        slack_hours=order.slack_hours,
        dates=dates(order),
        promises=order.promises,
        delivery=order.delivery,
        rework_rounds=order.rework_rounds,
        open_tasks=tuple(open_task(task, holder, order, now) for task, holder in in_turn),
        hold=hold(order),
        follows=order.follows,
        followed_by=order.followed_by,
        version=version,
        created_at=order.created_at,
        created_by=order.created_by,
        plant_time_zone=order.plant_time_zone,
        links=Links(temporal=f"{ui}/workflows/{quote(ids.workflow_id(order.order_no), safe='')}"),
    )


def dates(order: OrderRow) -> Dates:
    """Five dates, never one."""
    return Dates(
        requested=order.requested_date,
        promised=order.promised,
        first_promised=order.first_promised,
        expected_completion=order.expected_completion,
        planned_ship=order.planned_ship,
        planned_arrival=order.planned_arrival,
        delivered=order.delivered,
    )


def hold(order: OrderRow) -> HoldOut | None:
    if order.hold is None:
        return None
    return HoldOut(reason=order.hold.reason, since=order.hold.since, until=order.hold.until, by=order.hold.by)


def open_task(task: Task, holder: str | None, order: OrderRow, now: datetime) -> OpenTask:
    return OpenTask(
        id=task.id,
        kind=task.kind,
        stage=task.stage,
        department=task.department,
        assignee=holder,
        due_at=task.due_at,
        lateness=lateness(task, order, now),
        escalation_level=task.escalation_level,
        blocked=blocked(task, order),
    )
