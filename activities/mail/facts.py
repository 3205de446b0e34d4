"""The facts that every letter shows below its words: of the order, and for staff of the task."""

from datetime import date
from typing import NamedTuple

from activities.languages import Tongue
from activities.mail.matter import Matter, lines
from activities.mail.words import Words
from workflows.types.orders import Amendment, OrderRow
from workflows.types.words import Kind, Priority

ON_THE_ROAD = (Kind.DISPATCH, Kind.SIGN_OFF)
"""What lies before these tasks is what one delivery brings, which may be a part of the order."""

Value = str | date | tuple[str, ...] | None


class Fact(NamedTuple):
    label: str
    lines: tuple[str, ...]


def for_customer(matter: Matter, words: Words, tongue: Tongue) -> list[Fact]:
    """What the customer knows already, and whom to ask; nothing of the plant's inside."""
    order, task = matter.order, matter.task
    return _known(
        words,
        tongue,
        order=order.order_no,
        your_reference=order.customer_ref,
        lines=lines(order.lines, words, task.quantities if task and task.kind in ON_THE_ROAD else None),
        ship_to=order.ship_to,
        promised=order.promised,
        contact=matter.contact,
    )


def for_staff(matter: Matter, words: Words, tongue: Tongue) -> list[Fact]:
    order = matter.order
    if order.case is not None:
        return _of_task(matter, words, tongue) + _of_case(order, words, tongue)
    return _of_task(matter, words, tongue) + _known(
        words,
        tongue,
        order=order.order_no,
        customer=order.customer.name,
        customer_ref=order.customer_ref,
        lines=lines(order.lines, words),
        priority=None if order.priority is Priority.NORMAL else words.priorities[order.priority],
        ship_to=order.ship_to,
        requested=order.requested_date,
        promised=order.promised,
        first_promised=order.first_promised if order.first_promised != order.promised else None,
        expected_completion=matter.time(order.expected_completion, tongue),
        planned_ship=matter.time(order.planned_ship, tongue),
        planned_arrival=order.planned_arrival,
        delivered=order.delivered,
    )


def _of_case(order: OrderRow, words: Words, tongue: Tongue) -> list[Fact]:
    """Of something beside the orders: where it comes from, what it is about, and what was found out so far."""
    case, state = order.case, order.came_to
    assert case is not None and state is not None  # noqa: S101
    return _known(
        words,
        tongue,
        improvement=order.order_no,
        origin=words.origins[case.origin],
        case_text=case.text,
        about_order=case.about,
        customer=order.customer.name if case.about else None,
        root_cause=state.cause,
        agreed_action=state.action if state.action != case.text else None,
        action_due=state.due,
        rounds=str(state.rounds) if state.rounds > 1 else None,
    )


def _of_task(matter: Matter, words: Words, tongue: Tongue) -> list[Fact]:
    task = matter.task
    if task is None:
        return []
    whole = task.quantities is None or lines(matter.order.lines, words) == lines(matter.order.lines, words, task.quantities)
    return _known(
        words,
        tongue,
        task=words.task(task.kind),
        # The whole order stands under its lines already.
        quantities=None if whole else lines(matter.order.lines, words, task.quantities),
        department=words.department(task.department),
        holder=matter.holder,
        due=matter.time(task.due_at, tongue),
    ) + _of_wish(task.amendment, words, tongue)


def _of_wish(amendment: Amendment | None, words: Words, tongue: Tongue) -> list[Fact]:
    """What production and sales are to decide."""
    if amendment is None:
        return []
    return _known(
        words,
        tongue,
        wish_reason=amendment.reason,
        wish_lines=lines(amendment.lines, words) if amendment.lines else None,
        wish_requested=amendment.requested_date,
        wish_ship_to=amendment.ship_to,
    )


def _known(words: Words, tongue: Tongue, **values: Value) -> list[Fact]:
    """The values that there are, under their labels in the reader's language."""
    return [Fact(words.labels[name], _lines(value, tongue)) for name, value in values.items() if value]


def _lines(value: str | date | tuple[str, ...], tongue: Tongue) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    return (tongue.day(value) if isinstance(value, date) else value,)
