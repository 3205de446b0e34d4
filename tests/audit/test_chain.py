"""The chain takes in what has settled, once and in order, whoever else is at it."""

import secrets
from datetime import timedelta

import pytest

from activities.audit.chain import EVENTS, fingerprint
from activities.audit.keeper import Keeper, KeyIsAnother
from activities.audit.verifying import Verification
from activities.store import SqlJournal, Store
from tests.audit.plant import KEY, LATER, House, told, write
from tests.store.plant import NOW
from workflows.types.words import Kind

NEWER = secrets.token_bytes(32)


def links(db: Store) -> list[tuple[str, int, int, bool]]:
    return [
        (link.subject, link.first, link.last, link.is_final) for link in db.audit.links_behind(0, 100) if link.source == EVENTS
    ]


def test_a_link_for_each_order_and_nothing_twice(db: Store, journal: SqlJournal) -> None:
    house = House(db)
    for n in range(3):
        told(journal, f"PO-{n}")
    assert house.take() == 3
    assert links(db) == [("po-0", 1, 9, False), ("po-1", 1, 9, False), ("po-2", 1, 9, False)]
    assert house.take() == 0
    found, seen = house.verified()
    assert found == [] and seen == (4, 27, 0)


def test_what_is_not_confirmed_waits_until_the_order_is_silent(db: Store, journal: SqlJournal) -> None:
    house, order = House(db), told(journal, "PO-1")
    order.open(Kind.MAKE_PLAN)
    journal.flush(order.flush())
    assert [news.behind.upto for news in house.keeper.news(NOW)] == [9]
    house.take(NOW)
    assert links(db) == [("po-1", 1, 9, False)]
    (news,) = house.keeper.news(LATER)
    assert news.behind.upto == 10 and news.needs_history(LATER) and not news.needs_history(LATER + timedelta(days=1))
    house.keeper.take_orders([news], {"po-1"}, LATER)
    assert links(db) == [("po-1", 1, 9, False)]
    house.keeper.take_orders([news], (), LATER)
    assert links(db)[1:] == [("po-1", 10, 10, False)]
    assert house.verify() == []


def test_an_order_whose_history_does_not_answer_keeps_no_other_out(db: Store, journal: SqlJournal) -> None:
    house = House(db)
    stuck = told(journal, "PO-STUCK", answers=0)
    house.keeper.take_orders(house.keeper.news(LATER), {"po-stuck"}, LATER)
    stuck.open(Kind.MAKE_PLAN)
    journal.flush(stuck.flush())
    told(journal, "PO-2")
    news = house.keeper.news(LATER, {"po-stuck"})
    assert [each.behind.order_id for each in news] == ["po-2"]
    house.keeper.take_orders(news, (), LATER)
    assert [each.behind.order_id for each in house.keeper.news(LATER)] == ["po-stuck"]


def test_the_end_of_an_order_is_in_the_chain(db: Store, journal: SqlJournal) -> None:
    house = House(db)
    told(journal, "PO-1", is_over=True)
    house.take(NOW)
    house.take(LATER)
    assert links(db) == [("po-1", 1, 9, False), ("po-1", 10, 9, True)]
    told(journal, "PO-2", is_over=True)
    house.take(LATER)
    assert links(db)[2:] == [("po-2", 1, 9, True)]
    assert house.verify() == []


def test_orders_of_before_the_chain_are_taken_in_too(db: Store, journal: SqlJournal) -> None:
    for n in range(130):
        told(journal, f"PO-{n}", answers=1, at=NOW - timedelta(days=n), is_over=True)
    house = House(db)
    assert house.take() == 130
    assert house.verify() == []


