"""`jiaoqi review`: has a pack made by hand, and shows what there is."""

import time
from datetime import UTC, date, datetime
from pathlib import Path

import click

from activities.mail.letters import Letter
from activities.policy_in_force import PolicyInForce, Reading
from activities.reviews.findings import Body
from activities.reviews.letter import ReviewLetters
from activities.reviews.post import planned_at
from activities.store import Store
from activities.store.reviews import Review
from jiaoqi.cli.options import DAY, home_option, json_option, limit_option, one_of
from jiaoqi.cli.orders import as_list
from jiaoqi.cli.speaking import wish
from jiaoqi.cli.store import of_running_stack
from jiaoqi.cli.tables import minute, table
from jiaoqi.errors import JiaoqiError
from jiaoqi.settings import Settings
from workflows.types.reviews import ReviewKind
from workflows.types.words import Language

PATIENCE = 60.0
"""Seconds until somebody has made it, if anybody works."""
COLUMNS = ("PACK", "KIND", "PLANNED", "MADE", "STATE")
day_option = click.option("--for", "day", type=DAY, help="The day it is planned for; today when left out.")


class NotMadeYet(JiaoqiError):
    """Nobody has made it so far; it is on record that it is wanted."""

    exit_code = 3


class NotOfThatDay(JiaoqiError):
    """No pack can be of this day."""

    exit_code = 2


@click.group()
def review() -> None:
    """The plant's regular looks at itself: make one by hand, and list what there is."""


@review.command()
@home_option
@day_option
@json_option
def weekly(home: Path | None, day: datetime | None, as_json: bool) -> None:
    """The pack of the coordination meeting: late, at risk, blocked, improvements, decisions."""
    by_hand(ReviewKind.WEEKLY, home, day, as_json)


@review.command()
@home_option
@day_option
@json_option
def monthly(home: Path | None, day: datetime | None, as_json: bool) -> None:
    """The delivery report of the month before."""
    by_hand(ReviewKind.MONTHLY, home, day, as_json)


@review.command()
@home_option
@day_option
@json_option
def quarterly(home: Path | None, day: datetime | None, as_json: bool) -> None:
    """The policy's targets against the quarter before, and what was changed in the policy."""
    by_hand(ReviewKind.QUARTERLY, home, day, as_json)


@review.command(name="list")
@home_option
@click.option("--kind", type=one_of(ReviewKind), multiple=True, help="May be given several times.")
@limit_option
@json_option
def several(home: Path | None, kind: tuple[str, ...], limit: int, as_json: bool) -> None:
    """List packs, the newest first, with those that were missed."""
    with of_running_stack(home) as store:
        zone = PolicyInForce(store, Settings.load(home).policy_text()).pinned(datetime.now(UTC)).plant.time_zone
        found = store.reviews.page(limit, None, tuple(map(ReviewKind, kind))).items
    if as_json:
        click.echo(as_list(each.model_dump_json() for each in found))
    else:
        click.echo(table(COLUMNS, (row(each, zone) for each in found)))


def by_hand(kind: ReviewKind, home: Path | None, day: datetime | None, as_json: bool) -> None:
    settings = Settings.load(home)
    with of_running_stack(home) as store:
        reading = PolicyInForce(store, settings.policy_text()).read(datetime.now(UTC))
        made = make(store, kind, day.date() if day else reading.today, reading)
        click.echo(as_json_text(made) if as_json else written(made, reading, settings).text)


def row(found: Review, zone: str) -> tuple[object, ...]:
    return found.id, found.kind.value, minute(found.planned_at, zone), minute(found.made_at, zone), found.state.value


def make(store: Store, kind: ReviewKind, day: date, reading: Reading) -> Review:
    """The pack of that day, as soon as a worker has made it. Raises NotMadeYet, NotOfThatDay."""
    if not date(2000, 1, 1) <= day <= reading.today:
        raise NotOfThatDay(f"there is no pack of {day}; today is {reading.today}")
    store.reviews.ask(kind, day, planned_at(kind, day, reading.policy, datetime.now(UTC)))
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if (made := store.reviews.made(kind, day)) is not None:
            return made
        time.sleep(0.2)
    raise NotMadeYet(f"the pack of {day} is not made yet; is a worker running? (`jiaoqi up` or `jiaoqi worker`)")


def as_json_text(made: Review) -> str:
    return f'{{"review": {made.model_dump_json()}, "found": {made.body}}}'


def written(made: Review, reading: Reading, settings: Settings) -> Letter:
    """As it went out by mail."""
    language = Language(wish() or Language.EN)
    letters = ReviewLetters(settings.public_url)
    return letters.write(made, Body.model_validate_json(made.body or ""), language, reading.policy.plant)
