"""The ledger: one row for each recipient of each notice, whatever is tried again (contract §6)."""

import json
from concurrent.futures import ThreadPoolExecutor

from activities.store import LedgerRow, Recipient, Store
from activities.store.ledger import Addressed
from activities.store.views import NoticeOut
from tests.store.plant import HOUR, NOW
from workflows.types.notices import Notice
from workflows.types.words import Language, NoticeState

NOTICE = Notice(key="PO-1.escalate.7", kind="escalate", to=("head", "sales"), at=NOW, task_id="PO-1.produce.1")
BO, CUSTOMER = Recipient("bo", "bo@plant.example", Language.ZH_HANT), Recipient("customer", None, by_hand=True)


def opened(db: Store, order_no: str, notice: Notice, to: list[Recipient], message_ids: list[str]) -> list[LedgerRow]:
    """Puts a notice on record; what the ledger then has of it."""
    db.ledger.open(Addressed(order_no, notice, *each) for each in zip(to, message_ids, strict=True))
    return db.ledger.rows(notice.key)


def test_a_notice_is_opened_once_for_each_recipient(db: Store) -> None:
    rows = opened(db, "PO-1", NOTICE, [BO, CUSTOMER], ["<1@jq>", "<2@jq>"])
    assert [(row.recipient, row.address, row.state, row.message_id, row.attempts) for row in rows] == [
        ("bo", "bo@plant.example", "queued", "<1@jq>", 0),
        ("customer", None, "by_hand", "<2@jq>", 0),
    ]
    assert (rows[0].kind, rows[0].language, rows[0].task_id, rows[0].at, rows[0].order_no) == (
        "escalate",
        "zh-Hant",
        "PO-1.produce.1",
        NOW,
        "PO-1",
    )
    db.ledger.settle(rows[0], NoticeState.SENT, NOW + HOUR)
    again = opened(db, "PO-1", NOTICE, [BO, Recipient("cy", "cy@plant.example", kind="unowned")], ["<9@jq>", "<3@jq>"])
    assert [(row.recipient, row.state, row.message_id, row.kind) for row in again] == [
        ("bo", "sent", "<1@jq>", "escalate"),
        ("customer", "by_hand", "<2@jq>", "escalate"),
        ("cy", "queued", "<3@jq>", "unowned"),
    ]
    assert again == db.ledger.rows(NOTICE.key)


def test_opened_by_many_at_once_it_is_opened_once(db: Store) -> None:
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda n: opened(db, "PO-1", NOTICE, [BO, CUSTOMER], [f"<{n}a>", f"<{n}b>"]), range(6)))
    assert all(rows == found[0] for rows in found) and len(found[0]) == 2


def test_a_notice_to_nobody_has_no_rows(db: Store) -> None:
    assert opened(db, "PO-1", NOTICE, [], []) == []
    assert db.ledger.rows("unknown") == []


def test_attempts_are_counted_and_the_last_error_is_kept(db: Store) -> None:
    (row,) = opened(db, "PO-1", NOTICE, [BO], ["<1>"])
    db.ledger.settle(row, NoticeState.QUEUED, NOW + HOUR, "451 try later")
    db.ledger.settle(row, NoticeState.DEAD, NOW + 2 * HOUR, "550 unknown user")
    (row,) = db.ledger.rows(NOTICE.key)
    assert (row.state, row.at, row.attempts, row.last_error) == ("dead", NOW + 2 * HOUR, 2, "550 unknown user")


def test_notices_are_shown_as_the_contract_says_page_by_page(db: Store) -> None:
    for n in range(5):
        notice = NOTICE.model_copy(update={"key": f"PO-1.escalate.{n}", "at": NOW + n // 2 * HOUR})
        rows = opened(db, "PO-1", notice, [BO, CUSTOMER], [f"<{n}a>", f"<{n}b>"])
        # What is sent later must not move to another page.
        db.ledger.settle(rows[0], NoticeState.SENT, NOW + (9 - n) * HOUR)
    opened(db, "PO-2", NOTICE, [BO], ["<other>"])
    found: list[NoticeOut] = []
    cursor: str | None = None
    first = True
    while first or cursor:
        page = db.orders.notices("po-1", 3, cursor)
        found, cursor, first = found + page.items, page.next_cursor, False
    assert [notice.message_id for notice in found] == [f"<{n}{recipient}>" for n in range(5) for recipient in "ab"]
    assert json.loads(found[0].model_dump_json()) == {
        "kind": "escalate",
        "to": "bo",
        "state": "sent",
        "at": "2026-11-20T17:00:00Z",
        "message_id": "<0a>",
        "task_id": "PO-1.produce.1",
    }
