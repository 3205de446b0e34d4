"""Whatever somebody without the key does to events, records or the chain is found, and named."""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from activities.audit.findings import Discrepancy, Wrong
from activities.audit.verifying import Verification
from activities.store import Database, SqlJournal, Store
from activities.store.audit import BEFORE_ALL
from activities.store.audit_rows import HOUSE
from tests.audit.plant import LATER, House, Kept, told, write
from tests.store.conftest import empty
from tests.store.plant import UI
from workflows.types.words import Kind

HOUSE_LOG = next(source for source in HOUSE if source.name == "house_log")


@pytest.fixture(scope="module")
def furnished(shared_database: Database) -> tuple[House, Kept]:
    """Three orders, the first in two links, the last one closed; and some records."""
    empty(shared_database)
    store = Store(shared_database, UI)
    house, journal = House(store), SqlJournal(store)
    first = told(journal, "PO-1")
    told(journal, "Ä-2", answers=2)
    told(journal, "PO-3", answers=2, is_over=True)
    house.note("removed")
    house.note("added")
    house.take()
    first.complete(first.open(Kind.MAKE_PLAN), "plan")
    write(journal, first)
    house.take()
    return house, Kept(house)


@pytest.fixture
def house(furnished: tuple[House, Kept]) -> Iterator[House]:
    """As it was, whatever was done to it before."""
    house, kept = furnished
    assert house.verify() == []
    yield house
    kept.put_back()


def those(found: list[Discrepancy]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(each.wrong, each.subject, each.keys) for each in found]


def test_a_changed_event_is_named(house: House) -> None:
    assert house.sql("UPDATE event SET data = replace(data, 'revise', 'reject') WHERE order_id = 'po-1' AND seq = 5")
    (found,) = house.verify()
    assert (found.wrong, found.subject, found.keys, found.what) == ("changed", "PO-1", ("5",), "order PO-1: event 5 was changed")


CHANGES = [
    "actor = 'boss'",
    "at = '2026-11-20 08:00:00.000001'",
    "type = 'task_reopened'",
    "task_id = ''",
    "task_id = NULL",
    "on_behalf_of = ''",
    "said_id = 'x', key = 'y', fingerprint = 'z'",
    "actor = actor || task_id, task_id = ''",
    "data = data || ' '",
]


@pytest.mark.parametrize("change", CHANGES)
def test_no_column_is_left_out(house: House, change: str) -> None:
    assert house.sql(f"UPDATE event SET {change} WHERE order_id = 'ä-2' AND seq = 3")  # noqa: S608
    assert those(house.verify()) == [("changed", "Ä-2", ("3",))]


def test_one_flipped_bit_is_found_whatever_it_makes_of_a_text(house: House) -> None:
    if not house.store.database.is_sqlite:
        return  # it takes no text that is none
    assert house.sql(
        "UPDATE event SET data = CAST(substr(CAST(data AS BLOB), 1, 9) || x'ff' || substr(CAST(data AS BLOB), 11) AS TEXT)"
        " WHERE order_id = 'po-3' AND seq = 2"
    )
    assert those(house.verify()) == [("changed", "PO-3", ("2",))]


def test_a_dropped_event_is_named(house: House) -> None:
    house.sql("DELETE FROM event WHERE order_id = 'po-1' AND seq = 4")
    assert those(house.verify()) == [("dropped", "PO-1", ("4",))]


def test_a_dropped_event_with_the_others_moved_up_is_found(house: House) -> None:
    house.sql("DELETE FROM event WHERE order_id = 'ä-2' AND seq = 3")
    for seq in (4, 5):
        house.sql("UPDATE event SET seq = :to WHERE order_id = 'ä-2' AND seq = :seq", seq=seq, to=seq - 1)
    found = house.verify()
    assert {each.subject for each in found} == {"Ä-2"}
    assert {key for each in found for key in each.keys} == {"3", "4", "5"}


def test_two_events_swapped_are_named(house: House) -> None:
    for seq, to in ((3, -1), (5, 3), (-1, 5)):
        house.sql("UPDATE event SET seq = :to WHERE order_id = 'po-3' AND seq = :seq", seq=seq, to=to)
    (found,) = house.verify()
    assert (found.wrong, found.keys, found.what) == ("swapped", ("3", "5"), "order PO-3: event 3 was swapped with 5")


def test_a_history_that_is_cut_off_is_named(house: House) -> None:
    house.sql("DELETE FROM event WHERE order_id = 'po-3' AND seq >= 4")
    house.sql("UPDATE customer_order SET last_seq = 3 WHERE order_id = 'po-3'")
    (found,) = house.verify()
    assert (found.wrong, found.keys) == ("truncated", ("4", "5"))
    assert found.what == "order PO-3: event 4 is gone, with all that followed"


