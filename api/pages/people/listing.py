"""The register: who works here, who leads which department, who is away, and what admins do with it (R1)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from starlette.responses import Response

from activities.people_rules import Lack, lacks
from activities.store.register import Person, Register
from api.pages.people import absences
from api.pages.visitors import Visitor
from api.problems import Problem
from workflows.types.words import Department


class Seat(NamedTuple):
    """One department and its people."""

    department: Department
    heads: list[Person]
    members: list[Person]
    """Without the heads."""
    lack: Lack | None
    nobody_today: bool


class Known(NamedTuple):
    """What the page shows."""

    register: Register
    seats: list[Seat]
    away: Mapping[str, Person | None]
    """By id of who is away today: who does their work, if anybody is there for it."""
    lacks: list[Lack]


async def show(visitor: Visitor) -> Response:
    return await page(visitor)


async def page(visitor: Visitor, problem: Problem | None = None, **values: object) -> Response:
    known = await visitor.run(look, visitor)
    frame = {"known": known, "problem": problem, "typed": None, "warned": (), "departments": list(Department)}
    done = visitor.request.query_params.get("done", "")
    return visitor.page("people.html", problem.status if problem else 200, **{**frame, "done": done, **values})


def look(visitor: Visitor) -> Known:
    register, today = visitor.here.store.people.register(), absences.today(visitor)
    lacking = list(lacks(register))
    by_department = {lack.department: lack for lack in lacking}
    seats = []
    for department in Department:
        heads = register.heads(department)
        members = [one for one in register.members(department) if one not in heads]
        nobody = not register.present([*heads, *members], today)
        seats.append(Seat(department, heads, members, by_department.get(department), nobody))
    absent = [one for one in register.people.values() if one.is_away(today)]
    return Known(register, seats, {one.id: stands_in(register, one, today) for one in absent}, lacking)


def stands_in(register: Register, person: Person, today: date) -> Person | None:
    found = register.present([person], today)
    return found[0] if found else None


def new_lacks(before: Register, after: Iterable[Person]) -> list[Lack]:
    """What would be missing that is there now: nobody should find that out by a task that nobody does."""
    known = set(lacks(before))
    return [lack for lack in lacks(Register(after)) if lack not in known]
