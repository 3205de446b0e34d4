"""What the customer wants otherwise: a wish read from words or a form, and what is wrong with it given the order (R6)."""

from datetime import date
from typing import Protocol

from workflows.rules import dates
from workflows.rules.calendar import Calendar
from workflows.types.commands import AmendOrder
from workflows.types.orders import Amendment, Line
from workflows.types.refusals import Fault


class Wish(Protocol):
    """What may be wanted otherwise of an order, and what an order has of it."""

    @property
    def lines(self) -> tuple[Line, ...] | None: ...
    @property
    def requested_date(self) -> date | None: ...
    @property
    def ship_to(self) -> str | None: ...


def amendment(said: AmendOrder) -> Amendment:
    return Amendment(
        reason=said.reason, by=said.actor.id, lines=said.lines, requested_date=said.requested_date, ship_to=said.ship_to
    )


def faults(wish: Wish, order: Wish, today: date, calendar: Calendar) -> list[Fault]:
    """What is wrong with a wish, given the order as it is."""
    if wrong := dates.in_promise("/requested_date", wish.requested_date, today, calendar):
        return wrong
    wanted = {"lines": wish.lines, "requested_date": wish.requested_date, "ship_to": wish.ship_to}
    if all(each is None or each == getattr(order, name) for name, each in wanted.items()):
        return [Fault(pointer="", message="changes nothing; give lines, requested_date or ship_to as they are to be")]
    return []
