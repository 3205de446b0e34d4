"""The letters about certificates that run out: who was told of which, how long before, and what became of the mail."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, update

from activities.store.database import Database
from activities.store.lending import DeadLetter, Lending
from activities.store.training_tables import TRAINING_LETTER, TRAINING_TOLD
from workflows.types.words import Language, NoticeState

QUEUED = TRAINING_LETTER.c.state == NoticeState.QUEUED
THESE = TRAINING_LETTER.c.message_id.in_(bindparam("letters", expanding=True))
GIVE_UP = (
    update(TRAINING_LETTER)
    .where(QUEUED, TRAINING_LETTER.c.opened_at < bindparam("before"))
    .values(state=NoticeState.DEAD, at=bindparam("when"))
)


class Expiry(NamedTuple):
    """A certificate that runs out, and how many days before that this is about."""

    person: str
    course: str
    until: date
    step: int


@dataclass(frozen=True, slots=True)
class LetterRow:
    message_id: str
    person: str
    """Who reads it."""
    address: str
    language: Language
    attempts: int = 0

    @property
    def row(self) -> dict[str, Any]:
        row = asdict(self)
        return {"recipient": row.pop("person"), **row}


class TrainingMail:
    def __init__(self, database: Database) -> None:
        self._database, self._rows = database, Lending(database, TRAINING_LETTER, THESE, "message_id")

    def told(self, since: date) -> dict[Expiry, set[str]]:
        """Who was told of what runs out from that day on."""
        rows = select(TRAINING_TOLD).where(TRAINING_TOLD.c.until >= since)
        found: dict[Expiry, set[str]] = defaultdict(set)
        with self._database.reading() as connection:
            for row in connection.execute(rows):
                found[expiry_of(row)].add(row.recipient)
        return found

    def open(self, letters: Mapping[LetterRow, Sequence[Expiry]], now: datetime) -> None:
        """Puts letters on record with what they tell, all at once and once each."""
        if not letters:
            return
        told = [
            {**expiry._asdict(), "recipient": letter.person, "letter": letter.message_id}
            for letter, expiries in letters.items()
            for expiry in expiries
        ]
        with self._database.writing() as connection:
            self._rows.put(connection, ({**letter.row, "opened_at": now} for letter in letters), now)
            connection.execute(self._database.insert_new(TRAINING_TOLD), told)

    def queued(self) -> list[str]:
        """The letters that are not out yet, oldest first."""
        rows = select(TRAINING_LETTER.c.message_id).where(QUEUED)
        with self._database.reading() as connection:
            return list(connection.scalars(rows.order_by(TRAINING_LETTER.c.opened_at, TRAINING_LETTER.c.message_id)))

    def take(self, letters: Collection[str], now: datetime, until: datetime) -> list[LetterRow]:
        """Those of these that are not out yet, for this worker alone until then; what was tried least comes first."""
        return [letter_of(row) for row in self._rows.take({"letters": list(letters)}, now, until)]

    def tells(self, letter: str) -> list[Expiry]:
        rows = select(TRAINING_TOLD).where(TRAINING_TOLD.c.letter == letter)
        with self._database.reading() as connection:
            return sorted(map(expiry_of, connection.execute(rows)), key=lambda expiry: (expiry.until, expiry))

    def settle(self, letter: LetterRow, state: NoticeState, at: datetime, error: str | None = None) -> None:
        """What became of an attempt; with state QUEUED it may be tried again at once."""
        self._rows.settle((letter.message_id,), state, at, error)

    def waiting(self, letters: Collection[str]) -> int:
        """How many of these are not out yet."""
        return self._rows.waiting({"letters": list(letters)})

    def give_up(self, before: datetime, now: datetime) -> None:
        """What no mail server took for so long is dead."""
        with self._database.writing() as connection:
            connection.execute(GIVE_UP, {"before": before, "when": now})

    def states(self) -> dict[str, NoticeState]:
        """What became of each letter."""
        with self._database.reading() as connection:
            rows = connection.execute(select(TRAINING_LETTER.c.message_id, TRAINING_LETTER.c.state))
            return {row.message_id: NoticeState(row.state) for row in rows}

    def dead(self, since: datetime) -> list[DeadLetter]:
        """What was given up since, the newest first."""
        found = self._rows.dead(since)
        return [DeadLetter("training", "", row.recipient, row.address, row.at, row.last_error or "") for row in found]


def expiry_of(row: Any) -> Expiry:
    return Expiry(row.person, row.course, row.until, row.step)


def letter_of(row: Any) -> LetterRow:
    return LetterRow(row.message_id, row.recipient, row.address, Language(row.language), row.attempts)
