"""What people may say to an order: one object for each update, carrying who says it."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from workflows.types.answers import Progress
from workflows.types.base import Message
from workflows.types.events import SaidRef
from workflows.types.orders import Lines, OrderFacts
from workflows.types.policy import Policy
from workflows.types.state import OrderState
from workflows.types.texts import Day, Name, When
from workflows.types.words import SYSTEM, Department


class Actor(Message):
    """Who speaks, with the powers they have today: their own, and those of the people they stand in for."""

    id: str
    departments: tuple[Department, ...] = ()
    heads: tuple[Department, ...] = ()
    admin: bool = False
    on_behalf_of: dict[Department, str] = {}
    """By department that is not their own: the absent person whom they stand in for."""
    courses: Annotated[tuple[str, ...], Field(exclude_if=lambda courses: not courses)] = ()
    """What they were taught and that counts today. Left out where it is nothing, as by those who spoke before it was asked."""
    lapsed: Annotated[dict[str, date], Field(exclude_if=lambda lapsed: not lapsed)] = {}
    """By course that counts no more: the last day on which it did."""


SYSTEM_ACTOR = Actor(id=SYSTEM)


class Said(Message):
    """What every update carries."""

    actor: Actor
    ref: SaidRef
    expected_version: int | None = None
    """If-Match, as far as the workflow knows it: the seq that the order or task must have."""


class CompleteTask(Said):
    task_id: str
    outcome: str
    fields: dict[str, Any] = {}
    comment: str | None = None


class ReportProgress(Said):
    task_id: str
    progress: Progress


class ExtendTask(Said):
    task_id: str
    due_at: When
    reason: str


class CorrectTask(Said):
    task_id: str
    outcome: str
    fields: dict[str, Any] = {}
    reason: str


class RepromiseOrder(Said):
    promised_date: Day
    reason: str
    customer_agreed: bool
    approved_by: str | None = None


class HoldOrder(Said):
    reason: str
    until: When


class ResumeOrder(Said):
    reason: str


class CancelOrder(Said):
    reason: str


class AmendOrder(Said):
    """What is None stays as it is."""

    reason: str
    lines: Lines | None = None
    requested_date: Day | None = None
    ship_to: Name | None = None


class CustomerAnswers(Said):
    """The customer agrees to a promised date, or does not, and says what they want instead."""

    revision: int
    agreed: bool
    reason: str | None = None
    wanted: Day | None = None


class AdoptPolicy(Said):
    policy: Policy
    digest: str


class OrderStart(Message):
    """What an order's workflow starts with: a new order, or the state that it carries on with."""

    facts: OrderFacts
    entered_by: Actor
    policy: Policy
    digest: str
    ref: SaidRef | None = None
    carried: OrderState | None = None
    """The state of the run before, after continue-as-new."""
    chain: str = ""
    """Of what that run had written last (`Flush.chain`)."""
