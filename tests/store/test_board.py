"""The plan board: orders under way with what production has planned, page by page."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from activities.store import OrderFilter, SqlJournal, Store
from tests.store.plant import HOUR, TellsOfAnOrder
from workflows.types.orders import Customer
from workflows.types.words import UNDER_WAY, Kind, OrderStatus, Risk

START, END = datetime(2026, 11, 24, 1, tzinfo=UTC), datetime(2026, 11, 27, 9, tzinfo=UTC)
ALL = OrderFilter(status=UNDER_WAY, sort="promised")


def planned(journal: SqlJournal, order_no: str, start: str, center: str | None = "CNC-1", **facts: Any) -> TellsOfAnOrder:
    order = TellsOfAnOrder(order_no, **facts)
    order.promise(date(2026, 12, 20))
    fields = {"planned_start": start, "expected_completion": "2026-11-27T09:00:00Z"} | ({"work_center": center} if center else {})
    done = order.complete(order.open(Kind.MAKE_PLAN), "plan")
    order.closed[done.id] = done.model_copy(update={"fields": fields})
    order.change(expected_completion=END)
    journal.flush(order.flush())
    order.confirm()
    return order


def test_what_production_has_planned(db: Store, journal: SqlJournal) -> None:
    planned(journal, "PO-1", "2026-11-24T01:00:00Z")
    planned(journal, "PO-2", "2026-11-24", center=None)
    entered = TellsOfAnOrder("PO-3")
    journal.flush(entered.flush())
    found = db.board.read(ALL, 50).items
    assert [(one.order.order_no, one.planned_start, one.work_center) for one in found] == [
        ("PO-1", START, "CNC-1"),
        ("PO-2", date(2026, 11, 24), None),
        ("PO-3", None, None),
    ]
    assert found[0].order.expected_completion == END


def test_the_last_plan_counts(db: Store, journal: SqlJournal) -> None:
    order = planned(journal, "PO-1", "2026-11-24T01:00:00Z")
    for n in range(2, 12):
        order.later(HOUR)
        done = order.complete(order.open(Kind.MAKE_PLAN, n), "plan")
        fields = {"planned_start": f"2026-11-{n + 10}T01:00:00Z", "work_center": f"CNC-{n}"}
        order.closed[done.id] = done.model_copy(update={"fields": fields})
    journal.flush(order.flush())
    assert [one.work_center for one in db.board.read(ALL, 50).items] == ["CNC-11"]


@pytest.mark.parametrize("outcome", [None, "cannot"])
def test_what_is_planned_anew_has_no_plan(db: Store, journal: SqlJournal, outcome: str | None) -> None:
    order = planned(journal, "PO-1", "2026-11-24T01:00:00Z")
    again = order.open(Kind.MAKE_PLAN, 2)
    if outcome:
        order.complete(again, outcome)
    journal.flush(order.flush())
    assert [(one.planned_start, one.work_center) for one in db.board.read(ALL, 50).items] == [(None, None)]


def test_an_order_whose_number_looks_like_anothers_task_keeps_its_own_plan(db: Store, journal: SqlJournal) -> None:
    planned(journal, "PO-1", "2026-11-24T01:00:00Z", center="mine")
    planned(journal, "PO-1.make_plan.7", "2026-11-24T01:00:00Z", center="its")
    assert {one.order.order_no: one.work_center for one in db.board.read(ALL, 50).items} == {
        "PO-1": "mine",
        "PO-1.make_plan.7": "its",
    }


def test_filters_and_pages(db: Store, journal: SqlJournal) -> None:
    for n in range(5):
        planned(journal, f"PO-{n}", "2026-11-24", customer=Customer(name="Fab" if n % 2 else "Lab"))
    done = planned(journal, "PO-9", "2026-11-24")
    done.change(status=OrderStatus.COMPLETED)
    journal.flush(done.flush())
    first = db.board.read(ALL, 2)
    second = db.board.read(ALL, 10, first.next_cursor)
    assert [one.order.order_no for one in (*first.items, *second.items)] == [f"PO-{n}" for n in range(5)]
    assert all(one.work_center for one in (*first.items, *second.items)) and second.next_cursor is None
    fab = OrderFilter(status=UNDER_WAY, sort="promised", customer=("Fab",))
    assert [one.order.order_no for one in db.board.read(fab, 10).items] == ["PO-1", "PO-3"]
    assert db.board.read(OrderFilter(status=UNDER_WAY, sort="promised", risk=(Risk.LATE,)), 10).items == []
