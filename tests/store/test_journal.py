"""The flush: the workflow is right and the store follows, whatever an undone attempt or a ghost has left (design §2)."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import text
from temporalio.exceptions import ApplicationError

from activities.store import OrderFilter, SqlJournal, Store
from tests.store.plant import DAY, HOUR, NOW, POLICY, TellsOfAnOrder, person, said
from workflows import ports
from workflows.types import events as e
from workflows.types.flush import Flush
from workflows.types.orders import Customer, Line
from workflows.types.words import Department, Kind, OrderStatus, Stage


def seqs(db: Store, order_no: str = "PO-1") -> list[int]:
    return [event.seq for event in db.orders.events(order_no, 0, 200, None).items]


def open_ids(db: Store, order_no: str = "PO-1") -> list[str]:
    order = db.orders.get(order_no, NOW)
    assert order
    return [task.id for task in order.open_tasks]


def test_the_activity_has_the_ports_name() -> None:
    name = "__temporal_activity_definition"
    assert getattr(SqlJournal.flush, name).name == getattr(ports.Journal.flush, name).name == "journal.flush"
    assert getattr(SqlJournal.flush, name).no_thread_cancel_exception


def test_an_order_and_its_first_task_come_in_one_flush(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder()
    task = tells.open(Kind.CONFIRM_ORDER)
    journal.flush(tells.flush())
    assert seqs(db) == [1, 2]
    assert open_ids(db) == [task.id]
    shown = db.tasks.get(task.id, NOW)
    assert shown and shown.order.customer.name == "Kaohsiung Fab"


def test_an_answer_and_the_task_that_it_opens_come_together(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder()
    first = tells.open(Kind.CONFIRM_ORDER)
    journal.flush(tells.flush())
    tells.confirm()
    tells.later(HOUR)
    tells.complete(first, "confirm", said("answer"))
    second = tells.open(Kind.MAKE_PLAN)
    journal.flush(tells.flush())
    assert seqs(db) == [1, 2, 3, 4]
    assert open_ids(db) == [second.id]
    closed = db.tasks.get(first.id, NOW)
    assert closed and (closed.status, closed.outcome, closed.completed_by) == ("completed", "confirm", "anna")


def test_the_same_flush_again_changes_nothing(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder()
    tells.open(Kind.CONFIRM_ORDER)
    journal.flush(tells.flush())
    before = db.orders.get("PO-1", NOW), db.replies.get("said-enter PO-1")
    journal.flush(tells.flush())
    after = db.orders.get("PO-1", NOW), db.replies.get("said-enter PO-1")
    assert seqs(db) == [1, 2]
    assert before[0] and after[0] and after[0].model_copy(update={"version": before[0].version}) == before[0]
    assert before[1] and after[1] and after[1].status == before[1].status == 201


# What an undone attempt left.


def undone_answer(journal: SqlJournal) -> TellsOfAnOrder:
    """An order of which a flush was written, but never confirmed: the attempt that ran it was undone."""
    tells = TellsOfAnOrder()
    first = tells.open(Kind.CONFIRM_ORDER)
    journal.flush(tells.flush())
    tells.confirm()
    lost = TellsOfAnOrder()
    lost.__dict__ |= {**tells.__dict__, "pending": [], "tasks": dict(tells.tasks), "closed": {}, "changes": {}}
    lost.complete(first, "confirm", said("lost"))
    lost.promise(date(2026, 12, 30))
    lost.open(Kind.MAKE_PLAN)
    lost.open(Kind.READY_MATERIALS)
    lost.change(stage=Stage.PLAN)
    journal.flush(lost.flush())
    return tells


def test_the_next_flush_heals_what_was_undone(db: Store, journal: SqlJournal) -> None:
    tells = undone_answer(journal)
    assert seqs(db) == [1, 2, 3, 4, 5, 6]
    tells.later(HOUR)
    tells.complete(tells.tasks["PO-1.confirm_order.1"], "revise", said("real"))
    again = tells.open(Kind.CONFIRM_ORDER, n=2)
    journal.flush(tells.flush())
    assert seqs(db) == [1, 2, 3, 4]
    assert open_ids(db) == [again.id]
    assert db.replies.get("said-lost") is None
    assert db.replies.get("said-real") is not None
    assert db.tasks.get("PO-1.make_plan.1", NOW) is None
    assert db.tasks.get("PO-1.ready_materials.1", NOW) is None
    order = db.orders.get("PO-1", NOW)
    assert order and order.stage == "confirm" and order.dates.promised is None and order.promises == ()


def test_a_flush_of_no_events_heals_too(db: Store, journal: SqlJournal) -> None:
    tells = undone_answer(journal)
    tells.later(HOUR)
    journal.flush(tells.flush())
    assert seqs(db) == [1, 2]
    assert open_ids(db) == ["PO-1.confirm_order.1"]
    reopened = db.tasks.get("PO-1.confirm_order.1", NOW)
    assert reopened and reopened.status == "open" and reopened.outcome is None and reopened.completed_at is None


def test_a_task_that_an_undone_attempt_opened_and_closed_goes(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder()
    tells.open(Kind.CONFIRM_ORDER)
    journal.flush(tells.flush())
    tells.confirm()
    kept = {**tells.__dict__, "tasks": dict(tells.tasks)}
    ghost = tells.open(Kind.MAKE_PLAN)
    tells.complete(ghost, "plan", said("lost"))
    journal.flush(tells.flush())
    tells.__dict__.update({**kept, "pending": [], "closed": {}})
    journal.flush(tells.flush())
    assert db.tasks.get(ghost.id, NOW) is None
    assert db.orders.events("PO-1", 0, 200, None).items[-1].seq == 2


def test_who_held_a_task_before_it_was_undone_still_holds_it(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder()
    task = tells.open(Kind.PRODUCE)
    journal.flush(tells.flush())
    tells.confirm()
    db.inbox.claim(task.id, "bo", said("claim"), NOW)
    undone = tells.flush()
    tells.complete(task, "done", said("lost"))
    journal.flush(tells.flush())
    tells.pending, tells.closed, tells.tasks, tells.seq = [], {}, {task.id: task}, undone.first_seq - 1
    tells.record(e.ProgressReported(task_id=task.id, percent=40), said("real"))
    journal.flush(tells.flush())
    reply, shown = db.replies.get("said-real"), db.tasks.get(task.id, tells.at)
    assert reply and shown and shown.assignee == "bo" and shown.status == "open"
    assert reply.body == shown.model_dump_json()


def test_a_store_that_lost_a_flush_has_no_task_open_that_is_not(db: Store, journal: SqlJournal) -> None:
    """Restored from a backup, it is behind; history has moved on."""
    tells = TellsOfAnOrder()
    first = tells.open(Kind.CONFIRM_ORDER)
    journal.flush(tells.flush())
    tells.confirm()
    tells.complete(first, "confirm")
    tells.confirm()
    second = tells.open(Kind.MAKE_PLAN)
    journal.flush(tells.flush())
    assert open_ids(db) == [second.id]


def test_versions_only_grow_when_events_are_undone(db: Store, journal: SqlJournal) -> None:
    tells = undone_answer(journal)
    db.inbox.claim("PO-1.make_plan.1", "ghost", said("claim"), NOW)
    order, ghost = db.orders.get("PO-1", NOW), db.tasks.get("PO-1.make_plan.1", NOW)
    task = db.tasks.get("PO-1.confirm_order.1", NOW)
    journal.flush(tells.flush())
    healed, healed_task = db.orders.get("PO-1", NOW), db.tasks.get("PO-1.confirm_order.1", NOW)
    assert order and healed and healed.version > order.version
    assert task and healed_task and healed_task.version > task.version
    tells.open(Kind.MAKE_PLAN)
    journal.flush(tells.flush())
    again = db.tasks.get("PO-1.make_plan.1", NOW)
    assert ghost and again and again.version > ghost.version and again.assignee is None


def test_an_undone_change_of_policy_and_of_lines_is_undone(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder()
    tells.open(Kind.CONFIRM_ORDER)
    journal.flush(tells.flush())
    tells.confirm()
    tells.record(e.PolicyAdopted(policy="1" * 64, version="new"))
    tells.change(lines=(Line(product_model="Turbine", quantity=1),))
    journal.flush(tells.flush())
    assert pinned(db) == "1" * 64
    assert found(db, "turb") == ["PO-1"] and found(db, "pump") == []
    tells.pending.clear()
    tells.changes.clear()
    tells.seq = tells.confirmed
    journal.flush(tells.flush())
    assert pinned(db) == POLICY
    assert found(db, "turb") == [] and found(db, "pump") == ["PO-1"]


def pinned(db: Store) -> str:
    with db.database.reading() as connection:
        return str(connection.scalar(text("SELECT policy FROM customer_order")))


def found(db: Store, q: str) -> list[str]:
    return [order.order_no for order in db.orders.page(OrderFilter(q=q), 10, None, NOW).items]


# Ghosts.


def test_a_writer_with_an_older_fence_has_no_effect(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder()
    first = tells.open(Kind.CONFIRM_ORDER)
    journal.flush(tells.flush(fence=100.0))
    tells.confirm()
    journal.flush(tells.flush(fence=200.0))
    before = db.orders.get("PO-1", NOW)
    tells.complete(first, "confirm", said("ghost"))
    tells.open(Kind.MAKE_PLAN)
    with pytest.raises(ApplicationError, match="later writer"):
        journal.flush(tells.flush(fence=150.0))
    assert db.orders.get("PO-1", NOW) == before
    assert seqs(db) == [1, 2]
    assert db.replies.get("said-ghost") is None


def test_two_first_writers_of_an_order_take_turns(db: Store, journal: SqlJournal) -> None:
    """The local attempt was given up and still runs when the regular one begins."""
    for n in range(10):
        tells = TellsOfAnOrder(f"PO-{n}")
        tells.open(Kind.PRODUCE)
        flush = tells.flush()
        both = threading.Barrier(2)

        def write(flush: Flush = flush, both: threading.Barrier = both) -> None:
            both.wait()
            journal.flush(flush)

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(write), pool.submit(write)]:
                done.result()
        assert seqs(db, f"PO-{n}") == [1, 2]


def test_a_retry_with_the_same_fence_is_no_ghost(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder()
    journal.flush(tells.flush(fence=100.0))
    tells.open(Kind.CONFIRM_ORDER)
    journal.flush(tells.flush(fence=100.0))
    assert seqs(db) == [1, 2]


# Replies.


def test_who_enters_an_order_is_told_it_and_where_it_is(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder("訂單-1")
    tells.open(Kind.CONFIRM_ORDER)
    journal.flush(tells.flush())
    reply = db.replies.get("said-enter 訂單-1")
    assert reply and reply.status == 201
    assert reply.location == "/api/v1/orders/%E8%A8%82%E5%96%AE-1"
    assert reply.fingerprint == "body of enter 訂單-1"
    shown = db.orders.get("訂單-1", NOW)
    assert shown and reply.body == shown.model_dump_json() and reply.etag == f'"{shown.version}"'


@pytest.mark.parametrize(
    "happening",
    [
        e.TaskCompleted(task_id="PO-1.produce.1", outcome="done"),
        e.ProgressReported(task_id="PO-1.produce.1", percent=40),
        e.DeadlineMoved(task_id="PO-1.produce.1", due_at=NOW + DAY, due_soon_at=NOW, reason="rain"),
    ],
)
def test_who_speaks_to_a_task_is_told_the_task(db: Store, journal: SqlJournal, happening: e.Happening) -> None:
    tells = TellsOfAnOrder()
    tells.open(Kind.PRODUCE)
    journal.flush(tells.flush())
    tells.confirm()
    db.inbox.claim("PO-1.produce.1", "bo", said("claim"), NOW)
    tells.record(happening, said("answer"))
    journal.flush(tells.flush())
    reply, shown = db.replies.get("said-answer"), db.tasks.get("PO-1.produce.1", tells.at)
    assert reply and shown and reply.status == 200 and reply.location is None
    assert reply.body == shown.model_dump_json() and reply.etag == f'"{shown.version}"'
    assert json.loads(reply.body)["assignee"] == "bo"


def test_who_speaks_to_an_order_is_told_the_order(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder()
    tells.open(Kind.CONFIRM_ORDER)
    tells.open(Kind.PRODUCE, due_in=HOUR)
    journal.flush(tells.flush())
    tells.confirm()
    db.inbox.claim("PO-1.confirm_order.1", "bo", said("claim"), NOW)
    tells.complete(tells.open(Kind.INSPECT), "pass")
    tells.record(e.Resumed(reason="the rain is over"), said("resume"))
    journal.flush(tells.flush())
    reply, shown = db.replies.get("said-resume"), db.orders.get("PO-1", tells.at)
    assert reply and shown and reply.status == 200
    assert reply.body == shown.model_dump_json() and reply.etag == f'"{shown.version}"'
    assert [task["assignee"] for task in json.loads(reply.body)["open_tasks"]] == [None, "bo"]


def test_a_reply_stays_as_it_was_given(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder()
    tells.open(Kind.CONFIRM_ORDER)
    journal.flush(tells.flush())
    tells.confirm()
    before = db.replies.get("said-enter PO-1")
    tells.promise(date(2026, 12, 24))
    journal.flush(tells.flush())
    assert db.replies.get("said-enter PO-1") == before
    assert db.replies.get("unknown") is None


# Nobody.


def test_it_tells_which_opened_tasks_nobody_can_do(db: Store, journal: SqlJournal) -> None:
    db.people.put(person("sal", Department.SALES))
    db.people.put(person("quinn", Department.QUALITY))
    tells = TellsOfAnOrder()
    tells.open(Kind.CONFIRM_ORDER)
    plan = tells.open(Kind.MAKE_PLAN)
    inspect = tells.open(Kind.INSPECT, barred=("quinn",))
    assert journal.flush(tells.flush()).nobody == (plan.id, inspect.id)
    tells.confirm()
    assert journal.flush(tells.flush()).nobody == ()


# The rows beside.


def test_the_whole_history_reads_back_as_it_was_told(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder(customer=Customer(name="Łódź 工廠"))
    tells.open(Kind.CONFIRM_ORDER)
    tells.promise(date(2026, 12, 24))
    told = tuple(tells.pending)
    journal.flush(tells.flush())
    assert tuple(db.orders.every_event("po-1")) == told


def test_what_leaves_the_house_can_see_how_far_history_confirms(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder()
    journal.flush(tells.flush())
    tells.confirm()
    tells.change(status=OrderStatus.COMPLETED)
    journal.flush(tells.flush())
    with db.database.reading() as connection:
        assert connection.scalar(text("SELECT confirmed_seq FROM customer_order")) == 1
