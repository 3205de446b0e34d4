"""Training on record: courses, sessions and who passed them. What was wrong is put right by another row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, insert, or_, select

from activities.store.certificates import COUNTS, NEWEST
from activities.store.database import Database
from activities.store.keys import plain
from activities.store.people import moved
from activities.store.training_tables import ATTENDANCE, COURSE, TRAINING_SESSION
from workflows.types.words import Department

MOST_SESSIONS = 200
LAST = 2**31 - 1
"""No row has a greater number."""


@dataclass(frozen=True, slots=True)
class Course:
    id: str
    title: str
    department: Department | None
    months: int | None
    retired: bool = False

    def is_for(self, departments: Iterable[Department]) -> bool:
        """Whether who is in these departments has to have it."""
        return not self.retired and (self.department is None or self.department in departments)


@dataclass(frozen=True, slots=True)
class Session:
    id: int
    course: str
    held_on: date
    trainer: str
    place: str | None
    note: str | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Attendance:
    session: Session
    person: str
    passed: bool | None
    by: str
    at: datetime


class Training:
    def __init__(self, database: Database) -> None:
        self._database = database

    # What is taught.

    def courses(self) -> list[Course]:
        """Each as it was described last, retired ones too."""
        with self._database.reading() as connection:
            return [course_of(row) for row in connection.execute(select(COURSE).where(NEWEST).order_by(COURSE.c.course))]

    def course(self, name: str) -> Course | None:
        with self._database.reading() as connection:
            return described(connection, name)

    def describe(self, course: Course, by: str, at: datetime, *, is_new: bool = False) -> bool:
        """Puts on record what a course is from now on; False when it is that already, or a new one's name is taken."""
        with self._database.writing() as connection:
            before = described(connection, course.id)
            if before == course or (is_new and before):
                return False
            row = {name: getattr(course, name) for name in ("title", "department", "months", "retired")}
            connection.execute(insert(COURSE), {"course": course.id, **row, "by": by, "at": at})
            # Certificates may count shorter or longer now.
            moved(connection)
            return True

    # When it was taught.

    def plan(
        self,
        course: str,
        held_on: date,
        trainer: str,
        said_id: str,
        by: str,
        at: datetime,
        place: str | None = None,
        note: str | None = None,
    ) -> int:
        """Puts a session on record, once for each `said_id`; its number."""
        row = {"course": course, "held_on": held_on, "trainer": trainer, "place": place, "note": note}
        with self._database.writing() as connection:
            there = select(TRAINING_SESSION.c.id).where(TRAINING_SESSION.c.said_id == said_id)
            if (known := connection.scalar(there)) is not None:
                return int(known)
            added = insert(TRAINING_SESSION).returning(TRAINING_SESSION.c.id)
            return int(connection.execute(added, {**row, "by": by, "at": at, "said_id": said_id}).scalar_one())

    def session(self, number: int) -> Session | None:
        wanted = select(TRAINING_SESSION).where(TRAINING_SESSION.c.id == number)
        with self._database.reading() as connection:
            row = connection.execute(wanted).first() if 0 < number <= LAST else None
        return session_of(row) if row else None

    def sessions(
        self, course: str | None = None, limit: int = MOST_SESSIONS, before: tuple[date, int] | None = None
    ) -> list[Session]:
        """The newest first; `before` is the day and number of the last one seen."""
        held, number = TRAINING_SESSION.c.held_on, TRAINING_SESSION.c.id
        wanted = select(TRAINING_SESSION).order_by(held.desc(), number.desc()).limit(limit)
        if course is not None:
            wanted = wanted.where(TRAINING_SESSION.c.course == plain(course))
        if before is not None:
            wanted = wanted.where(or_(held < before[0], and_(held == before[0], number < before[1])))
        with self._database.reading() as connection:
            return [session_of(row) for row in connection.execute(wanted)]

    # Who passed it.

    def record(self, session: int, results: Mapping[str, bool | None], by: str, at: datetime) -> int:
        """What became of these people; how many of them that changes something for."""
        with self._database.writing() as connection:
            there = {row.person: row.passed for row in connection.execute(of_session(session))}
            news = {who: passed for who, passed in results.items() if there.get(who) is not passed}
            rows = [{"session": session, "person": who, "passed": news[who], "by": by, "at": at} for who in sorted(news)]
            if rows:
                connection.execute(insert(ATTENDANCE), rows)
                moved(connection)
            return len(rows)

    def attendances(self, session: Session) -> list[Attendance]:
        """What counts of what was said about this session, by person."""
        with self._database.reading() as connection:
            return [attendance_of(row, session) for row in connection.execute(of_session(session.id))]

    def history(self, session: Session) -> list[Attendance]:
        """All that was ever said about it, the newest first."""
        rows = select(ATTENDANCE).where(ATTENDANCE.c.session == session.id).order_by(ATTENDANCE.c.id.desc())
        with self._database.reading() as connection:
            return [attendance_of(row, session) for row in connection.execute(rows)]

    def of_person(self, person: str) -> list[Attendance]:
        """Where they were, the newest session first; what was struck out is left out."""
        rows = (
            select(TRAINING_SESSION, *(ATTENDANCE.c[name].label(f"a_{name}") for name in ("person", "passed", "by", "at")))
            .join_from(ATTENDANCE, TRAINING_SESSION, ATTENDANCE.c.session == TRAINING_SESSION.c.id)
            .where(ATTENDANCE.c.person == plain(person), ATTENDANCE.c.passed.is_not(None), COUNTS)
            .order_by(TRAINING_SESSION.c.held_on.desc(), TRAINING_SESSION.c.id.desc())
        )
        with self._database.reading() as connection:
            found = connection.execute(rows).all()
        return [Attendance(session_of(row), row.a_person, row.a_passed, row.a_by, row.a_at) for row in found]


def described(connection: Connection, name: str) -> Course | None:
    rows = select(COURSE).where(COURSE.c.course == plain(name)).order_by(COURSE.c.id.desc()).limit(1)
    row = connection.execute(rows).first()
    return course_of(row) if row else None


def of_session(number: int) -> Any:
    return select(ATTENDANCE).where(ATTENDANCE.c.session == number, COUNTS).order_by(ATTENDANCE.c.person)


def course_of(row: Any) -> Course:
    return Course(row.course, row.title, Department(row.department) if row.department else None, row.months, row.retired)


def session_of(row: Any) -> Session:
    return Session(row.id, row.course, row.held_on, row.trainer, row.place, row.note, row.by, row.at)


def attendance_of(row: Any, session: Session) -> Attendance:
    return Attendance(session, row.person, row.passed, row.by, row.at)
