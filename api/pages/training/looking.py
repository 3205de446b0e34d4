"""What the pages of training stand on: the day, the people, the courses, and who may say what."""

from datetime import date
from typing import NamedTuple

from activities.store.register import Register
from activities.store.training import Course, Session
from activities.training import coverage, powers
from api.pages.visitors import Visitor
from api.problems import not_found, refuse
from workflows.types.commands import Actor
from workflows.types.policy import Policy
from workflows.types.refusals import Refusal
from workflows.types.words import Kind


class Known(NamedTuple):
    today: date
    zone: str
    policy: Policy
    register: Register
    courses: dict[str, Course]
    actor: Actor

    @property
    def names(self) -> dict[str, str]:
        """People by id; who has left is called by that."""
        return {one.id: one.name for one in self.register.people.values()}

    def title(self, course: str) -> str:
        return self.courses[course].title if course in self.courses else course

    @property
    def asked(self) -> dict[str, list[Kind]]:
        """Which task kinds ask for which course."""
        return coverage.asked_by(self.policy)

    def may_plan(self, course: Course) -> bool:
        return not course.retired and powers.may_plan(self.actor, course) is None

    def may_describe(self, course: Course) -> bool:
        return powers.may_describe(self.actor, course) is None

    @property
    def may_add(self) -> bool:
        return powers.is_over_all(self.actor) or bool(self.actor.heads)


def known(visitor: Visitor) -> Known:
    store, reading = visitor.here.store, visitor.here.office.policy.read(visitor.now)
    register = store.people.register()
    person = register.people.get(visitor.person.id, visitor.person)
    courses = {course.id: course for course in store.training.courses()}
    actor = register.actor(person, reading.today)
    return Known(reading.today, reading.policy.plant.time_zone, reading.policy, register, courses, actor)


def course_of(visitor: Visitor, at: Known) -> Course:
    name = str(visitor.request.path_params["course"])
    if name not in at.courses:
        raise not_found(f"course {name}")
    return at.courses[name]


def session_of(visitor: Visitor) -> Session:
    number = str(visitor.request.path_params["number"])
    is_number = number.isascii() and number.isdigit() and len(number) < 11
    session = visitor.here.store.training.session(int(number)) if is_number else None
    if session is None:
        raise not_found(f"session {number}")
    return session


def allowed(refusal: Refusal | None) -> None:
    """Raises the problem 403."""
    refuse(refusal)
