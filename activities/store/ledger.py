"""The ledger of mails: one row for each recipient of each notice, whatever became of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, update

from activities.store.database import Database
from activities.store.hot import Hot
from activities.store.keys import order_key, plain
from activities.store.links import ADD as ADD_LINKS
from activities.store.links import Minted
from activities.store.tables import KEPT_NOTICE, NOTICE
from workflows.types.notices import Notice
from workflows.types.words import Language, NoticeState

BY_KEYS = (
    select(NOTICE)
    .where(NOTICE.c.notice_key.in_(bindparam("keys", expanding=True)))
    .order_by(NOTICE.c.notice_key, NOTICE.c.recipient)
)
# A worker that was frozen and wakes must not put back what another one has sent.
STILL_QUEUED = update(NOTICE).where(
    NOTICE.c.notice_key == bindparam("key"), NOTICE.c.recipient == bindparam("to"), NOTICE.c.state == NoticeState.QUEUED
)
SETTLE = Hot(
    STILL_QUEUED.values(
        state=bindparam("became"), at=bindparam("when"), last_error=bindparam("error"), attempts=NOTICE.c.attempts + 1
    )
)

KEPT = "kept for the digest"


@dataclass(frozen=True, slots=True)
class Recipient:
    name: str
    """A person's id, `customer`, or an address."""
    address: str | None
    language: Language = Language.EN
    by_hand: bool = False
    """There is no way to write to them: somebody tells them."""
    keeps: bool = False
    """They read it in their next digest, and get no mail of its own."""
    kind: str | None = None
    """When they are told something else than the notice's kind, `unowned` for one."""


class Addressed(NamedTuple):
    """A notice for one of its recipients."""

    order_no: str
    notice: Notice
    to: Recipient
    message_id: str
    overtaken_at: datetime | None = None
    """When there was nothing left to tell, if that was so before it was first looked at."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    notice_key: str
    recipient: str
    order_no: str
    address: str | None
    language: Language
    kind: str
    state: NoticeState
    message_id: str
    at: datetime
    """When it came into its state."""
    attempts: int
    last_error: str | None
    task_id: str | None


class Ledger:
    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, opened: Iterable[Addressed], links: Sequence[Minted] = ()) -> None:
        """Puts notices on record for their recipients, once each, and with them the links that their letters carry."""
        told = list(opened)
        kept = [kept_row(each) for each in told if each.to.keeps]
        if rows := [row_of(*each) for each in told]:
            with self._database.writing() as connection:
                self._database.hot_insert_new(NOTICE).run(connection, *rows)
                if links:
                    connection.execute(ADD_LINKS, [each.row for each in links])
                if kept:
                    connection.execute(self._database.insert_new(KEPT_NOTICE), kept)

    def rows(self, *notice_keys: str) -> list[LedgerRow]:
        """All that is on record of these notices, notice by notice."""
        with self._database.reading() as connection:
            return [ledger_row(row) for row in connection.execute(BY_KEYS, {"keys": notice_keys})]

    def settle(self, row: LedgerRow, state: NoticeState, at: datetime, error: str | None = None) -> None:
        """What became of an attempt; with state QUEUED it will be tried again."""
        found = {"became": state, "when": at, "error": error}
        with self._database.writing() as connection:
            SETTLE.run(connection, {"key": row.notice_key, "to": row.recipient, **found})

    def row(self, notice_key: str, recipient: str) -> LedgerRow | None:
        return next((row for row in self.rows(plain(notice_key)) if row.recipient == recipient), None)


def row_of(order_no: str, notice: Notice, recipient: Recipient, message_id: str, overtaken_at: datetime | None) -> dict[str, Any]:
    state = first_state(recipient)
    is_overtaken = overtaken_at is not None and state is NoticeState.QUEUED
    return {
        "notice_key": notice.key,
        "recipient": recipient.name,
        "order_id": order_key(order_no),
        "order_no": order_no,
        "task_id": notice.task_id,
        "kind": recipient.kind or notice.kind,
        "address": recipient.address,
        "language": recipient.language,
        "state": NoticeState.STALE if is_overtaken else state,
        "message_id": message_id,
        "opened_at": notice.at,
        "at": overtaken_at if is_overtaken else notice.at,
        "attempts": 0,
        "last_error": KEPT if recipient.keeps else None,
    }


def first_state(recipient: Recipient) -> NoticeState:
    if recipient.by_hand:
        return NoticeState.BY_HAND
    # No mail of this id ever goes out: the digest, which has one of its own, overtakes it.
    return NoticeState.STALE if recipient.keeps else NoticeState.QUEUED


def kept_row(addressed: Addressed) -> dict[str, Any]:
    notice = addressed.notice
    return {"person": addressed.to.name, "notice_key": notice.key, "task_id": notice.task_id or ""}


def ledger_row(row: Any) -> LedgerRow:
    return LedgerRow(
        notice_key=row.notice_key,
        recipient=row.recipient,
        order_no=row.order_no,
        address=row.address,
        language=Language(row.language),
        kind=row.kind,
        state=NoticeState(row.state),
        message_id=row.message_id,
        at=row.at,
        attempts=row.attempts,
        last_error=row.last_error,
        task_id=row.task_id,
    )
