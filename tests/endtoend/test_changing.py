"""An order is changed on its way, and answers are mended, as people do it through HTTP (R6)."""

from typing import Any

from tests.endtoend import comparing, dates
from tests.endtoend.order import Order
from tests.endtoend.plant import Plant


def agree(order: Order) -> None:
    for task in order.tasks(kind="decide_amendment", status="open"):
        order.decide(task, "agree", reason="it can be done")


def test_an_order_is_amended_before_and_after_release(plant: Plant) -> None:
    order = plant.enter(100)
    wanted = [{**order.body["lines"][0], "quantity": 80}]
    shown = order.say("amend", reason="less is needed", lines=wanted)
    assert (shown["lines"][0]["quantity"], [task["kind"] for task in shown["open_tasks"]]) == (80, ["confirm_order"])
    order.producing().answer("produce", "done")
    rehearsed = plant.person("sales1").say(
        f"{order.path}/amend?dry_run=true", {"reason": "more", "lines": [{**wanted[0], "quantity": 90}]}
    )
    follow = rehearsed.json()["consequences"]
    assert {"what": "planned_anew", "kind": "make_plan"} in follow
    assert {each["department"] for each in follow if each["what"] == "asked"} == {"production", "sales"}
    order.say("amend", reason="more", lines=[{**wanted[0], "quantity": 90}], requested_date=dates.day(40))
    (task, _) = order.tasks(kind="decide_amendment", status="open")
    assert task["amendment"]["consequences"] == [each for each in follow if each["what"] != "asked"]
    agree(order)
    assert (order.now()["stage"], order.task("make_plan")["quantities"]) == ("plan", {"1": 10})
    comparing.equal(order)
    order.planned().made_ready().answer("produce", "done")
    assert order.task("inspect")["quantities"] == {"1": 90}
    order.finished().ends("completed", "full")


def test_a_refused_amendment_changes_nothing(plant: Plant) -> None:
    order = plant.enter(100).producing()
    order.say("amend", reason="x", ship_to="Hsinchu")
    production, _ = sorted(order.tasks(kind="decide_amendment", status="open"), key=lambda task: task["n"])
    order.decide(production, "refuse", reason="no")
    assert (order.now()["ship_to"], order.open_kinds()) == (None, {"produce"})
    comparing.equal(order)
    order.finished().ends("completed", "full")


def test_a_mistaken_inspection_is_corrected(plant: Plant) -> None:
    order = plant.enter(100).produced()
    answered = order.answer("inspect", "pass")
    failed: dict[str, Any] = {"failed": {"1": 10}, "defects": [{"code": "burr", "quantity": 10}]}
    shown = order.correct(answered["id"], "fail", by="quality-head", **failed)
    assert (shown["outcome"], shown["fields"], shown["completed_by"]) == ("fail", failed, answered["completed_by"])
    assert order.task("rework")["quantities"] == {"1": 10}
    comparing.equal(order)
    order.answer("rework", "reworked", cause="blunt tool", corrective_action="tool changed")
    order.refused_correction(409, "too-late", answered["id"], "pass", by="quality-head")
    order.finished().ends("completed", "full")


def test_a_mistaken_shipment_is_planned_and_announced_anew(plant: Plant) -> None:
    order = plant.enter(100).accepted()
    order.plan_shipment()
    (planned,) = order.tasks(kind="plan_shipment")
    right: dict[str, Any] = {"mode": "air", "carrier": "Evergreen", "ship_at": dates.instant(days=6), "transit_days": 1}
    order.correct(planned["id"], "plan", by="warehouse-head", **right)
    assert dates.read(order.now()["dates"]["planned_ship"]) == dates.read(right["ship_at"])
    order.dispatch_in_time()
    order.signed().satisfied().ends("completed", "full")
    comparing.equal(order)
