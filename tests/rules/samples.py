"""Orders in all states, for the rule tables: an office in Taipei, an order of two lines, entered on Friday 2026-11-20."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from activities import policy_file
from workflows.rules import deadlines, quantities
from workflows.rules.calendar import Calendar
from workflows.types import events as e
from workflows.types.commands import Actor
from workflows.types.events import Event
from workflows.types.orders import Customer, Line, OrderFacts, Promise, Shipment, Work
from workflows.types.policy import Policy
from workflows.types.state import OrderState
from workflows.types.tasks import Task
from workflows.types.words import STAGE_OF, STEP_OF, Department, Kind, Step

TAIPEI = ZoneInfo("Asia/Taipei")
DEFAULT = policy_file.default()
CALENDAR = Calendar.of(DEFAULT.plant)


def policy(text: str) -> Policy:
    return policy_file.parse(f'version = "test"\n{text}')


def at(text: str) -> datetime:
    """`20 09:00`: November 2026 in the plant's zone; the 20th is a Friday. `12-01 09:00` in another month."""
    day, clock = text.split()
    month, _, number = day.rpartition("-")
    when = datetime.fromisoformat(f"2026-{month or '11'}-{number} {clock}")
    return when.replace(tzinfo=TAIPEI).astimezone(UTC)


def day(number: int, month: int = 11) -> date:
    return date(2026, month, number)


def facts(*ordered: int) -> OrderFacts:
    lines = tuple(Line(product_model=f"JQ-{n}", quantity=quantity) for n, quantity in enumerate(ordered or (100, 20)))
    return OrderFacts(order_no="T-1", customer=Customer(name="聯宏精密"), lines=lines, requested_date=day(30), owner="sales1")


def order(step: Step = Step.CONFIRM, promised: date | None = None, governed_by: Policy = DEFAULT, **changes: Any) -> OrderState:
    """An order at a step, promised or not."""
    state = OrderState(
        facts=facts(), policy=governed_by, digest="pinned", created_at=at("20 09:00"), created_by="sales1", step=step
    )
    if promised is not None:
        state.promises = [Promise(revision=1, date=promised, reason=None, by="sales1", at=at("20 09:00"))]
    return state.model_copy(update=changes, deep=True)


def shipment(ship: str, arrival: date, **changes: Any) -> Shipment:
    plan = Shipment(mode="road", carrier="Hsin Yun", ship_at=at(ship), transit_days=1, arrival=arrival)
    return plan.model_copy(update=changes)


def task(kind: Kind, state: OrderState | None = None, opened: str = "20 09:00", **changes: Any) -> Task:
    """An open task of the kind, due as its rule says."""
    state = state or order()
    calendar = Calendar.of(state.policy.plant)
    due = deadlines.due_at(kind, state, at(opened), calendar)
    opened_task = Task(
        id=f"T-1.{kind}.1",
        kind=kind,
        n=1,
        stage=STAGE_OF[STEP_OF.get(kind, Step.CONFIRM)],
        department=state.policy.tasks[kind].department,
        opened_at=at(opened),
        due_at=due,
        due_soon_at=deadlines.due_soon_at(kind, state.policy, at(opened), due, calendar),
        quantities=quantities.before(kind, state),
    )
    return opened_task.model_copy(update=changes)


def member(*departments: Department, name: str = "somebody", head: bool = False, admin: bool = False) -> Actor:
    return Actor(id=name, departments=departments, heads=departments if head else (), admin=admin)


def work(**changes: Any) -> Work:
    return Work(**changes)


def event(seq: int, data: e.Happening, when: str = "20 09:00") -> Event:
    return Event(seq=seq, at=at(when), actor="somebody", data=data)
