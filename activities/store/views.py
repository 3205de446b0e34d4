"""What people read, exactly as the contract writes it: snake_case JSON, instants in UTC with Z, dates in ISO."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import AfterValidator, BaseModel

from activities.store.register import Away, Person
from workflows.types.base import Message
from workflows.types.orders import Amendment, Customer, Line, Promise, Quantities
from workflows.types.words import (
    DeliveryState,
    Department,
    Kind,
    Language,
    Lateness,
    NoticeState,
    OrderStatus,
    Origin,
    Priority,
    Risk,
    Stage,
    TaskStatus,
)

Item = TypeVar("Item")

Utc = Annotated[datetime, AfterValidator(lambda instant: instant.astimezone(UTC))]


class Page(BaseModel, Generic[Item]):
    items: list[Item]
    next_cursor: str | None


class Dates(Message):
    requested: date
    promised: date | None
    first_promised: date | None
    expected_completion: Utc | None
    planned_ship: Utc | None
    planned_arrival: date | None
    delivered: date | None


class OpenTask(Message):
    """Who has to do what next on an order, and by when (R3)."""

    id: str
    kind: Kind
    stage: Stage
    department: Department
    assignee: str | None
    due_at: Utc
    lateness: Lateness | None
    escalation_level: int
    blocked: str | None


class HoldOut(Message):
    reason: str
    since: Utc
    until: Utc
    by: str


class Links(Message):
    temporal: str


class OrderOut(Message):
    order_no: str
    customer: Customer
    lines: tuple[Line, ...]
    requested_date: date
    customer_ref: str | None
    ship_to: str | None
    priority: Priority
    note: str | None
    owner: str
    status: OrderStatus
    stage: Stage
    risk: Risk | None
    slack_hours: float | None
    dates: Dates
    promises: tuple[Promise, ...]
    delivery: DeliveryState
    rework_rounds: int
    open_tasks: tuple[OpenTask, ...]
    hold: HoldOut | None
    follows: str | None
    followed_by: str | None
    version: int
    created_at: Utc
    created_by: str
    plant_time_zone: str
    links: Links


class CaseOut(Message):
    """Something beside the orders: an improvement, an agreed action, an order's file that is not complete."""

    number: str
    origin: Origin
    text: str
    about: str | None
    """The order that it came from."""
    reference: str | None
    """What it came from within that: a task, an issue's kind, a meeting."""
    customer: str | None
    status: OrderStatus
    department: Department | None
    cause: str | None
    action: str | None
    due: date | None
    """By the end of which day the action is to be done."""
    acted_by: tuple[str, ...]
    rests_until: Utc | None
    """When the effect of what was done is looked at."""
    rounds: int
    result: str | None
    """How it ended: effective, done, dropped, complete, waived."""
    open_tasks: tuple[OpenTask, ...]
    version: int
    created_at: Utc
    created_by: str
    plant_time_zone: str
    links: Links


class TaskOrder(Message):
    """What whoever does a task must know of its order."""

    customer: Customer
    lines: tuple[Line, ...]
    promised: date | None
    ship_to: str | None


class TaskOut(Message):
    id: str
    order_no: str
    kind: Kind
    stage: Stage
    n: int
    department: Department
    assignee: str | None
    status: TaskStatus
    blocked: str | None
    quantities: Quantities | None
    amendment: Amendment | None
    """Of decide_amendment: what is to be decided, and what agreeing would lead to."""
    opened_at: Utc
    due_at: Utc
    latest_finish: Utc | None
    """The last instant at which it may be done if the promise is to hold."""
    earliest: date | None
    """Of decide_promise: the earliest date that the forecast supports."""
    lateness: Lateness | None
    escalation_level: int
    outcome: str | None
    fields: dict[str, Any] | None
    comment: str | None
    completed_at: Utc | None
    completed_by: str | None
    version: int
    order: TaskOrder


class EventOut(Message):
    seq: int
    at: Utc
    type: str
    actor: str
    on_behalf_of: str | None
    task_id: str | None
    key: str | None
    data: dict[str, Any]


class NoticeOut(Message):
    kind: str
    to: str
    state: NoticeState
    at: Utc
    message_id: str
    task_id: str | None


class PersonOut(Message):
    id: str
    name: str
    email: str | None
    language: Language
    departments: tuple[Department, ...]
    head_of: tuple[Department, ...]
    admin: bool
    away: Away | None

    @classmethod
    def of(cls, person: Person) -> Self:
        return cls.model_validate(dict(person))
