"""Dead mail that is sent again, and what is on record of the house: on both databases, whoever comes first."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from activities.courier import undelivered
from activities.mail.again import notice_of, send_again
from activities.store import LedgerRow, Recipient, SqlJournal, Store
from activities.store.house_log import Entry
from activities.store.ledger import Addressed
from activities.store.resending import NotDead, StillUnderWay
from tests.store.plant import DAY, NOW, TellsOfAnOrder
from workflows.types import events as e
from workflows.types.notices import Notice, Told
from workflows.types.words import NoticeState


@pytest.fixture
def dead(db: Store, journal: SqlJournal) -> LedgerRow:
    """A mail that an order had asked for."""
    tells = TellsOfAnOrder()
    notice = Notice(key=f"PO-1.order_confirmed.{tells.seq + 1}", kind="order_confirmed", to=("customer",), at=NOW)
    tells.record(e.NoticeRequested(notice=notice), actor="system")
    journal.flush(tells.flush())
    db.outbox.finish([notice.key], [], NOW)
    db.ledger.open([Addressed("PO-1", notice, Recipient("customer", "wrong@fab.example"), "<1>")])
    db.ledger.settle(found(db, notice.key), NoticeState.DEAD, NOW, "550 no such mailbox")
    return found(db, notice.key)


def found(db: Store, key: str) -> LedgerRow:
    row = db.ledger.row(key, "customer")
    assert row
    return row


def test_what_was_asked_is_found_in_the_orders_events(db: Store, dead: LedgerRow) -> None:
    assert [notice.key for notice in db.resending.asked("po-1")] == [dead.notice_key]
    assert db.resending.asked("PO-2") == []


def test_of_many_at_once_one_sends_it_again(db: Store, dead: LedgerRow) -> None:
    (notice,) = db.resending.asked("PO-1")

    def press(n: int) -> str:
        try:
            db.resending.revive(dead, notice, f"{n}@fab.example", f"person{n}", NOW + DAY)
        except (NotDead, StillUnderWay):
            return ""
        return f"{n}@fab.example"

    with ThreadPoolExecutor(6) as pool:
        (winner,) = filter(None, pool.map(press, range(6)))
    row = found(db, dead.notice_key)
    assert (row.state, row.address, row.at, row.last_error, row.message_id) == ("queued", winner, NOW + DAY, None, "<1>")
    assert db.outbox.keys("PO-1") == [dead.notice_key]
    (entry,) = db.house_log.about("PO-1")
    assert winner in entry.detail and entry.by == f"person{winner[0]}"


def test_what_is_refused_leaves_nothing_behind(db: Store, dead: LedgerRow) -> None:
    (notice,) = db.resending.asked("PO-1")
    db.resending.overtake(dead, "anna", NOW)
    with pytest.raises(NotDead):
        db.resending.revive(dead, notice, None, "anna", NOW)
    assert db.outbox.keys("PO-1") == []
    assert [entry.action for entry in db.house_log.about("PO-1")] == ["mail overtaken"]


def test_what_dies_again_is_told_again_and_of_nobody_else(db: Store, dead: LedgerRow) -> None:
    (notice,) = db.resending.asked("PO-1")
    ended = Told(key=notice.key, states={"customer": NoticeState.DEAD, "sales1": NoticeState.DEAD})
    first = {report.key for report in undelivered(notice, ended, NOW)}
    assert first == {f"{notice.key}.undeliverable.{name}" for name in ended.states}
    again: set[str] = set()
    for day in (1, 2):
        send_again(db, found(db, dead.notice_key), "anna", NOW + day * DAY)
        (waiting,) = db.outbox.take(9, NOW + day * DAY, NOW + day * DAY)
        # A courier that dies before it has finished reports the same once more.
        (report,), same = (list(undelivered(waiting.notice, ended, NOW + n * DAY)) for n in (day, day + 1))
        assert [one.key for one in same] == [report.key]
        assert (report.data["recipient"], report.kind) == ("customer", "undeliverable")
        again.add(report.key)
        died = replace(dead, notice_key=report.key)
        assert notice_of(died, [notice]).model_copy(update={"at": report.at}) == report
        db.outbox.finish([notice.key], [], NOW)
        db.ledger.settle(found(db, dead.notice_key), NoticeState.DEAD, NOW + day * DAY, "550 no such mailbox")
    assert len(again | first) == 4


def test_the_houses_log_is_read_newest_first_and_by_whom_it_is_about(db: Store) -> None:
    for n in range(3):
        db.house_log.note(Entry(NOW, "admin", f"deed {n}", "bo"))
    db.house_log.note(Entry(NOW, "admin", "deed", "cy", "to somebody else"))
    assert [entry.action for entry in db.house_log.about("bo", 2)] == ["deed 2", "deed 1"]
    assert db.house_log.about("bo\x00") == []


def test_orders_under_way_are_counted_by_their_policy(db: Store, journal: SqlJournal) -> None:
    for n in range(3):
        journal.flush(TellsOfAnOrder(f"PO-{n}").flush())
    assert list(db.policies.governing().values()) == [3]


def test_applications_are_listed_newest_first(db: Store) -> None:
    for n in range(3):
        db.policies.set_current(f'version = "{n}"', "root", NOW + n * DAY)
    first, *_, last = db.policies.applications(10)
    assert (first.text, last.text) == ('version = "2"', 'version = "0"')
    assert db.policies.application(first.number) == first
    assert db.policies.application(first.number + 99) is None
