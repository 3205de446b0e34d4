"""What people say to each other about a task; it is only ever added to."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from activities.store.database import Database
from activities.store.keys import task_key
from activities.store.tables import COMMENT

MOST = 200
"""Of one task so many are shown: the last."""
OF_TASK = (
    select(COMMENT.c.at, COMMENT.c.by, COMMENT.c.text)
    .where(COMMENT.c.task_id == bindparam("task"))
    .order_by(COMMENT.c.id.desc())
    .limit(MOST)
)


@dataclass(frozen=True, slots=True)
class Comment:
    at: datetime
    by: str
    text: str


class Comments:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, task_id: str, by: str, text: str, said_id: str, now: datetime) -> None:
        """Once for each `said_id`, however often the same form is sent."""
        row = {"task_id": task_key(task_id), "at": now, "by": by, "text": text, "said_id": said_id}
        with self._database.writing() as connection:
            connection.execute(self._database.insert_new(COMMENT), row)

    def of(self, task_id: str) -> list[Comment]:
        """The oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(OF_TASK, {"task": task_key(task_id)}).all()
        return [Comment(row.at, row.by, row.text) for row in reversed(rows)]
