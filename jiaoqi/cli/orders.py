"""`jiaoqi order`: where orders stand, read from the store."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click

from activities.store import OrderFilter
from activities.store.views import OrderOut, Page
from jiaoqi.cli.options import home_option, json_option, limit_option, one_of
from jiaoqi.cli.speaking import worded
from jiaoqi.cli.store import of_running_stack
from jiaoqi.cli.tables import minute, table
from jiaoqi.errors import NoSuchOrder
from workflows.types.words import OrderStatus, Risk, Stage

MOST = 200
"""A page of the store's."""
COLUMNS = ("ORDER", "CUSTOMER", "STATUS", "STAGE", "RISK", "REQUESTED", "PROMISED", "NEXT TASK")
TASK_COLUMNS = ("TASK", "DEPARTMENT", "HELD BY", "DUE", "LATENESS", "LEVEL")

Item = TypeVar("Item")


@click.group()
def order() -> None:
    """Where orders stand."""


@order.command()
@home_option
@json_option
@click.argument("number", metavar="NO")
def show(home: Path | None, as_json: bool, number: str) -> None:
    """Show one order; its number may be written in any case."""
    with of_running_stack(home) as store:
        found = store.orders.get(number, datetime.now(UTC))
    if found is None:
        raise NoSuchOrder(number)
    click.echo(found.model_dump_json(indent=2) if as_json else described(found))


@order.command(name="list")
@home_option
@click.option("--status", type=one_of(OrderStatus), multiple=True, help="May be given several times, like the next two.")
@click.option("--stage", type=one_of(Stage), multiple=True)
@click.option("--risk", type=one_of(Risk), multiple=True)
@limit_option
@json_option
def several(
    home: Path | None, status: tuple[str, ...], stage: tuple[str, ...], risk: tuple[str, ...], limit: int, as_json: bool
) -> None:
    """List orders, the newest first."""
    wanted = OrderFilter(status=tuple(map(OrderStatus, status)), stage=tuple(map(Stage, stage)), risk=tuple(map(Risk, risk)))
    now = datetime.now(UTC)
    with of_running_stack(home) as store:
        found = list(first(limit, lambda n, cursor: store.orders.page(wanted, n, cursor, now)))
    if as_json:
        click.echo(as_list(each.model_dump_json() for each in found))
    else:
        click.echo(table(COLUMNS, map(row, found)))


def first(limit: int, page: Callable[[int, str | None], Page[Item]]) -> Iterator[Item]:
    """So many items of a list, page by page."""
    cursor: str | None = None
    while limit > 0:
        found = page(min(limit, MOST), cursor)
        yield from found.items
        limit, cursor = limit - len(found.items), found.next_cursor
        if cursor is None:
            return


def as_list(items: Iterator[str]) -> str:
    """JSON texts as one list for programs."""
    return json.dumps([json.loads(item) for item in items], ensure_ascii=False, indent=2)


def row(found: OrderOut) -> tuple[object, ...]:
    next_task = found.open_tasks[0].kind if found.open_tasks else None
    dates = found.dates
    return (
        *(found.order_no, found.customer.name, found.status, found.stage),
        *(found.risk, dates.requested, dates.promised, next_task),
    )


def described(found: OrderOut) -> str:
    """An order on one screen: what, where it stands, its dates, its promises, and who has to do what."""
    parts = [
        table((found.order_no, found.customer.name), translated(facts(found))),
        table(("LINE", "PRODUCT", "QUANTITY"), lines(found)),
    ]
    if found.promises:
        promises = [(each.revision, each.date, each.by, each.reason) for each in found.promises]
        parts.append(table(("PROMISE", "DATE", "BY", "REASON"), promises))
    if found.open_tasks:
        parts.append(table(TASK_COLUMNS, tasks(found)))
    return "\n\n".join(parts)


def translated(facts: Iterator[tuple[str, object]]) -> Iterator[tuple[str, object]]:
    for name, fact in facts:
        # A text that is no closed word was made of ours.
        yield worded(name), worded(fact) if type(fact) is str else fact


def facts(found: OrderOut) -> Iterator[tuple[str, object]]:
    dates, zone = found.dates, found.plant_time_zone
    yield "status", found.status
    yield "stage", found.stage
    yield "risk", found.risk if found.slack_hours is None else f"{found.risk}, slack {found.slack_hours} working hours"
    yield "requested", dates.requested
    yield "promised", dates.promised
    yield "expected completion", minute(dates.expected_completion, zone)
    yield "planned ship", minute(dates.planned_ship, zone)
    yield "planned arrival", dates.planned_arrival
    yield "delivered", dates.delivered if found.delivery == "pending" else f"{dates.delivered or '-'} ({found.delivery})"
    yield "entered", f"{minute(found.created_at, zone)} by {found.created_by}, owner {found.owner}"
    if found.hold:
        yield "on hold", f"until {minute(found.hold.until, zone)}: {found.hold.reason}"
    if found.follows or found.followed_by:
        yield "linked to", ", ".join(filter(None, (found.follows, found.followed_by)))
    yield "times are of", zone


def lines(found: OrderOut) -> Iterator[tuple[object, ...]]:
    for number, line in enumerate(found.lines, start=1):
        yield number, line.product_model, f"{line.quantity} {line.unit}"


def tasks(found: OrderOut) -> Iterator[tuple[object, ...]]:
    for task in found.open_tasks:
        due = minute(task.due_at, found.plant_time_zone)
        yield task.id, task.department, task.assignee, due, task.blocked or task.lateness, task.escalation_level
