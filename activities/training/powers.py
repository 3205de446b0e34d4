"""Who may say what is taught and who passed it: heads for their department, management and admins for all."""

from activities.store.register import Person
from activities.store.training import Course
from workflows.types.commands import Actor
from workflows.types.refusals import Refusal
from workflows.types.words import Department


def is_over_all(actor: Actor) -> bool:
    return actor.admin or Department.MANAGEMENT in actor.departments


def may_describe(actor: Actor, *courses: Course) -> Refusal | None:
    """Whether the actor may say what these courses are: what one was, and what it is to be."""
    if is_over_all(actor) or all(course.department in actor.heads for course in courses):
        return None
    return Refusal(code="forbidden", detail="a course is described by its department's head, by management or by an admin")


def may_plan(actor: Actor, course: Course) -> Refusal | None:
    """Whether the actor may put a session on record; what is for everybody, every head teaches."""
    if is_over_all(actor) or course.department in actor.heads or (course.department is None and actor.heads):
        return None
    return Refusal(code="forbidden", detail="sessions are entered by the department's head, by management or by an admin")


def may_record(actor: Actor, course: Course, person: Person) -> Refusal | None:
    """Whether the actor may say who passed: a head for their own people, and for whoever took their own course."""
    if is_over_all(actor) or course.department in actor.heads or set(person.member_of) & set(actor.heads):
        return None
    return Refusal(code="forbidden", detail=f"whether {person.id} passed is for the head of their department to say")
