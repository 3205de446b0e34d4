"""Letters to several people: a row for each reader, lent to one worker at a time, so that everybody is told once."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from activities.store.database import Database
from activities.store.review_tables import CIRCULAR
from workflows.types.words import Language, NoticeState

OF_LETTER = CIRCULAR.c.letter == bindparam("of")
QUEUED = OF_LETTER & (CIRCULAR.c.state == NoticeState.QUEUED)
COUNT = select(func.count()).select_from(CIRCULAR)
# Judged again under the row's lock: of two workers that see the same row one gets it.
TAKE = (
    update(CIRCULAR)
    .where(QUEUED, CIRCULAR.c.next_at <= bindparam("now"))
    .values(next_at=bindparam("until"), attempts=CIRCULAR.c.attempts + 1)
    .returning(CIRCULAR)
)
DROP = update(CIRCULAR).where(QUEUED).values(state=NoticeState.STALE, at=bindparam("now"))
SETTLE = (
    update(CIRCULAR)
    .where(QUEUED, CIRCULAR.c.person == bindparam("who"))
    .values(state=bindparam("became"), at=bindparam("when"), next_at=bindparam("when"), last_error=bindparam("error"))
)
DEAD = (
    select(CIRCULAR)
    .where(CIRCULAR.c.state == NoticeState.DEAD, CIRCULAR.c.at >= bindparam("since"))
    .order_by(CIRCULAR.c.at.desc(), CIRCULAR.c.letter, CIRCULAR.c.person)
)


@dataclass(frozen=True, slots=True)
class CircularRow:
    """One reader's copy of a letter."""

    letter: str
    """Which letter it is: from ids alone, so that the same is told once."""
    person: str
    kind: str
    address: str
    language: Language
    message_id: str
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class DeadCircular:
    """A copy that its mail server refused."""

    row: CircularRow
    at: datetime
    why: str


class Circulars:
    def __init__(self, database: Database) -> None:
        self._database = database

    def is_open(self, letter: str) -> bool:
        """Whether it was decided before who is told."""
        with self._database.reading() as connection:
            return bool(connection.execute(COUNT.where(OF_LETTER), {"of": letter}).scalar_one())

    def open(self, rows: Iterable[CircularRow], now: datetime) -> None:
        """Puts copies on record, all at once and once each."""
        if kept := [{**asdict(each), "state": NoticeState.QUEUED, "at": now, "next_at": now} for each in rows]:
            with self._database.writing() as connection:
                connection.execute(self._database.insert_new(CIRCULAR), kept)

    def take(self, letter: str, now: datetime, until: datetime) -> list[CircularRow]:
        """Those that are not out yet, for this worker alone until then; who was tried least comes first."""
        with self._database.writing() as connection:
            found = connection.execute(TAKE, {"of": letter, "now": now, "until": until}).all()
        return sorted(map(row_of, found), key=lambda row: (row.attempts, row.person))

    def settle(self, row: CircularRow, state: NoticeState, at: datetime, error: str | None = None) -> None:
        """What became of an attempt; with state QUEUED it may be tried again at once."""
        became = {"became": state, "when": at, "error": error}
        with self._database.writing() as connection:
            connection.execute(SETTLE, {"of": row.letter, "who": row.person, **became})

    def waiting(self, letter: str) -> int:
        with self._database.reading() as connection:
            return int(connection.execute(COUNT.where(QUEUED), {"of": letter}).scalar_one())

    def drop(self, letter: str, now: datetime) -> None:
        """It is worth telling no more."""
        with self._database.writing() as connection:
            connection.execute(DROP, {"of": letter, "now": now})

    def states(self, letter: str) -> dict[str, NoticeState]:
        """What became of a letter, by reader."""
        wanted = select(CIRCULAR.c.person, CIRCULAR.c.state).where(OF_LETTER).order_by(CIRCULAR.c.person)
        with self._database.reading() as connection:
            return {row.person: NoticeState(row.state) for row in connection.execute(wanted, {"of": letter})}

    def dead(self, since: datetime) -> list[DeadCircular]:
        """What was refused since, the newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(DEAD, {"since": since}).all()
        return [DeadCircular(row_of(row), row.at, row.last_error or "") for row in rows]


def row_of(row: Any) -> CircularRow:
    return CircularRow(
        letter=row.letter,
        person=row.person,
        kind=row.kind,
        address=row.address,
        language=Language(row.language),
        message_id=row.message_id,
        attempts=row.attempts,
    )
