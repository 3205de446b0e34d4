"""What meetings decided: who does what until when, and what became of it (R20)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, insert, or_, select, update

from activities.store import review_replies as replies
from activities.store.database import Database
from activities.store.replies import Reply
from activities.store.review_tables import DECISION, REVIEW
from activities.store.tables import ORDER
from activities.store.views import Utc
from workflows.types.base import Message
from workflows.types.events import SaidRef
from workflows.types.words import ENDED, Department


class DecisionState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class Decision(Message):
    review: str
    n: int
    """From 1, in the order in which they were taken."""
    text: str
    department: Department
    owner: str | None
    due: date
    by: str
    at: Utc
    state: DecisionState = DecisionState.OPEN
    case_no: str | None = None
    """The case that follows it as a task."""
    result: str | None = None
    settled_by: str | None = None
    settled_at: Utc | None = None


class UnknownReview(LookupError):
    """There is no such pack, or it was not made."""


# The pack's row is locked, so that of two decisions at once each gets a number of its own.
LOCK = select(REVIEW.c.id).where(REVIEW.c.id == bindparam("id")).with_for_update()
OF_REVIEW = select(DECISION).where(DECISION.c.review == bindparam("of")).order_by(DECISION.c.n)
THIS = (DECISION.c.review == bindparam("of")) & (DECISION.c.n == bindparam("number"))
OF_LATE = (
    select(DECISION)
    .where(or_(DECISION.c.state == DecisionState.OPEN, DECISION.c.settled_at > bindparam("since")))
    .order_by(DECISION.c.due, DECISION.c.review, DECISION.c.n)
    .limit(bindparam("most"))
)
SETTLE = (
    update(DECISION)
    .where(THIS, DECISION.c.state == DecisionState.OPEN)
    .values(state=bindparam("became"), result=bindparam("said"), settled_by=bindparam("who"), settled_at=bindparam("when"))
)
FOLLOW = update(DECISION).where(THIS).values(case_no=bindparam("no"))


class ReviewDecisions:
    def __init__(self, database: Database) -> None:
        self._database = database

    def decide(self, wanted: Decision, ref: SaidRef) -> Reply:
        """Records it under the next number, whatever its own, with the answer that a repeat gets again. Raises UnknownReview."""
        with self._database.writing() as connection:
            if connection.execute(LOCK, {"id": wanted.review}).first() is None:
                raise UnknownReview(wanted.review)
            if stored := replies.find(connection, ref.id):
                return stored
            last = connection.execute(select(func.max(DECISION.c.n)).where(DECISION.c.review == wanted.review)).scalar_one()
            decided = wanted.model_copy(update={"n": (last or 0) + 1})
            connection.execute(insert(DECISION), dict(decided))
            return replies.keep(connection, ref, wanted.review, decided.model_dump_json(), None)

    def closed(self, review: str, n: int, state: DecisionState, result: str | None, by: str, at: datetime) -> None:
        """What became of the case that followed it."""
        with self._database.writing() as connection:
            said = {"of": review, "number": n, "became": state, "said": result, "who": by, "when": at}
            connection.execute(SETTLE, said)

    def follow(self, review: str, n: int, case_no: str) -> None:
        """Its case is found here from now on."""
        with self._database.writing() as connection:
            connection.execute(FOLLOW, {"of": review, "number": n, "no": case_no})

    def not_followed(self, most: int) -> list[Decision]:
        """Open ones that have no case yet."""
        return self._open(DECISION.c.case_no.is_(None), most)

    def carried_out(self, most: int) -> list[Decision]:
        """Open ones whose case has come to its end."""
        return self._open(exists().where(ORDER.c.order_id == DECISION.c.case_no, ORDER.c.status.in_(ENDED)), most)

    def _open(self, condition: ColumnElement[bool], most: int) -> list[Decision]:
        wanted = select(DECISION).where(DECISION.c.state == DecisionState.OPEN, condition)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(DECISION.c.review, DECISION.c.n).limit(most))
            return [decision_of(row) for row in rows]

    def of(self, review: str) -> list[Decision]:
        """What this meeting decided."""
        with self._database.reading() as connection:
            return [decision_of(row) for row in connection.execute(OF_REVIEW, {"of": review})]

    def since(self, instant: datetime, most: int) -> list[Decision]:
        """What is still open, and what was settled since; what is due first comes first."""
        with self._database.reading() as connection:
            return [decision_of(row) for row in connection.execute(OF_LATE, {"since": instant, "most": most})]


def decision_of(row: Any) -> Decision:
    return Decision.model_validate(row._asdict())
