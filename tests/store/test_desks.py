"""What people's desks ask of the store: what waits on others, what is hidden, how many there are, and comments."""

from datetime import timedelta
from typing import Any

import pytest

from activities.store import SqlJournal, Store, TaskFilter, tasks
from tests.store.plant import DAY, HOUR, NOW, TellsOfAnOrder, said
from tests.store.test_tasks import ids
from workflows.types.orders import Customer, Line
from workflows.types.words import Department, Kind, Lateness, TaskStatus

SALES, PRODUCTION = Department.SALES, Department.PRODUCTION
OPEN = (TaskStatus.OPEN,)


def entered(journal: SqlJournal, number: str, kind: Kind, due_in: timedelta = DAY, **facts: Any) -> TellsOfAnOrder:
    tells = TellsOfAnOrder(number, **facts)
    tells.open(kind, due_in=due_in)
    journal.flush(tells.flush())
    tells.confirm()
    return tells


def of_owner(owner: str, *departments: Department, **more: Any) -> TaskFilter:
    return TaskFilter(owner=owner, departments=departments, status=OPEN, **more)


def test_an_owner_finds_what_others_have_to_do(db: Store, journal: SqlJournal) -> None:
    entered(journal, "PO-1", Kind.PRODUCE, 2 * DAY)
    entered(journal, "PO-2", Kind.PRODUCE, DAY)
    entered(journal, "PO-3", Kind.PRODUCE, owner="bo")
    entered(journal, "PO-4", Kind.CONFIRM_ORDER)
    entered(journal, "PO-5", Kind.INSPECT, HOUR)
    assert ids(db, of_owner("anna", PRODUCTION)) == ["PO-2.produce.1", "PO-1.produce.1"]
    assert ids(db, of_owner("anna", PRODUCTION), limit=1) == ["PO-2.produce.1", "PO-1.produce.1"]
    assert ids(db, of_owner("anna", PRODUCTION, Department.QUALITY))[0] == "PO-5.inspect.1"
    assert ids(db, of_owner("anna", PRODUCTION, kind=(Kind.INSPECT,))) == []
    assert ids(db, of_owner("anna", PRODUCTION, q="po-1")) == ["PO-1.produce.1"]
    assert ids(db, of_owner("\x00", PRODUCTION)) == []


def test_what_is_done_keeps_its_owner_waiting_no_more(db: Store, journal: SqlJournal) -> None:
    tells = entered(journal, "PO-1", Kind.PRODUCE)
    tells.complete(next(iter(tells.tasks.values())), "done")
    journal.flush(tells.flush())
    assert ids(db, of_owner("anna", PRODUCTION)) == []


def test_a_prefix_finds_tasks_by_number_customer_and_product(db: Store, journal: SqlJournal) -> None:
    entered(journal, "PO-1", Kind.PRODUCE, customer=Customer(name="Hsinchu Optics"))
    entered(journal, "QX-1", Kind.PRODUCE, lines=(Line(product_model="Lens 3", quantity=1),))
    for q, found in {"qx": ["QX-1"], "HSIN": ["PO-1"], "lens": ["QX-1"], "pump": ["PO-1"], "zzz": [], "\x00": []}.items():
        assert ids(db, TaskFilter(departments=(PRODUCTION,), status=OPEN, q=q)) == [f"{each}.produce.1" for each in found], q


def test_a_prefix_of_many_orders_is_met_on_the_way(db: Store, journal: SqlJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(4):
        entered(journal, f"PO-{n}", Kind.PRODUCE, (4 - n) * HOUR)
    wanted = TaskFilter(departments=(PRODUCTION,), status=OPEN, q="po")
    few = ids(db, wanted)
    monkeypatch.setattr(tasks, "FEW", 2)
    assert ids(db, wanted) == few == [f"PO-{n}.produce.1" for n in (3, 2, 1, 0)]
    assert ids(db, TaskFilter(departments=(SALES,), status=OPEN, q="po")) == []


def test_what_is_hidden_is_found_among_the_hidden(db: Store, journal: SqlJournal) -> None:
    entered(journal, "PO-1", Kind.PRODUCE)
    entered(journal, "PO-2", Kind.PRODUCE)
    db.inbox.snooze("PO-1.produce.1", "bo", NOW + HOUR, said("a"), NOW)
    db.inbox.snooze("PO-2.produce.1", "bo", NOW - HOUR, said("b"), NOW - DAY)
    assert ids(db, TaskFilter(snoozed_by="bo", status=OPEN)) == ["PO-1.produce.1"]
    assert ids(db, TaskFilter(snoozed_by="cy", status=OPEN)) == []


def test_counts_go_no_further_than_they_need(db: Store, journal: SqlJournal) -> None:
    for n in range(5):
        entered(journal, f"PO-{n}", Kind.PRODUCE)
    db.inbox.snooze("PO-1.produce.1", "bo", NOW + HOUR, said("a"), NOW)
    everything = TaskFilter(departments=(PRODUCTION,), status=OPEN)
    mine = TaskFilter(departments=(PRODUCTION, SALES), status=OPEN, hide_snoozed_for="bo")
    asked = [everything, mine, TaskFilter(snoozed_by="bo", status=OPEN), of_owner("anna", PRODUCTION, SALES)]
    assert db.tasks.counts(asked, 200, NOW) == [5, 4, 1, 5]
    assert db.tasks.counts(asked[:1], 3, NOW) == [4]


def test_what_is_due_soon_is_found_behind_what_is_overdue(db: Store, journal: SqlJournal) -> None:
    entered(journal, "PO-1", Kind.PRODUCE, -HOUR)
    entered(journal, "PO-2", Kind.PRODUCE, HOUR)
    entered(journal, "PO-3", Kind.PRODUCE, DAY)
    for lateness, found in {Lateness.OVERDUE: "PO-1", Lateness.DUE_SOON: "PO-2", Lateness.EARLY: "PO-3"}.items():
        wanted = TaskFilter(departments=(PRODUCTION,), status=OPEN, lateness=(lateness,))
        assert ids(db, wanted) == [f"{found}.produce.1"]


def test_comments_are_kept_in_their_order_and_once(db: Store, journal: SqlJournal) -> None:
    entered(journal, "PO-1", Kind.PRODUCE)
    db.comments.add("PO-1.produce.1", "bo", "first", "said-1", NOW)
    db.comments.add("po-1.produce.1", "cy", "second", "said-2", NOW)
    db.comments.add("PO-1.produce.1", "bo", "first", "said-1", NOW + HOUR)
    assert [(each.by, each.text, each.at) for each in db.comments.of("PO-1.produce.1")] == [
        ("bo", "first", NOW),
        ("cy", "second", NOW),
    ]
    assert db.comments.of("PO-2.produce.1") == []
