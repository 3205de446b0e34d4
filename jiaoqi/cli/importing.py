"""`jiaoqi import`: enters the orders of a file."""

import asyncio
import codecs
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
import uvloop

from activities.importing import (
    FileOrder,
    OrderFile,
    Outcome,
    Survey,
    Tally,
    Verdict,
    gather,
    opened,
    survey,
)
from activities.importing.mapping_file import named
from activities.importing.report import check_place, write
from activities.policy_in_force import PolicyInForce
from activities.store import Person, Store
from api.importing import Desk, PolicyLookedAt
from jiaoqi.cli.engine import working_engine
from jiaoqi.cli.options import FINDINGS, home_option
from jiaoqi.cli.speaking import say, worded
from jiaoqi.cli.store import of_running_stack, somebody
from jiaoqi.cli.tables import table
from jiaoqi.errors import MayNot
from jiaoqi.settings import Settings
from workflows.rules.authority import may_enter_orders

COLUMNS = ("ROW", "COLUMN", "REASON", "ORDER")
MOST_SHOWN = 1000
"""Rows: more than a person reads on a terminal."""


def encoding_known(_context: click.Context, _option: click.Parameter, name: str | None) -> str | None:
    if name is None:
        return None
    try:
        b"".decode(name)
        return codecs.lookup(name).name
    except LookupError:
        raise click.BadParameter(f"{name!r} is not an encoding; big5, gb18030, cp1252, utf-16 are some") from None


def delimiter_known(_context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
    if text in ("tab", "\\t"):
        return "\t"
    if text is not None and (len(text) != 1 or text in '"\r\n'):
        raise click.BadParameter(f"{text!r} is not one character, or tab")
    return text


@click.command(name="import")
@home_option
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--as", "name", metavar="NAME", required=True, help="Who enters them: somebody of sales, or an admin.")
@click.option("--mapping", metavar="scms|FILE", help="Which columns say what; as above when left out.")
@click.option("--rebase", is_flag=True, help="Shift all dates so that the file's earliest is today.")
@click.option("--limit", type=click.IntRange(min=1), help="Only the first so many order numbers.")
@click.option("--dry-run", is_flag=True, help="Only say what would become of them.")
@click.option("--report", "to", metavar="FILE", type=click.Path(path_type=Path), help="Where the refused rows are written.")
@click.option("--sheet", metavar="NAME", help="Of a workbook; the first when left out.")
@click.option("--encoding", metavar="NAME", callback=encoding_known, help="Of a CSV file; UTF-8 when left out.")
@click.option("--delimiter", metavar="CHAR", callback=delimiter_known, help="Of a CSV file: a character, or tab.")
def import_orders(
    home: Path | None,
    path: Path,
    name: str,
    mapping: str | None,
    rebase: bool,
    limit: int | None,
    dry_run: bool,
    to: Path | None,
    sheet: str | None,
    encoding: str | None,
    delimiter: str | None,
) -> int:
    """Enter the orders of a CSV file or an XLSX workbook; one that was entered before is left alone.

    Its columns are order_no, customer, product_model, quantity and requested_date (YYYY-MM-DD), and may be email,
    language, unit, customer_ref, ship_to, priority and note; others are not read. Rows of the same order_no are lines
    of one order, which is entered whole or not at all. What is said of an order may be left out in its later rows.
    """
    file = opened(path, named(mapping), sheet=sheet, encoding=encoding, delimiter=delimiter)
    surveyed = survey(file, limit)
    settings = Settings.load(home)
    _ = settings.temporal_address
    with of_running_stack(home) as store:
        policy = (PolicyLookedAt if dry_run else PolicyInForce)(store, settings.policy_text())
        person = enterer(store, name, policy.read(datetime.now(UTC)).today)
        if to is not None:
            check_place(to, path)
        orders = gather(file, surveyed, shift(surveyed, policy) if rebase else timedelta(0))
        desk = Desk(store, person, policy, is_rebased=rebase)
        with (
            telling(file, to, is_rehearsal=dry_run) as tally,
            progress(tally, len(surveyed.last_rows)) as tell,
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            runner.run(entered(desk, settings, orders, tell, is_rehearsal=dry_run))
    return FINDINGS if tally.refused else 0


def enterer(store: Store, name: str, today: date) -> Person:
    """The person, once known to be allowed to enter orders at all."""
    person = somebody(store, name)
    if no := may_enter_orders(store.people.actor(person, today)):
        raise MayNot(f"{name} may not import: {no.detail}")
    return person


def shift(surveyed: Survey, policy: PolicyInForce) -> timedelta:
    """From the file's earliest date to today as the calendar in the plant shows it; over all rows, whatever the limit."""
    now = datetime.now(UTC)
    today = policy.calendar(now).day_of(now)
    return today - (surveyed.earliest or today)


async def entered(
    desk: Desk, settings: Settings, orders: Iterator[FileOrder], tell: Callable[[Verdict], None], *, is_rehearsal: bool
) -> None:
    _, engine = await working_engine(settings)
    await desk.take(orders, engine, tell, is_rehearsal=is_rehearsal)


@contextmanager
def progress(tally: Tally, orders: int) -> Iterator[Callable[[Verdict], None]]:
    """Where verdicts go: into the tally, and before the eyes of whoever watches; a log needs none of it."""
    with click.progressbar(length=orders, label="orders", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def tell(verdict: Verdict) -> None:
            tally.add(verdict)
            bar.update(1)

        yield tell


@contextmanager
def telling(file: OrderFile, to: Path | None, *, is_rehearsal: bool) -> Iterator[Tally]:
    """However it ends, what was done is told."""
    tally = Tally()
    try:
        yield tally
    except BaseException as end:
        if tally.counts:
            told(tally, file, to, is_rehearsal)
        if isinstance(end, KeyboardInterrupt):
            say("jiaoqi: interrupted; what was entered stays, import again to go on", to_stderr=True)
        raise
    told(tally, file, to, is_rehearsal)


def told(tally: Tally, file: OrderFile, to: Path | None, is_rehearsal: bool) -> None:
    """What was refused, row by row, then the counts."""
    faults = [(fault.row, fault.column, worded(fault.reason), order_no) for fault, order_no in sorted(tally.faults)]
    if faults:
        click.echo(table(COLUMNS, faults[:MOST_SHOWN]))
    if more := faults[MOST_SHOWN:]:
        say(f"… and {len(more)} more; --report FILE has them all")
    entered, there, refused = (tally.counts[each] for each in (Outcome.ENTERED, Outcome.THERE, Outcome.REFUSED))
    if is_rehearsal:
        say(f"{entered} would be entered, {there} already there, {refused} refused")
    else:
        say(f"{entered} entered, {there} already there, {refused} refused")
    if to is not None:
        write(to, file, tally)
        say(f"the refused rows are in {to}", to_stderr=True)
