"""The tables of training: what is taught, when, who passed it, and who was told that it runs out. Nothing is overwritten."""

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from activities.store.columns import Row, ordered, table

QUEUED = text("state = 'queued'")
"""Which letters the index of the next ones holds."""


class CourseTable(Row, table=True):
    """A course as somebody described it; of several rows the last one counts."""

    __tablename__ = "course"
    __table_args__ = (Index("ix_course_course", "course", "id"),)

    id: int | None = Field(None, primary_key=True)
    course: str = ordered()
    """Its name in the policy: a short one in small letters."""
    title: str
    department: str | None = ordered(None)
    """Who has to have it; None: everybody."""
    months: int | None = None
    """How long it counts; None: for ever."""
    retired: bool = False
    by: str
    at: datetime


class TrainingSessionTable(Row, table=True):
    __tablename__ = "training_session"
    __table_args__ = (
        Index("ix_training_session_course", "course", "held_on", "id"),
        Index("ix_training_session_held", "held_on", "id"),
        Index("ix_training_session_said", "said_id", unique=True),
    )

    id: int | None = Field(None, primary_key=True)
    course: str = ordered()
    held_on: date
    trainer: str
    place: str | None = None
    note: str | None = None
    by: str
    at: datetime
    said_id: str = ordered()
    """The same form sent twice is one session."""


class AttendanceTable(Row, table=True):
    """What became of one person in one session; of several rows the last one counts."""

    __tablename__ = "attendance"
    __table_args__ = (
        Index("ix_attendance_session", "session", "person", "id"),
        Index("ix_attendance_person", "person", "id"),
    )

    id: int | None = Field(None, primary_key=True)
    session: int = Field(foreign_key="training_session.id")
    person: str = ordered()
    passed: bool | None = None
    """None: they were not there, whatever was said before."""
    by: str
    at: datetime


class TrainingLetterTable(Row, table=True):
    """A mail about certificates that run out: one a person, with all that is to be told."""

    __tablename__ = "training_letter"
    __table_args__ = (Index("ix_training_letter_next", "next_at", sqlite_where=QUEUED, postgresql_where=QUEUED),)

    message_id: str = ordered(primary_key=True)
    recipient: str = ordered()
    address: str
    language: str
    state: str
    opened_at: datetime
    at: datetime
    """When it came into its state."""
    next_at: datetime
    """When it may be tried; whoever tries moves this ahead."""
    attempts: int = 0
    last_error: str | None = None


class TrainingToldTable(Row, table=True):
    """That somebody was told of a certificate so many days before it ran out: nobody is told twice."""

    __tablename__ = "training_told"
    __table_args__ = (Index("ix_training_told_letter", "letter"),)

    person: str = ordered(primary_key=True)
    """Whose certificate it is."""
    course: str = ordered(primary_key=True)
    until: date = Field(primary_key=True)
    step: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    recipient: str = ordered(primary_key=True)
    letter: str = ordered(of="training_letter.message_id")


COURSE, TRAINING_SESSION, ATTENDANCE = table(CourseTable), table(TrainingSessionTable), table(AttendanceTable)
TRAINING_LETTER, TRAINING_TOLD = table(TrainingLetterTable), table(TrainingToldTable)
