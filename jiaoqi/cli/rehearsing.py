"""`jiaoqi rehearse`: plays the orders of a file under one policy or several, and says what would have come of it."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import click

from activities import policy_file
from activities.importing.mapping_file import named
from jiaoqi.cli.importing import delimiter_known, encoding_known
from jiaoqi.cli.options import FINDINGS, json_option
from jiaoqi.cli.policy import read
from jiaoqi.cli.speaking import worded
from jiaoqi.cli.tables import table, width
from jiaoqi.errors import SettingIsWrong
from jiaoqi.rehearsing import telling
from jiaoqi.rehearsing.crew import rehearse as rehearsed
from jiaoqi.rehearsing.figures import Figures, figures
from jiaoqi.rehearsing.past import PastFile, PastOrder, Unusable, opened_past
from jiaoqi.rehearsing.rows import check_place, write
from jiaoqi.rehearsing.telling import Found, Row
from workflows.types.policy import Policy

YEAR = timedelta(days=366)
ASSUMED = """\
Known are the days of entry, promise, delivery and its record; what lies between is assumed (docs/rehearsal.md): work
that nothing hinders takes half the time that {plant} allows, the goods are planned to come its buffer before the end of
the promised day, and nobody tells of trouble before it shows. Where an order that came later than planned lost its time
no file says: what is true lies between the first and the last case below. Mails are counted for time lost evenly."""


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--mapping", metavar="scms|FILE", help="Which columns say what; as above when left out.")
@click.option(
    "--policy",
    "files",
    metavar="POLICY",
    multiple=True,
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="A policy.toml; several stand side by side, the one that the plant works by first. The built-in one when left out.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Only the first so many order numbers.")
@click.option("--csv", "to", metavar="FILE", type=click.Path(path_type=Path), help="Where a row for each order and policy goes.")
@json_option
@click.option("--sheet", metavar="NAME", help="Of a workbook; the first when left out.")
@click.option("--encoding", metavar="NAME", callback=encoding_known, help="Of a CSV file; UTF-8 when left out.")
@click.option("--delimiter", metavar="CHAR", callback=delimiter_known, help="Of a CSV file: a character, or tab.")
def rehearse(
    path: Path,
    mapping: str | None,
    files: tuple[Path, ...],
    limit: int | None,
    to: Path | None,
    as_json: bool,
    sheet: str | None,
    encoding: str | None,
    delimiter: str | None,
) -> int:
    """Play past orders with their real dates through the rules of a policy; no stack is needed, and nothing is entered.

    Says who would have got how many mails of which kind, which late orders would have been told of before the promised
    day, how long before, and how many warnings would have been false. FILE is CSV or XLSX; its columns are order_no,
    promised (or requested_date) and delivered, and may be entered, recorded and priority.
    """
    past = PastFile(opened_past(path, named(mapping), sheet=sheet, encoding=encoding, delimiter=delimiter), limit)
    policies = [governing(file) for file in files] or [policy_file.default()]
    if to is not None:
        check_place(to, path)
    found = sorted_out(path.name, past.orders())
    if not found.orders:
        if to is not None:
            write(to, policies, [])
        click.echo(in_json(found, []) if as_json else nothing_told(found))
        return FINDINGS
    resolved = [for_the_years_of(found, policy) for policy in names_apart(policies, files)]
    with progress(len(found.orders)) as tell:
        played = rehearsed(found.orders, resolved, tell)
    results = [figures(policy, [each[n] for each in played]) for n, policy in enumerate(resolved)]
    if to is not None:
        write(to, resolved, played)
    click.echo(in_json(found, results) if as_json else told(found, results))
    return 0


def governing(file: Path) -> Policy:
    """The policy of a file; raises SettingIsWrong with all that is wrong with it."""
    found = read(file)
    if isinstance(found, str):
        raise SettingIsWrong(found)
    return found[1]


def names_apart(policies: Sequence[Policy], files: Sequence[Path]) -> list[Policy]:
    """Two files may say the same version; then the files tell them apart."""
    times = Counter(policy.version for policy in policies)
    return [
        policy if times[policy.version] == 1 else policy.model_copy(update={"version": f"{policy.version} ({files[n]})"})
        for n, policy in enumerate(policies)
    ]


def for_the_years_of(found: Found, policy: Policy) -> Policy:
    """With the public holidays of the years that the file speaks of, as each order's policy has those of its own."""
    plant = policy_file.with_public_days(policy.plant, found.first - YEAR, found.last + YEAR)
    return policy.model_copy(update={"plant": plant})


def sorted_out(name: str, orders: Iterable[PastOrder | Unusable]) -> Found:
    usable: list[PastOrder] = []
    unusable: list[Unusable] = []
    for order in orders:
        if isinstance(order, Unusable):
            unusable.append(order)
        else:
            usable.append(order)
    return Found(name, usable, unusable)


@contextmanager
def progress(orders: int) -> Iterator[Callable[[int], None]]:
    with click.progressbar(length=orders, label="orders", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        yield bar.update


def told(found: Found, results: Sequence[Figures]) -> str:
    """Three tables, the policies side by side."""
    versions = [each.version for each in results]
    parts = [
        worded(f"Rehearsal of {found.name}: past orders from {found.first} to {found.last}, as of the last of these days."),
        rows_told(("ORDERS", ""), telling.about(found)),
        worded(ASSUMED.format(plant=versions[0])),
        rows_told(("WARNINGS", *versions), telling.warned(results)),
        rows_told(("MAILS", *versions), telling.mailed(results)),
    ]
    return "\n\n".join(parts)


def nothing_told(found: Found) -> str:
    """Why no order could be rehearsed."""
    return rows_told(("ORDERS", ""), telling.about(found)) if found.unusable else worded("there are no orders in the file")


def in_json(found: Found, results: Sequence[Figures]) -> str:
    return json.dumps(telling.as_json(found, results), ensure_ascii=False, indent=2)


def rows_told(head: Row, rows: Iterable[Row]) -> str:
    """The names to the left, the figures below one another to the right."""
    found = [tuple(map(worded, head)), *((worded(name), *cells) for name, *cells in rows)]
    _, *widths = [max(map(width, column)) for column in zip(*found, strict=True)]
    lined_up = [(name, *map(to_the_right, cells, widths)) for name, *cells in found]
    return table(lined_up[0], lined_up[1:])


def to_the_right(cell: str, to: int) -> str:
    return " " * (to - width(cell)) + cell
