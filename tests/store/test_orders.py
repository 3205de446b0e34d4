"""Orders as people read them: exactly the contract's fields, found in any case, page by page."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import update

from activities.store import BadCursor, OrderFilter, SqlJournal, Store, cursors
from activities.store.orders import WRITTEN
from activities.store.tables import ORDER
from tests.store.plant import DAY, HOUR, NOW, TellsOfAnOrder, said
from workflows.types import events as e
from workflows.types.orders import Customer, Hold, Line
from workflows.types.words import Kind, OrderStatus, Risk, Stage

ORDER_FIELDS = (
    "order_no customer lines requested_date customer_ref ship_to priority note owner status stage risk slack_hours dates promises"
    " delivery rework_rounds open_tasks hold follows followed_by version created_at created_by plant_time_zone links"
)


def enter(journal: SqlJournal, order_no: str, *, at: datetime = NOW, **changes: object) -> TellsOfAnOrder:
    customer, lines = changes.pop("customer", "Kaohsiung Fab"), changes.pop("lines", ("Pump 7",))
    made = tuple(Line(product_model=model, quantity=1) for model in lines)  # type: ignore[attr-defined]
    tells = TellsOfAnOrder(order_no, at=at, customer=Customer(name=str(customer)), lines=made)
    tells.open(Kind.CONFIRM_ORDER)
    tells.change(created_at=at, **changes)
    journal.flush(tells.flush())
    tells.confirm()
    return tells


def numbers(db: Store, wanted: OrderFilter, limit: int = 200) -> list[str]:
    """All pages of a list, which must neither repeat nor leave out an order."""
    found: list[str] = []
    cursor = None
    while True:
        page = db.orders.page(wanted, limit, cursor, NOW)
        assert len(page.items) <= limit
        found += [order.order_no for order in page.items]
        if page.next_cursor is None:
            return found
        cursor = page.next_cursor


# One order.


def test_an_order_is_shown_as_the_contract_says(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder()
    task = tells.open(Kind.CONFIRM_ORDER, due_in=HOUR)
    tells.promise(date(2026, 12, 24))
    tells.change(expected_completion=NOW + DAY, risk=Risk.ON_TRACK, slack_hours=12.5)
    journal.flush(tells.flush())
    db.inbox.claim(task.id, "sal", said("claim"), NOW)
    order = db.orders.get("PO-1", NOW)
    assert order
    shown = json.loads(order.model_dump_json())
    assert list(shown) == ORDER_FIELDS.split()
    assert shown["customer"] == {"name": "Kaohsiung Fab", "email": None, "language": "en"}
    assert shown["lines"][0] == {"product_model": "Pump 7", "quantity": 120, "unit": "pcs"}
    assert shown["created_at"] == "2026-11-20T08:00:00Z"
    assert shown["dates"] == {
        "requested": "2026-12-24",
        "promised": "2026-12-24",
        "first_promised": "2026-12-24",
        "expected_completion": "2026-11-21T08:00:00Z",
        "planned_ship": None,
        "planned_arrival": None,
        "delivered": None,
    }
    assert list(shown["promises"][0]) == ["revision", "date", "reason", "by", "approved_by", "customer_agreed", "forecast", "at"]
    assert shown["open_tasks"] == [
        {
            "id": "PO-1.confirm_order.1",
            "kind": "confirm_order",
            "stage": "confirm",
            "department": "sales",
            "assignee": "sal",
            "due_at": "2026-11-20T09:00:00Z",
            "lateness": "due_soon",
            "escalation_level": 0,
            "blocked": None,
        }
    ]
    assert shown["links"] == {"temporal": "http://127.0.0.1:8233/namespaces/default/workflows/order-po-1"}
    assert shown["version"] == 4


def test_links_lead_into_the_namespace_that_the_orders_run_in(db: Store, journal: SqlJournal) -> None:
    enter(journal, "PO-1")
    order = Store(db.database, "https://temporal.plant.example/", "plant.a1").orders.get("PO-1", NOW)
    assert order and order.links.temporal == "https://temporal.plant.example/namespaces/plant.a1/workflows/order-po-1"


def test_instants_are_shown_in_utc_whatever_offset_they_came_with(db: Store, journal: SqlJournal) -> None:
    taipei = timezone(timedelta(hours=8))
    enter(journal, "PO-1", planned_ship=datetime(2026, 12, 1, 9, tzinfo=taipei))
    order = db.orders.get("PO-1", NOW)
    assert order and json.loads(order.model_dump_json())["dates"]["planned_ship"] == "2026-12-01T01:00:00Z"


def test_a_hold_is_shown_and_blocks_but_for_what_waits_for_the_customer(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder()
    tells.open(Kind.PRODUCE)
    tells.open(Kind.SIGN_OFF)
    hold = Hold(reason="no steel", since=NOW, until=NOW + DAY, by="anna", told_at=NOW)
    tells.change(status=OrderStatus.ON_HOLD, hold=hold)
    journal.flush(tells.flush())
    order = db.orders.get("PO-1", NOW)
    assert order and order.hold
    assert json.loads(order.hold.model_dump_json()) == {
        "reason": "no steel",
        "since": "2026-11-20T08:00:00Z",
        "until": "2026-11-21T08:00:00Z",
        "by": "anna",
    }
    assert [(task.kind, task.blocked, task.lateness) for task in order.open_tasks] == [
        ("produce", "order-on-hold", None),
        ("sign_off", None, "early"),
    ]


@pytest.mark.parametrize("written", ["Größe-1", "GRÖSSE-1", " größe-1 ", "Größe－1"])
def test_a_number_is_found_in_any_case(db: Store, journal: SqlJournal, written: str) -> None:
    enter(journal, "Größe-1")
    order = db.orders.get(written, NOW)
    assert order and order.order_no == "Größe-1"
    assert db.orders.exists(written)
    assert (row := db.orders.row(written)) and row.order_no == "Größe-1"


@pytest.mark.parametrize("unknown", ["PO-2", "", "\x00", "\ud800", "PO-1\x00", "x" * 5000])
def test_what_is_no_order_is_none(db: Store, journal: SqlJournal, unknown: str) -> None:
    enter(journal, "PO-1")
    assert db.orders.get(unknown, NOW) is None
    assert not db.orders.exists(unknown)
    assert db.orders.row(unknown) is None
    assert db.orders.every_event(unknown) == []
    assert db.orders.notices(unknown, 10, None).items == []


# Lists.


def test_lists_come_newest_first_and_sort_by_promise_or_number(db: Store, journal: SqlJournal) -> None:
    enter(journal, "b", at=NOW, promised=date(2026, 12, 3))
    enter(journal, "C", at=NOW + HOUR)
    enter(journal, "a", at=NOW + DAY, promised=date(2026, 12, 4))
    assert numbers(db, OrderFilter()) == ["a", "C", "b"]
    assert numbers(db, OrderFilter(sort="promised")) == ["b", "a", "C"]
    assert numbers(db, OrderFilter(sort="order_no")) == ["a", "b", "C"]


@pytest.mark.parametrize("sort", ["created_at", "promised", "order_no"])
@pytest.mark.parametrize("status", [(), (OrderStatus.OPEN,), (OrderStatus.OPEN, OrderStatus.ON_HOLD)])
def test_pages_neither_repeat_nor_leave_out_what_is_tied(
    db: Store, journal: SqlJournal, sort: str, status: tuple[OrderStatus, ...]
) -> None:
    for n in range(11):
        enter(journal, f"PO-{n:02}", status=OrderStatus.ON_HOLD if status[1:] and n % 2 else OrderStatus.OPEN)
    found = numbers(db, OrderFilter(sort=sort, status=status), limit=3)  # type: ignore[arg-type]
    assert sorted(found) == [f"PO-{n:02}" for n in range(11)]
    assert found == sorted(found, reverse=sort == "created_at")


@pytest.fixture
def mixed(journal: SqlJournal) -> None:
    """Five orders that differ in everything a filter asks for."""
    enter(journal, "PO-1", stage=Stage.PRODUCE, risk=Risk.LATE, promised=date(2026, 12, 1), customer="Acme", lines=["Pump 7"])
    enter(journal, "PO-2", stage=Stage.PRODUCE, risk=Risk.ON_TRACK, promised=date(2026, 12, 2), customer="acme", lines=["Valve"])
    enter(journal, "PO-3", stage=Stage.SHIP, status=OrderStatus.ON_HOLD, risk=Risk.AT_RISK, promised=date(2026, 12, 3))
    enter(journal, "PO-4", stage=Stage.CLOSED, status=OrderStatus.COMPLETED, risk=Risk.LATE, promised=date(2026, 12, 4))
    enter(journal, "Acme-5", stage=Stage.CONFIRM, customer="Zeta", lines=["Valve", "ACME 100", "acme 200"])


FILTERS: list[tuple[OrderFilter, list[str]]] = [
    (OrderFilter(), ["Acme-5", "PO-1", "PO-2", "PO-3", "PO-4"]),
    (OrderFilter(status=(OrderStatus.OPEN,)), ["Acme-5", "PO-1", "PO-2"]),
    (OrderFilter(status=(OrderStatus.COMPLETED, OrderStatus.ON_HOLD)), ["PO-3", "PO-4"]),
    (OrderFilter(status=(OrderStatus.CANCELLED,)), []),
    (OrderFilter(stage=(Stage.PRODUCE,)), ["PO-1", "PO-2"]),
    (OrderFilter(stage=(Stage.CLOSED,)), ["PO-4"]),
    (OrderFilter(stage=(Stage.CLOSED, Stage.SHIP)), ["PO-3", "PO-4"]),
    (OrderFilter(risk=(Risk.LATE,)), ["PO-1", "PO-4"]),
    (OrderFilter(risk=(Risk.LATE, Risk.AT_RISK)), ["PO-1", "PO-3", "PO-4"]),
    (OrderFilter(risk=(Risk.LATE,), status=(OrderStatus.OPEN,)), ["PO-1"]),
    (OrderFilter(customer=("Acme",)), ["PO-1"]),
    (OrderFilter(customer=("Acme", "acme", "Acme")), ["PO-1", "PO-2"]),
    (OrderFilter(customer=("acm", "\x00", "\ud800")), []),
    (OrderFilter(customer=("Acme",), risk=(Risk.ON_TRACK,)), []),
    (OrderFilter(due_before=date(2026, 12, 3)), ["PO-1", "PO-2"]),
    (OrderFilter(due_before=date(2026, 12, 3), sort="promised"), ["PO-1", "PO-2"]),
    (OrderFilter(due_before=date(2026, 12, 5), stage=(Stage.PRODUCE,), risk=(Risk.LATE,)), ["PO-1"]),
    (OrderFilter(q="ACME"), ["Acme-5", "PO-1", "PO-2"]),
    (OrderFilter(q="acme 1"), ["Acme-5"]),
    (OrderFilter(q="acme", status=(OrderStatus.OPEN,), risk=(Risk.LATE,)), ["PO-1"]),
    (OrderFilter(q="po-"), ["PO-1", "PO-2", "PO-3", "PO-4"]),
    (OrderFilter(q="valve", sort="promised"), ["Acme-5", "PO-2"]),
    (OrderFilter(q="alve"), []),
    (OrderFilter(q="%"), []),
    (OrderFilter(q="_"), []),
    (OrderFilter(q="\x00"), []),
]


@pytest.mark.usefixtures("mixed")
@pytest.mark.parametrize(
    ("few", "many", "a_while"),
    [(10_000, 100_000, 5_000), (-1, -1, 5_000), (-1, -1, 1), (-1, 100_000, 1), (1, 2, 2)],
    ids=["fetched", "walked", "walked to the end", "fetched after a walk", "each way"],
)
def test_filters(db: Store, monkeypatch: pytest.MonkeyPatch, few: int, many: int, a_while: int) -> None:
    """Whatever way leads to a page, it is the same page."""
    for name, value in {"FEW": few, "MANY": many, "A_WHILE": a_while}.items():
        monkeypatch.setattr(f"activities.store.order_lists.{name}", value)
    for wanted, expected in FILTERS:
        assert sorted(numbers(db, wanted)) == expected, wanted
        assert sorted(numbers(db, wanted, limit=1)) == expected, wanted


@pytest.mark.usefixtures("mixed")
@pytest.mark.parametrize("limits", [(10_000, 100_000, 5_000), (-1, -1, 1), (-1, 100_000, 1)])
def test_pages_come_in_turn_whatever_way_leads_to_them(
    db: Store, monkeypatch: pytest.MonkeyPatch, limits: tuple[int, int, int]
) -> None:
    for name, value in zip(("FEW", "MANY", "A_WHILE"), limits, strict=True):
        monkeypatch.setattr(f"activities.store.order_lists.{name}", value)
    expected = {"created_at": ["PO-4", "PO-3", "PO-2", "PO-1", "Acme-5"], "order_no": ["Acme-5", "PO-1", "PO-2", "PO-3", "PO-4"]}
    expected["promised"] = ["PO-1", "PO-2", "PO-3", "PO-4", "Acme-5"]
    both, due = (*OrderStatus,), date(2026, 12, 31)
    for sort, found in expected.items():
        for wanted in (OrderFilter(q="p"), OrderFilter(due_before=due), OrderFilter(q="p", status=both)):
            ours = [number for number in found if number != "Acme-5"]
            assert numbers(db, replace(wanted, sort=sort), limit=1) == ours, wanted  # type: ignore[arg-type]
            assert numbers(db, replace(wanted, sort=sort), limit=3) == ours, wanted  # type: ignore[arg-type]


@pytest.mark.usefixtures("mixed")
def test_a_stage_and_a_status_that_exclude_each_other(db: Store) -> None:
    assert numbers(db, OrderFilter(stage=(Stage.SHIP,), status=(OrderStatus.COMPLETED,))) == []
    assert numbers(db, OrderFilter(stage=(Stage.SHIP, Stage.CLOSED), status=(OrderStatus.COMPLETED,))) == ["PO-4"]
    with pytest.raises(BadCursor):
        db.orders.page(OrderFilter(stage=(Stage.SHIP,), status=(OrderStatus.COMPLETED,)), 1, "x", NOW)


def test_the_last_day_of_the_calendar_is_no_trouble(db: Store, journal: SqlJournal) -> None:
    enter(journal, "PO-1", promised=date(9999, 12, 30))
    assert numbers(db, OrderFilter(due_before=date.max)) == ["PO-1"]


@pytest.mark.parametrize("ahead", [-1, 0, 1])
def test_a_promise_for_the_day_of_entry_is_found_in_any_zone(db: Store, journal: SqlJournal, ahead: int) -> None:
    """Entered on Monday in UTC and promised for the same day, which is another where the plant lies ahead or behind."""
    at = datetime(2026, 11, 23, 23, 59, tzinfo=UTC)
    enter(journal, "PO-1", at=at, promised=date(2026, 11, 23) + ahead * DAY)
    assert numbers(db, OrderFilter(due_before=date(2026, 11, 24) + ahead * DAY)) == ["PO-1"]
    assert numbers(db, OrderFilter(due_before=date(2026, 11, 23) + ahead * DAY)) == []


def test_a_prefix_finds_letters_that_fold_to_others(db: Store, journal: SqlJournal) -> None:
    enter(journal, "PO-1", customer="Straße GmbH")
    enter(journal, "PO-2", lines=["ＡＢＣ泵"])
    assert numbers(db, OrderFilter(q="STRASSE")) == ["PO-1"]
    assert numbers(db, OrderFilter(q="abc泵")) == ["PO-2"]


def test_changed_lines_are_found_and_the_old_ones_are_not(db: Store, journal: SqlJournal) -> None:
    tells = enter(journal, "PO-1", lines=["Pump 7"])
    lines = (Line(product_model="Turbine", quantity=1),)
    tells.record(e.OrderRevised(reason="wrong model", lines=lines))
    tells.change(lines=lines)
    journal.flush(tells.flush())
    assert numbers(db, OrderFilter(q="turb")) == ["PO-1"]
    assert numbers(db, OrderFilter(q="pump")) == []


def test_many_values_of_a_filter_are_no_more_trouble_than_few(db: Store, journal: SqlJournal) -> None:
    enter(journal, "PO-1", customer="Customer 7")
    assert numbers(db, OrderFilter(customer=tuple(f"Customer {n}" for n in range(700)))) == ["PO-1"]
    assert numbers(db, OrderFilter(customer=tuple(f"Customer {n}" for n in range(20, 700)))) == []


def test_lists_follow_what_changes(db: Store, journal: SqlJournal) -> None:
    tells = enter(journal, "PO-1", risk=Risk.ON_TRACK)
    tells.change(status=OrderStatus.ON_HOLD, risk=Risk.LATE, stage=Stage.SHIP, promised=date(2026, 12, 1))
    journal.flush(tells.flush())
    for wanted in (
        OrderFilter(status=(OrderStatus.ON_HOLD,)),
        OrderFilter(risk=(Risk.LATE,)),
        OrderFilter(stage=(Stage.SHIP,)),
        OrderFilter(due_before=date(2026, 12, 2)),
    ):
        assert numbers(db, wanted) == ["PO-1"], wanted
    before = OrderFilter(status=(OrderStatus.OPEN,)), OrderFilter(risk=(Risk.ON_TRACK,)), OrderFilter(stage=(Stage.CONFIRM,))
    assert [numbers(db, wanted) for wanted in before] == [[], [], []]


def test_a_page_shows_each_order_with_its_open_tasks(db: Store, journal: SqlJournal) -> None:
    enter(journal, "PO-1")
    enter(journal, "PO-2")
    db.inbox.claim("PO-2.confirm_order.1", "sal", said("claim"), NOW)
    page = db.orders.page(OrderFilter(sort="order_no"), 10, None, NOW)
    assert page.items == [db.orders.get("PO-1", NOW), db.orders.get("PO-2", NOW)]


TOO_EARLY = cursors.encode("orders by created_at", "0001-01-01T00:00:00+14:00", "x")
NO_CURSORS = ["x", "!", "bm9uZQ", "W10", "e30", "WyJvcmRlcnMgYnkgY3JlYXRlZF9hdCJd", "é", "\x00", "[" * 9000, TOO_EARLY]


@pytest.mark.parametrize("cursor", NO_CURSORS)
def test_what_is_no_cursor_is_refused(db: Store, cursor: str) -> None:
    with pytest.raises(BadCursor):
        db.orders.page(OrderFilter(), 10, cursor, NOW)
    with pytest.raises(BadCursor):
        db.orders.events("PO-1", 0, 10, cursor)


def test_a_cursor_of_another_list_is_refused(db: Store, journal: SqlJournal) -> None:
    for n in range(3):
        enter(journal, f"PO-{n}")
    cursor = db.orders.page(OrderFilter(), 1, None, NOW).next_cursor
    with pytest.raises(BadCursor):
        db.orders.page(OrderFilter(sort="promised"), 1, cursor, NOW)


# History.


def test_events_are_shown_as_the_contract_says(db: Store, journal: SqlJournal) -> None:
    enter(journal, "PO-1")
    first, second = (json.loads(event.model_dump_json()) for event in db.orders.events("po-1", 0, 50, None).items)
    assert list(first) == ["seq", "at", "type", "actor", "on_behalf_of", "task_id", "key", "data"]
    assert (first["seq"], first["type"], first["key"], first["at"]) == (1, "order_entered", "enter PO-1", "2026-11-20T08:00:00Z")
    assert set(first["data"]) == {"order", "policy"}
    assert (second["type"], second["task_id"], second["key"]) == ("task_opened", "PO-1.confirm_order.1", None)


@pytest.mark.parametrize("after", [0, 3, 10, 99])
def test_events_come_page_by_page_behind_a_seq(db: Store, journal: SqlJournal, after: int) -> None:
    tells = enter(journal, "PO-1")
    for n in range(8):
        tells.record(e.Resumed(reason=f"{n}"))
    journal.flush(tells.flush())
    found: list[int] = []
    cursor: str | None = None
    first = True
    while first or cursor:
        page = db.orders.events("PO-1", after, 3, cursor)
        found, cursor, first = found + [event.seq for event in page.items], page.next_cursor, False
    assert found == list(range(after + 1, 11))


# For other commands.


def test_every_open_order_is_named_once(db: Store, journal: SqlJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.store.orders.A_FEW", 2)
    for n in range(5):
        enter(journal, f"PO-{n}", status=OrderStatus.COMPLETED if n == 3 else OrderStatus.OPEN)
    enter(journal, "PO-9", status=OrderStatus.ON_HOLD)
    assert list(db.orders.open_order_nos()) == ["PO-0", "PO-1", "PO-2", "PO-4", "PO-9"]


@pytest.mark.parametrize(
    ("taken", "free"),
    [([], "PO-1-R1"), (["po-1-r1"], "PO-1-R2"), (["PO-1-R2"], "PO-1-R1"), (["PO-1-R1x", "PO-1-R10"], "PO-1-R1")],
)
def test_a_follow_up_gets_the_first_free_number(db: Store, journal: SqlJournal, taken: list[str], free: str) -> None:
    for number in ["PO-1", *taken]:
        enter(journal, number)
    assert db.orders.free_follow_up("PO-1") == free


def test_the_plain_row_is_what_was_flushed(db: Store, journal: SqlJournal) -> None:
    tells = enter(journal, "PO-1", cancel_refused="already-dispatched")
    assert db.orders.row("po-1") == tells.row()


def test_what_a_crash_may_have_undone_was_written_just_before_the_silence(
    db: Store, journal: SqlJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.store.orders.WRITTEN", WRITTEN.limit(2))
    monkeypatch.setattr("activities.store.orders.STRIDE", 2)
    fences = {"PO-1": 500.0, "PO-2": 1000.0, "PO-3": 880.0, "PO-4": 879.0, "PO-5": 990.0, "PO-6": 2000.0}
    for order_no in fences:
        enter(journal, order_no)
    with db.database.writing() as connection:
        for order_no, fence in fences.items():
            connection.execute(update(ORDER).where(ORDER.c.order_no == order_no).values(fence=fence))
        connection.execute(update(ORDER).where(ORDER.c.order_no == "PO-5").values(confirmed_seq=ORDER.c.last_seq))
    # What was written after we began says nothing of when it fell silent, and is looked at all the same.
    assert db.orders.unconfirmed(120.0, before=1500.0) == ["PO-2", "PO-3", "PO-6"]
    assert db.orders.unconfirmed(120.0, before=2000.0) == ["PO-6"]
