"""`jiaoqi task`: who has to do what, read from the store."""

from datetime import UTC, datetime
from pathlib import Path

import click

from activities.store import TaskFilter
from activities.store.views import TaskOut
from jiaoqi.cli.options import home_option, json_option, limit_option, one_of
from jiaoqi.cli.orders import as_list, first
from jiaoqi.cli.store import of_running_stack
from jiaoqi.cli.tables import table
from workflows.types.words import Department, TaskStatus

COLUMNS = ("TASK", "CUSTOMER", "DEPARTMENT", "HELD BY", "STATUS", "DUE (UTC)", "LATENESS", "LEVEL")


@click.group()
def task() -> None:
    """Who has to do what."""


@task.command(name="list")
@home_option
@click.option("--department", type=one_of(Department), multiple=True, help="May be given several times, like the next two.")
@click.option("--status", type=one_of(TaskStatus), multiple=True, help="Open tasks when left out, all of --order.")
@click.option("--order", "orders", multiple=True, metavar="NO")
@limit_option
@json_option
def several(
    home: Path | None, department: tuple[str, ...], status: tuple[str, ...], orders: tuple[str, ...], limit: int, as_json: bool
) -> None:
    """List tasks, the next deadline first."""
    usual = () if orders else (TaskStatus.OPEN,)
    wanted = TaskFilter(
        departments=tuple(map(Department, department)), status=tuple(map(TaskStatus, status)) or usual, order_no=orders
    )
    now = datetime.now(UTC)
    with of_running_stack(home) as store:
        found = list(first(limit, lambda n, cursor: store.tasks.page(wanted, n, cursor, now)))
    if as_json:
        click.echo(as_list(each.model_dump_json() for each in found))
    else:
        click.echo(table(COLUMNS, map(row, found)))


def row(found: TaskOut) -> tuple[object, ...]:
    stands = found.outcome or found.blocked or found.lateness
    return (
        *(found.id, found.order.customer.name, found.department, found.assignee),
        *(found.status, f"{found.due_at:%Y-%m-%d %H:%M}", stands, found.escalation_level),
    )
