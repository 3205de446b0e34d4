"""What is over is thrown away: links that nobody can follow any more, sessions, files that nobody entered, old digests."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, or_, select

from activities.store.database import Database
from activities.store.sessions import IDLE, LONGEST
from activities.store.tables import DIGEST, MAIL_LINK, SESSION, SIGNATURE, UPLOAD
from activities.store.uploads import KEPT as KEPT_FILES

TELLING = timedelta(days=60)
"""For so long an expired link still says what has happened."""
KEPT_DIGESTS = timedelta(days=90)
AT_ONCE = 500
"""Links: whoever waits to write waits for no more."""

EXPIRED = (
    select(MAIL_LINK.c.digest).where(MAIL_LINK.c.expires_at < bindparam("before")).order_by(MAIL_LINK.c.expires_at).limit(AT_ONCE)
)
LINKS = delete(MAIL_LINK).where(MAIL_LINK.c.digest.in_(bindparam("links", expanding=True)))
DRAFTS = delete(SIGNATURE).where(SIGNATURE.c.link.in_(bindparam("links", expanding=True)), SIGNATURE.c.signed_at.is_(None))
"""What was signed stays for ever."""


class Sweeping:
    def __init__(self, database: Database) -> None:
        self._database = database

    def sweep(self, now: datetime) -> None:
        over = (
            delete(SESSION).where(or_(SESSION.c.seen_at < now - IDLE, SESSION.c.began_at < now - LONGEST)),
            delete(UPLOAD).where(UPLOAD.c.at < now - KEPT_FILES),
            delete(DIGEST).where(DIGEST.c.day < (now - KEPT_DIGESTS).date()),
        )
        for statement in over:
            with self._database.writing() as connection:
                connection.execute(statement)
        while self._swept_links(now - TELLING) == AT_ONCE:
            pass

    def _swept_links(self, before: datetime) -> int:
        with self._database.reading() as connection:
            links = list(connection.execute(EXPIRED, {"before": before}).scalars())
        if links:
            with self._database.writing() as connection:
                connection.execute(DRAFTS, {"links": links})
                connection.execute(LINKS, {"links": links})
        return len(links)
