"""`jiaoqi training`: what is taught, who passed it, and what runs out."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import click
from pydantic import ValidationError

from activities.policy_in_force import PolicyInForce
from activities.store import Store
from activities.store.certificates import FOR_EVER
from activities.store.training import Course, Session
from activities.training import powers
from activities.training.coverage import ENDING_DAYS, Certificate, certificates
from activities.training.entering import CourseIn, SessionIn, unplannable, unrecordable
from activities.training.views import CertificateOut
from jiaoqi.cli.options import DAY, FINDINGS, home_option, json_option, one_of
from jiaoqi.cli.speaking import say, worded
from jiaoqi.cli.store import opened, somebody
from jiaoqi.cli.tables import table
from jiaoqi.errors import JiaoqiError, MayNot
from jiaoqi.settings import Settings
from workflows.rules.faults import faults
from workflows.types.commands import SYSTEM_ACTOR, Actor
from workflows.types.refusals import Fault, Refusal
from workflows.types.words import Department

as_option = click.option("--as", "name", metavar="NAME", help="Who is on record for it; the system when left out.")


class NothingIsTaughtBySuchAName(JiaoqiError):
    """Nobody has described the course, or held the session."""

    exit_code = 2


class CannotBeTaken(JiaoqiError):
    """What was said of a course or a session does not fit."""

    exit_code = 2


class Room(NamedTuple):
    store: Store
    today: date
    now: datetime

    def course(self, name: str) -> Course:
        course = self.store.training.course(name)
        if course is None:
            raise NothingIsTaughtBySuchAName(f"there is no course {name}")
        return course

    def actor(self, name: str | None) -> Actor:
        """Whoever may run this command here, or the person whom they name."""
        if name is None:
            return SYSTEM_ACTOR.model_copy(update={"admin": True})
        return self.store.people.actor(somebody(self.store, name), self.today)

    def certificates(self) -> Iterator[Certificate]:
        return certificates(self.store.people.register(), self.store.training.courses(), self.today)


@contextmanager
def room(home: Path | None) -> Iterator[Room]:
    now = datetime.now(UTC)
    with opened(home) as store:
        yield Room(store, PolicyInForce(store, Settings.load(home).policy_text()).read(now).today, now)


@click.group()
def training() -> None:
    """Who has to know what, and who knows it until when; works with the stack up or down."""


@training.command()
@home_option
@json_option
def courses(home: Path | None, as_json: bool) -> None:
    """List what is taught."""
    with room(home) as here:
        found = here.store.training.courses()
    if as_json:
        return echo([{name: getattr(one, name) for name in Course.__slots__} for one in found])
    head = ("COURSE", "TITLE", "FOR", "MONTHS", "")
    rows = [(one.id, one.title, one.department, one.months, worded("retired") if one.retired else " ") for one in found]
    click.echo(table(head, rows))
    return None


@training.command()
@home_option
@click.argument("course_id", metavar="COURSE")
@click.option("--title", help="What people call it.")
@click.option("--department", type=one_of(Department), help="Who has to have it; everybody when left out.")
@click.option("--months", type=click.IntRange(1, 600), help="How long it counts; for ever when left out.")
@click.option("--retired", is_flag=True, help="Nobody needs it any more, and nobody is taught it.")
@as_option
def course(
    home: Path | None,
    course_id: str,
    title: str | None,
    department: str | None,
    months: int | None,
    retired: bool,
    name: str | None,
) -> None:
    """Say what COURSE is, or anew what it is from now on."""
    said: dict[str, Any] = {"id": course_id, "department": department, "months": months, "retired": retired}
    with room(home) as here:
        before, actor = here.store.training.course(course_id), here.actor(name)
        described = checked(lambda: CourseIn.model_validate({**said, "title": title or (before.title if before else "")}))
        allowed(powers.may_describe(actor, *filter(None, (before, described.course()))))
        here.store.training.describe(described.course(), actor.id, here.now)


@training.command()
@home_option
@click.argument("course_id", metavar="COURSE")
@click.option("--held-on", type=DAY, required=True, help="The day.")
@click.option("--trainer", required=True, help="Who taught it.")
@click.option("--place", help="Where.")
@click.option("--note", help="What else is to be remembered.")
@click.option("--passed", multiple=True, metavar="NAME", help="May be given several times, like the next two.")
@click.option("--failed", multiple=True, metavar="NAME")
@click.option("--absent", multiple=True, metavar="NAME", help="Was not there, whatever was said before.")
@as_option
def record(
    home: Path | None,
    course_id: str,
    held_on: datetime,
    trainer: str,
    place: str | None,
    note: str | None,
    passed: tuple[str, ...],
    failed: tuple[str, ...],
    absent: tuple[str, ...],
    name: str | None,
) -> None:
    """Put on record who passed COURSE; the same day, trainer and place are the same session."""
    results = {**dict.fromkeys(passed, True), **dict.fromkeys(failed, False), **dict.fromkeys(absent)}
    if len(results) < len((*passed, *failed, *absent)):
        raise click.UsageError("somebody is named twice")
    said = {"held_on": held_on.date(), "trainer": trainer, "place": place, "note": note}
    with room(home) as here:
        taught, actor = here.course(course_id), here.actor(name)
        allowed(powers.may_plan(actor, taught))
        session = held(here, taught, checked(lambda: SessionIn.model_validate(said)), actor)
        judge(here, taught, session, results, actor)
        count = here.store.training.record(session.id, results, actor.id, here.now)
    say(f"session {session.id}: {count} entered")


def held(here: Room, course: Course, said: SessionIn, actor: Actor) -> Session:
    """The session, put on record unless it is there."""
    refuse(unplannable(course, said.held_on, here.today))
    key = json.dumps(["cli", course.id, f"{said.held_on}", said.trainer, said.place], ensure_ascii=False)
    training = here.store.training
    number = training.plan(course.id, said.held_on, said.trainer, key, actor.id, here.now, said.place, said.note)
    session = training.session(number)
    assert session is not None  # noqa: S101 - nothing is deleted
    return session


def judge(here: Room, course: Course, session: Session, results: dict[str, bool | None], actor: Actor) -> None:
    if results:
        refuse(unrecordable(session, here.today))
    for who in results:
        allowed(powers.may_record(actor, course, somebody(here.store, who)))


@training.command(name="list")
@home_option
@json_option
@click.option("--person", metavar="NAME", help="Of one person only.")
@click.option("--department", type=one_of(Department), help="Of one department's people only.")
@click.option("--course", "course_id", metavar="COURSE", help="Of one course only.")
def everything(home: Path | None, as_json: bool, person: str | None, department: str | None, course_id: str | None) -> None:
    """List who has what until when, and who lacks what."""
    with room(home) as here:
        found = [
            one
            for one in here.certificates()
            if person in (None, one.person.id)
            and course_id in (None, one.course.id)
            and (department is None or Department(department) in one.person.member_of)
        ]
    tell(found, as_json)


@training.command()
@home_option
@json_option
@click.option("--days", type=click.IntRange(0, 3650), default=ENDING_DAYS, show_default=True, help="So far ahead.")
def due(home: Path | None, as_json: bool, days: int) -> int:
    """List what is missing, has run out, or will; exit 1 when there is anything."""
    with room(home) as here:
        last = here.today + timedelta(days=days)
        found = [one for one in here.certificates() if one.is_required and (one.until is None or one.until <= last)]
    tell(found, as_json)
    return FINDINGS if found else 0


def tell(found: list[Certificate], as_json: bool) -> None:
    if as_json:
        echo([CertificateOut.of(one).model_dump(mode="json") for one in found])
        return
    rows = [(one.person.id, one.course.id, worded(one.standing.value), until(one)) for one in found]
    click.echo(table(("NAME", "COURSE", "STANDING", "UNTIL"), rows))


def until(one: Certificate) -> str:
    return worded("for ever") if one.until == FOR_EVER else str(one.until or "")


def echo(found: object) -> None:
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))


def checked(reading: Any) -> Any:
    try:
        return reading()
    except ValidationError as error:
        raise CannotBeTaken("; ".join(f"{fault.pointer}: {fault.message}" for fault in faults(error))) from None


def refuse(fault: Fault | None) -> None:
    if fault is not None:
        raise CannotBeTaken(f"{fault.pointer}: {fault.message}")


def allowed(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise MayNot(refusal.detail)
