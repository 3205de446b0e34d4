"""Quality problems go back to production (R11, R13); a shortage is decided, never silently accepted (R12)."""

from typing import Any

from tests.endtoend.order import ASKED, CONFIRMED, SHIPPED, Order
from tests.endtoend.plant import Plant


def fail(order: Order, pieces: int) -> None:
    defects: list[dict[str, Any]] = [{"code": "BURR", "quantity": pieces, "note": "at the bore"}]
    order.answer("inspect", "fail", failed={"1": pieces}, defects=defects)


def rework(order: Order, **fields: Any) -> None:
    order.answer("rework", "reworked", cause="worn tool", corrective_action="tool changed", **fields)


def rounds_used_up(plant: Plant) -> Order:
    """100 pieces, of which 4 still fail after both rounds."""
    order = plant.enter(100).produced()
    fail(order, 10)
    rework(order)
    fail(order, 6)
    rework(order)
    fail(order, 4)
    assert order.open_kinds() == {"decide_disposition"} and order.now()["rework_rounds"] == 2
    assert order.task("decide_disposition")["quantities"] == {"1": 4}
    order.refused(403, "not-your-department", "decide_disposition", "concede", by="quality-head", reason="good enough")
    return order


def done_from_acceptance(order: Order) -> None:
    assert order.task("accept")["quantities"] == {"1": 100}
    order.answer("accept", "accept")
    order.shipped().signed().satisfied().ends("completed", "full")


def test_two_rework_rounds(plant: Plant) -> None:
    order = plant.enter(100).produced()
    order.refused(422, "invalid", "inspect", "fail", failed={"1": 101}, defects=[])
    order.refused(422, "invalid", "inspect", "fail", failed={"1": 0}, defects=[])
    fail(order, 10)
    assert order.task("rework")["quantities"] == {"1": 10} and order.now()["rework_rounds"] == 1
    rework(order)
    assert order.task("inspect")["quantities"] == {"1": 10}
    fail(order, 3)
    rework(order)
    assert order.task("inspect")["quantities"] == {"1": 3} and order.now()["rework_rounds"] == 2
    order.answer("inspect", "pass")
    done_from_acceptance(order)
    order.told(*CONFIRMED, *SHIPPED, *ASKED)


def test_management_grants_one_more_round(plant: Plant) -> None:
    order = rounds_used_up(plant)
    order.answer("decide_disposition", "rework", reason="the cause is known now")
    assert order.now()["rework_rounds"] == 3
    rework(order)
    fail(order, 1)
    assert order.open_kinds() == {"decide_disposition"}
    order.answer("decide_disposition", "rework", reason="the last one")
    rework(order)
    order.answer("inspect", "pass")
    done_from_acceptance(order)


def test_management_concedes(plant: Plant) -> None:
    order = rounds_used_up(plant)
    order.answer("decide_disposition", "concede", reason="the customer agreed")
    done_from_acceptance(order)


def test_management_has_the_goods_made_again(plant: Plant) -> None:
    order = rounds_used_up(plant)
    order.answer("decide_disposition", "remake", reason="the material was bad")
    assert order.open_kinds() == {"make_plan"} and order.now()["stage"] == "plan"
    order.planned()
    assert order.task("produce")["quantities"] == {"1": 4}, "nothing was short before: readiness is not asked again"
    order.answer("produce", "done")
    assert order.now()["rework_rounds"] == 0
    order.answer("inspect", "pass")
    done_from_acceptance(order)


def short_by_two(plant: Plant) -> Order:
    """100 pieces ordered, of which rework scrapped 2."""
    order = plant.enter(100).produced()
    fail(order, 10)
    rework(order, scrap={"1": 2})
    order.answer("inspect", "pass")
    assert order.task("accept")["quantities"] == {"1": 98}
    order.refused(422, "invalid", "accept", "accept")
    order.answer("accept", "short", accepted={"1": 98}, reason="two were scrapped")
    assert order.task("decide_shortage")["quantities"] == {"1": 2}
    return order


def test_a_shortage_is_made_again(plant: Plant) -> None:
    order = short_by_two(plant)
    order.answer("decide_shortage", "remake", reason="they need them all")
    order.planned()
    assert order.task("produce")["quantities"] == {"1": 2}
    order.answer("produce", "done")
    order.answer("inspect", "pass")
    assert order.task("accept")["quantities"] == {"1": 2}
    order.answer("accept", "accept")
    order.plan_shipment()
    assert order.task("dispatch")["quantities"] == {"1": 100}
    order.dispatch_in_time()
    order.signed().satisfied().ends("completed", "full")


def test_a_part_is_shipped_and_the_rest_follows(plant: Plant) -> None:
    order = short_by_two(plant)
    order.answer("decide_shortage", "ship_part", reason="they wait for 98", rest="later", customer_agreed=True)
    rest = order.follow_up()
    assert rest.number == f"{order.number}-R1"
    entered = rest.now()
    assert [(line["product_model"], line["quantity"]) for line in entered["lines"]] == [("JQ-0", 2)]
    assert [entered[name] for name in ("customer", "owner", "ship_to", "requested_date", "stage")] == [
        *(order.now()[name] for name in ("customer", "owner", "ship_to", "requested_date")),
        "confirm",
    ]
    order.shipped()
    assert order.task("sign_off")["quantities"] == {"1": 98}
    order.signed().satisfied().ends("completed", "short")
    rest.accepted().shipped().signed().satisfied().ends("completed", "full")


def test_a_shortage_is_waived(plant: Plant) -> None:
    order = short_by_two(plant)
    order.answer("decide_shortage", "ship_part", reason="98 will do", rest="waived")
    order.shipped().signed().satisfied()
    assert order.ends("completed", "short")["followed_by"] is None
