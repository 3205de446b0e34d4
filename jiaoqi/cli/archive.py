"""`jiaoqi archive`: closed orders' whole files: put away, found, looked through."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import WorkflowIDConflictPolicy

from activities.documents.archiving import Finding
from activities.documents.cabinet import Cabinet
from activities.policy_in_force import PolicyInForce
from activities.store import Store
from activities.store.archives import ArchiveFilter, ArchiveOut
from jiaoqi.cli.documents import found, number, opened
from jiaoqi.cli.engine import working_engine
from jiaoqi.cli.options import DAY, FINDINGS, home_option, json_option, limit_option
from jiaoqi.cli.orders import as_list, first
from jiaoqi.cli.speaking import say, worded
from jiaoqi.cli.store import of_running_stack
from jiaoqi.cli.tables import minute, table
from jiaoqi.errors import JiaoqiError
from jiaoqi.settings import Settings
from workflows import ids
from workflows.archive import ArchiveWorkflow
from workflows.types.archive import Tally

BY_HAND = f"{ids.ARCHIVE}-by-hand"
COLUMNS = ("BUNDLE", "ORDER", "CUSTOMER", "CLOSED", "SIZE", "SHA-256", "MISSING")


class RunFailed(JiaoqiError):
    """The archive's run ended before it was done."""


class NotArchived(JiaoqiError):
    """This order has no bundle."""

    exit_code = 2


@click.group()
def archive() -> None:
    """The archive of closed orders."""


@archive.command(name="run")
@home_option
def run_now(home: Path | None) -> None:
    """Put away every closed order that has anything new, and remove what is old enough; as each night."""
    settings = Settings.load(home)
    tally = asyncio.run(done(settings))
    say(f"archived {tally.archived}, incomplete {tally.incomplete}, removed {tally.removed}")


async def done(settings: Settings) -> Tally:
    """Whoever asks while one is under way waits for that one. Raises RunFailed."""
    client, _ = await working_engine(settings)
    try:
        return await ran(client)
    except WorkflowFailureError as failure:
        raise RunFailed(f"the archive's run failed: {innermost(failure)}") from None


def innermost(failure: BaseException) -> BaseException:
    """What went wrong, and not only where: the engine wraps it in the names of whatever failed by it."""
    return failure if failure.__cause__ is None else innermost(failure.__cause__)


async def ran(client: Client) -> Tally:
    return await client.execute_workflow(
        ArchiveWorkflow.run,
        args=[None, None],
        id=BY_HAND,
        task_queue=ids.REVIEWS_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary="Archive, by hand",
    )


@archive.command()
@home_option
@click.option("--order", "order_no", default="", help="What its number begins with, in any case.")
@click.option("--customer", default="", help="What the customer's name begins with.")
@click.option("--product", default="", help="What the model of one of its products begins with.")
@click.option("--from", "closed_from", type=DAY, help="Closed on this day or later.")
@click.option("--to", "closed_to", type=DAY, help="Closed on this day or earlier.")
@limit_option
@json_option
def find(
    home: Path | None,
    order_no: str,
    customer: str,
    product: str,
    closed_from: datetime | None,
    closed_to: datetime | None,
    limit: int,
    as_json: bool,
) -> int:
    """Find bundles; exit 1 if there is none."""
    with of_running_stack(home) as store:
        zone = zone_of(store, Settings.load(home))
        wanted = ArchiveFilter(
            order_no=order_no,
            customer=customer,
            product=product,
            closed_from=morning(closed_from.date(), zone) if closed_from else None,
            closed_before=morning(closed_to.date() + timedelta(days=1), zone) if closed_to else None,
        )
        bundles = list(first(limit, lambda n, cursor: store.archives.page(wanted, n, cursor)))
    if as_json:
        click.echo(as_list(each.model_dump_json() for each in bundles))
    else:
        click.echo(table(COLUMNS, (row(each, zone) for each in bundles)))
    return 0 if bundles else FINDINGS


@archive.command()
@home_option
@click.argument("numbers", metavar="[ORDER]...", nargs=-1)
def verify(home: Path | None, numbers: tuple[str, ...]) -> int:
    """Read every content and every bundle through, of these orders or of all; exit 1 if a byte of them has changed."""
    looked, wrong = 0, 0
    with opened(home) as (store, cabinet):
        for findings in verified(store, cabinet, numbers):
            looked, wrong = looked + 1, wrong + len(findings)
            for each in findings:
                click.echo(f"{each.order_no}: {worded(each.what)}")
    say(f"looked at {looked} orders, found {wrong}", to_stderr=True)
    return FINDINGS if wrong else 0


@archive.command()
@home_option
@json_option
@number
def show(home: Path | None, as_json: bool, number: str) -> None:
    """Show what is in an order's bundle, by its manifest."""
    with opened(home) as (store, _):
        order_no, _ = found(store, number)
        held = store.archives.of_order(order_no)
    if not held:
        raise NotArchived(f"{order_no} is not archived")
    if as_json:
        click.echo(held[0].manifest)
        return
    files = json.loads(held[0].manifest)["files"]
    click.echo(table(("FILE", "SIZE", "SHA-256"), ((file["path"], file["size"], file["sha256"]) for file in files)))


def verified(store: Store, cabinet: Cabinet, numbers: tuple[str, ...]) -> Iterator[list[Finding]]:
    now = datetime.now(UTC)
    for each in numbers:
        yield cabinet.archiving.verify(found(store, each)[0], now)
    if not numbers:
        yield from (findings for _, findings in cabinet.archiving.verify_all(now))


def zone_of(store: Store, settings: Settings) -> str:
    return PolicyInForce(store, settings.policy_text()).pinned(datetime.now(UTC)).plant.time_zone


def morning(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def row(each: ArchiveOut, zone: str) -> tuple[object, ...]:
    closed = minute(each.closed_at, zone)
    return each.id, each.order_no, each.customer, closed, each.size, each.sha256, ", ".join(each.missing)
