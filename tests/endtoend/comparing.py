"""Whether store and workflow tell the same of an order: what people read against what the order itself knows."""

from typing import Any

from tests.endtoend import dates, engine
from tests.endtoend.order import Order
from tests.endtoend.waiting import until


def equal(order: Order) -> None:
    """Store and workflow are equal, once the order has had a moment to write what it knows."""
    until(lambda: not differences(order), lambda: f"store and workflow are equal: {differences(order)}", within=15, every=0.3)


def differences(order: Order) -> list[str]:
    """Empty when they are equal."""
    state = engine.state(order.plant.stack, order.number)
    now, events, tasks = order.now(), order.events(), order.tasks()
    return [f"{what}: store {store}, workflow {flow}" for what, store, flow in pairs(state, now, events, tasks) if store != flow]


def pairs(
    state: dict[str, Any], now: dict[str, Any], events: list[dict[str, Any]], tasks: list[dict[str, Any]]
) -> list[tuple[str, Any, Any]]:
    facts, shipment = state["facts"], state["shipment"]
    return [
        ("last event", len(events), state["seq"]),
        ("status", now["status"], state["status"]),
        ("stage", now["stage"], stage(state)),
        ("delivery", now["delivery"], state["delivery"]),
        ("risk", now["risk"], state["risk"]),
        ("lines", now["lines"], facts["lines"]),
        ("requested", now["dates"]["requested"], facts["requested_date"]),
        ("promises", now["promises"], state["promises"]),
        ("delivered", now["dates"]["delivered"], state["delivered"]),
        ("expected completion", at(now["dates"]["expected_completion"]), at(state["expected_completion"])),
        ("planned shipment", at(now["dates"]["planned_ship"]), at(shipment and shipment["ship_at"])),
        ("open tasks", open_tasks(tasks), open_tasks(list(state["tasks"].values()))),
        ("tasks by kind", newest(tasks), dict(state["counters"])),
        ("closed tasks", closed_by(tasks), {task: closure["by"] for task, closure in state["closures"].items()}),
        ("calls", [event["seq"] for event in events if event["key"]], sorted(state["done"].values())),
    ]


def stage(state: dict[str, Any]) -> str:
    """Of an order that has open tasks on its way, it is theirs."""
    stages = {task["stage"] for task in state["tasks"].values() if not task["kind"].startswith("decide_promise")}
    return stages.pop() if stages else "closed"


def at(text: str | None) -> Any:
    return dates.read(text) if text else None


def open_tasks(tasks: list[dict[str, Any]]) -> dict[str, Any]:
    return {task["id"]: (at(task["due_at"]), task["quantities"]) for task in tasks if task["status"] == "open"}


def newest(tasks: list[dict[str, Any]]) -> dict[str, int]:
    """By kind, the number of the last task asked."""
    return {kind: max(task["n"] for task in tasks if task["kind"] == kind) for kind in {task["kind"] for task in tasks}}


def closed_by(tasks: list[dict[str, Any]]) -> dict[str, str]:
    return {task["id"]: task["completed_by"] for task in tasks if task["status"] != "open"}
