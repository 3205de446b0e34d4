"""`jiaoqi documents`: what is on file of an order: printed, listed, taken out."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from activities.documents.bundles import name_of
from activities.documents.cabinet import Cabinet
from activities.documents.completeness import missing
from activities.store import Store
from activities.store.documents import DocumentOut
from jiaoqi.cli.options import FINDINGS, home_option, json_option, one_of
from jiaoqi.cli.orders import as_list
from jiaoqi.cli.speaking import say
from jiaoqi.cli.store import of_running_stack
from jiaoqi.cli.tables import minute, table
from jiaoqi.errors import NoSuchOrder
from jiaoqi.settings import Settings
from workflows.types.words import SYSTEM, Language

COLUMNS = ("DOCUMENT", "KIND", "VERSION", "MADE", "LANGUAGE", "SIZE", "BY", "WHEN")

number = click.argument("number", metavar="ORDER")


@click.group()
def documents() -> None:
    """What is on file of an order."""


@documents.command()
@home_option
@click.option("--language", type=one_of(Language), help="The customer's when left out.")
@number
def generate(home: Path | None, language: str | None, number: str) -> None:
    """Print everything that the record can tell, and file what says anything new."""
    with opened(home) as (store, cabinet):
        order_no, zone = found(store, number)
        wanted = Language(language) if language else None
        filed = cabinet.filing.file_all(order_no, SYSTEM, datetime.now(UTC), wanted)
    click.echo(table(("NEW", *COLUMNS), (("*" if each.is_new else "", *row(each.document, zone)) for each in filed)))


@documents.command(name="list")
@home_option
@json_option
@number
def several(home: Path | None, as_json: bool, number: str) -> int:
    """List what is on file, and what the policy still wants; exit 1 if anything is missing."""
    with opened(home) as (store, _):
        order_no, zone = found(store, number)
        on_file, lacking = store.documents.of_order(order_no), missing(store, order_no)
    if as_json:
        click.echo(as_list(each.model_dump_json() for each in on_file))
    else:
        click.echo(table(COLUMNS, (row(each, zone) for each in on_file)))
    if lacking:
        say(f"missing: {', '.join(lacking)}", to_stderr=True)
    return FINDINGS if lacking else 0


@documents.command()
@home_option
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="Here when left out.")
@number
def export(home: Path | None, folder: Path, number: str) -> None:
    """Write everything on file into a folder of the order's; bytes that have changed are never given out."""
    with opened(home) as (store, cabinet):
        order_no, _ = found(store, number)
        for each in store.documents.of_order(order_no):
            if each.removed_at is None:
                place = folder / order_no / name_of(each)
                content = cabinet.filing.vault.open(each.sha256)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
                click.echo(str(place))


@contextmanager
def opened(home: Path | None) -> Iterator[tuple[Store, Cabinet]]:
    settings = Settings.load(home)
    with of_running_stack(home) as store:
        yield store, Cabinet.of(store, settings.documents, settings.public_url)


def found(store: Store, number: str) -> tuple[str, str]:
    """The order's number as it is written, and its plant's zone. Raises NoSuchOrder."""
    order = store.orders.row(number)
    if order is None or order.case is not None:
        raise NoSuchOrder(number)
    return order.order_no, order.plant_time_zone


def row(each: DocumentOut, zone: str) -> tuple[object, ...]:
    when = minute(each.at, zone)
    return each.id, each.kind.value, each.version, each.source, each.language, each.size, each.author, when