def test_a_long_history_is_taken_in_piece_by_piece(db: Store, journal: SqlJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.audit.keeper.MOST_ROWS", 4)
    house = House(db)
    told(journal, "PO-1", is_over=True)
    house.take()
    assert links(db) == [("po-1", 1, 4, False), ("po-1", 5, 8, False), ("po-1", 9, 9, True)]
    assert house.verify() == []


def test_records_wait_until_none_can_come_before_them(db: Store) -> None:
    house = House(db)
    house.note("first", at=LATER)
    assert [house.keeper.take_records(NOW + timedelta(seconds=seconds)) for seconds in (0, 30, 59)] == [0, 0, 0]
    house.note("second")
    assert house.keeper.take_records(NOW + timedelta(seconds=60)) == 1
    assert db.audit.links_behind(1, 9)[0].size == 1
    house.note("third")
    assert [house.keeper.take_records(NOW + timedelta(seconds=seconds)) for seconds in (90, 120, 180)] == [0, 1, 1]
    assert house.verify() == []
    assert house.verified()[1].rows == 3


def test_two_keepers_never_put_two_links_in_one_place(db: Store, journal: SqlJournal) -> None:
    house, other = House(db), Keeper(db, KEY)
    told(journal, "PO-1")
    house.note("first")
    news, others = house.keeper.news(LATER), other.news(LATER)
    assert house.keeper.take_orders(news, (), LATER) == 1
    assert other.take_orders(others, (), LATER) == 0
    for keeper in (house.keeper, other):
        keeper.take_records(NOW)
    assert house.keeper.take_records(LATER) == 1 and other.take_records(LATER) == 0
    assert house.verify() == []


def test_a_keeper_that_is_killed_between_leaves_nothing_half_done(
    db: Store, journal: SqlJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(db)
    told(journal, "PO-1")
    told(journal, "PO-2")

    class Killed(BaseException):
        pass

    def dies(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr("activities.store.audit.head_of", dies)
        with pytest.raises(Killed):
            house.take()
    assert links(db) == []
    fresh = House(Store(db.database, ""))
    fresh.take()
    assert [subject for subject, *_ in links(db)] == ["po-1", "po-2"]
    assert fresh.verify() == []


def test_another_key_goes_no_further_and_verifies_nothing(db: Store, journal: SqlJournal) -> None:
    house = House(db)
    told(journal, "PO-1")
    house.take()
    with pytest.raises(KeyIsAnother):
        House(db, b"another")
    found = list(Verification(db, b"another").everything())
    assert found[0].wrong == "key" and found[0].n == 1 and len(found) == 2


def test_a_newer_key_is_handed_the_chain_and_the_older_one_vouches_for_what_was(db: Store, journal: SqlJournal) -> None:
    house, order = House(db), told(journal, "PO-1")
    house.take()
    behind = House(db, NEWER, (KEY,))
    (link,) = db.audit.handed_on()
    assert (link.source, link.subject, link.mac) == ("key", fingerprint(NEWER), link.coded(KEY, db.audit.link(link.n - 1).mac))  # type: ignore[union-attr]
    House(db, NEWER, (KEY,))
    order.open(Kind.MAKE_PLAN)
    write(journal, order)
    with pytest.raises(KeyIsAnother):
        house.take()
    assert behind.take() == 1 and len(db.audit.handed_on()) == 1
    newest = db.audit.head()
    assert newest is not None and newest.mac == newest.coded(NEWER, link.mac)
    assert behind.verify() == [] and list(Verification(db, NEWER, older=[KEY]).one("PO-1")) == []
    assert [(each.wrong, each.n) for each in house.verify()] == [("key", link.n), ("link", newest.n)], "the older one alone"
    lost = list(Verification(db, NEWER).everything())
    assert [each.wrong for each in lost] == ["key", *["link"] * (link.n - 1)], "what an older key vouched for needs it"


def test_a_newer_key_that_no_worker_has_begun_with_is_told_and_so_is_a_chain_cut_off_before_it(
    db: Store, journal: SqlJournal
) -> None:
    house = House(db)
    told(journal, "PO-1")
    house.take()
    (waiting,) = Verification(db, NEWER, older=[KEY]).everything()
    assert (waiting.wrong, fingerprint(KEY) in waiting.what) == ("key", True)
    newer = House(db, NEWER, (KEY,))
    assert newer.verify() == []
    house.sql("DELETE FROM audit_link WHERE source = 'key'")
    assert [each.wrong for each in newer.verify()] == ["key"], "whoever has the older key goes no further with it unnoticed"


def test_orders_that_go_on_while_it_is_verified_are_no_finding(db: Store, journal: SqlJournal) -> None:
    house, order = House(db), told(journal, "PO-1")
    house.take()
    order.open(Kind.MAKE_PLAN)
    write(journal, order)
    found, seen = house.verified()
    assert found == [] and seen.waiting == 1
