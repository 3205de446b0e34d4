"""What operators see in the engine: which stage, which risk, who is asked until when, and what comes next."""

import time

from tests.endtoend import dates, engine
from tests.endtoend.order import Order
from tests.endtoend.plant import Plant
from tests.endtoend.waiting import until

DAY = 24 * 60 * 60
MOST_EVENTS = 150
PAUSE = 0.4
"""Between two answers, as people pause: their traces in history are then not batched together."""


def listed(order: Order, query: str) -> bool:
    found = engine.temporal(order.plant.stack, "workflow", "list", "--query", query)
    return engine.workflow_id(order.number) in {each["execution"]["workflowId"] for each in found}


def test_orders_are_found_by_stage_and_risk(plant: Plant) -> None:
    order = plant.enter().confirmed(dates.day(6))
    until(lambda: listed(order, 'Stage = "plan"'), "listed by stage")
    order.planned(done=dates.instant(days=9))
    until(lambda: listed(order, 'Stage = "plan" AND Risk = "late"'), "listed by risk")
    until(lambda: not listed(order, 'Stage = "confirm"'), "no longer listed where it was")
    assert listed(order, 'Customer = "聯宏精密"')


def test_an_orders_page_tells_who_is_asked_and_what_comes_next(plant: Plant) -> None:
    order = plant.enter().confirmed().planned()
    details = current_details(order)
    task = order.task("ready_materials")
    due = dates.read(task["due_at"]).astimezone(dates.PLANT)
    row = next(line for line in details.splitlines() if "ready_materials" in line)
    assert "supply_chain" in row and f"{due:%Y-%m-%d %H:%M}" in row and "remind" in row
    assert f"promised {dates.day(25)}" in details and f"requested {dates.day(30)}" in details and "on_track" in details
    summary = engine.described(plant.stack, order.number)["executionConfig"]["userMetadata"]["summary"]
    assert all(told in summary for told in (order.number, "聯宏精密", dates.day(30), "100"))


def current_details(order: Order) -> str:
    asked = ("--workflow-id", engine.workflow_id(order.number))
    return str(find(engine.temporal(order.plant.stack, "workflow", "metadata", *asked), "currentDetails"))


def find(tree: object, name: str) -> object:
    """The first value of this name, wherever it stands."""
    if isinstance(tree, dict):
        return tree.get(name) or next(filter(None, (find(branch, name) for branch in tree.values())), None)
    if isinstance(tree, list):
        return next(filter(None, (find(branch, name) for branch in tree)), None)
    return None


def test_history_is_kept_and_short(plant: Plant) -> None:
    namespace = engine.temporal(plant.stack, "operator", "namespace", "describe", "-n", "default")
    kept = str(find(namespace, "workflowExecutionRetentionTtl"))
    assert float(kept.removesuffix("s")) > DAY
    order = plant.enter()
    while tasks := order.now()["open_tasks"]:
        time.sleep(PAUSE)
        order.finish_one(tasks[0])
    order.ends("completed", "full")
    length = until(lambda: closed_length(order), "its workflow ends with its mail")
    assert length <= MOST_EVENTS, f"{length} events"


def closed_length(order: Order) -> int:
    info = engine.described(order.plant.stack, order.number)["workflowExecutionInfo"]
    return int(info["historyLength"]) if info["status"] == "WORKFLOW_EXECUTION_STATUS_COMPLETED" else 0
