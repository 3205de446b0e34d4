"""Who is signed in: passwords, and the sessions of browsers."""

import secrets
from base64 import b64encode
from datetime import datetime, timedelta
from typing import NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION
from sqlalchemy import delete, insert, or_, select, update

from activities import passwords
from activities.store.database import Database
from activities.store.keys import plain
from activities.store.people import digest
from activities.store.tables import PASSWORD, SESSION

IDLE = timedelta(days=14)
"""After so long unseen a browser has to sign in anew."""
LONGEST = timedelta(days=90)
NOTED = timedelta(minutes=10)
"""How exactly it is known when a session was last seen; each look need not write."""
MOST_BROWSER = 200

BY_PERSON = select(PASSWORD.c.hash)


class Session(NamedTuple):
    digest: str
    person: str
    began_at: datetime
    seen_at: datetime
    browser: str


class Sessions:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._hasher = PasswordHasher()
        self._nobody = nobodys(self._hasher)

    # Passwords.

    def set_password(self, person_id: str, password: str, now: datetime, *, staying: str | None = None) -> None:
        """From now on this one; whoever was signed in is signed out, but for the session of this digest."""
        row = {"person": person_id, "hash": self._hasher.hash(passwords.normal(password)), "at": now}
        with self._database.writing() as connection:
            connection.execute(self._database.upsert(PASSWORD), row)
            connection.execute(delete(SESSION).where(SESSION.c.person == person_id, SESSION.c.digest != (staying or "")))

    def has_password(self, person_id: str) -> bool:
        with self._database.reading() as connection:
            return connection.execute(BY_PERSON.where(PASSWORD.c.person == plain(person_id))).first() is not None

    def is_password(self, person_id: str, password: str) -> bool:
        """Takes as long for somebody unknown as for somebody known; what is too long for any password is no question."""
        if len(password) > passwords.LONGEST:
            return False
        with self._database.reading() as connection:
            found = connection.execute(BY_PERSON.where(PASSWORD.c.person == plain(person_id))).scalar_one_or_none()
        try:
            self._hasher.verify(found or self._nobody, passwords.normal(password))
        except (VerificationError, InvalidHashError):
            return False
        return found is not None

    # Sessions.

    def begin(self, person_id: str, browser: str, now: datetime) -> str:
        """The secret of a new session, which only the browser keeps."""
        secret = secrets.token_urlsafe(32)
        session = Session(digest(secret), person_id, now, now, plain(browser)[:MOST_BROWSER])
        over = or_(SESSION.c.seen_at < now - IDLE, SESSION.c.began_at < now - LONGEST)
        with self._database.writing() as connection:
            # Few are signed in, and seldom sign in: whoever does sweeps up behind the others.
            connection.execute(delete(SESSION).where(over))
            connection.execute(insert(SESSION), session._asdict())
        return secret

    def find(self, secret: str, now: datetime) -> Session | None:
        """The session, unless it is over."""
        with self._database.reading() as connection:
            row = connection.execute(select(SESSION).where(SESSION.c.digest == digest(secret))).first()
        if row is None:
            return None
        session = Session(*row)
        if now - session.seen_at > IDLE or now - session.began_at > LONGEST:
            return None
        if now - session.seen_at > NOTED:
            self._seen(session, now)
        return session

    def of(self, person_id: str) -> list[Session]:
        """Newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(select(SESSION).where(SESSION.c.person == person_id).order_by(SESSION.c.began_at.desc()))
            return [Session(*row) for row in rows]

    def end(self, person_id: str, session_digest: str) -> None:
        """Of this person only: nobody signs out others by a digest."""
        this = (SESSION.c.digest == plain(session_digest)) & (SESSION.c.person == person_id)
        with self._database.writing() as connection:
            connection.execute(delete(SESSION).where(this))

    def end_all(self, person_id: str) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(SESSION).where(SESSION.c.person == person_id))

    def _seen(self, session: Session, now: datetime) -> None:
        with self._database.writing() as connection:
            connection.execute(update(SESSION).where(SESSION.c.digest == session.digest).values(seen_at=now))


def nobodys(hasher: PasswordHasher) -> str:
    """What no password hashes to, and what is judged by the same work; made up, since hashing is work for a fifth of a second
    that no start of a process and no command of the front door need wait for."""
    salt, value = (unpadded(secrets.token_bytes(length)) for length in (hasher.salt_len, hasher.hash_len))
    how = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2{hasher.type.name.lower()}$v={ARGON2_VERSION}${how}${salt}${value}"


def unpadded(content: bytes) -> str:
    return b64encode(content).decode().rstrip("=")
