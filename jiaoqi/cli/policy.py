"""`jiaoqi policy`: what governs orders, whether a file could, and making it so."""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path

import click

from activities.policy_file import PolicyError, changes, dump, parse
from activities.policy_in_force import PolicyInForce
from activities.store import Store
from api.adopting import Applied, Preview, cause, preview
from jiaoqi.cli.applying import Candidate, apply_to_orders
from jiaoqi.cli.options import FINDINGS, home_option
from jiaoqi.cli.speaking import say
from jiaoqi.cli.store import of_running_stack, somebody
from jiaoqi.cli.tables import minute, table
from jiaoqi.errors import JiaoqiError, MayNot
from jiaoqi.settings import Settings
from workflows.types.commands import SYSTEM_ACTOR, Actor
from workflows.types.policy import Policy


class NotOnRecord(JiaoqiError):
    """What a change is traced to must be on record."""

    exit_code = 2


file_argument = click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))


@click.group()
def policy() -> None:
    """What governs orders, whether a file could, and making it so."""


@policy.command()
@home_option
def show(home: Path | None) -> None:
    """Print the policy that governs new orders, complete, as a file that can be applied."""
    text = Settings.load(home).policy_text()
    with of_running_stack(home) as store:
        in_force = PolicyInForce(store, text)
        click.echo(dump(in_force.pinned(datetime.now(UTC))), nl=False)


@policy.command()
@home_option
@file_argument
def check(home: Path | None, file: Path) -> int:
    """Say what is wrong with a policy file, with key and line; exit 1 if anything is."""
    found = read(file)
    if isinstance(found, str):
        say(found)
        return FINDINGS
    say(f"{file}: version {found[1].version} is in order")
    return 0


@policy.command()
@home_option
@file_argument
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option("--as", "name", metavar="NAME", help="The admin who is on record for it; the system when left out.")
@click.option("--because", metavar="NUMBER", default="", help="The improvement that causes the change, such as imp:7.")
def apply(home: Path | None, file: Path, dry_run: bool, name: str | None, because: str) -> int:
    """Let a policy file govern new orders and those under way.

    Shows which keys change and which deadlines move; an apply that was interrupted can be called again.
    """
    found = read(file)
    if isinstance(found, str):
        say(found)
        return FINDINGS
    settings = Settings.load(home)
    _ = settings.temporal_address
    with of_running_stack(home) as store:
        caused = improvement(store, because)
        by = admin(store, name, PolicyInForce(store, settings.policy_text()).read(datetime.now(UTC)).today)
        candidate = Candidate.of(store, settings, *found, by=by, because=caused)
        tell_changes(candidate.before, candidate.policy)
        tell_moves(asyncio.run(previewed(candidate)), candidate.policy)
        if dry_run:
            return 0
        return tell_applied(asyncio.run(apply_to_orders(candidate)), candidate.policy)


async def previewed(candidate: Candidate) -> Preview:
    return await preview(await candidate.application())


def read(file: Path) -> tuple[str, Policy] | str:
    """The file's text and what it says; else what is wrong with it, a line each."""
    try:
        text = file.read_text(encoding="utf-8")
        return text, parse(text, str(file))
    except UnicodeDecodeError as error:
        return f"{file}: not UTF-8: {error}"
    except PolicyError as error:
        return str(error)


def admin(store: Store, name: str | None, today: date) -> Actor:
    """Who speaks to the orders: whoever may run this command here, or the admin whom they name."""
    if name is None:
        return SYSTEM_ACTOR.model_copy(update={"admin": True})
    person = somebody(store, name)
    if not person.admin:
        raise MayNot(f"{name} is no admin, so may not apply a policy")
    return store.people.actor(person, today)


def improvement(store: Store, number: str) -> str | None:
    """What the change is traced to (R23)."""
    try:
        return cause(store, number, datetime.now(UTC))
    except LookupError as error:
        raise NotOnRecord(str(error)) from None


def tell_changes(before: Policy, after: Policy) -> None:
    told = changes(before, after)
    say("changes:" if told else "changes: none")
    for line in told:
        click.echo(f"  {line}")


def tell_moves(preview: Preview, policy: Policy) -> None:
    zone = policy.plant.time_zone
    for order_no in preview.silent:
        say(f"{order_no}: does not say what would move", to_stderr=True)
    if not preview.moved:
        say("deadlines that move: none")
        return
    say(f"deadlines that move ({zone}):")
    rows = [(each.order_no, each.task_id, minute(each.due_at, zone), "→", minute(each.would_be, zone)) for each in preview.moved]
    click.echo(table(("ORDER", "TASK", "DUE", "", "WOULD BE"), rows))


def tell_applied(applied: Applied, policy: Policy) -> int:
    """One line a failure, then the counts."""
    for order_no, reason in applied.failed:
        say(f"{order_no}: {reason}", to_stderr=True)
    if applied.failed:
        failed = len(applied.failed)
        say(f"version {policy.version} governs new orders and {applied.adopted} under way, {failed} did not answer; apply again")
    else:
        say(f"version {policy.version} governs new orders and {applied.adopted} under way")
    return FINDINGS if applied.failed else 0
