"""What customers sign by a link: the statement exactly as it was shown, and the code that proves whose mailbox it is."""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from activities.store.database import Database
from activities.store.keys import order_key
from activities.store.links import MailLink
from activities.store.outbox import row_of as outbox_row
from activities.store.tables import MAIL_LINK, OUTBOX, SIGNATURE
from workflows.types.notices import Notice

CODE_LIVES = timedelta(minutes=10)
MOST_ATTEMPTS = 5
"""Wrong codes until a new one has to be asked for."""
MOST_CODES = 10
"""Codes for one link: with the attempts at each, one guess in twenty thousand succeeds."""

# Two presses of one button wait for each other: of what nobody has stated yet there is no row to lock.
ALONE = select(MAIL_LINK.c.digest).where(MAIL_LINK.c.digest == bindparam("link")).with_for_update()
BY_LINK = select(SIGNATURE).where(SIGNATURE.c.link == bindparam("link"))
UNSIGNED = update(SIGNATURE).where(SIGNATURE.c.link == bindparam("digest"), SIGNATURE.c.signed_at.is_(None))
# Counted before it is compared, in one statement: two guesses at once are two guesses.
TRY = (
    UNSIGNED.where(SIGNATURE.c.attempts < MOST_ATTEMPTS, SIGNATURE.c.code_expires_at > bindparam("now"))
    .values(attempts=SIGNATURE.c.attempts + 1)
    .returning(SIGNATURE.c.code_hash)
)
SIGNED = UNSIGNED.values(signed_at=bindparam("at"))
OF_ORDER = (
    select(SIGNATURE)
    .where(SIGNATURE.c.order_id == bindparam("order"), SIGNATURE.c.signed_at.is_not(None))
    .order_by(SIGNATURE.c.signed_at)
)


@dataclass(frozen=True, slots=True)
class Signature:
    """A statement, signed or about to be."""

    link: str
    """The digest of the link by which it was made."""
    order_no: str
    task_id: str
    statement: str
    sha256: str
    """Of the statement's bytes in UTF-8, which are what was shown."""
    name: str
    address: str
    """Masked; where the code was sent."""
    outcome: str
    fields: dict[str, Any]
    drafted_at: datetime
    signed_at: datetime | None
    code_expires_at: datetime
    attempts: int
    codes: int

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None

    @property
    def attempts_left(self) -> int:
        return max(0, MOST_ATTEMPTS - self.attempts)

    @property
    def may_get_another_code(self) -> bool:
        return self.codes < MOST_CODES

    def can_be_signed(self, now: datetime) -> bool:
        """Whether its code may still be given."""
        return not self.is_signed and self.attempts_left > 0 and now < self.code_expires_at


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody is about to sign."""

    text: str
    name: str
    outcome: str
    fields: dict[str, Any]


class Signatures:
    def __init__(self, database: Database) -> None:
        self._database = database

    def of_link(self, link: MailLink) -> Signature | None:
        with self._database.reading() as connection:
            row: Any = connection.execute(BY_LINK, {"link": link.digest}).first()
        return signature_of(row) if row else None

    def of_order(self, order_no: str) -> list[Signature]:
        """What was signed, oldest first."""
        with self._database.reading() as connection:
            return [signature_of(row) for row in connection.execute(OF_ORDER, {"order": order_key(order_no)})]

    def draft(self, link: MailLink, token: str, statement: Statement, notice: Notice, now: datetime) -> None:
        """Keeps what is to be signed, and lets the notice carry a code to the mailbox, both or neither.

        What was drafted before goes, but not the count of its codes.
        """
        code = new_code()
        with self._database.writing() as connection:
            connection.execute(ALONE, {"link": link.digest})
            before: Any = connection.execute(BY_LINK, {"link": link.digest}).first()
            if before and (before.signed_at or before.codes >= MOST_CODES):
                return
            codes = before.codes + 1 if before else 1
            row = {**drafted(link, statement, now), **coded(token, code, now), "codes": codes}
            connection.execute(self._database.upsert(SIGNATURE), row)
            asked = notice.model_copy(update={"key": f"{notice.key}.{codes}", "data": {"code": code}})
            connection.execute(self._database.insert_new(OUTBOX), [outbox_row(link.order_no, asked, 0, now)])

    def is_code(self, link: MailLink, token: str, code: str, now: datetime) -> bool:
        """Whether it is the code that was sent; each question counts."""
        with self._database.writing() as connection:
            found = connection.execute(TRY, {"digest": link.digest, "now": now}).scalar_one_or_none()
        return found is not None and hmac.compare_digest(found, hashed(token, code))

    def sign(self, link: MailLink, now: datetime) -> None:
        """It is signed; nothing of it changes any more."""
        with self._database.writing() as connection:
            # Else one who has just seen it unsigned would draft over it.
            connection.execute(ALONE, {"link": link.digest})
            connection.execute(SIGNED, {"digest": link.digest, "at": now})


def new_code() -> str:
    return f"{secrets.randbelow(10**6):06}"


def hashed(token: str, code: str) -> str:
    """With the link's token, which no store has: six digits alone would be found by trying them all."""
    return hashlib.sha256(f"{token}\0{code}".encode()).hexdigest()


def drafted(link: MailLink, statement: Statement, now: datetime) -> dict[str, Any]:
    return {
        "link": link.digest,
        "order_id": order_key(link.order_no),
        "order_no": link.order_no,
        "task_id": link.task_id,
        "statement": statement.text,
        "sha256": hashlib.sha256(statement.text.encode()).hexdigest(),
        "name": statement.name,
        "address": masked(link.address),
        "outcome": statement.outcome,
        "fields": json.dumps(statement.fields),
        "drafted_at": now,
        "signed_at": None,
    }


def coded(token: str, code: str, now: datetime) -> dict[str, Any]:
    return {"code_hash": hashed(token, code), "code_expires_at": now + CODE_LIVES, "attempts": 0}


def masked(address: str) -> str:
    """Enough to know one's own mailbox by."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}…{local[-1:] if len(local) > 3 else ''}@{domain}"


def signature_of(row: Any) -> Signature:
    return Signature(
        link=row.link,
        order_no=row.order_no,
        task_id=row.task_id,
        statement=row.statement,
        sha256=row.sha256,
        name=row.name,
        address=row.address,
        outcome=row.outcome,
        fields=json.loads(row.fields),
        drafted_at=row.drafted_at,
        signed_at=row.signed_at,
        code_expires_at=row.code_expires_at,
        attempts=row.attempts,
        codes=row.codes,
    )
