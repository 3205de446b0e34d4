"""`jiaoqi people`: who works at the plant, and the tokens that they sign in with."""

import json
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from activities.store import Person, Store, UnknownPerson
from jiaoqi.cli.options import home_option
from jiaoqi.cli.store import opened
from jiaoqi.cli.tables import table
from jiaoqi.errors import JiaoqiError
from workflows.types.words import Department, Language

LONGEST_NAME = 64
UNSEEN = ("C", "Z")
"""The categories of characters that nobody sees: control, format, unassigned, spaces."""
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
# Actors that are nobody in the register, and the word by which the API calls whoever asks.
RESERVED = ("customer", "system", "me")
# By value: click alone would offer the names of an enum's members.
DEPARTMENT = click.Choice([department.value for department in Department])
LANGUAGE = click.Choice([language.value for language in Language])
DAY = click.DateTime(["%Y-%m-%d"])


class NobodyHasThisName(JiaoqiError):
    """The register does not know the person."""

    exit_code = 2


class MayNot(JiaoqiError):
    """The person is known, but this is not for them."""

    exit_code = 2


@click.group()
def people() -> None:
    """Who works at the plant; works with the stack up or down."""


@people.command()
@home_option
@click.argument("name")
@click.option("--email", required=True)
@click.option("--department", "departments", type=DEPARTMENT, multiple=True, help="May be given several times.")
@click.option("--head", "heads", type=DEPARTMENT, multiple=True, help="A department that they lead; a head is a member.")
@click.option("--admin", is_flag=True, help="May change people and policy.")
@click.option("--language", type=LANGUAGE, default=Language.EN.value, show_default=True, help="Of their mails.")
def add(
    home: Path | None, name: str, email: str, departments: tuple[str, ...], heads: tuple[str, ...], admin: bool, language: str
) -> None:
    """Add NAME, or say anew who they are: all but an absence is replaced."""
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
        store.people.put(person)
        warn(store)


@people.command(name="list")
@home_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
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
    """Remove NAME; their tokens end, what they did stays on record."""
    with opened(home) as store, known_people():
        store.people.remove(name)
        warn(store)


@people.command()
@home_option
@click.argument("name")
def token(home: Path | None, name: str) -> None:
    """Make a new token for NAME and print it; it can't be shown again."""
    with opened(home) as store, known_people():
        click.echo(store.people.new_token(name))


def checked_name(name: str) -> str:
    """A name that can be an id: it stands in addresses, in mails, and in lists that commas separate."""
    if not 1 <= len(name) <= LONGEST_NAME:
        raise click.UsageError(f"NAME: has 1 to {LONGEST_NAME} characters")
    if any(unicodedata.category(char)[0] in UNSEEN for char in name):
        raise click.UsageError(f"NAME: {name!r} has characters that can't be seen; write one word")
    if name in RESERVED or "," in name or "/" in name:
        raise click.UsageError(f"NAME: {name!r} can't be a person's name here")
    return name


def checked_email(email: str) -> str:
    if not EMAIL.fullmatch(email) or not email.isprintable():
        raise click.UsageError(f"--email: {email!r} is no mail address")
    return email


@contextmanager
def known_people() -> Iterator[None]:
    try:
        yield
    except UnknownPerson as error:
        raise NobodyHasThisName(str(error)) from error


def warn(store: Store) -> None:
    """Every department has a head and somebody in it (R1): who has not is told, and stops nothing."""
    register = store.people.register()
    empty = [department for department in Department if not register.members(department)]
    headless = [department for department in Department if not register.heads(department) and department not in empty]
    lacks = [(words, ", ".join(found)) for words, found in (("nobody", empty), ("no head", headless)) if found]
    if lacks:
        click.echo("jiaoqi: " + "; ".join(f"{words} in {found}" for words, found in lacks), err=True)


def roles(person: Person) -> list[str]:
    heads = [f"head of {department}" for department in person.head_of]
    members = [department.value for department in person.departments if department not in person.head_of]
    return [*heads, *members, *(["admin"] if person.admin else [])]


def absence(person: Person) -> str:
    away = person.away
    return f"{away.from_} to {away.to}, substitute {away.substitute}" if away else ""
