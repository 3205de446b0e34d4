"""The orders of the demo plant, and what has been answered about them so far."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

SATURDAY = 5

DATONG = ("大同精密股份有限公司", "zh-Hant")
HUADONG = ("苏州华东电机有限公司", "zh-Hans")
NORDLICHT = ("Nordlicht Maschinen GmbH", "en")
PACIFIC = ("Pacific Pumps Ltd", "en")
PROGRESS = {"percent": 40, "note": "5 of 12 turned"}


@dataclass(frozen=True)
class Answer:
    """What somebody says to the open task of this kind."""

    kind: str
    outcome: str
    fields: dict[str, Any]


@dataclass(frozen=True)
class DemoOrder:
    body: dict[str, Any]
    answers: tuple[Answer, ...] = ()
    progress: dict[str, Any] | None = None
    """What production reports at the end."""
    hold: dict[str, Any] | None = None
    """Why sales stops it at the end."""

    @property
    def order_no(self) -> str:
        return str(self.body["order_no"])


def orders(today: date) -> tuple[DemoOrder, ...]:
    """One order a stage, from one that nobody has looked at to one whose customer is content; one on hold, one late."""
    confirmed = (promise(day(today, 20)),)
    planned = (*confirmed, plan(today))
    producing = (*planned, *(Answer(f"ready_{what}", "ready", {}) for what in ("materials", "equipment", "people")))
    produced = (*producing, Answer("produce", "done", {}))
    packed = (*produced, Answer("inspect", "pass", {}), Answer("accept", "accept", {}), ship(today))
    sent = (*packed, Answer("dispatch", "dispatched", {"override_reason": "the demo does not wait for the notice's lead"}))
    signed = (*sent, Answer("sign_off", "signed", {"signed_by": "陳小姐"}))
    due = day(today, 20)
    return (
        order("DEMO-1", DATONG, "BRK-200 brake caliper", 120, due),
        order("DEMO-2", NORDLICHT, "SPN-35 spindle", 40, day(today, 22), confirmed),
        order("DEMO-3", HUADONG, "RTR-8 rotor", 500, day(today, 21), (*planned, short(today))),
        replace(order("DEMO-4", NORDLICHT, "SPN-50 spindle", 12, due, producing), progress=PROGRESS),
        order("DEMO-5", DATONG, "BRK-210 brake caliper", 80, due, (*produced, failed())),
        order("DEMO-6", PACIFIC, "IMP-4 impeller", 60, due, packed),
        order("DEMO-7", HUADONG, "RTR-9 rotor", 200, due, sent),
        order("DEMO-8", PACIFIC, "IMP-6 impeller", 30, due, (*signed, content())),
        replace(order("DEMO-9", PACIFIC, "IMP-8 impeller", 24, day(today, 25), planned), hold=hold(today)),
        # Promised for today, and production needs days.
        order("DEMO-10", DATONG, "BRK-220 brake caliper", 60, day(today, 5), (promise(f"{today}"), plan(today))),
    )


def order(
    order_no: str, customer: tuple[str, str], product: str, quantity: int, requested: str, answers: tuple[Answer, ...] = ()
) -> DemoOrder:
    name, language = customer
    body = {
        "order_no": order_no,
        # A domain that nobody can own, like the cast's.
        "customer": {"name": name, "email": f"{order_no.lower()}@customer.example", "language": language},
        "lines": [{"product_model": product, "quantity": quantity}],
        "requested_date": requested,
    }
    return DemoOrder(body, answers)


def promise(day: str) -> Answer:
    return Answer("confirm_order", "confirm", {"promised_date": day, "channel": "phone"})


def plan(today: date) -> Answer:
    fields = {"planned_start": day(today, 2), "expected_completion": day(today, 6), "work_center": "Line 2"}
    return Answer("make_plan", "plan", fields)


def ship(today: date) -> Answer:
    fields = {"mode": "road", "carrier": "Formosa Freight", "ship_at": day(today, 8), "transit_days": 2}
    return Answer("plan_shipment", "plan", fields)


def hold(today: date) -> dict[str, Any]:
    return {"reason": "the customer reviews the drawing", "until": day(today, 3)}


def short(today: date) -> Answer:
    return Answer("ready_materials", "short", {"item": "copper wire 0.8 mm", "quantity": 300, "eta": day(today, 4)})


def failed() -> Answer:
    defects = [{"code": "BURR", "quantity": 6, "note": "at the piston bore"}]
    return Answer("inspect", "fail", {"failed": {"1": 6}, "defects": defects})


def content() -> Answer:
    return Answer("collect_feedback", "answered", {"csat": 5, "nps": 9, "channel": "mail", "comment": "On time, thank you."})


def day(today: date, working_days: int) -> str:
    """So many days of Monday to Friday after today: the plant may be closed on the others."""
    found = today
    while working_days:
        found += timedelta(days=1)
        working_days -= found.weekday() < SATURDAY
    return found.isoformat()
