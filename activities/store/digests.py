"""The digests of a morning: one row for each person and day, and what people have kept for their next one."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, select

from activities.store.database import Database
from activities.store.lending import DeadLetter, Lending
from activities.store.tables import DIGEST, KEPT_NOTICE
from workflows.types.words import Language, NoticeState

OF_THESE = (DIGEST.c.day == bindparam("on")) & DIGEST.c.person.in_(bindparam("people", expanding=True))
DEAD = (
    select(DIGEST)
    .where(DIGEST.c.day >= bindparam("since"), DIGEST.c.state == NoticeState.DEAD)
    .order_by(DIGEST.c.day.desc(), DIGEST.c.person)
)
KEPT = select(KEPT_NOTICE.c.notice_key, KEPT_NOTICE.c.task_id).where(KEPT_NOTICE.c.person == bindparam("who"))
FORGET = delete(KEPT_NOTICE).where(
    KEPT_NOTICE.c.person == bindparam("who"), KEPT_NOTICE.c.notice_key.in_(bindparam("keys", expanding=True))
)


@dataclass(frozen=True, slots=True)
class DigestRow:
    day: date
    person: str
    address: str
    language: Language
    message_id: str
    attempts: int = 0


class Kept(NamedTuple):
    """A notice that waits for its reader's next digest."""

    notice_key: str
    task_id: str


class Digests:
    def __init__(self, database: Database) -> None:
        self._database, self._rows = database, Lending(database, DIGEST, OF_THESE, "day", "person")

    def are_open(self, day: date, people: Collection[str]) -> bool:
        """Whether it was decided before which of these people are told something that day."""
        return self._rows.any(these(day, people))

    def open(self, opened: Iterable[DigestRow], now: datetime) -> None:
        """Puts digests on record, all at once and once each."""
        self._rows.open([asdict(row) for row in opened], now)

    def take(self, day: date, people: Collection[str], now: datetime, until: datetime) -> list[DigestRow]:
        """Those of these people that are not out yet, for this worker alone until then; who was tried least comes first."""
        return [row_of(row) for row in self._rows.take(these(day, people), now, until)]

    def settle(self, row: DigestRow, state: NoticeState, at: datetime, error: str | None = None) -> None:
        """What became of an attempt; with state QUEUED it may be tried again at once."""
        self._rows.settle((row.day, row.person), state, at, error)

    def waiting(self, day: date, people: Collection[str]) -> int:
        """How many of these people's digests are not out yet."""
        return self._rows.waiting(these(day, people))

    def drop(self, day: date, people: Collection[str], now: datetime) -> None:
        """The day is over: what is not out yet has nothing left to say."""
        self._rows.drop(these(day, people), now)

    def states(self, day: date) -> dict[str, NoticeState]:
        """What became of a day's digests, by person."""
        with self._database.reading() as connection:
            rows = connection.execute(select(DIGEST.c.person, DIGEST.c.state).where(DIGEST.c.day == day))
            return {row.person: NoticeState(row.state) for row in rows}

    def dead(self, since: date) -> list[DeadLetter]:
        """Each person's last one of those days, the newest first: one address that is wrong is wrong every morning."""
        with self._database.reading() as connection:
            rows = connection.execute(DEAD, {"since": since}).all()
        newest = {row.person: row for row in reversed(rows)}
        return [
            DeadLetter("digest", f"{row.day}", row.person, row.address, row.at, row.last_error or "")
            for row in reversed(newest.values())
        ]

    def kept(self, person: str) -> list[Kept]:
        """What this person would rather read in a digest, and has not read yet."""
        with self._database.reading() as connection:
            return [Kept(*row) for row in connection.execute(KEPT, {"who": person})]

    def forget(self, person: str, keys: Collection[str]) -> None:
        """These were in a digest that went out."""
        if keys:
            with self._database.writing() as connection:
                connection.execute(FORGET, {"who": person, "keys": list(keys)})


def these(day: date, people: Collection[str]) -> dict[str, Any]:
    return {"on": day, "people": list(people)}


def row_of(row: Any) -> DigestRow:
    return DigestRow(
        day=row.day,
        person=row.person,
        address=row.address,
        language=Language(row.language),
        message_id=row.message_id,
        attempts=row.attempts,
    )
