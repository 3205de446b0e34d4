"""The outbox: what orders want told, once, for one courier at a time, and gone when it was undone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from activities.store import SqlJournal, Store, Waiting
from activities.store.outbox import AFTER_WRITING
from tests.store.plant import HOUR, NOW, TellsOfAnOrder
from workflows.types import events as e
from workflows.types.notices import Notice

SOON = NOW + AFTER_WRITING
LEASE = timedelta(seconds=40)


def asks(tells: TellsOfAnOrder, kind: str) -> str:
    """The order asks for a notice; its key."""
    notice = Notice(key=f"{tells.facts.order_no}.{kind}.{tells.seq + 1}", kind=kind, to=("sales",), at=tells.at)
    tells.record(e.NoticeRequested(notice=notice), actor="system")
    return notice.key


def takes(db: Store, at: datetime, most: int = 10) -> list[Waiting]:
    return db.outbox.take(most, at, at + LEASE)


def keys(waiting: list[Waiting]) -> list[str]:
    return [each.notice.key for each in waiting]


def test_what_an_order_asks_for_is_taken_once_and_in_its_order(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder()
    asked = [asks(tells, "order_confirmed"), asks(tells, "order_released")]
    flush = tells.flush()
    journal.flush(flush)
    assert takes(db, NOW) == []
    taken = takes(db, SOON)
    assert keys(taken) == asked == db.outbox.keys("po-1")
    assert [(each.order_no, each.attempts, each.chain) for each in taken] == [("PO-1", 1, flush.chain)] * 2
    assert taken[0].notice.to == ("sales",)
    assert takes(db, SOON) == []


def test_only_what_a_later_flush_vouches_for_is_confirmed(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder()
    first = asks(tells, "order_confirmed")
    journal.flush(tells.flush())
    assert [each.is_confirmed for each in takes(db, SOON)] == [False]
    tells.confirm()
    second = asks(tells, "shipping_notice")
    journal.flush(tells.flush())
    later = SOON + LEASE
    assert {each.notice.key: each.is_confirmed for each in takes(db, later)} == {first: True, second: False}


def test_what_an_undone_attempt_asked_for_is_asked_for_no_more(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder()
    journal.flush(tells.flush())
    tells.confirm()
    lost = TellsOfAnOrder()
    lost.__dict__ |= {**tells.__dict__, "pending": [], "tasks": {}, "closed": {}, "changes": {}}
    asks(lost, "shipping_notice")
    journal.flush(lost.flush())
    assert len(db.outbox.keys("PO-1")) == 1
    tells.later(HOUR)
    real = asks(tells, "order_cancelled")
    journal.flush(tells.flush())
    assert db.outbox.keys("PO-1") == [real]


def test_a_courier_that_dies_leaves_it_to_the_next(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder()
    asked = asks(tells, "late")
    journal.flush(tells.flush())
    takes(db, SOON)
    assert takes(db, SOON + LEASE - timedelta(seconds=1)) == []
    (again,) = takes(db, SOON + LEASE)
    assert (again.notice.key, again.attempts) == (asked, 2)


def test_what_is_postponed_comes_later_and_what_is_finished_never(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder()
    late, risk = asks(tells, "late"), asks(tells, "at_risk")
    journal.flush(tells.flush())
    takes(db, SOON)
    db.outbox.postpone({late: SOON + HOUR})
    db.outbox.finish({risk}, [], SOON)
    assert keys(takes(db, SOON + LEASE)) == []
    assert keys(takes(db, SOON + HOUR)) == [late]
    db.outbox.postpone({})
    db.outbox.finish(set(), [], SOON)


def test_a_report_is_put_in_once_and_is_sure(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder()
    asked = asks(tells, "late")
    journal.flush(tells.flush())
    report = Notice(key=f"{asked}.undeliverable.bo", kind="undeliverable", to=("head_of:bo",), at=SOON)
    for _ in range(2):
        db.outbox.finish({asked}, [("PO-1", report)], SOON)
    (taken,) = takes(db, SOON)
    assert taken.notice == report and taken.is_confirmed


def test_of_many_couriers_each_gets_others(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder()
    asked = [asks(tells, f"kind_{n}") for n in range(24)]
    journal.flush(tells.flush())
    with ThreadPoolExecutor(6) as pool:
        taken = [key for found in pool.map(lambda _: takes(db, SOON, 8), range(12)) for key in keys(found)]
    assert sorted(taken) == sorted(set(taken))
    taken += keys(takes(db, SOON, 100))
    assert sorted(taken) == sorted(asked)


def test_what_waits_for_long_is_known(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder()
    asks(tells, "late")
    tells.later(HOUR)
    asks(tells, "at_risk")
    journal.flush(tells.flush())
    assert db.outbox.long_waiting(NOW - HOUR) is None
    assert db.outbox.long_waiting(NOW) == (1, NOW)
    assert db.outbox.long_waiting(NOW + HOUR) == (2, NOW)
