"""What only the pages ask of orders: counts, the newest events, why an order is late."""

import pytest

from activities.store import SqlJournal, Store, glances
from tests.store.plant import HOUR, TellsOfAnOrder
from workflows.types import events as e
from workflows.types.events import SaidRef
from workflows.types.slack import Blame, Cause
from workflows.types.words import Kind, OrderStatus, Risk


def order_of(
    journal: SqlJournal, number: str, status: OrderStatus = OrderStatus.OPEN, risk: Risk | None = None
) -> TellsOfAnOrder:
    order = TellsOfAnOrder(number)
    order.change(status=status, risk=risk)
    journal.flush(order.flush())
    return order


def test_orders_under_way_are_counted_by_what_they_are(db: Store, journal: SqlJournal) -> None:
    order_of(journal, "A", risk=Risk.LATE)
    order_of(journal, "B", OrderStatus.ON_HOLD, Risk.LATE)
    order_of(journal, "C")
    order_of(journal, "D", OrderStatus.COMPLETED, Risk.LATE)
    found = db.glances.under_way()
    assert (found.all, found.is_more) == (3, False)
    assert found.by_status == {"open": 2, "on_hold": 1, "completed": 0, "cancelled": 0}
    assert found.by_risk == {"on_track": 0, "at_risk": 0, "late": 2}


def test_what_happened_last_comes_first_and_goes_on(db: Store, journal: SqlJournal) -> None:
    order = TellsOfAnOrder("PO-1")
    for n in range(1, 5):
        order.open(Kind.PRODUCE, n)
    journal.flush(order.flush())
    journal.flush(TellsOfAnOrder("PO-2").flush())
    events, older = db.glances.newest_events("po-1", None, 3)
    assert ([event.seq for event in events], older) == ([5, 4, 3], 3)
    events, older = db.glances.newest_events("PO-1", older, 3)
    assert ([event.seq for event in events], older) == ([2, 1], None)
    assert db.glances.newest_events("unknown", None, 3) == ([], None)


def test_what_only_followed_is_left_out_and_what_was_said_never(db: Store, journal: SqlJournal) -> None:
    order = TellsOfAnOrder("PO-1")
    order.open(Kind.PRODUCE, 1)
    order.record(e.DeadlineMoved(task_id="PO-1.produce.1", due_at=order.at, due_soon_at=order.at, reason="x"))
    order.record(
        e.DeadlineMoved(task_id="PO-1.produce.1", due_at=order.at, due_soon_at=order.at, reason="y"),
        SaidRef(id="s", key="k", fingerprint="f"),
    )
    journal.flush(order.flush())
    events, _ = db.glances.newest_events("PO-1", None, 9, quiet=("task_opened", "deadline_moved"))
    assert [(event.type, event.data.get("reason")) for event in events] == [("deadline_moved", "y"), ("order_entered", None)]


def test_the_cause_is_the_one_told_last(db: Store, journal: SqlJournal) -> None:
    order = TellsOfAnOrder("PO-1")
    first, last = Cause(blame=Blame.STEP, kind=Kind.PRODUCE, hours=3), Cause(blame=Blame.HOLD, hours=9)
    order.record(e.RiskMoved(risk=Risk.AT_RISK, slack_hours=1, causes=(first,)))
    journal.flush(order.flush())
    assert db.glances.causes("po-1") == [first]
    order.confirm()
    order.at += HOUR
    order.record(e.RiskMoved(risk=Risk.LATE, slack_hours=-1, causes=(last, first)))
    journal.flush(order.flush())
    assert db.glances.causes("po-1") == [last, first]
    assert db.glances.causes("unknown") == []


def test_beyond_many_a_count_only_says_more(db: Store, journal: SqlJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glances, "MOST_COUNTED", 1)
    order_of(journal, "A")
    order_of(journal, "B")
    assert db.glances.under_way().is_more
