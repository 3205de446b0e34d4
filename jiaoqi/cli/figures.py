"""`jiaoqi figures`: how the plant keeps its promises, read from the store."""

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click

from activities.figures import keeping
from activities.figures.report import Basis, Figure, LatenessCause, Report, Unit, Wanted, report
from activities.policy_in_force import PolicyInForce
from activities.store.figure_rows import next_month
from jiaoqi.cli.options import DAY, home_option, json_option, one_of
from jiaoqi.cli.speaking import named, worded
from jiaoqi.cli.store import of_running_stack
from jiaoqi.cli.tables import table
from jiaoqi.errors import JiaoqiError
from jiaoqi.settings import Settings
from workflows.types.words import Department

COLUMNS = ("FIGURE", "VALUE", "OF", "BESIDE")
CAUSES = ("CAUSE", "TASK", "HOURS", "ORDERS")
DAY_LONG = timedelta(days=1)


class NoPeriod(JiaoqiError):
    """Nothing lies between these days."""

    exit_code = 2


@click.group(invoke_without_command=True)
@home_option
@click.option("--from", "start", type=DAY, help="The first day; that of this month when left out.")
@click.option("--to", "last", type=DAY, help="The last day; that of the first day's month when left out.")
@click.option("--basis", type=one_of(Basis), default=Basis.LAST.value, show_default=True, help="By which date orders are due.")
@click.option("--customer", metavar="NAME")
@click.option("--product", metavar="MODEL")
@click.option("--department", type=one_of(Department), help="Of tasks.")
@json_option
@click.pass_context
def figures(
    context: click.Context,
    home: Path | None,
    start: datetime | None,
    last: datetime | None,
    basis: str,
    customer: str | None,
    product: str | None,
    department: str | None,
    as_json: bool,
) -> None:
    """The indicators of a period, each with what it was counted of."""
    if context.invoked_subcommand is not None:
        return
    now = datetime.now(UTC)
    chosen = {"basis": basis, "customer": customer, "product": product, "department": department}
    with of_running_stack(home) as store:
        today = PolicyInForce(store, Settings.load(home).policy_text()).read(now).today
        first, end = period(start, last, today)
        found = report(store, Wanted.model_validate({"start": first, "end": end, **chosen}), now)
    click.echo(found.model_dump_json(indent=2) if as_json else described(found))


@figures.command()
@home_option
def rebuild(home: Path | None) -> None:
    """Count all orders anew, from their events alone; the numbers are the same afterwards."""
    with of_running_stack(home) as store:
        store.figures.forget()
        orders = keeping.count_everything(store, lambda: datetime.now(UTC), watched)
    click.echo(worded(f"{orders} orders counted"))


def watched(orders: int) -> None:
    """How far it is, where somebody looks on."""
    if sys.stderr.isatty():
        click.echo(f"\r{orders:,}", nl=False, err=True)


def period(start: datetime | None, last: datetime | None, today: date) -> tuple[date, date]:
    """Its first day, and the one after its last; `today` is the plant's. Raises NoPeriod."""
    first = start.date() if start else today.replace(day=1)
    end = last.date() + DAY_LONG if last else next_month(first)
    if end <= first:
        before = end - DAY_LONG
        raise NoPeriod(f"{before} lies before {first}")
    return first, end


def described(found: Report) -> str:
    wanted, last = found.wanted, found.wanted.end - DAY_LONG
    head = f"{wanted.start} - {last}, {named(wanted.basis)}, {found.as_of:%Y-%m-%d %H:%M} UTC"
    parts = [head, table(COLUMNS, map(row, found.figures))]
    if found.causes:
        parts.append(table(CAUSES, map(cause, found.causes)))
    return "\n\n".join(parts)


def row(figure: Figure) -> tuple[object, ...]:
    counted = f"{figure.of:,}" if figure.part is None else f"{figure.part:,} / {figure.of:,}"
    beside = ", ".join(f"{name} {number(value)}" for name, value in figure.more.items())
    return figure.name, None if figure.value is None else valued(figure.value, figure.unit), counted, beside


def valued(value: float, unit: Unit) -> str:
    return f"{value:.1%}" if unit is Unit.SHARE else f"{value:.1f} {unit}"


def number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3g}"


def cause(found: LatenessCause) -> tuple[object, ...]:
    return found.blame, found.kind, f"{found.hours:,.1f}", found.orders
