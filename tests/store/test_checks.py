"""What the doctor reads of the store, and what it writes there: the rows of one order, of one moment, and all of them anew."""

from typing import Any

import pytest
from sqlalchemy import delete, select, update

from activities import policy_file
from activities.store import Recipient, SqlJournal, Store
from activities.store.ledger import Addressed
from activities.store.restoring import restore
from activities.store.tables import EVENT, LINE, ORDER, SNOOZE, TASK
from tests.store.plant import DAY, NOW, POLICY, TellsOfAnOrder, said
from workflows.rules import fold
from workflows.types import events as e
from workflows.types.notices import Notice
from workflows.types.state import OrderState
from workflows.types.words import Kind, NoticeState, OrderStatus, Stage

PINNED = policy_file.default()


@pytest.fixture
def order(db: Store, journal: SqlJournal) -> TellsOfAnOrder:
    """Confirmed, and about to be planned."""
    order = TellsOfAnOrder()
    order.complete(order.open(Kind.CONFIRM_ORDER), "confirm", said("confirmed"))
    order.open(Kind.MAKE_PLAN)
    journal.flush(order.flush())
    return order


def state_of(order: TellsOfAnOrder) -> OrderState:
    return fold.fold(order.pending, {POLICY: PINNED})


def stands(db: Store) -> tuple[float, str] | None:
    """How the order is seen."""
    rows = db.checks.rows("PO-1")
    return (rows.order.fence, rows.order.chain) if rows else None


def everything(db: Store) -> dict[str, list[Any]]:
    """What the journal has written, but for its book-keeping."""
    with db.database.reading() as connection:
        asked = {table.name: select(table).order_by(*table.primary_key) for table in (ORDER, EVENT, TASK)}
        rows = {name: connection.execute(query).mappings().all() for name, query in asked.items()}
    # How late the order is, and when it was written, is another matter each time.
    gone = {"opened_seq", "unnumbered", "confirmed_seq", "fence", "chain", "body"}
    return {
        name: [{key: value for key, value in row.items() if key not in gone} for row in found] for name, found in rows.items()
    }


def test_an_order_is_read_with_all_that_belongs_to_it(db: Store, order: TellsOfAnOrder) -> None:
    rows = db.checks.rows("po-1")
    assert rows and rows.is_open
    assert (rows.order.order_no, rows.last_event, rows.events) == ("PO-1", order.seq, ())
    assert [(row.kind, row.status) for row in rows.tasks] == [("confirm_order", "completed"), ("make_plan", "open")]
    with_events = db.checks.rows("PO-1", events=True)
    assert with_events and [row.seq for row in with_events.events] == list(range(1, order.seq + 1))
    assert db.checks.rows("PO-2") is None


def test_statuses_are_those_of_the_orders_that_are_there(db: Store, order: TellsOfAnOrder) -> None:
    assert db.checks.statuses(["po-1", "po-2"]) == {"po-1": "open"}


def test_dead_mail_of_closed_orders_is_forgotten_in_time(db: Store, journal: SqlJournal, order: TellsOfAnOrder) -> None:
    other = TellsOfAnOrder("PO-2")
    other.change(status=OrderStatus.COMPLETED)
    journal.flush(other.flush())
    for number in ("PO-1", "PO-2"):
        notice = Notice(key=f"{number}.late.9", kind="late", to=("sales",), at=NOW)
        db.ledger.open(Addressed(number, notice, Recipient(f"{to}@x.example", None), f"<{to}>") for to in "ab")
        rows = db.ledger.rows(notice.key)
        db.ledger.settle(rows[0], NoticeState.DEAD, NOW + DAY, "550 no")
        db.ledger.settle(rows[1], NoticeState.SENT, NOW + DAY)
    assert [row.order_no for row in db.checks.dead_mail(NOW)] == ["PO-1", "PO-2"]
    (row,) = db.checks.dead_mail(NOW + 2 * DAY)
    assert (row.order_no, row.recipient, row.last_error) == ("PO-1", "a@x.example", "550 no")


@pytest.mark.parametrize("lost", ["events", "a task", "the order", "nothing"])
def test_what_is_lost_is_written_anew(db: Store, order: TellsOfAnOrder, lost: str) -> None:
    before = everything(db)
    with db.database.writing() as connection:
        if lost == "events":
            connection.execute(delete(EVENT).where(EVENT.c.seq >= 2))
            connection.execute(update(ORDER).values(last_seq=1, policy="?", stage="plan"))
        if lost == "a task":
            connection.execute(delete(TASK).where(TASK.c.kind == "confirm_order"))
        if lost == "the order":
            for table in (SNOOZE, TASK, EVENT):
                connection.execute(delete(table))
            connection.execute(delete(LINE))
            connection.execute(delete(ORDER))
    state = state_of(order)
    tasks = (*order.tasks.values(), *order.closed.values())
    seen = stands(db)
    assert restore(db, state, tasks=tasks, events=order.pending, policies={POLICY: PINNED}, seen=seen, now=NOW)
    after = everything(db)
    assert after["event"] == before["event"]
    assert after["task"] == before["task"]
    # `plant.TellsOfAnOrder` keeps every order in its first stage; what fold makes of the events is further.
    assert [{**row, "stage": "confirm"} for row in after["customer_order"]] == before["customer_order"]


def test_who_holds_a_task_still_holds_it(db: Store, order: TellsOfAnOrder) -> None:
    with db.database.writing() as connection:
        connection.execute(update(TASK).where(TASK.c.kind == "make_plan").values(holder="paul"))
    tasks, seen = order.tasks.values(), stands(db)
    assert restore(db, state_of(order), tasks=tasks, events=(), policies={}, seen=seen, now=NOW)
    found = db.tasks.get("PO-1.make_plan.1", NOW)
    assert found and found.assignee == "paul"


def test_an_order_that_was_written_meanwhile_is_left_alone(db: Store, journal: SqlJournal, order: TellsOfAnOrder) -> None:
    state, seen = state_of(order), stands(db)
    order.confirm()
    order.change(stage=Stage.PRODUCE)
    order.record(e.NobodyCanDo(task_id="PO-1.make_plan.1"))
    # Within one workflow task, as its fence has it.
    journal.flush(order.flush(fence=NOW.timestamp()))
    before = everything(db)
    assert not restore(db, state, tasks=(), events=(), policies={}, seen=seen, now=NOW)
    assert everything(db) == before


def test_of_the_notices_that_are_lost_the_one_on_which_goods_wait_is_put_back(db: Store, order: TellsOfAnOrder) -> None:
    for kind in ("order_released", "shipping_notice"):
        notice = Notice(key=f"PO-1.{kind}", kind=kind, to=("customer",), at=NOW)
        order.record(e.NoticeRequested(notice=notice), actor="system")
    tasks, seen = order.tasks.values(), stands(db)
    for _ in range(2):
        assert restore(db, state_of(order), tasks=tasks, events=order.pending, policies={POLICY: PINNED}, seen=seen, now=NOW)
        assert db.outbox.keys("PO-1") == ["PO-1.shipping_notice"]
        seen = stands(db)
