"""`jiaoqi people`: who works at the plant, and the tokens that they sign in with."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from activities import passwords
from activities.people_rules import NO_HEAD, NOBODY, email_fault, lacks, name_fault
from activities.store import Person, Store, UnknownPerson
from jiaoqi.cli.options import DAY, home_option, json_option, one_of
from jiaoqi.cli.speaking import named, worded
from jiaoqi.cli.store import opened, somebody
from jiaoqi.cli.tables import table
from jiaoqi.errors import NobodyHasThisName
from workflows.types.words import Department, Language, MailWish

BY_COMMAND = "jiaoqi people token"
"""What a token is called that was made here."""


@click.group()
def people() -> None:
    """Who works at the plant; works with the stack up or down."""


@people.command()
@home_option
@click.argument("name")
@click.option("--email", required=True)
@click.option("--department", "departments", type=one_of(Department), multiple=True, help="May be given several times.")
@click.option("--head", "heads", type=one_of(Department), multiple=True, help="A department that they lead; a head is a member.")
@click.option("--admin", is_flag=True, help="May change people and policy.")
@click.option("--language", type=one_of(Language), default=Language.EN.value, show_default=True, help="Of their mails.")
@click.option("--mail", type=one_of(MailWish), help="New tasks and reminders: each at once, or in the next digest.")
def add(
    home: Path | None,
    name: str,
    email: str,
    departments: tuple[str, ...],
    heads: tuple[str, ...],
    admin: bool,
    language: str,
    mail: str | None,
) -> None:
    """Add NAME, or say anew who they are: all but an absence and their wish for mail is replaced."""
    if not (departments or heads or admin):
        raise click.UsageError("say --department, --head or --admin: who is none of these can do nothing")
    person = Person(
        id=checked_name(name),
        name=checked_name(name),
        email=checked_email(email),
        language=Language(language),
        departments=tuple(map(Department, dict.fromkeys((*departments, *heads)))),
        head_of=tuple(map(Department, dict.fromkeys(heads))),
        admin=admin,
    )
    with opened(home) as store:
        known = store.people.get(name)
        # A name for people to read is given on a page; the command knows only the id.
        store.people.put(person.model_copy(update={"name": known.name}) if known else person)
        if mail:
            store.people.wishes(name, MailWish(mail))
        warn(store)


@people.command(name="list")
@home_option
@json_option
def everyone(home: Path | None, as_json: bool) -> None:
    """List everybody."""
    with opened(home) as store:
        found = store.people.every()
        warn(store)
    if as_json:
        click.echo(json.dumps([person.model_dump(mode="json") for person in found], ensure_ascii=False, indent=2))
        return
    rows = [(person.id, person.email, ", ".join(roles(person)), absence(person)) for person in found]
    click.echo(table(("NAME", "EMAIL", "ROLES", "ABSENCE"), rows))


@people.command()
@home_option
@click.argument("name")
@click.option("--from", "first", type=DAY, required=True, help="The first day.")
@click.option("--to", "last", type=DAY, required=True, help="The last day.")
@click.option("--substitute", required=True, help="Who does their tasks and gets their mail meanwhile.")
def away(home: Path | None, name: str, first: datetime, last: datetime, substitute: str) -> None:
    """Say that NAME is away from one day to another, both included."""
    if last < first:
        raise click.UsageError("--to lies before --from")
    if substitute == name:
        raise click.UsageError("nobody is their own substitute")
    with opened(home) as store, known_people():
        store.people.away(name, first.date(), last.date(), substitute)


@people.command()
@home_option
@click.argument("name")
def remove(home: Path | None, name: str) -> None:
    """Remove NAME; their tokens, sessions and password end, what they did stays on record."""
    with opened(home) as store, known_people():
        store.people.remove(name)
        warn(store)


@people.command()
@home_option
@click.argument("name")
def token(home: Path | None, name: str) -> None:
    """Make a new token for NAME and print it; it can't be shown again."""
    with opened(home) as store, known_people():
        click.echo(store.people.new_token(name, BY_COMMAND))


@people.command()
@home_option
@click.argument("name")
@click.option("--prompt", is_flag=True, help="Ask for the password instead of making one.")
def password(home: Path | None, name: str, prompt: bool) -> None:
    """Give NAME a new password for the pages and print it once; who was signed in as NAME is signed out."""
    with opened(home) as store, known_people():
        somebody(store, name)
        chosen = asked_for(name) if prompt else passwords.made()
        store.sessions.set_password(name, chosen, datetime.now(UTC))
        if not prompt:
            click.echo(chosen)


def asked_for(name: str) -> str:
    chosen: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    if fault := passwords.fault(chosen, name):
        raise click.UsageError(f"the password {fault}")
    return chosen


def checked_name(name: str) -> str:
    if fault := name_fault(name):
        raise click.UsageError(f"NAME: {fault}")
    return name


def checked_email(email: str) -> str:
    if fault := email_fault(email):
        raise click.UsageError(f"--email: {fault}")
    return email


@contextmanager
def known_people() -> Iterator[None]:
    try:
        yield
    except UnknownPerson as error:
        raise NobodyHasThisName(str(error)) from error


def warn(store: Store) -> None:
    """Every department has a head and somebody in it (R1): who has not is told, and stops nothing."""
    found: dict[str, list[Department]] = {}
    for lack in lacks(store.people.register()):
        if lack.department:
            found.setdefault(lack.of, []).append(lack.department)
    if found:
        told = (worded(f"{of} in {', '.join(map(named, found[of]))}") for of in (NOBODY, NO_HEAD) if of in found)
        click.echo("jiaoqi: " + "; ".join(told), err=True)


def roles(person: Person) -> list[str]:
    heads = [worded(f"head of {department}") for department in person.head_of]
    members = [named(department) for department in person.departments if department not in person.head_of]
    return [*heads, *members, *([worded("admin")] if person.admin else [])]


def absence(person: Person) -> str:
    away = person.away
    return worded(f"{away.from_} to {away.to}, substitute {away.substitute}") if away else ""
