"""Which certificates run out, how long before that people are told, and whom: each once, the most urgent word only."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from activities.store.certificates import FOR_EVER
from activities.store.register import Person, Register
from activities.store.training import Course
from activities.store.training_mail import Expiry
from workflows.types.words import Department

STEPS = (0, 7, 30, 60)
"""Days before the last day on which people are told, the most urgent first; 0 is that day itself, or after it."""
OLD_NEWS = timedelta(days=30)
"""What ran out longer ago is told to nobody any more: a plant that enters its old records is no news."""


class Word(NamedTuple):
    """What one person is to be told."""

    to: Person
    expiry: Expiry


def step_of(until: date, today: date) -> int | None:
    """The most urgent step that has been reached; None when it is too early, or too late to matter."""
    if until < today - OLD_NEWS:
        return None
    left = (until - today).days
    return next((step for step in STEPS if left <= step), None)


def expiring(register: Register, courses: Iterable[Course], today: date) -> Iterator[Expiry]:
    """What people have to have, and will not have for long."""
    known = {course.id: course for course in courses}
    for person in register.people.values():
        for name, until in person.certificates.items():
            course = known.get(name)
            if until != FOR_EVER and course and course.is_for(person.member_of) and (step := step_of(until, today)) is not None:
                yield Expiry(person.id, name, until, step)


def words(
    register: Register, courses: Iterable[Course], told: Mapping[Expiry, Iterable[str]], today: date
) -> dict[str, list[Word]]:
    """By reader: what nobody in their place has been told yet."""
    known = list(courses)
    departments = {course.id: course.department for course in known}
    found: dict[str, list[Word]] = defaultdict(list)
    for expiry in expiring(register, known, today):
        person = register.people[expiry.person]
        before = {who for step in STEPS if step <= expiry.step for who in told.get(expiry._replace(step=step), ())}
        readers = [] if expiry.person in before else [person]
        # A head who came later, or stands in for a day, need not hear what the head before them has heard.
        readers += [] if before - {expiry.person} else heads_of(register, person, departments[expiry.course], today)
        for reader in readers:
            if reader.email:
                found[reader.id].append(Word(reader, expiry))
    return found


def heads_of(register: Register, person: Person, department: Department | None, today: date) -> list[Person]:
    """Whoever leads where the course is asked for; over a head, management's."""
    asked = (department,) if department else person.member_of
    heads = [head for each in asked for head in register.heads(each) if head.id != person.id]
    heads = heads or [head for head in register.heads(Department.MANAGEMENT) if head.id != person.id]
    return [head for head in register.present(heads, today) if head.id != person.id]
