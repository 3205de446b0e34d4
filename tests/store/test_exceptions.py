"""The list of exceptions: each kind is found, nothing else is, and what hurts most comes first."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import update

from activities.store import SqlJournal, Store
from activities.store.ledger import Addressed, Recipient
from activities.store.tables import NOTICE
from activities.store.troubles import Remedy, Trouble, TroubleFilter, TroubleKind
from tests.store.plant import DAY, HOUR, NOW, TellsOfAnOrder, person
from workflows.types.notices import Notice
from workflows.types.orders import Hold
from workflows.types.tasks import Task
from workflows.types.words import Department, Kind, OrderStatus, Risk, Stage

TODAY = date(2026, 11, 20)
LATER = NOW + 3 * DAY
D = Department


def everybody(db: Store) -> None:
    for department in Department:
        db.people.put(person(department.value, department))


def read(db: Store, *kinds: TroubleKind, departments: tuple[Department, ...] = (), most: int = 300) -> list[Trouble]:
    return db.exceptions.read(TroubleFilter(kinds, departments), LATER, TODAY, most).items


def told(found: list[Trouble]) -> list[tuple[str, str, str]]:
    return [(one.kind.value, one.order.order_no, one.remedy.value) for one in found]


def order(
    journal: SqlJournal, order_no: str, *, kind: Kind = Kind.PRODUCE, task: dict[str, Any] | None = None, **row: Any
) -> TellsOfAnOrder:
    """An order with one open task, not yet due."""
    made = TellsOfAnOrder(order_no)
    made.open(kind, due_in=10 * DAY, **(task or {}))
    made.change(stage=Stage.PRODUCE, **row)
    journal.flush(made.flush())
    made.confirm()
    return made


def test_orders_without_trouble_are_no_exceptions(db: Store, journal: SqlJournal) -> None:
    everybody(db)
    order(journal, "PO-1", promised=TODAY + DAY, risk=Risk.ON_TRACK, slack_hours=8.0)
    assert read(db) == []


def test_late_and_at_risk_by_days_then_slack(db: Store, journal: SqlJournal) -> None:
    everybody(db)
    order(journal, "RISK", promised=TODAY + 5 * DAY, risk=Risk.AT_RISK, slack_hours=3.0)
    order(journal, "LESS", promised=TODAY + 9 * DAY, risk=Risk.LATE, slack_hours=-30.0)
    order(journal, "MORE", promised=TODAY + 8 * DAY, risk=Risk.LATE, slack_hours=-50.0)
    order(journal, "PAST", promised=TODAY - 2 * DAY, risk=Risk.LATE, slack_hours=-9.0)
    order(journal, "DONE", promised=TODAY - 9 * DAY, risk=Risk.LATE, status=OrderStatus.COMPLETED)
    fed = order(journal, "THERE", promised=TODAY - 9 * DAY, risk=Risk.LATE, delivered=TODAY)
    fed.change(stage=Stage.FEEDBACK)
    journal.flush(fed.flush())
    found = read(db)
    assert told(found) == [
        ("late", "PAST", "answer"),
        ("late", "MORE", "answer"),
        ("late", "LESS", "answer"),
        ("at_risk", "RISK", "answer"),
    ]
    assert [one.days_late for one in found] == [2, 0, 0, 0] and found[0].department is D.PRODUCTION


def test_what_sales_is_asked_comes_before_the_work(db: Store, journal: SqlJournal) -> None:
    everybody(db)
    asked = order(journal, "PO-1", promised=TODAY, risk=Risk.LATE)
    asked.tasks["PO-1.decide_promise.1"] = plain_task("PO-1", Kind.DECIDE_PROMISE, asked)
    journal.flush(asked.flush())
    order(journal, "PO-2", promised=TODAY, risk=Risk.LATE, status=OrderStatus.ON_HOLD)
    bare = TellsOfAnOrder("PO-3")
    bare.change(promised=TODAY, risk=Risk.LATE)
    journal.flush(bare.flush())
    assert told(read(db, TroubleKind.LATE)) == [("late", "PO-1", "decide"), ("late", "PO-2", "resume"), ("late", "PO-3", "look")]


def plain_task(order_no: str, kind: Kind, of: TellsOfAnOrder, n: int = 1, **fields: Any) -> Task:
    made = {
        "stage": Stage.PRODUCE,
        "department": D.SALES,
        "opened_at": of.at,
        "due_at": of.at + 20 * DAY,
        "due_soon_at": of.at + 19 * DAY,
    }
    return Task(id=f"{order_no}.{kind}.{n}", kind=kind, n=n, version=of.seq, **{**made, **fields})


def test_silence_is_as_it_was_told(db: Store, journal: SqlJournal) -> None:
    everybody(db)
    order(journal, "PO-1", task={"is_silence_told": True, "reported_at": NOW - HOUR})
    order(journal, "PO-2")
    order(journal, "PO-3", task={"is_silence_told": True}, status=OrderStatus.ON_HOLD, hold=hold(LATER + DAY))
    (found,) = read(db)
    assert (found.kind, found.order.order_no, found.remedy, found.since) == ("silent", "PO-1", Remedy.REPORT, NOW - HOUR)


def hold(until: Any) -> Hold:
    return Hold(reason="the mould broke", since=NOW, until=until, by="sal")


def test_a_hold_that_should_have_ended(db: Store, journal: SqlJournal) -> None:
    everybody(db)
    order(journal, "PO-1", status=OrderStatus.ON_HOLD, hold=hold(LATER - HOUR))
    order(journal, "PO-2", status=OrderStatus.ON_HOLD, hold=hold(LATER + HOUR))
    (found,) = read(db)
    assert (found.order.order_no, found.remedy, found.since, found.reason) == ("PO-1", "resume", LATER - HOUR, "the mould broke")


def test_what_cannot_be_done_or_is_short_is_blocked_and_a_remake_is_not(db: Store, journal: SqlJournal) -> None:
    everybody(db)
    said = {
        "CANNOT": (Kind.MAKE_PLAN, "cannot", {"reason": "no spindle"}),
        "SHORT": (Kind.READY_MATERIALS, "short", {"item": "steel", "eta": "2026-11-30"}),
        "REMAKE": (Kind.MAKE_PLAN, "plan", {}),
    }
    for order_no, (kind, outcome, fields) in said.items():
        made = TellsOfAnOrder(order_no)
        done = made.complete(made.open(kind, due_in=10 * DAY), outcome)
        made.closed[done.id] = done.model_copy(update={"fields": fields})
        made.open(kind, 2, due_in=10 * DAY)
        journal.flush(made.flush())
    found = read(db)
    assert [(one.kind, one.order.order_no, one.reason, one.eta) for one in found] == [
        ("blocked", "CANNOT", "no spindle", None),
        ("blocked", "SHORT", "steel", date(2026, 11, 30)),
    ]
    assert [one.task.n for one in found if one.task] == [2, 2] and found[0].since == NOW


def test_what_nobody_can_do(db: Store, journal: SqlJournal) -> None:
    everybody(db)
    db.people.remove("quality")
    db.people.put(person("maker", D.PRODUCTION, D.QUALITY))
    order(journal, "EYES", kind=Kind.INSPECT, task={"barred": ("maker",)})
    order(journal, "FREE", kind=Kind.INSPECT, task={"barred": ("anna",)})
    db.people.remove("supply_chain")
    order(journal, "BARE", kind=Kind.READY_MATERIALS)
    found = read(db)
    assert told(found) == [("unowned", "BARE", "hire"), ("unowned", "EYES", "assign")]
    assert {one.department for one in found} == {D.MANAGEMENT}
    assert told(read(db, departments=(D.QUALITY,))) == [("unowned", "EYES", "assign")]


def test_of_what_nobody_can_do_it_is_managements_turn(db: Store, journal: SqlJournal) -> None:
    everybody(db)
    db.people.remove("quality")
    db.people.put(person("maker", D.PRODUCTION, D.QUALITY))
    db.people.remove("supply_chain")
    order(journal, "EYES", kind=Kind.INSPECT, task={"barred": ("maker",)})
    order(journal, "BARE", kind=Kind.READY_MATERIALS)
    order(journal, "COURSE", kind=Kind.MAKE_PLAN, task={"course": "planning"})
    order(journal, "LATE", kind=Kind.SIGN_OFF, promised=TODAY - DAY, risk=Risk.LATE)
    assert told(read(db, departments=(D.MANAGEMENT,))) == [
        ("unowned", "BARE", "hire"),
        ("unowned", "COURSE", "teach"),
        ("unowned", "EYES", "assign"),
    ]


def test_who_is_away_without_a_substitute_is_nobody(db: Store, journal: SqlJournal) -> None:
    everybody(db)
    db.people.away("production", TODAY, TODAY, None)
    order(journal, "PO-1")
    assert told(read(db)) == [("unowned", "PO-1", "hire")]


def test_escalated_is_what_is_overdue_and_told_of(db: Store, journal: SqlJournal) -> None:
    everybody(db)
    for order_no, level, due in (("ONCE", 1, DAY), ("TWICE", 2, 2 * DAY), ("UNTOLD", 0, DAY), ("IN-TIME", 1, 9 * DAY)):
        made = TellsOfAnOrder(order_no)
        made.open(Kind.PRODUCE, due_in=due, escalation_level=level)
        journal.flush(made.flush())
    found = read(db)
    assert told(found) == [("escalated", "TWICE", "answer"), ("escalated", "ONCE", "answer")]
    assert found[1].since == NOW + DAY
    assert read(db, departments=(D.SALES,)) == []


def test_undeliverable_mail(db: Store, journal: SqlJournal) -> None:
    everybody(db)
    order(journal, "PO-1")
    order(journal, "PO-2", status=OrderStatus.COMPLETED)
    for order_no, to, at in (("PO-1", "customer", NOW - 90 * DAY), ("PO-2", "quality", NOW), ("PO-2", "boss", NOW - 90 * DAY)):
        notice = Notice(key=f"{order_no}-{to}", kind="late", at=at, to=("sales",))
        db.ledger.open([Addressed(order_no, notice, Recipient(to, "a@b.example"), f"<{to}@x>")])
    with db.database.writing() as connection:
        connection.execute(update(NOTICE).values(state="dead", last_error="550 no such user"))
    found = read(db)
    assert [(one.order.order_no, one.department, one.holder, one.remedy) for one in found] == [
        ("PO-1", D.SALES, "anna", "resend"),
        ("PO-2", D.QUALITY, None, "resend"),
    ]
    assert found[0].reason == "550 no such user" and found[0].mail is not None


def test_no_more_than_a_bound_of_each_kind_is_read_and_who_reads_is_told(db: Store, journal: SqlJournal) -> None:
    everybody(db)
    for n in range(4):
        order(journal, f"PO-{n}", promised=TODAY - n * DAY, risk=Risk.LATE, slack_hours=-1.0)
    order(journal, "RISK", promised=TODAY, risk=Risk.AT_RISK)
    found = db.exceptions.read(TroubleFilter(kinds=(TroubleKind.LATE,)), LATER, TODAY, 3)
    assert [one.order.order_no for one in found.items] == ["PO-3", "PO-2", "PO-1"]
    assert (found.counts[TroubleKind.LATE], found.counts[TroubleKind.AT_RISK], found.cut) == (3, 1, frozenset({TroubleKind.LATE}))


def test_a_department_is_told_that_there_may_be_more_of_its_own(db: Store, journal: SqlJournal) -> None:
    """What is read is bounded before it is known whom it concerns."""
    everybody(db)
    for n in range(4):
        order(journal, f"PO-{n}", promised=TODAY - n * DAY, risk=Risk.LATE, slack_hours=-1.0)
        order(journal, f"HELD-{n}", status=OrderStatus.ON_HOLD, hold=hold(LATER - HOUR))
        notice = Notice(key=f"PO-{n}-mail", kind="late", at=NOW, to=("sales",))
        db.ledger.open([Addressed(f"PO-{n}", notice, Recipient("customer", "a@b.example"), f"<{n}@x>")])
    with db.database.writing() as connection:
        connection.execute(update(NOTICE).values(state="dead", last_error="550 no such user"))
    order(journal, "MINE", kind=Kind.INSPECT, promised=TODAY + DAY, risk=Risk.LATE, slack_hours=-1.0)
    wanted = TroubleFilter(departments=(D.QUALITY,))
    found = db.exceptions.read(wanted, LATER, TODAY, 3)
    assert (found.items, set(found.counts.values())) == ([], {0})
    assert found.cut == {TroubleKind.LATE, TroubleKind.BLOCKED, TroubleKind.UNDELIVERABLE}
    found = db.exceptions.read(wanted, LATER, TODAY, 5)
    assert (told(found.items), found.cut) == ([("late", "MINE", "answer")], frozenset())


def test_all_of_one_order_stands_together(db: Store, journal: SqlJournal) -> None:
    everybody(db)
    order(journal, "PO-1", promised=TODAY, risk=Risk.LATE, slack_hours=-2.0, task={"is_silence_told": True})
    order(journal, "PO-2", promised=TODAY - timedelta(days=1), risk=Risk.LATE, slack_hours=-1.0, task={"is_silence_told": True})
    assert [(one.order.order_no, one.kind.value) for one in read(db)] == [
        ("PO-2", "late"),
        ("PO-2", "silent"),
        ("PO-1", "late"),
        ("PO-1", "silent"),
    ]
