"""What an order is: the customer's wishes, the promises made, and what became of them."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from workflows.types.base import Message
from workflows.types.cases import CaseFacts, CaseState
from workflows.types.texts import Day, Instant, Name, Quantity, Reference, Text, UnitName, no_control_characters
from workflows.types.words import DeliveryState, Department, Kind, Language, OrderStatus, Priority, Risk, Stage

Quantities = dict[str, int]
"""Line number (position from 1) to whole number; a line left out counts 0."""

Email = Annotated[
    str,
    StringConstraints(strict=True, max_length=254, pattern=r"^[^@\s<>\",;:]+@[^@\s<>\",;:]+$"),
    AfterValidator(no_control_characters),
]

MOST_LINES = 200


class Customer(Message):
    name: Name
    email: Email | None = None
    language: Language = Language.EN


class Line(Message):
    product_model: Name
    quantity: Quantity
    unit: UnitName = "pcs"


Lines = Annotated[tuple[Line, ...], Field(min_length=1, max_length=MOST_LINES)]


class OrderFacts(Message):
    """What sales enters (R5). `order_no` is normalised already."""

    order_no: str
    customer: Customer
    lines: Annotated[tuple[Line, ...], Field(max_length=MOST_LINES)]
    """At least one, but of a case."""
    requested_date: Day
    owner: str
    customer_ref: Reference | None = None
    ship_to: Name | None = None
    priority: Priority = Priority.NORMAL
    note: Text | None = None
    follows: str | None = None
    case: Annotated[CaseFacts | None, Field(exclude_if=lambda case: case is None)] = None
    """Of what is no order but a case beside the orders: it has no lines, and its customer is that of the order it is about."""

    @property
    def ordered(self) -> Quantities:
        return {str(number): line.quantity for number, line in enumerate(self.lines, start=1)}


class Promise(Message):
    """One revision of the date we promised (R4); the first is never overwritten."""

    revision: int
    date: Day
    reason: str | None
    by: str
    approved_by: str | None = None
    customer_agreed: bool | None = None
    forecast: Day | None = None
    at: Instant
    answered_at: Annotated[Instant | None, Field(exclude_if=lambda at: at is None)] = None
    """When the customer said so themselves. Left out where they did not: what orders wrote before is written as it was."""


class Shipment(Message):
    """The warehouse's plan, and when the customer and the owner had notice of it."""

    mode: str
    carrier: str
    ship_at: Instant
    transit_days: int
    arrival: Day
    noticed_at: datetime | None = None
    shipped_at: datetime | None = None
    tracking_no: str | None = None


class Hold(Message):
    reason: str
    since: Instant
    until: Instant
    by: str
    told_at: datetime | None = None
    """The last instant at which sales and management were told that the hold has ended."""


Consequence = dict[str, str | None]
"""One thing that would follow; `what` says what it is, the other members whom or what it concerns."""


class Amendment(Message):
    """What the customer wants otherwise; what is None stays (contract §5, amend)."""

    reason: str
    by: str
    lines: Lines | None = None
    """All lines, if any changes."""
    requested_date: Day | None = None
    ship_to: Name | None = None
    consequences: tuple[Consequence, ...] = ()
    """What agreeing would lead to, as it stood when it was asked."""

    @property
    def states_facts(self) -> bool:
        """Whether agreeing changes the order by itself; mere words change nothing."""
        return any(each is not None for each in (self.lines, self.requested_date, self.ship_to))


class Work(Message):
    """Where the goods are, line by line, and what the flow must remember of them (contract §2, Quantities)."""

    to_produce: Quantities = {}
    handed: Quantities = {}
    """Handed over for inspection since the last one."""
    failed: Quantities = {}
    """Failed at the last inspection, awaiting rework or a disposition."""
    passed: Quantities = {}
    """Passed since the last acceptance."""
    accepted: Quantities = {}
    sent: Quantities = {}
    """What the last dispatch took, while it is not signed for."""
    returned: Quantities = {}
    """Refused, short or lost at the last delivery, awaiting sales' decision."""
    received: Quantities = {}
    damaged: Quantities = {}
    dropped: Quantities = {}
    """No longer owed by this order: waived, or moved to a follow-up order."""
    lost: bool = False
    """The last delivery never arrived, so it cannot be redelivered."""
    conceded: bool = False
    rework_rounds: int = 0
    makers: tuple[str, ...] = ()
    """Who completed produce or rework since the last passed inspection (four eyes)."""
    unready: tuple[Kind, ...] = ()
    """Readiness still to be stated before production."""
    was_short: tuple[Kind, ...] = ()
    """Readiness that was short before; after a remake only these are asked again."""
    eta_due: dict[Kind, datetime] = {}
    """By readiness that was short: the end of its eta, when it is asked again."""
    is_remake: bool = False
    """What is made now replaces goods that were made before."""


class OrderRow(Message):
    """The order as people read it; what the inbox alone knows (who holds a task) is not in it."""

    case: Annotated[CaseFacts | None, Field(exclude_if=lambda case: case is None)] = None
    came_to: Annotated[CaseState | None, Field(exclude_if=lambda case: case is None)] = None
    """How far that case has come."""

    order_no: str
    order_id: str
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
    promised: date | None
    first_promised: date | None
    expected_completion: datetime | None
    planned_ship: datetime | None
    planned_arrival: date | None
    delivered: date | None
    promises: tuple[Promise, ...]
    delivery: DeliveryState
    rework_rounds: int
    hold: Hold | None
    follows: str | None
    followed_by: str | None
    cancel_refused: str | None
    """The refusal code that a cancellation would meet now, or None."""
    amend_refused: str | None = None
    """The same for an amendment."""
    asked: tuple[Department, ...] = ()
    """Departments that ever had a task of this order."""
    begun: tuple[Kind, ...] = ()
    """What was done since the order was released."""
    customer_told: tuple[str, ...] = ()
    """Kinds of mail that the customer was sent."""
    version: int
    created_at: datetime
    created_by: str
    plant_time_zone: str
