"""The tables of regular looks at the plant: the timetable, packs, what was decided on them, and letters to several people."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field

from activities.store.columns import Row, document, ordered, table


class TimetableTable(Row, table=True):
    """Since when each schedule is as it is: nothing that lies before was missed."""

    __tablename__ = "timetable"

    id: str = ordered(primary_key=True)
    written: str
    since: datetime


class ReviewTable(Row, table=True):
    """One pack of a kind and day, or what is known of one that was not made."""

    __tablename__ = "review"
    __table_args__ = (Index("ix_review_planned", "planned_at", "id"),)

    id: str = ordered(primary_key=True)
    kind: str = ordered()
    day: date
    planned_at: datetime
    state: str = ordered()
    made_at: datetime | None = None
    body: str | None = document(None)


class ReviewDecisionTable(Row, table=True):
    __tablename__ = "review_decision"
    __table_args__ = (Index("ix_review_decision_state", "state", "review", "n"),)

    review: str = ordered(primary_key=True)
    n: int = Field(primary_key=True)
    text: str
    department: str = ordered()
    owner: str | None = ordered(None)
    due: date
    by: str = ordered()
    at: datetime
    state: str = ordered()
    case_no: str | None = ordered(None)
    """The case that follows it as a task."""
    result: str | None = None
    settled_by: str | None = ordered(None)
    settled_at: datetime | None = None


class CircularTable(Row, table=True):
    """A letter to several people has a row for each, which is told once."""

    __tablename__ = "circular"
    __table_args__ = (Index("ix_circular_state", "state", "at"),)

    letter: str = ordered(primary_key=True)
    person: str = ordered(primary_key=True)
    kind: str = ordered()
    address: str
    language: str
    state: str = ordered()
    message_id: str
    at: datetime
    next_at: datetime
    attempts: int
    last_error: str | None = None


TIMETABLE, REVIEW, DECISION, CIRCULAR = (
    table(TimetableTable),
    table(ReviewTable),
    table(ReviewDecisionTable),
    table(CircularTable),
)
