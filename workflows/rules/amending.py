"""What the customer wants otherwise: a wish read from words or a form, and what is wrong with it given the order (R6)."""

from datetime import date
from typing import Protocol

from workflows.rules import dates
from workflows.rules.calendar import Calendar
from workflows.types.commands import AmendOrder
from workflows.types.orders import Amendment, Line
from workflows.types.refusals import Fault
from workflows.types.words import AMENDED_BY, CUSTOMER, Department


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


def deciders(wish: Amendment, *, is_released: bool) -> tuple[Department, ...]:
    """Who is asked: mere words are for sales, and nothing reaches production before the order is released (R7)."""
    return AMENDED_BY if wish.states_facts and is_released else (Department.SALES,)


def heard(said: AmendOrder, order: Wish, today: date, calendar: Calendar) -> list[Fault]:
    """What is wrong with what somebody says to an order; a customer need not know how the order is written."""
    only_words = said.lines is None and said.requested_date is None and said.ship_to is None
    return [] if only_words and said.actor.id == CUSTOMER else faults(said, order, today, calendar)


def faults(wish: Wish, order: Wish, today: date, calendar: Calendar) -> list[Fault]:
    """What is wrong with a wish, given the order as it is."""
    if wrong := dates.in_promise("/requested_date", wish.requested_date, today, calendar):
        return wrong
    wanted = {"lines": wish.lines, "requested_date": wish.requested_date, "ship_to": wish.ship_to}
    if all(each is None or each == getattr(order, name) for name, each in wanted.items()):
        return [Fault(pointer="", message="changes nothing; give lines, requested_date or ship_to as they are to be")]
    return []
