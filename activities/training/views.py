"""Training as programs read it."""

from datetime import date, datetime
from typing import Self

from activities.store.certificates import FOR_EVER
from activities.store.training import Attendance, Course, Session
from activities.training.coverage import Certificate, Coverage, Standing
from workflows.types.base import Message
from workflows.types.words import Department


class CourseOut(Message):
    id: str
    title: str
    department: Department | None
    """Who has to have it; null: everybody."""
    months: int | None
    """How long it counts; null: for ever."""
    retired: bool
    task_kinds: tuple[str, ...]
    """Kinds of task that only who has it may do, by the policy in force."""

    @classmethod
    def of(cls, course: Course, kinds: list[str]) -> Self:
        return cls(
            id=course.id,
            title=course.title,
            department=course.department,
            months=course.months,
            retired=course.retired,
            task_kinds=tuple(kinds),
        )


class AttendanceOut(Message):
    person: str
    passed: bool
    by: str
    at: datetime


class SessionOut(Message):
    id: int
    course: str
    held_on: date
    trainer: str
    place: str | None
    note: str | None
    by: str
    at: datetime

    @classmethod
    def of(cls, session: Session) -> Self:
        return cls.model_validate({name: getattr(session, name) for name in cls.model_fields if hasattr(session, name)})


class SessionWithAttendance(SessionOut):
    attendances: tuple[AttendanceOut, ...] = ()

    @classmethod
    def with_(cls, session: Session, attendances: list[Attendance]) -> Self:
        there = [AttendanceOut(person=a.person, passed=a.passed, by=a.by, at=a.at) for a in attendances if a.passed is not None]
        return cls.of(session).model_copy(update={"attendances": tuple(there)})


class CertificateOut(Message):
    """What somebody has to have, or has; `until` is the last day on which it counts, null for ever or where there is none."""

    person: str
    course: str
    standing: Standing
    until: date | None
    required: bool

    @classmethod
    def of(cls, one: Certificate) -> Self:
        until = None if one.until == FOR_EVER else one.until
        return cls(person=one.person.id, course=one.course.id, standing=one.standing, until=until, required=one.is_required)


class CoverageOut(Message):
    department: Department
    required: int
    valid: int
    share: float | None
    """valid ÷ required; null where nothing is required."""

    @classmethod
    def of(cls, one: Coverage) -> Self:
        return cls(department=one.department, required=one.required, valid=one.valid, share=one.share)
