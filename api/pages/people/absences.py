"""Absences as people enter them: their own, and as an admin those of others."""

from datetime import date
from typing import NamedTuple

from starlette.datastructures import FormData

from activities.store.register import Register
from api.pages.visitors import Visitor, text
from api.problems import invalid
from workflows.types.refusals import Fault

YEARS = 5
"""How far ahead an absence can be planned."""


class Absence(NamedTuple):
    """As it was typed."""

    first: str = ""
    last: str = ""
    substitute: str = ""

    @classmethod
    def of(cls, sent: FormData) -> "Absence":
        return cls(text(sent, "from"), text(sent, "to"), text(sent, "substitute"))


def put_down(visitor: Visitor, person_id: str, typed: Absence) -> None:
    """Raises Problem, UnknownPerson."""
    people = visitor.here.store.people
    first, last = day(typed.first), day(typed.last)
    faults = list(wrong(typed, first, last, person_id, people.register(), today(visitor)))
    if faults or first is None or last is None:
        raise invalid(*(Fault(pointer="", message=message) for message in faults))
    people.away(person_id, first, last, typed.substitute)


def wrong(typed: Absence, first: date | None, last: date | None, person_id: str, register: Register, today: date) -> list[str]:
    found = ["say the first and the last day of the absence"] if first is None or last is None else []
    if first and last and last < first:
        found.append("the last day lies before the first")
    elif last and not today <= last <= latest(today):
        found.append(f"the last day of an absence lies between today and {YEARS} years from now")
    if typed.substitute == person_id:
        found.append("nobody is their own substitute")
    elif typed.substitute not in register.people:
        found.append("choose who stands in")
    return found


def latest(today: date) -> date:
    return date(today.year + YEARS, today.month, min(today.day, 28))


def day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def today(visitor: Visitor) -> date:
    """In the plant."""
    return visitor.here.office.policy.read(visitor.now).today
