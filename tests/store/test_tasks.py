"""Tasks as people read them, and the lists that they work from."""

import json
from datetime import timedelta
from itertools import pairwise

import pytest

from activities.store import BadCursor, SqlJournal, Store, TaskFilter
from tests.store.plant import DAY, HOUR, NOW, TellsOfAnOrder, said
from workflows.types.orders import Hold
from workflows.types.words import Department, Kind, Lateness, OrderStatus, TaskStatus

TASK_FIELDS = (
    "id order_no kind stage n department assignee status blocked quantities amendment opened_at due_at latest_finish"
    " earliest lateness escalation_level outcome fields comment completed_at completed_by version order"
)


def ids(db: Store, wanted: TaskFilter, limit: int = 200) -> list[str]:
    """All pages of a list, by deadline and neither repeating nor leaving out a task."""
    found, cursor = [], None
    while True:
        page = db.tasks.page(wanted, limit, cursor, NOW)
        assert len(page.items) <= limit
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert all((a.due_at, a.id.casefold()) < (b.due_at, b.id.casefold()) for a, b in pairwise(found))
    return [task.id for task in found]


def test_a_task_is_shown_as_the_contract_says(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder(ship_to="Gate 4")
    task = tells.open(Kind.PRODUCE, quantities={"1": 120, "2": 10})
    journal.flush(tells.flush())
    shown = db.tasks.get(task.id, NOW)
    assert shown
    read = json.loads(shown.model_dump_json())
    assert list(read) == TASK_FIELDS.split()
    assert read["order_no"] == "PO-1" and read["due_at"] == "2026-11-21T08:00:00Z" and read["quantities"] == {"1": 120, "2": 10}
    assert list(read["order"]) == ["customer", "lines", "promised", "ship_to"]
    assert read["order"]["customer"]["name"] == "Kaohsiung Fab" and read["order"]["ship_to"] == "Gate 4"
    assert read["version"] == 2


@pytest.mark.parametrize("written", ["PO.x-1.produce.1", "po.X-1.produce.1", "PO.X-1.produce.1"])
def test_a_task_is_found_in_any_case_of_its_order(db: Store, journal: SqlJournal, written: str) -> None:
    tells = TellsOfAnOrder("PO.x-1")
    task = tells.open(Kind.PRODUCE)
    journal.flush(tells.flush())
    found, record = db.tasks.get(written, NOW), db.tasks.record(written)
    assert found and found.id == "PO.x-1.produce.1"
    assert record and record.task == task and record.order == tells.row() and record.holder is None and record.version == 2


@pytest.mark.parametrize("unknown", ["PO-1.produce.2", "PO-1.PRODUCE.1", "PO-1", "", "\x00", "\ud800.produce.1", ".produce.1"])
def test_what_is_no_task_is_none(db: Store, journal: SqlJournal, unknown: str) -> None:
    tells = TellsOfAnOrder()
    tells.open(Kind.PRODUCE)
    journal.flush(tells.flush())
    assert db.tasks.get(unknown, NOW) is None
    assert db.tasks.record(unknown) is None


@pytest.mark.parametrize(
    ("now", "lateness"),
    [
        (NOW, "early"),
        (NOW + 22 * HOUR - timedelta(microseconds=1), "early"),
        (NOW + 22 * HOUR, "due_soon"),
        (NOW + DAY - timedelta(microseconds=1), "due_soon"),
        (NOW + DAY, "overdue"),
    ],
)
def test_an_open_task_is_late_against_now_and_a_completed_one_against_its_completion(
    db: Store, journal: SqlJournal, now: object, lateness: str
) -> None:
    tells = TellsOfAnOrder()
    task = tells.open(Kind.PRODUCE)
    journal.flush(tells.flush())
    tells.confirm()
    assert (shown := db.tasks.get(task.id, now)) and shown.lateness == lateness  # type: ignore[arg-type]
    filtered = TaskFilter(order_no=("PO-1",), lateness=(Lateness(lateness),))
    assert [one.id for one in db.tasks.page(filtered, 9, None, now).items] == [task.id]  # type: ignore[arg-type]
    tells.at = now  # type: ignore[assignment]
    tells.complete(task, "done")
    journal.flush(tells.flush())
    assert (shown := db.tasks.get(task.id, NOW + 9 * DAY)) and shown.lateness == lateness
    assert [one.id for one in db.tasks.page(filtered, 9, None, NOW + 9 * DAY).items] == [task.id]


@pytest.fixture
def inbox(db: Store, journal: SqlJournal) -> None:
    """Three orders with tasks of three departments; the second is on hold."""
    for n, order_no in enumerate(("PO-1", "po-2", "PO-3")):
        tells = TellsOfAnOrder(order_no)
        confirmed = tells.open(Kind.CONFIRM_ORDER, due_in=HOUR)
        tells.open(Kind.PRODUCE, due_in=DAY)
        tells.open(Kind.SIGN_OFF, due_in=n * HOUR)
        if n == 1:
            tells.change(status=OrderStatus.ON_HOLD, hold=Hold(reason="-", since=NOW, until=NOW + DAY, by="anna"))
        if n == 2:
            tells.complete(confirmed, "confirm")
        journal.flush(tells.flush())
    db.inbox.claim("PO-1.produce.1", "bo", said("a"), NOW)
    db.inbox.claim("PO-3.sign_off.1", "bo", said("b"), NOW)
    db.inbox.snooze("PO-1.confirm_order.1", "sal", NOW + HOUR, said("c"), NOW)
    db.inbox.snooze("PO-2.confirm_order.1", "sal", NOW, said("d"), NOW)


SALES, PRODUCTION, WAREHOUSE = Department.SALES, Department.PRODUCTION, Department.WAREHOUSE
OPEN, COMPLETED, CANCELLED = TaskStatus


FILTERS: list[tuple[TaskFilter, list[str]]] = [
    (TaskFilter(departments=(SALES,), status=(OPEN,)), ["PO-1.confirm_order.1", "po-2.confirm_order.1"]),
    (TaskFilter(departments=(SALES,)), ["PO-1.confirm_order.1", "po-2.confirm_order.1", "PO-3.confirm_order.1"]),
    (TaskFilter(departments=(SALES,), status=(OPEN,), hide_snoozed_for="sal"), ["po-2.confirm_order.1"]),
    (TaskFilter(departments=(SALES,), status=(COMPLETED, CANCELLED)), ["PO-3.confirm_order.1"]),
    (
        TaskFilter(departments=(WAREHOUSE, PRODUCTION), status=(OPEN,), order_no=("po-1", "PO-3", "\x00")),
        ["PO-1.sign_off.1", "PO-3.sign_off.1", "PO-1.produce.1", "PO-3.produce.1"],
    ),
    (TaskFilter(order_no=("PO-2",)), ["po-2.confirm_order.1", "po-2.sign_off.1", "po-2.produce.1"]),
    (TaskFilter(assignee=("bo",)), ["PO-3.sign_off.1", "PO-1.produce.1"]),
    (TaskFilter(assignee=("bo", "sal"), departments=(PRODUCTION,)), ["PO-1.produce.1"]),
    (TaskFilter(assignee=("sal", "\x00")), []),
    (TaskFilter(kind=(Kind.PRODUCE,), due_before=NOW + DAY), []),
    (TaskFilter(kind=(Kind.PRODUCE,), due_before=NOW + DAY + HOUR, order_no=("PO-1",)), ["PO-1.produce.1"]),
    (TaskFilter(lateness=(Lateness.OVERDUE,)), ["PO-1.sign_off.1"]),
    (
        TaskFilter(lateness=(Lateness.DUE_SOON, Lateness.OVERDUE)),
        ["PO-1.sign_off.1", "PO-1.confirm_order.1", "PO-3.confirm_order.1", "po-2.sign_off.1", "PO-3.sign_off.1"],
    ),
    (TaskFilter(lateness=(Lateness.EARLY,)), ["PO-1.produce.1", "PO-3.produce.1"]),
]


@pytest.mark.usefixtures("inbox")
def test_filters(db: Store) -> None:
    for wanted, expected in FILTERS:
        assert sorted(ids(db, wanted)) == sorted(expected), wanted
        assert sorted(ids(db, wanted, limit=1)) == sorted(expected), wanted


@pytest.mark.usefixtures("inbox")
def test_the_filter_by_lateness_agrees_with_what_tasks_show(db: Store) -> None:
    every = db.tasks.page(TaskFilter(), 200, None, NOW).items
    assert len(every) == 9
    for lateness in Lateness:
        shown = [task.id for task in every if task.lateness is lateness]
        assert ids(db, TaskFilter(lateness=(lateness,))) == shown


@pytest.mark.usefixtures("inbox")
def test_without_any_filter_it_is_every_task(db: Store) -> None:
    assert len(ids(db, TaskFilter(), limit=2)) == 9


def test_pages_neither_repeat_nor_leave_out_what_is_due_at_once(db: Store, journal: SqlJournal) -> None:
    for n in range(7):
        tells = TellsOfAnOrder(f"PO-{n}")
        tells.open(Kind.CONFIRM_ORDER)
        tells.open(Kind.PRODUCE)
        journal.flush(tells.flush())
    found = ids(db, TaskFilter(departments=(SALES, PRODUCTION), status=(OPEN,)), limit=3)
    assert len(found) == 14 and found == sorted(found)


@pytest.mark.usefixtures("inbox")
def test_many_values_of_a_filter_are_no_more_trouble_than_few(db: Store) -> None:
    assert ids(db, TaskFilter(assignee=("bo", *(f"p{n}" for n in range(700))))) == ["PO-3.sign_off.1", "PO-1.produce.1"]
    assert len(ids(db, TaskFilter(order_no=("PO-1", *(f"PO-{n}" for n in range(4, 700)))))) == 3


def test_a_cursor_of_another_list_is_refused(db: Store, journal: SqlJournal) -> None:
    for cursor in ("x", "WyJ0YXNrcyIsIjIwMjYtMDEtMDEiLCJ4Il0", "WyJ0YXNrcyIsMSwyXQ"):
        with pytest.raises(BadCursor):
            db.tasks.page(TaskFilter(), 10, cursor, NOW)
