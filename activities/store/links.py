"""Links in mails: what each lets one reader do, once. Only digests are kept: a stolen store opens no link."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from activities.store.database import Database
from activities.store.keys import order_key, plain
from activities.store.people import digest
from activities.store.tables import MAIL_LINK, NOTICE
from workflows.types.notices import Notice
from workflows.types.words import Language

LIVES = timedelta(days=30)
COMPLAINTS_LIVE = timedelta(days=60)
"""What is wrong with goods shows only when they are used."""
MOST_COMPLAINTS = 5
"""By one link."""

BY_DIGEST = (
    select(MAIL_LINK, NOTICE.c.order_no, NOTICE.c.language, NOTICE.c.address, NOTICE.c.opened_at)
    .join_from(MAIL_LINK, NOTICE, (MAIL_LINK.c.notice_key == NOTICE.c.notice_key) & (MAIL_LINK.c.who == NOTICE.c.recipient))
    .where(MAIL_LINK.c.digest == bindparam("digest"))
)
ADD = insert(MAIL_LINK)
USE = update(MAIL_LINK).where(MAIL_LINK.c.digest == bindparam("link"), MAIL_LINK.c.used_at.is_(None))


class Purpose(StrEnum):
    """What a link is for; one each."""

    CONFIRM = "confirm"
    """The customer says that the order is right, or wants it otherwise."""
    AGREE = "agree"
    """The customer says whether another date suits them."""
    SIGN = "sign"
    FEEDBACK = "feedback"
    VIEW = "view"
    """The customer looks where their order stands."""
    COMPLAIN = "complain"
    """The customer records what is wrong, also once the order is closed; more than once, but not without end."""
    COMPLETE = "complete"
    """Somebody of the plant completes one task."""

    @property
    def lives(self) -> timedelta:
        return COMPLAINTS_LIVE if self is Purpose.COMPLAIN else LIVES


@dataclass(frozen=True, slots=True)
class MailLink:
    digest: str
    order_no: str
    task_id: str | None
    purpose: Purpose
    who: str
    """A person's id, or `customer`."""
    notice_key: str
    asked_at: datetime
    """When the order asked for the mail: what it says is as of then."""
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None
    language: Language
    """That the mail is written in."""
    address: str
    """That the mail went to."""


@dataclass(frozen=True, slots=True)
class Minted:
    """A link that was just made; its token goes into the mail and nowhere else."""

    token: str
    row: dict[str, Any]

    @classmethod
    def of(cls, order_no: str, notice: Notice, purpose: Purpose, who: str, now: datetime) -> "Minted":
        token = secrets.token_urlsafe(32)
        row = {
            "digest": digest(token),
            "order_id": order_key(order_no),
            "task_id": notice.task_id,
            "purpose": purpose,
            "who": who,
            "notice_key": notice.key,
            "made_at": now,
            "expires_at": now + purpose.lives,
            "used_at": None,
        }
        return cls(token, row)


class MailLinks:
    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, minted: Iterable[Minted]) -> None:
        """For the rare letter that is written anew by somebody else: as a rule the ledger keeps them with its own rows."""
        with self._database.writing() as connection:
            connection.execute(ADD, [each.row for each in minted])

    def find(self, token: str) -> MailLink | None:
        with self._database.reading() as connection:
            row: Any = connection.execute(BY_DIGEST, {"digest": digest(plain(token))}).first()
        return link_of(row) if row else None

    def use(self, link: MailLink, now: datetime) -> None:
        """From now on it does nothing more; it keeps when it was used first."""
        with self._database.writing() as connection:
            connection.execute(USE.values(used_at=now), {"link": link.digest})


def link_of(row: Any) -> MailLink:
    return MailLink(
        digest=row.digest,
        order_no=row.order_no,
        task_id=row.task_id,
        purpose=Purpose(row.purpose),
        who=row.who,
        notice_key=row.notice_key,
        asked_at=row.opened_at,
        made_at=row.made_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        language=Language(row.language),
        address=row.address or "",
    )
