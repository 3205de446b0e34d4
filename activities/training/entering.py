"""What people write about training, checked before it goes on record."""

import re
from datetime import date, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from activities.store.training import Course, Session
from workflows.types.base import Message
from workflows.types.refusals import Fault
from workflows.types.texts import Day, Name, Text
from workflows.types.words import Department

SLUG = r"^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$"
LONGEST = 600
"""Months: whatever counts for longer counts for ever."""
OLDEST = date(1950, 1, 1)
AHEAD = timedelta(days=2 * 366)
"""How long before a session may be planned."""


def slug(text: str) -> str:
    if not re.fullmatch(SLUG, text):
        raise ValueError("write small letters, digits and hyphens, 64 at most")
    return text


CourseName = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(slug)]


class CourseIn(Message):
    id: CourseName
    title: Name
    department: Department | None = None
    months: Annotated[int, Field(ge=1, le=LONGEST)] | None = None
    retired: bool = False

    def course(self) -> Course:
        return Course(self.id, self.title, self.department, self.months, self.retired)


class SessionIn(Message):
    held_on: Day
    trainer: Name
    place: Name | None = None
    note: Text | None = None


def unplannable(course: Course, held_on: date, today: date) -> Fault | None:
    """Why no session of this course can be on that day."""
    if course.retired:
        return Fault(pointer="/course", message=f"the course {course.id} is retired")
    if not OLDEST <= held_on <= today + AHEAD:
        return Fault(pointer="/held_on", message="lies too far away")
    return None


def unrecordable(session: Session, today: date) -> Fault | None:
    """Why nobody can have passed it."""
    if session.held_on > today:
        return Fault(pointer="/held_on", message=f"the session is not held before {session.held_on}")
    return None
