"""A small plant to write mails about: its people, an order, and a task of it."""

from datetime import UTC, date, datetime
from typing import Any

from activities.mail.matter import Matter
from activities.store.ledger import LedgerRow
from activities.store.register import Away, Person, Register
from workflows import ids
from workflows.types.notices import Notice
from workflows.types.orders import Customer, Hold, Line, OrderRow
from workflows.types.tasks import Task
from workflows.types.words import DeliveryState, Department, Kind, Language, NoticeState, OrderStatus, Priority, Stage

NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
WEEKDAYS = {Language.EN: "Mon Tue Wed Thu Fri Sat Sun", Language.ZH_HANT: "週一 週二 週三 週四 週五 週六 週日"}
WEEKDAYS[Language.ZH_HANS] = WEEKDAYS[Language.ZH_HANT].replace("週", "周")
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
TODAY = date(2026, 11, 20)


def written(day: str, language: Language, at: str = "") -> str:
    """A date as a reader of this language expects it, and an hour of the plant behind it."""
    there = date.fromisoformat(day)
    weekday = WEEKDAYS[language].split()[there.weekday()]
    if language is Language.EN:
        return f"{weekday} {there.day} {MONTHS[there.month - 1]} {there.year}" + (f", {at} " if at else "")
    return f"{there.year}年{there.month}月{there.day}日 {weekday}" + (f" {at} " if at else "")


def order(order_no: str = "JQ-1", **changed: Any) -> OrderRow:
    values: dict[str, Any] = {
        "order_no": order_no,
        "order_id": ids.order_id(order_no),
        "customer": Customer(name="聯宏精密", email="buyer@customer.example", language=Language.ZH_HANT),
        "lines": (Line(product_model="泵浦 P-7", quantity=120), Line(product_model="Valve <V&2>", quantity=40, unit="set")),
        "requested_date": date(2026, 12, 1),
        "customer_ref": "PO-4711",
        "ship_to": "高雄市前鎮區 1 號",
        "priority": Priority.RUSH,
        "note": None,
        "owner": "sales1",
        "status": OrderStatus.OPEN,
        "stage": Stage.INSPECT,
        "risk": None,
        "slack_hours": 6.25,
        "promised": date(2026, 12, 3),
        "first_promised": date(2026, 12, 3),
        "expected_completion": datetime(2026, 11, 25, 9, tzinfo=UTC),
        "planned_ship": datetime(2026, 11, 28, 2, tzinfo=UTC),
        "planned_arrival": date(2026, 11, 30),
        "delivered": None,
        "promises": (),
        "delivery": DeliveryState.PENDING,
        "rework_rounds": 0,
        "hold": None,
        "follows": None,
        "followed_by": None,
        "cancel_refused": None,
        "version": 1,
        "created_at": NOW,
        "created_by": "sales1",
        "plant_time_zone": "Asia/Taipei",
    }
    return OrderRow.model_validate(values | changed)


def hold() -> Hold:
    return Hold(reason="credit check", since=NOW, until=datetime(2026, 11, 24, 9, tzinfo=UTC), by="sales1")


def task(kind: Kind = Kind.INSPECT, order_no: str = "JQ-1", **changed: Any) -> Task:
    values: dict[str, Any] = {
        "id": ids.task_id(order_no, kind, 1),
        "kind": kind,
        "n": 1,
        "stage": Stage.INSPECT,
        "department": Department.QUALITY,
        "opened_at": NOW,
        "due_at": datetime(2026, 11, 20, 9, tzinfo=UTC),
        "due_soon_at": datetime(2026, 11, 20, 7, tzinfo=UTC),
        "quantities": {"2": 5},
        "version": 1,
    }
    return Task.model_validate(values | changed)


def person(name: str, *departments: Department, head: Department | None = None, away: str | None = None, **more: Any) -> Person:
    """A person with an address; `away` is the substitute of somebody absent today, "" for nobody."""
    absence = None if away is None else Away(from_=TODAY, to=TODAY, substitute=away or None)
    values: dict[str, Any] = {"id": name, "name": name, "email": f"{name}@plant.example", "away": absence}
    return Person(**values | {"departments": departments, "head_of": (head,) if head else ()} | more)


def cast() -> Register:
    """Everybody of the plant, nobody away."""
    return Register(
        [
            person("sales1", Department.SALES, language=Language.ZH_HANT),
            person("sales-head", head=Department.SALES),
            person("production1", Department.PRODUCTION),
            person("production-head", head=Department.PRODUCTION),
            person("quality1", Department.QUALITY),
            person("quality2", Department.QUALITY, language=Language.ZH_HANS),
            person("quality-head", head=Department.QUALITY, language=Language.ZH_HANT),
            person("warehouse1", Department.WAREHOUSE),
            person("boss", Department.MANAGEMENT, head=Department.MANAGEMENT),
            person("admin", admin=True),
        ]
    )


def notice(kind: str, *to: str, order_no: str = "JQ-1", **more: Any) -> Notice:
    return Notice(**{"key": f"{order_no}.{kind}.7", "kind": kind, "to": to, "at": NOW} | more)


def row(of: Notice, recipient: str = "quality1", **changed: Any) -> LedgerRow:
    values: dict[str, Any] = {
        "notice_key": of.key,
        "recipient": recipient,
        "order_no": "JQ-1",
        "address": f"{recipient}@plant.example",
        "language": Language.EN,
        "kind": of.kind,
        "state": NoticeState.QUEUED,
        "message_id": "<0123456789abcdef@plant.example>",
        "at": of.at,
        "attempts": 0,
        "last_error": None,
        "task_id": of.task_id,
    }
    return LedgerRow(**values | changed)


def matter(**changed: Any) -> Matter:
    values: dict[str, Any] = {
        "order": order(),
        "plant": "台中一廠",
        "now": NOW,
        "task": None,
        "holder": None,
        "owner": person("sales1", Department.SALES),
    }
    return Matter(**values | changed)
