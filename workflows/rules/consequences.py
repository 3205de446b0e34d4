"""What cancelling or amending an order would lead to, told before it is done: by a dry run, and to those who decide."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from workflows.types.orders import Amendment, Consequence, OrderRow
from workflows.types.words import AMENDED_BY, STEP_OF, Department, Kind, Stage

KEPT = (Kind.CONFIRM_ORDER, Kind.MAKE_PLAN)
"""Questions that stay when lines change: they only show other quantities."""
Holders = Mapping[str, str | None]
"""By task: who holds it, as far as that is known; the inbox knows."""


class Question(Protocol):
    """An open task."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def department(self) -> Department: ...


def of_cancelling(order: OrderRow, tasks: Iterable[Question], holders: Holders) -> tuple[Consequence, ...]:
    """Open tasks are cancelled, what was begun stops; whoever had work with the order is told, and the customer if promised."""
    told = [department.value for department in order.asked] + (["customer"] if order.promised else [])
    notices: list[Consequence] = [{"what": "told", "kind": "order_cancelled", "to": to} for to in told]
    return (*_cancelled(tasks, holders), *_begun(order), *_shipment(order, "shipment_planned"), *_out(order), *notices)


def of_amending(order: OrderRow, tasks: Iterable[Question], holders: Holders, amendment: Amendment) -> tuple[Consequence, ...]:
    """Before release it is done at once; after it production and sales decide, and other lines are planned anew."""
    if order.stage is Stage.CONFIRM:
        return ()
    if not changes_lines(order, amendment):
        return (*_shipment(order, "shipment_planned"), *_out(order))
    unfit = [task for task in tasks if task.kind in STEP_OF and task.kind not in KEPT]
    back: Consequence = {"what": "planned_anew", "kind": Kind.MAKE_PLAN.value}
    return (back, *_cancelled(unfit, holders), *_begun(order), *_shipment(order, "shipment_dropped"), *_out(order))


def deciders(order: OrderRow) -> tuple[Consequence, ...]:
    """Who would be asked about an amendment: before release nobody."""
    departments = () if order.stage is Stage.CONFIRM else AMENDED_BY
    return tuple({"what": "asked", "kind": Kind.DECIDE_AMENDMENT.value, "department": each.value} for each in departments)


def changes_lines(order: OrderRow, amendment: Amendment) -> bool:
    return amendment.lines is not None and amendment.lines != order.lines


def _cancelled(tasks: Iterable[Question], holders: Holders) -> list[Consequence]:
    return [
        {"what": "task_cancelled", "task_id": task.id, "department": task.department.value, "assignee": holders.get(task.id)}
        for task in tasks
    ]


def _begun(order: OrderRow) -> list[Consequence]:
    return [{"what": "work_begun", "kind": kind.value} for kind in order.begun]


def _shipment(order: OrderRow, what: str) -> list[Consequence]:
    if order.planned_ship is None:
        return []
    ship_at = f"{order.planned_ship:%Y-%m-%dT%H:%M:%SZ}"
    return [{"what": what, "ship_at": ship_at, "arrival": f"{order.planned_arrival}"}]


def _out(order: OrderRow) -> list[Consequence]:
    """What the customer was told and may rely on."""
    return [{"what": "notice_out", "kind": kind, "to": "customer"} for kind in order.customer_told]
