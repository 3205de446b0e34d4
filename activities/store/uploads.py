"""Files of orders that wait to be entered: the file, how it is to be read, and what has become of its orders so far."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from activities.store.database import Database
from activities.store.keys import plain
from activities.store.tables import UPLOAD

KEPT = timedelta(days=1)
CHECKING, CHECKED, ENTERING, DONE, FAILED = "checking", "checked", "entering", "done", "failed"
UNCHECKED = "unchecked"
"""The check itself failed: nobody has been shown yet what would become of the orders."""
ALL_BUT_CONTENT = [column for column in UPLOAD.c if column.name != "content"]


@dataclass(frozen=True, kw_only=True)
class Upload:
    id: str
    person: str
    name: str
    """What the file was called."""
    mapping: str
    """The text of a mapping, or the name of a built-in one."""
    encoding: str = ""
    """Of a CSV file that does not say it itself; UTF-8 when empty."""
    is_rebased: bool
    at: datetime
    state: str
    beat_at: datetime
    """When whoever works on it was last heard of."""
    total: int = 0
    """Orders in the file."""
    entered: int = 0
    there: int = 0
    refused: int = 0
    verdicts: str = "{}"
    """As JSON: of which orders something else became than entered, and why."""
    problem: str = ""

    @property
    def known(self) -> int:
        """Orders of which it is known what becomes of them."""
        return self.entered + self.there + self.refused


class Uploads:
    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, upload: Upload, content: bytes) -> None:
        """Puts it down, and throws away what has lain for a day."""
        with self._database.writing() as connection:
            connection.execute(delete(UPLOAD).where(UPLOAD.c.at < upload.at - KEPT))
            connection.execute(insert(UPLOAD), {**vars(upload), "name": plain(upload.name), "content": content})

    def get(self, upload_id: str, now: datetime) -> Upload | None:
        """Without its content, which is large."""
        statement = select(*ALL_BUT_CONTENT).where(UPLOAD.c.id == plain(upload_id), UPLOAD.c.at >= now - KEPT)
        with self._database.reading() as connection:
            row = connection.execute(statement).first()
        return Upload(**row._mapping) if row else None

    def content(self, upload_id: str) -> bytes:
        with self._database.reading() as connection:
            found: bytes = connection.execute(select(UPLOAD.c.content).where(UPLOAD.c.id == upload_id)).scalar_one()
        return found

    def note(self, upload_id: str, **values: Any) -> None:
        """How far it has come."""
        with self._database.writing() as connection:
            connection.execute(update(UPLOAD).where(UPLOAD.c.id == upload_id).values(**values))

    def begin(self, upload_id: str, state: str, now: datetime, silent_since: datetime) -> bool:
        """Whether this work is ours to do: of two who ask at once only one is told so."""
        idle = UPLOAD.c.state.in_((CHECKED, UNCHECKED, FAILED)) | (UPLOAD.c.beat_at < silent_since)
        free = update(UPLOAD).where(UPLOAD.c.id == upload_id, idle, UPLOAD.c.state != DONE)
        values = {"state": state, "beat_at": now, "entered": 0, "there": 0, "refused": 0, "verdicts": "{}", "problem": ""}
        with self._database.writing() as connection:
            return connection.execute(free.values(**values)).rowcount == 1

    def finish(self, upload_id: str, **values: Any) -> None:
        """Its orders are there: the file itself is needed no longer."""
        self.note(upload_id, state=DONE, content=b"", **values)
