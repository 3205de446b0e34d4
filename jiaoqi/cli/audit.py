"""`jiaoqi audit`: whether what happened is still what it was, and who was shown what."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from activities.audit import chain, key
from activities.audit.findings import Discrepancy, Verified
from activities.audit.heads import Head, HeadFile
from activities.audit.verifying import Progress, Verification
from activities.store import Store
from activities.store.access_log import Access
from jiaoqi.cli.options import FINDINGS, home_option, json_option, limit_option
from jiaoqi.cli.speaking import say, worded
from jiaoqi.cli.store import connected
from jiaoqi.cli.tables import table
from jiaoqi.errors import JiaoqiError, NoStackIsRunning, NoSuchOrder
from jiaoqi.settings import Settings

COLUMNS = ("WHEN", "WHO", "WHAT", "ABOUT", "HOW", "DOOR")


class NoChainYet(JiaoqiError):
    """No worker has begun it."""

    def __init__(self) -> None:
        super().__init__("there is no audit chain yet: no worker has begun it")


class OneOfBoth(JiaoqiError):
    """Readers are asked for by order or by person."""

    exit_code = 2

    def __init__(self) -> None:
        super().__init__("name an order, or a person with --person")


@click.group()
def audit() -> None:
    """Whether what happened is still what it was, and who was shown what."""


@audit.command()
@home_option
@json_option
@click.option(
    "--since",
    "heads",
    metavar="HEAD-FILE",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Heads that were exported before: all of them must be in the chain. May be given several times.",
)
@click.option("--order", "number", metavar="NO", help="Only one order.")
def verify(home: Path | None, as_json: bool, heads: tuple[Path, ...], number: str | None) -> int:
    """Hold all events and records against the chain; exit 1 if anything was changed, dropped, swapped, cut off or added.

    The heads in the home's own file are looked for too.
    """
    settings = Settings.load(home)
    (*older, newest), known = settings.audit_keys(), list(exported(settings, heads))
    with looked_at(settings) as store:
        if number is not None and store.orders.row(number) is None and not store.audit.one_order(number).links:
            raise NoSuchOrder(number)
        with progress(store, hidden=number is not None) as tell:
            run = Verification(store, newest, tell, older)
            found = list(run.everything(known) if number is None else run.one(number))
            head = store.audit.head()
    told = as_data(found, run.so_far, head and Head.of(head)) if as_json else as_lines(found, run.so_far, head and Head.of(head))
    click.echo(told)
    return FINDINGS if found else 0


@contextmanager
def looked_at(settings: Settings) -> Iterator[Store]:
    """The store as it is, whether a stack runs or not: whoever verifies changes nothing. Raises NoStackIsRunning."""
    file = settings.database_url.removeprefix("sqlite:///")
    if file != settings.database_url and not Path(file).exists():
        raise NoStackIsRunning(settings.home, "JIAOQI_DATABASE_URL")
    with connected(settings) as store:
        yield store


def exported(settings: Settings, files: tuple[Path, ...]) -> Iterator[Head]:
    own = (settings.audit_heads,) if settings.audit_heads.exists() else ()
    for file in dict.fromkeys((*own, *files)):
        yield from HeadFile(file).read()


@contextmanager
def progress(store: Store, *, hidden: bool) -> Iterator[Progress]:
    """A bar on stderr, where somebody watches: each link is looked at by itself, then with what it vouches for."""
    length = 2 * store.audit.length()
    quiet = hidden or not sys.stderr.isatty()
    with click.progressbar(length=length, label=worded("audit chain"), file=sys.stderr, hidden=quiet) as bar:
        yield bar.update


def as_data(found: list[Discrepancy], seen: Verified, head: Head | None) -> str:
    findings = [finding._asdict() for finding in found]
    told = {"findings": findings, **seen._asdict(), "head": json.loads(head.line) if head else None}
    return json.dumps(told, ensure_ascii=False, indent=2)


def as_lines(found: list[Discrepancy], seen: Verified, head: Head | None) -> str:
    lines = [*(worded(finding.what) for finding in found), worded(counted(seen, len(found)))]
    return "\n".join([*lines, *([head.line] if head else [])])


def counted(seen: Verified, findings: int) -> str:
    links, rows, waiting = seen
    if not findings:
        return f"{links} links and {rows} rows looked at, {waiting} events not in the chain yet: nothing found"
    return f"{links} links and {rows} rows looked at, {waiting} events not in the chain yet: {findings} findings"


@audit.command()
@home_option
def rekey(home: Path | None) -> None:
    """Put a new key below the others in the key's file; the chain goes on with it once the workers are started anew."""
    settings = Settings.load(home)
    name = chain.fingerprint(key.add(settings.audit_keys_file))
    say(f"the new key {name} is in {settings.audit_keys_file}: start the workers anew, and keep a copy of the file")


@audit.command()
@home_option
def head(home: Path | None) -> None:
    """Print the chain's head: a line to keep where nobody who can write to the store gets at it."""
    click.echo(current(home).line)


@audit.command()
@home_option
@click.option(
    "--to",
    "file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The home's own when left out.",
)
def export(home: Path | None, file: Path | None) -> None:
    """Add the chain's head to a file of heads; the worker does so every ten minutes."""
    found = current(home)
    place = file or Settings.load(home).audit_heads
    try:
        HeadFile(place).add(found)
    except OSError as error:
        raise click.FileError(str(place), error.strerror or "") from error
    click.echo(found.line)


def current(home: Path | None) -> Head:
    with looked_at(Settings.load(home)) as store:
        newest = store.audit.head()
    if newest is None:
        raise NoChainYet
    return Head.of(newest)


@audit.command()
@home_option
@json_option
@limit_option
@click.argument("number", metavar="[ORDER]", required=False)
@click.option("--person", metavar="NAME", help="What this person was shown.")
def readers(home: Path | None, as_json: bool, limit: int, number: str | None, person: str | None) -> None:
    """Who was shown an order, or what a person was shown; the newest first."""
    if (number is None) == (person is None):
        raise OneOfBoth
    with looked_at(Settings.load(home)) as store:
        log = store.access_log
        found, _ = log.of_order(number, limit) if number is not None else log.of_person(person or "", limit)
    if as_json:
        click.echo(json.dumps([{**each._asdict(), "at": moment(each)} for each in found], ensure_ascii=False, indent=2))
    else:
        click.echo(table(COLUMNS, map(row, found)))


def row(found: Access) -> tuple[object, ...]:
    about = " ".join(filter(None, (found.about, found.detail)))
    return moment(found), found.person, found.what, about, found.how, found.door


def moment(found: Access) -> str:
    return found.at.isoformat(timespec="seconds").replace("+00:00", "Z")