@pytest.mark.parametrize("seq", [0, -1, 6, 7, 100])
def test_an_event_added_behind_the_end_or_before_the_beginning_is_named(house: House, seq: int) -> None:
    house.sql(
        "INSERT INTO event (order_id, seq, at, type, actor, data)"
        " SELECT order_id, :seq, at, type, actor, data FROM event WHERE order_id = 'po-3' AND seq = 5",
        seq=seq,
    )
    house.sql("UPDATE customer_order SET last_seq = :seq WHERE order_id = 'po-3'", seq=max(seq, 5))
    assert ("added", "PO-3", (str(seq),)) in those(house.verify())


def test_an_event_added_to_an_order_under_way_is_named_while_its_row_does_not_count_it(house: House) -> None:
    house.sql(
        "INSERT INTO event (order_id, seq, at, type, actor, data)"
        " SELECT order_id, 12, at, type, actor, data FROM event WHERE order_id = 'po-1' AND seq = 5"
    )
    assert those(house.verify()) == [("added", "PO-1", ("12",))]


def test_an_order_that_is_gone_altogether_is_missed(house: House) -> None:
    for table in ("event", "task", "order_line", "customer_order", "audit_head"):
        house.sql(f"DELETE FROM {table} WHERE order_id = 'ä-2'")  # noqa: S608
    (found,) = house.verify()
    assert (found.wrong, found.subject, found.keys) == ("truncated", "ä-2", tuple("12345"))


def test_an_order_that_is_gone_with_its_links_is_missed_by_them(house: House) -> None:
    house.sql("DELETE FROM event WHERE order_id = 'ä-2'")
    house.sql("DELETE FROM customer_order WHERE order_id = 'ä-2'")
    house.sql("DELETE FROM audit_link WHERE subject = 'ä-2'")
    found = house.verify()
    assert found[0].wrong == "link" and "are gone" in found[0].what


def test_records_are_vouched_for_too(house: House) -> None:
    house.sql("UPDATE house_log SET by = 'nobody' WHERE action = 'removed'")
    (found,) = house.verify()
    assert found.wrong == "changed" and found.source == "house_log" and found.what.startswith("house_log: row ")
    house.sql("DELETE FROM house_log WHERE action = 'removed'")
    assert [each.wrong for each in house.verify()] == ["dropped"]


def test_a_record_added_before_the_last_is_named(house: House) -> None:
    last = house.sql("UPDATE house_log SET id = id + 1000 WHERE action = 'added'")
    assert last == 1
    house.note("later")
    assert {each.wrong for each in house.verify()} == {"dropped"}


