"""Whether a dead mail can be sent again, and doing it: the notice as it was asked for, to the address as it is now."""

from collections.abc import Iterable
from datetime import datetime

from activities.courier import AGAIN, UNDELIVERABLE, report
from activities.mail.recipients import CUSTOMER
from activities.mail.staleness import is_stale
from activities.store import LedgerRow, Store
from workflows.types.notices import Notice
from workflows.types.words import NoticeState


class CannotBeSentAgain(Exception):
    """Nobody knows any more what it said."""


def send_again(store: Store, row: LedgerRow, by: str, now: datetime, address: str | None = None) -> NoticeState:
    """What becomes of it: queued, or stale when it has been overtaken; `address` is the customer's, put right.

    Raises NotDead, StillUnderWay, CannotBeSentAgain.
    """
    notice = notice_of(row, store.resending.asked(row.order_no))
    if is_overtaken(store, row.order_no, notice):
        store.resending.overtake(row, by, now)
        return NoticeState.STALE
    store.resending.revive(row, notice, address or address_now(store, row), by, now)
    return NoticeState.QUEUED


def notice_of(row: LedgerRow, asked: Iterable[Notice]) -> Notice:
    """What the order asked for; a report of the courier's own is made again from what it reports."""
    for notice in asked:
        if notice.key == row.notice_key:
            return notice.model_copy(update={"data": {**notice.data, AGAIN: row.recipient}})
        stem = f"{notice.key}.{UNDELIVERABLE}"
        if row.notice_key.startswith(stem):
            _, _, recipient = row.notice_key.removeprefix(stem).partition(".")
            return report(notice, recipient, notice.at).model_copy(update={"key": row.notice_key})
    raise CannotBeSentAgain


def is_overtaken(store: Store, order_no: str, notice: Notice) -> bool:
    record = store.tasks.record(notice.task_id) if notice.task_id else None
    order = record.order if record else store.orders.governed(order_no)[0]
    return is_stale(notice, order, record.task if record else None)


def address_now(store: Store, row: LedgerRow) -> str | None:
    """A person's may have been put right since; the customer's and a department's stay."""
    person = None if row.recipient == CUSTOMER else store.people.get(row.recipient)
    return person.email if person and person.email else row.address
