"""What cancelling an order would lead to, told before it is done."""

from collections.abc import Iterator
from datetime import datetime

from activities.store import Store, TaskFilter
from activities.store.views import TaskOut
from workflows.types.words import TaskStatus

Consequence = dict[str, str | None]


def of_cancelling(store: Store, order_no: str, now: datetime) -> list[Consequence]:
    """The open tasks are cancelled; whoever had work with the order is told, and the customer if it was confirmed."""
    tasks = list(tasks_of(store, order_no, now))
    cancelled: list[Consequence] = [
        {"what": "task_cancelled", "task_id": task.id, "department": task.department, "assignee": task.assignee}
        for task in tasks
        if task.status is TaskStatus.OPEN
    ]
    told: list[str] = [*dict.fromkeys(task.department for task in tasks)]
    if tasks and tasks[0].order.promised:
        told.append("customer")
    notices: list[Consequence] = [{"what": "told", "kind": "order_cancelled", "to": to} for to in told]
    return cancelled + notices


def tasks_of(store: Store, order_no: str, now: datetime) -> Iterator[TaskOut]:
    cursor: str | None = None
    while True:
        page = store.tasks.page(TaskFilter(order_no=(order_no,)), 200, cursor, now)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return
