"""What cancelling or amending would lead to, told before it is done (R6)."""

from typing import Any

import pytest

from tests.rules.samples import CALENDAR, at, day, order, shipment, task
from workflows.rules import consequences, views
from workflows.types.orders import Amendment, Line, OrderRow
from workflows.types.words import Department, Kind, Step

SHIPPED = {"ship_at": "2026-11-24T02:00:00Z", "arrival": "2026-11-25"}
OUT = {"what": "notice_out", "kind": "shipping_notice", "to": "customer"}
BEGUN = {"what": "work_begun", "kind": "produce"}
ANOTHER_PLACE = Amendment(reason="x", by="sales1", ship_to="Hsinchu")
OTHER_LINES = Amendment(reason="x", by="sales1", lines=(Line(product_model="JQ-0", quantity=60),))
DISPATCH, PROMISE = task(Kind.DISPATCH), task(Kind.DECIDE_PROMISE)


def row(step: Step = Step.DISPATCH) -> OrderRow:
    """An order that is about to leave."""
    seen: dict[str, Any] = {
        "asked": [Department.SALES, Department.WAREHOUSE],
        "begun": [Kind.PRODUCE],
        "customer_told": ["shipping_notice"],
    }
    state = order(step, day(30), shipment=shipment("24 10:00", day(25)), **seen)
    return views.row(state, CALENDAR, at("20 09:00"))


def test_cancelling_ends_all_that_is_open_and_tells_who_had_work_with_it() -> None:
    assert consequences.of_cancelling(row(), (DISPATCH, PROMISE), {DISPATCH.id: "warehouse1"}) == (
        {"what": "task_cancelled", "task_id": DISPATCH.id, "department": "warehouse", "assignee": "warehouse1"},
        {"what": "task_cancelled", "task_id": PROMISE.id, "department": "sales", "assignee": None},
        BEGUN,
        {"what": "shipment_planned", **SHIPPED},
        OUT,
        *({"what": "told", "kind": "order_cancelled", "to": to} for to in ("sales", "warehouse", "customer")),
    )


def test_other_lines_lead_back_to_planning() -> None:
    assert consequences.of_amending(row(), (DISPATCH, PROMISE), {}, OTHER_LINES) == (
        {"what": "planned_anew", "kind": "make_plan"},
        {"what": "task_cancelled", "task_id": DISPATCH.id, "department": "warehouse", "assignee": None},
        BEGUN,
        {"what": "shipment_dropped", **SHIPPED},
        OUT,
    )


@pytest.mark.parametrize("wanted", [ANOTHER_PLACE, ANOTHER_PLACE.model_copy(update={"lines": row().lines})])
def test_another_place_leaves_the_work_as_it_is(wanted: Amendment) -> None:
    assert consequences.of_amending(row(), (DISPATCH,), {}, wanted) == ({"what": "shipment_planned", **SHIPPED}, OUT)


def test_before_release_nothing_follows_and_nobody_is_asked() -> None:
    unconfirmed = row(Step.CONFIRM)
    assert consequences.of_amending(unconfirmed, (), {}, OTHER_LINES) == consequences.deciders(unconfirmed) == ()


def test_production_and_sales_decide() -> None:
    asked: list[Any] = [each["department"] for each in consequences.deciders(row())]
    assert asked == ["production", "sales"]


@pytest.mark.parametrize(
    ("step", "received", "refused"),
    [
        (Step.CONFIRM, {}, None),
        (Step.DISPATCH, {}, None),
        (Step.SIGN_OFF, {}, "already-dispatched"),
        (Step.RESOLVE_REFUSAL, {}, "already-dispatched"),
        (Step.PLAN_SHIPMENT, {"1": 10}, "already-dispatched"),
        (Step.ASK_FEEDBACK, {"1": 100}, "already-dispatched"),
        (Step.CLOSED, {}, "order-closed"),
    ],
)
def test_once_goods_are_out_nothing_is_amended(step: Step, received: dict[str, int], refused: str | None) -> None:
    state = order(step, day(30))
    state.work = state.work.model_copy(update={"received": received})
    assert views.amend_refused(state) == refused