def test_records_of_many_links_are_looked_at_some_at_a_time(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.audit.verifying.LINKS", 2)
    again = House(house.store)
    for n in range(1, 5):
        again.note(f"note {n}")
        again.take(LATER + n * timedelta(hours=1))
    assert again.verify() == []
    first = again.store.audit.house_links(HOUSE_LOG, None, 2)
    second = again.store.audit.house_links(HOUSE_LOG, first[-1], 2)
    assert [len(first), len(second)] == [2, 2] and first[-1].last < second[0].first
    again.sql("UPDATE house_log SET by = 'nobody' WHERE action = 'note 4'")
    (found,) = again.verify()
    assert found.wrong == "changed"


# The chain itself.

FORGERIES: list[tuple[str, str]] = [
    ("UPDATE audit_link SET digest = mac WHERE n = 3", "link 3 "),
    ("UPDATE audit_link SET marks = '1:00000000' WHERE n = 3", "link 3 "),
    ("UPDATE audit_link SET mac = digest WHERE n = 3", "link 3 "),
    ("UPDATE audit_link SET at = '2026-11-20T08:00:00.000000Z' WHERE n = 4", "link 4 "),
    ("UPDATE audit_link SET is_final = NOT is_final WHERE n = 4", "link 4 "),
    ("UPDATE audit_link SET subject = 'po-9' WHERE n = 2", "link 2 "),
    ("DELETE FROM audit_link WHERE n = 3", "links 3 to 3 "),
    ("DELETE FROM audit_link WHERE n = 1", "links 1 to 1 "),
]


@pytest.mark.parametrize(("forgery", "named"), FORGERIES)
def test_a_link_that_was_touched_is_named(house: House, forgery: str, named: str) -> None:
    assert house.sql(forgery)
    assert house.verify()[0].wrong == "link"
    assert house.verify()[0].what.startswith(named)


def test_links_swapped_are_found(house: House) -> None:
    for n, to in ((3, 99), (4, 3), (99, 4)):
        house.sql("UPDATE audit_link SET n = :to WHERE n = :n", n=n, to=to)
    assert [each.n for each in house.verify() if each.wrong == "link"][:2] == [3, 4]


def test_a_chain_made_anew_from_the_middle_is_missed_by_its_exported_heads(house: House) -> None:
    before = house.head()
    told(SqlJournal(house.store), "PO-4")
    house.take()
    head = house.head()
    cut(house, before.n)
    assert house.verify() == []
    assert [each.wrong for each in house.verify(before, head)] == ["head"]
    house.sql("UPDATE event SET actor = 'boss' WHERE order_id = 'po-4' AND seq = 1")
    House(Store(house.store.database, UI)).take()
    assert house.head().n == head.n and house.verify() == []
    (found,) = house.verify(before, head)
    assert found.wrong == "head" and found.n == head.n and "made anew" in found.what


def test_with_everything_cut_off_only_the_heads_are_left(house: House) -> None:
    head = house.head()
    cut(house, 0)
    house.sql("DELETE FROM event")
    house.sql("DELETE FROM customer_order")
    assert [each.wrong for each in house.verify(head)] == ["head"]
    assert [each.wrong for each in house.verify()] == ["link"]


def cut(house: House, n: int) -> None:
    """Chain and orders, as if the last of them had never been."""
    house.sql("DELETE FROM audit_link WHERE n > :n", n=n)
    house.sql("DELETE FROM audit_head WHERE order_id = 'po-4'")


# Anything at all.


def changed(house: House, pick: random.Random) -> str:
    column = pick.choice(["actor", "type", "data"])
    house.sql(f"UPDATE event SET {column} = {column} || '.' WHERE order_id = :order AND seq = :seq", **one(house, pick))  # noqa: S608
    return "changed"


def dropped(house: House, pick: random.Random) -> str:
    house.sql("DELETE FROM event WHERE order_id = :order AND seq = :seq", **one(house, pick))
    return "dropped"


def moved(house: House, pick: random.Random) -> str:
    house.sql("UPDATE event SET seq = seq + 1000 WHERE order_id = :order AND seq = :seq", **one(house, pick))
    return "moved"


def given_away(house: House, pick: random.Random) -> str:
    house.sql(
        "UPDATE event SET order_id = CASE order_id WHEN 'po-1' THEN 'po-3' ELSE 'po-1' END, seq = seq + 500"
        " WHERE order_id = :order AND seq = :seq",
        **one(house, pick),
    )
    return "given away"


def forged(house: House, pick: random.Random) -> str:
    column = pick.choice(["at", "digest", "mac", "subject"])
    house.sql(f"UPDATE audit_link SET {column} = {column} || 'f' WHERE n = :n", n=pick.randint(1, house.head().n))  # noqa: S608
    return "forged"


def unlinked(house: House, pick: random.Random) -> str:
    house.sql("DELETE FROM audit_link WHERE n = :n", n=pick.randint(1, house.head().n - 1))
    return "unlinked"


def one(house: House, pick: random.Random) -> dict[str, object]:
    some = house.store.audit.some_orders("", 100)
    order, row = pick.choice(some.events)
    return {"order": order, "seq": int(row.key)}


HANDS: list[Callable[[House, random.Random], str]] = [changed, dropped, moved, given_away, forged, unlinked]


@pytest.mark.parametrize("seed", range(12))
def test_whatever_hands_do_is_found(house: House, seed: int) -> None:
    pick = random.Random(seed)
    did = [pick.choice(HANDS)(house, pick) for _ in range(pick.randint(1, 3))]
    assert house.verify(), did


def test_what_is_told_of_a_row_is_the_same_of_both_databases(house: House) -> None:
    """So that a chain can be verified wherever its rows were taken to."""
    some = house.store.audit.some_orders("", 100)
    first = next(row for order, row in some.events if order == "ä-2")
    assert first.told.startswith(b"t26:2026-11-20 08:00:00.000000t13:order_enteredt4:annan")
    assert "t15:said-enter Ä-2t".encode() in first.told  # bytes, not letters
    records = house.store.audit.records(HOUSE_LOG, BEFORE_ALL, 2**31 - 1, 10)[0]
    assert records[0].told == b"t26:2026-11-20 08:00:00.000000t5:admint7:removedt4:annat0:"


def test_one_order_is_verified_by_itself(house: House) -> None:
    house.sql("DELETE FROM event WHERE order_id = 'po-1' AND seq = 4")
    run = Verification(house.store, house.key)
    assert [each.wrong for each in run.one("po-1")] == [Wrong.DROPPED]
    assert run.so_far.links == 2
    assert list(Verification(house.store, house.key).one("Ä-2")) == []
