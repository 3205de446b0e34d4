"""How much of what its people have to know a department has: valid ÷ required courses, as of a day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from activities.store.register import Person, Register
from activities.store.training import Course
from workflows.types.policy import Policy
from workflows.types.words import Department, Kind


class Standing(StrEnum):
    """Where a person stands with a course."""

    VALID = "valid"
    ENDING = "ending"
    """Valid, and running out within the time in which people are reminded."""
    EXPIRED = "expired"
    MISSING = "missing"


ENDING_DAYS = 60
"""So long before the last day people are told."""


@dataclass(frozen=True)
class Certificate:
    """One course that a person has to have, or has; `until` is the last day, None where it was never passed."""

    person: Person
    course: Course
    until: date | None
    standing: Standing
    is_required: bool = True

    @property
    def counts(self) -> bool:
        return self.standing in (Standing.VALID, Standing.ENDING)


@dataclass(frozen=True)
class Coverage:
    department: Department
    required: int
    valid: int
    gaps: tuple[Certificate, ...] = ()
    """What is missing or has run out."""

    @property
    def share(self) -> float | None:
        """None where nothing is required."""
        return self.valid / self.required if self.required else None


def standing(until: date | None, today: date) -> Standing:
    if until is None:
        return Standing.MISSING
    if until < today:
        return Standing.EXPIRED
    return Standing.ENDING if (until - today).days <= ENDING_DAYS else Standing.VALID


def certificates(register: Register, courses: Iterable[Course], today: date) -> Iterator[Certificate]:
    """What everybody has to have, and what they have beside it; by person and course."""
    known = list(courses)
    for person in register.people.values():
        for course in known:
            until = person.certificates.get(course.id)
            is_required = course.is_for(person.member_of)
            if is_required or until is not None:
                yield Certificate(person, course, until, standing(until, today), is_required)


def coverage(register: Register, courses: Iterable[Course], today: date) -> list[Coverage]:
    """Department by department; whoever is in two counts in both, each with what it asks for."""
    known = [course for course in courses if not course.retired]
    return [of_department(register, known, department, today) for department in Department]


def of_department(register: Register, courses: list[Course], department: Department, today: date) -> Coverage:
    asked = [
        Certificate(person, course, until := person.certificates.get(course.id), standing(until, today))
        for person in register.members(department)
        for course in courses
        if course.is_for((department,))
    ]
    gaps = tuple(each for each in asked if not each.counts)
    return Coverage(department, len(asked), len(asked) - len(gaps), gaps)


def asked_by(policy: Policy) -> dict[str, list[Kind]]:
    """By course: the kinds of task that only who has it may do."""
    found: dict[str, list[Kind]] = {}
    for kind, task in policy.tasks.items():
        if task.course:
            found.setdefault(task.course, []).append(kind)
    return found
