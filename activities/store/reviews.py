"""The packs of regular looks at the plant, one for each kind and day; which were missed; and since when the timetable holds."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pydantic import Field
from sqlalchemy import bindparam, select, tuple_, update

from activities.store import cursors
from activities.store import review_replies as replies
from activities.store.database import Database
from activities.store.keys import plain
from activities.store.lists import instant, word
from activities.store.replies import Reply
from activities.store.review_tables import REVIEW, TIMETABLE
from activities.store.views import Page, Utc
from workflows import ids
from workflows.rules.timetable import Times
from workflows.types.base import Message
from workflows.types.events import SaidRef
from workflows.types.reviews import ReviewKind


class PackState(StrEnum):
    MADE = "made"
    ASKED = "asked"
    """By hand; a worker is about to make it."""
    MISSED = "missed"
    """It should have been made by itself, and was not."""


class Review(Message):
    """A pack that was made, is about to be, or is known to be missing."""

    id: str
    kind: ReviewKind
    day: date
    """The plant's."""
    planned_at: Utc
    state: PackState
    made_at: Utc | None = None
    body: str | None = Field(None, exclude=True)
    """What was found, as JSON; it stays as it was then."""


OF = "reviews"
ASK_AGAIN = update(REVIEW).where(REVIEW.c.id == bindparam("of"), REVIEW.c.state == PackState.MISSED).values(state=PackState.ASKED)
BY_ID = select(REVIEW).where(REVIEW.c.id == bindparam("id"))
NEWEST = select(REVIEW).order_by(REVIEW.c.planned_at.desc(), REVIEW.c.id.desc())
# Who makes a pack that was missed makes it late; one that is there stays as it is.
MAKE_UP = (
    update(REVIEW)
    .where(REVIEW.c.id == bindparam("of"), REVIEW.c.state != PackState.MADE)
    .values(state=PackState.MADE, made_at=bindparam("now"), body=bindparam("found"))
)


class Reviews:
    def __init__(self, database: Database) -> None:
        self._database = database

    # The timetable.

    def planned(self, schedule_id: str, written: str, now: datetime) -> None:
        """This schedule is kept so from now on, unless it was so before."""
        with self._database.writing() as connection:
            row = connection.execute(select(TIMETABLE.c.written).where(TIMETABLE.c.id == schedule_id)).first()
            if row is None or row.written != written:
                known = {"id": schedule_id, "written": written, "since": now}
                connection.execute(self._database.upsert(TIMETABLE), known)

    def since(self, schedule_id: str, written: str) -> datetime | None:
        """Since when this schedule is kept so; None: it never was, or it is kept otherwise."""
        kept = select(TIMETABLE.c.since).where(TIMETABLE.c.id == schedule_id, TIMETABLE.c.written == written)
        with self._database.reading() as connection:
            since: datetime | None = connection.execute(kept).scalar_one_or_none()
        return since

    # Packs.

    def ask(self, kind: ReviewKind, day: date, planned_at: datetime, ref: SaidRef | None = None) -> Reply:
        """Has a pack made that is not there yet; the answer, which a repeat under the same id gets again."""
        asked = {"state": PackState.ASKED, "made_at": None, "body": None}
        with self._database.writing() as connection:
            if ref and (stored := replies.find(connection, ref.id)):
                return stored
            connection.execute(self._database.insert_new(REVIEW), {**known(kind, day, planned_at), **asked})
            connection.execute(ASK_AGAIN, {"of": ids.review(kind, day)})
            review = review_of(connection.execute(BY_ID, {"id": ids.review(kind, day)}).one())
            return replies.keep(connection, ref, review.id, review.model_dump_json(), f"/api/v1/reviews/{review.id}")

    def asked(self) -> list[Review]:
        """What is still to be made by hand."""
        with self._database.reading() as connection:
            return [review_of(row) for row in connection.execute(NEWEST.where(REVIEW.c.state == PackState.ASKED).limit(20))]

    def keep(self, kind: ReviewKind, day: date, planned_at: datetime, body: str, now: datetime) -> Review:
        """Puts a pack on record, unless it is there; the one that is there."""
        made = {"state": PackState.MADE, "made_at": now, "body": body}
        with self._database.writing() as connection:
            connection.execute(self._database.insert_new(REVIEW), {**known(kind, day, planned_at), **made})
            connection.execute(MAKE_UP, {"of": ids.review(kind, day), "now": now, "found": body})
            return review_of(connection.execute(BY_ID, {"id": ids.review(kind, day)}).one())

    def made(self, kind: ReviewKind, day: date) -> Review | None:
        """The pack of that day, if it was made."""
        found = self.get(ids.review(kind, day))
        return found if found and found.state is PackState.MADE else None

    def miss(self, kind: ReviewKind, day: date, planned_at: datetime) -> None:
        """Notes that a pack was not made, unless it was."""
        missing = {"state": PackState.MISSED, "made_at": None, "body": None}
        with self._database.writing() as connection:
            connection.execute(self._database.insert_new(REVIEW), {**known(kind, day, planned_at), **missing})

    def get(self, review_id: str) -> Review | None:
        with self._database.reading() as connection:
            row = connection.execute(BY_ID, {"id": plain(review_id)}).first()
        return review_of(row) if row else None

    def days(self, kind: ReviewKind, since: date) -> set[date]:
        """Of which days there is something on record, the first and later."""
        wanted = select(REVIEW.c.day).where(REVIEW.c.kind == kind, REVIEW.c.day >= since)
        with self._database.reading() as connection:
            return set(connection.execute(wanted).scalars())

    def missed(self, since: datetime) -> list[Review]:
        """What was missed since, and was not made up for; the newest first."""
        wanted = NEWEST.where(REVIEW.c.state == PackState.MISSED, REVIEW.c.planned_at >= since)
        with self._database.reading() as connection:
            return [review_of(row) for row in connection.execute(wanted)]

    def before(self, kind: ReviewKind, day: date) -> Review | None:
        """The last pack of this kind made for an earlier day."""
        wanted = NEWEST.where(REVIEW.c.kind == kind, REVIEW.c.day < day, REVIEW.c.state == PackState.MADE).limit(1)
        with self._database.reading() as connection:
            row = connection.execute(wanted).first()
        return review_of(row) if row else None

    def page(self, limit: int, cursor: str | None, kinds: tuple[ReviewKind, ...] = ()) -> Page[Review]:
        """The newest first; raises BadCursor."""
        wanted = NEWEST.where(REVIEW.c.kind.in_(kinds)) if kinds else NEWEST
        if cursor:
            last = cursors.decode(cursor, OF, instant, word)
            wanted = wanted.where(tuple_(REVIEW.c.planned_at, REVIEW.c.id) < tuple_(*last))
        with self._database.reading() as connection:
            found = [review_of(row) for row in connection.execute(wanted.limit(limit + 1))]
        shown = found[:limit]
        more = cursors.encode(OF, shown[-1].planned_at.isoformat(), shown[-1].id) if len(found) > limit else None
        return Page(items=shown, next_cursor=more)


def written(zone: str, times: Iterable[Times]) -> str:
    """A schedule's times as they are kept, to know them again."""
    return f"{zone} {' '.join(map(str, times))}"


def known(kind: ReviewKind, day: date, planned_at: datetime) -> Mapping[str, Any]:
    return {"id": ids.review(kind, day), "kind": kind, "day": day, "planned_at": planned_at}


def review_of(row: Any) -> Review:
    return Review.model_validate(row._asdict())
