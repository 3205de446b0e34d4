"""What somebody may say to an order on its page: re-promise, hold, resume, cancel, amend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import BaseModel
from starlette.datastructures import QueryParams

from activities.languages import Tongue
from activities.store import Person
from api import forms
from api.deeds import Office
from api.order_deeds import Amend, Cancel, Hold, OrderDeed, Repromise, Resume
from api.pages.forms.attempts import new_key
from api.pages.forms.fields import Basis, Box, Sheet, Typed, elsewhere, faulty
from api.problems import Problem
from workflows.rules import authority
from workflows.types.commands import Actor
from workflows.types.orders import Consequence, OrderRow
from workflows.types.words import UNDER_WAY, Department, OrderStatus, Stage

ASKS: Mapping[str, type[BaseModel]] = {
    "repromise": forms.RepromiseIn,
    "hold": forms.HoldIn,
    "resume": forms.ReasonIn,
    "amend": forms.AmendIn,
    "cancel": forms.ReasonIn,
}
"""By deed, in the order in which a page offers them."""
REHEARSED = ("amend", "cancel")
"""Whose consequences are shown first."""


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A form that was sent, and what came of it."""

    deed: str
    typed: Typed
    key: str
    problem: Problem | None = None
    follow: Sequence[Consequence] | None = None
    """What would follow, which is to be confirmed."""
    seen: int = 0
    """The version of the order for which that holds."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """One deed as the page offers it."""

    deed: str
    boxes: Sequence[Box]
    key: str
    tried: Tried | None = None
    others: Sequence[str] = ()
    """What is wrong with none of its fields."""
    faulty: Sequence[Box] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.tried is not None

    @property
    def problem(self) -> Problem | None:
        return self.tried.problem if self.tried else None


def offered(order: OrderRow, actor: Actor) -> list[str]:
    """What this person may say to it now; the deeds judge again."""
    if order.status not in UNDER_WAY:
        return []
    may_change = authority.may_change_order(actor) is None
    may_hold = authority.may_hold_order(actor) is None
    allowed = {
        "repromise": may_change and bool(order.promises) and order.stage is not Stage.FEEDBACK,
        "hold": may_hold and order.status is OrderStatus.OPEN,
        "resume": may_hold and order.status is OrderStatus.ON_HOLD,
        "amend": may_change and order.amend_refused is None,
        "cancel": may_change and order.cancel_refused is None,
    }
    return [deed for deed in ASKS if allowed[deed]]


def sheet(deed: str, order: OrderRow, today: date, people: Sequence[Person]) -> Sheet:
    approvers = [(person.id, person.name) for person in people if Department.MANAGEMENT in person.member_of]
    stands = {"lines": order.lines, "requested_date": order.requested_date, "ship_to": order.ship_to}
    basis = Basis(
        zone=order.plant_time_zone,
        today=today,
        lines=order.lines,
        stands=stands if deed == "amend" else {},
        choices={"approved_by": approvers},
    )
    return Sheet.of(ASKS[deed], basis, place="")


def form(deed: str, asks: Sheet, tongue: Tongue, tried: Tried | None) -> Form:
    if tried is None or tried.deed != deed:
        return Form(deed=deed, boxes=asks.shown(tongue, scope=deed), key=new_key())
    boxes = asks.shown(tongue, tried.typed, tried.problem, deed)
    others = elsewhere(tried.problem, boxes) if tried.problem else ()
    return Form(deed=deed, boxes=boxes, key=tried.key, tried=tried, others=others, faulty=faulty(boxes))


def deed_of(name: str, office: Office, order_no: str) -> OrderDeed:
    plain: dict[str, Any] = {"repromise": Repromise, "hold": Hold, "resume": Resume}
    if name in plain:
        found: OrderDeed = plain[name](office, order_no)
        return found
    return rehearsable(name, office, order_no)


def rehearsable(name: str, office: Office, order_no: str) -> Amend | Cancel:
    return (Amend if name == "amend" else Cancel)(office, order_no, QueryParams())
