"""`jiaoqi import`: enters the orders of a file."""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import click
import uvloop

from activities.store import Person, Store
from api.policy import PolicyInForce
from jiaoqi.cli.engine import working_engine
from jiaoqi.cli.options import home_option
from jiaoqi.cli.people import MayNot, NobodyHasThisName
from jiaoqi.cli.store import of_running_stack
from jiaoqi.cli.tables import table
from jiaoqi.errors import JiaoqiError
from jiaoqi.importing import BUILT_IN, PLAIN, Desk, FileOrder, Mapping, Outcome, Verdict, gather, read, rebased
from jiaoqi.settings import Settings
from workflows.rules.authority import may_enter_orders

FINDINGS = 1
COLUMNS = ("ROW", "COLUMN", "REASON", "ORDER")


class NoSuchMapping(JiaoqiError):
    """The mapping is none that is built in."""

    exit_code = 2

    def __init__(self, name: str) -> None:
        known = ", ".join(BUILT_IN)
        super().__init__(f"--mapping: {name!r} is not built in ({known} is), and mapping files can't be read yet")


@click.command(name="import")
@home_option
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option("--as", "name", metavar="NAME", required=True, help="Who enters them: somebody of sales, or an admin.")
@click.option("--mapping", metavar="scms|FILE", help="Which columns say what; as above when left out.")
@click.option("--rebase", is_flag=True, help="Shift all dates so that the file's earliest is today.")
@click.option("--limit", type=click.IntRange(min=1), help="Only the first so many order numbers.")
@click.option("--dry-run", is_flag=True, help="Only say what would become of them.")
def import_orders(
    home: Path | None, file: Path, name: str, mapping: str | None, rebase: bool, limit: int | None, dry_run: bool
) -> int:
    """Enter the orders of a CSV file in UTF-8; one that was entered before is left alone.

    Its columns are order_no, customer, product_model, quantity and requested_date (YYYY-MM-DD), and may be email,
    language, unit, customer_ref, ship_to, priority and note; others are not read. Rows of the same order_no are lines
    of one order, which is entered whole or not at all. What is said of an order may be left out in its later rows.
    """
    chosen = mapping_named(mapping)
    settings = Settings.load(home)
    _ = settings.temporal_address
    with of_running_stack(home) as store:
        person = enterer(store, name)
        orders = orders_of(file, chosen, today(store, settings) if rebase else None)[:limit]
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            verdicts = runner.run(entered(store, settings, person, orders, is_rebased=rebase, is_rehearsal=dry_run))
    return told(verdicts, dry_run)


def mapping_named(name: str | None) -> Mapping:
    if name is None:
        return PLAIN
    if name not in BUILT_IN:
        raise NoSuchMapping(name)
    return BUILT_IN[name]


def enterer(store: Store, name: str) -> Person:
    """The person, once known to be allowed to enter orders at all."""
    person = store.people.get(name)
    if person is None:
        raise NobodyHasThisName(f"there is no {name} in the register")
    if no := may_enter_orders(store.people.actor(person, datetime.now(UTC).date())):
        raise MayNot(f"{name} may not import: {no.detail}")
    return person


def today(store: Store, settings: Settings) -> date:
    """As the calendar in the plant shows it."""
    now = datetime.now(UTC)
    return PolicyInForce(store, settings.policy_text()).calendar(now).day_of(now)


def orders_of(file: Path, mapping: Mapping, rebase_to: date | None) -> list[FileOrder]:
    """All of the file's: what is shifted is measured over all rows, whatever the limit."""
    found = gather(read(file, mapping), mapping)
    return rebased(found, rebase_to) if rebase_to else found


async def entered(
    store: Store, settings: Settings, person: Person, orders: list[FileOrder], *, is_rebased: bool, is_rehearsal: bool
) -> list[Verdict]:
    _, engine = await working_engine(settings)
    desk = Desk(store, engine, person, settings.policy_text(), is_rebased=is_rebased)
    verdicts: list[Verdict] = []

    def tell(verdict: Verdict) -> None:
        verdicts.append(verdict)
        show_progress(len(verdicts), len(orders))

    await desk.take(orders, tell, is_rehearsal=is_rehearsal)
    return verdicts


def show_progress(done: int, of: int) -> None:
    """For somebody who watches; a log needs none of it."""
    if sys.stderr.isatty():
        click.echo(f"\r{done} of {of} orders", nl=done == of, err=True)


def told(verdicts: Iterable[Verdict], is_rehearsal: bool) -> int:
    """What was refused, row by row, then the counts."""
    counts = Counter(verdict.outcome for verdict in verdicts)
    faults = sorted((*fault, verdict.order.order_no) for verdict in verdicts for fault in verdict.faults)
    if faults:
        click.echo(table(COLUMNS, faults))
    entered = "would be entered" if is_rehearsal else "entered"
    click.echo(
        f"{counts[Outcome.ENTERED]} {entered}, {counts[Outcome.THERE]} already there, {counts[Outcome.REFUSED]} refused"
    )
    return FINDINGS if counts[Outcome.REFUSED] else 0
