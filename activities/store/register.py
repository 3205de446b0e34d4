"""Who works at the plant today: a pure snapshot of the people's register, and who answers for whom."""

from collections.abc import Collection, Iterable
from datetime import date

from pydantic import ConfigDict, Field

from workflows.types.base import Message
from workflows.types.commands import Actor
from workflows.types.tasks import Task
from workflows.types.words import Department, Language, MailWish


class Away(Message):
    """An absence, first and last day included."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, serialize_by_alias=True)

    from_: date = Field(alias="from")
    to: date
    substitute: str | None = None

    def covers(self, day: date) -> bool:
        return self.from_ <= day <= self.to


class Person(Message):
    id: str
    name: str
    email: str | None = None
    language: Language = Language.EN
    departments: tuple[Department, ...] = ()
    head_of: tuple[Department, ...] = ()
    admin: bool = False
    away: Away | None = None
    mail: MailWish = Field(default=MailWish.INSTANT, exclude=True)
    """How they want to be told of tasks that are not due yet: their own affair, which no list shows."""
    certificates: dict[str, date] = Field(default={}, exclude=True)
    """By course that they passed: the last day on which that counts (R22)."""

    @property
    def member_of(self) -> tuple[Department, ...]:
        """A head is a member."""
        return tuple(dict.fromkeys((*self.departments, *self.head_of)))

    def is_away(self, day: date) -> bool:
        return self.away is not None and self.away.covers(day)

    def is_trained(self, course: str | None, day: date) -> bool:
        """Whether they may do what asks for this course."""
        return course is None or self.certificates.get(course, date.min) >= day


class Register:
    """All people who have not been removed, as of one version of the register."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.people = {person.id: person for person in sorted(people, key=lambda person: person.id)}

    def members(self, department: Department) -> list[Person]:
        return [person for person in self.people.values() if department in person.member_of]

    def heads(self, department: Department) -> list[Person]:
        return [person for person in self.people.values() if department in person.head_of]

    def admins(self) -> list[Person]:
        return [person for person in self.people.values() if person.admin]

    def present(
        self, people: Iterable[Person], today: date, barred: Collection[str] = (), course: str | None = None
    ) -> list[Person]:
        """Who is there for these people: themselves or, once and no further, their substitutes; each person once."""
        there = (self._there_for(person, today) for person in people)
        found = {person.id: person for person in there if person is not None and person.id not in barred}
        return [person for person in found.values() if person.is_trained(course, today)]

    def absent_for(self, person: Person, today: date) -> list[Person]:
        """The absent people whom somebody stands in for."""
        return [other for other in self.people.values() if other.is_away(today) and self._stands_in(person, other)]

    def nobody_for(self, task: Task, today: date, stand_in: Department | None = None) -> bool:
        """Whether nobody is left who can receive and do a task, in its department or, when given, in the one that stands in."""
        asked = [task.department] if stand_in is None else [task.department, stand_in]
        return not any(self.present(self.members(each), today, task.barred, task.course) for each in asked)

    def acting(self, actor: Actor, task: Task, stand_in: Department | None, today: date) -> Actor:
        """The actor, with the task's department added when that has nobody left and theirs stands in for it."""
        if stand_in is None or stand_in not in actor.departments or actor.id in task.barred:
            return actor
        if not self.nobody_for(task, today):
            return actor
        return actor.model_copy(update={"departments": (*actor.departments, task.department)})

    def actor(self, person: Person, today: date) -> Actor:
        """The powers that a person has today: their own, and those of the absent people whom they stand in for."""
        absent = self.absent_for(person, today)
        borrowed = {department: other.id for other in reversed(absent) for department in other.member_of}
        heads = dict.fromkeys((*person.head_of, *(department for other in absent for department in other.head_of)))
        return Actor(
            id=person.id,
            departments=tuple(dict.fromkeys((*person.member_of, *borrowed))),
            heads=tuple(heads),
            admin=person.admin,
            courses=tuple(course for course in person.certificates if person.is_trained(course, today)),
            lapsed={course: last for course, last in person.certificates.items() if last < today},
            on_behalf_of={department: other for department, other in borrowed.items() if department not in person.member_of},
        )

    def _stands_in(self, person: Person, absent: Person) -> bool:
        return absent.away is not None and absent.away.substitute == person.id and absent.id != person.id

    def _there_for(self, person: Person, today: date) -> Person | None:
        if person.away is None or not person.is_away(today):
            return person
        substitute = self.people.get(person.away.substitute or "")
        # No chains: a substitute who is away too is nobody, and management hears of it.
        return None if substitute is None or substitute.is_away(today) else substitute
