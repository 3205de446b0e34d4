"""Letters to several people: a row for each reader, lent to one worker at a time, so that everybody is told once."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from activities.store.database import Database
from activities.store.lending import DeadLetter, Lending
from activities.store.review_tables import CIRCULAR
from workflows.types.words import Language, NoticeState

OF_LETTER = CIRCULAR.c.letter == bindparam("of")
STATES = select(CIRCULAR.c.person, CIRCULAR.c.state).where(OF_LETTER).order_by(CIRCULAR.c.person)


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


class Circulars:
    def __init__(self, database: Database) -> None:
        self._database, self._rows = database, Lending(database, CIRCULAR, OF_LETTER, "letter", "person")

    def is_open(self, letter: str) -> bool:
        """Whether it was decided before who is told."""
        return self._rows.any({"of": letter})

    def open(self, rows: Iterable[CircularRow], now: datetime) -> None:
        """Puts copies on record, all at once and once each."""
        self._rows.open([asdict(row) for row in rows], now)

    def take(self, letter: str, now: datetime, until: datetime) -> list[CircularRow]:
        """Those that are not out yet, for this worker alone until then; who was tried least comes first."""
        return [row_of(row) for row in self._rows.take({"of": letter}, now, until)]

    def settle(self, row: CircularRow, state: NoticeState, at: datetime, error: str | None = None) -> None:
        """What became of an attempt; with state QUEUED it may be tried again at once."""
        self._rows.settle((row.letter, row.person), state, at, error)

    def waiting(self, letter: str) -> int:
        return self._rows.waiting({"of": letter})

    def drop(self, letter: str, now: datetime) -> None:
        """It is worth telling no more."""
        self._rows.drop({"of": letter}, now)

    def states(self, letter: str) -> dict[str, NoticeState]:
        """What became of a letter, by reader."""
        with self._database.reading() as connection:
            return {row.person: NoticeState(row.state) for row in connection.execute(STATES, {"of": letter})}

    def dead(self, since: datetime) -> list[DeadLetter]:
        """What was given up since, the newest first."""
        found = self._rows.dead(since)
        return [DeadLetter(row.kind, row.letter, row.person, row.address, row.at, row.last_error or "") for row in found]


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
