"""Changing what was ordered: tried first, refused in the contract's order, and told as the order (contract §5, amend)."""

from typing import Any

import pytest

from tests.api.plant import Plant, code, order_in, pointers
from workflows.types.words import Kind

LINES = [{"product_model": "Pump 7", "quantity": 80}]
WANTED = {"reason": "less is needed", "lines": LINES}


async def test_before_release_the_order_shows_it_at_once(plant: Plant) -> None:
    order = await plant.entered()
    answer = await plant.post("sales1", f"/orders/{order}/amend", {**WANTED, "ship_to": " Dock 3 "}, key="k")
    found = answer.json()
    assert (answer.status_code, found["lines"][0]["quantity"], found["ship_to"]) == (200, 80, "Dock 3")
    assert (await plant.get("sales1", f"/orders/{order}")).json() == found
    again = await plant.post("sales1", f"/orders/{order}/amend", {**WANTED, "ship_to": " Dock 3 "}, key="k")
    assert (again.json(), again.headers["idempotent-replayed"]) == (found, "true")
    (event,) = [each for each in await events(plant, order) if each["type"] == "order_amended"]
    assert (event["actor"], event["key"], event["data"]["amendment"]["reason"]) == ("sales1", "k", "less is needed")


async def events(plant: Plant, order: str) -> list[dict[str, Any]]:
    return list((await plant.get("sales1", f"/orders/{order}/events?limit=200")).json()["items"])


async def tried(plant: Plant, order: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    """What a dry run tells; it leaves the order as it was."""
    before, heard = (await plant.get("sales1", f"/orders/{order}")).json(), len(plant.engine.heard)
    answer = await plant.post("sales1", f"/orders/{order}/amend?dry_run=true", body, key="dry")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    found: list[dict[str, Any]] = told.pop("consequences")
    assert told == before == (await plant.get("sales1", f"/orders/{order}")).json()
    assert len(plant.engine.heard) == heard
    return found


async def test_before_release_nothing_follows(plant: Plant) -> None:
    assert await tried(plant, await plant.entered(), WANTED) == []


async def test_a_dry_run_tells_what_agreeing_would_lead_to_and_who_is_asked(plant: Plant) -> None:
    order = await plant.confirmed()
    plant.engine.answered(order, Kind.MAKE_PLAN, "plan", {})
    plant.engine.told(order, "order_confirmed", "customer")
    plant.engine.open(order, Kind.PRODUCE)
    plant.engine.open(order, Kind.DECIDE_PROMISE)
    await plant.post("production1", f"/tasks/{order}.produce.1/claim")
    asked = [{"what": "asked", "kind": "decide_amendment", "department": each} for each in ("production", "sales")]
    out = {"what": "notice_out", "kind": "order_confirmed", "to": "customer"}
    assert await tried(plant, order, WANTED) == [
        {"what": "planned_anew", "kind": "make_plan"},
        {"what": "task_cancelled", "task_id": f"{order}.produce.1", "department": "production", "assignee": "production1"},
        {"what": "work_begun", "kind": "make_plan"},
        out,
        *asked,
    ]
    assert await tried(plant, order, {"reason": "r", "ship_to": "Dock 3"}) == [out, *asked]


async def test_the_decision_shows_what_is_to_be_decided(plant: Plant) -> None:
    await plant.confirmed()
    task = plant.engine.open("PO-1", Kind.DECIDE_AMENDMENT)
    found = (await plant.get("sales1", f"/tasks/{task.id}")).json()
    assert (found["amendment"], sorted(found["outcomes"])) == (None, ["agree", "refuse"])
    answer = await plant.post("sales1", f"/tasks/{task.id}/complete", {"outcome": "agree", "fields": {"reason": "fine"}})
    assert (answer.status_code, answer.json()["outcome"]) == (200, "agree")


@pytest.mark.parametrize("query", ["", "?dry_run=true"])
async def test_refused_in_the_contract_s_order(plant: Plant, query: str) -> None:
    order = await plant.confirmed()
    url = f"/orders/{order}/amend{query}"
    assert code(await plant.post("sales1", f"/orders/PO-9/amend{query}", {})) == (404, "not-found")
    assert code(await plant.post("quality1", url, {})) == (403, "forbidden")
    assert code(await plant.post("sales1", url, {"reason": "r"}, headers={"If-Match": '"1"'})) == (422, "invalid")
    assert code(await plant.post("sales1", url, WANTED, headers={"If-Match": '"1"'})) == (412, "stale")
    plant.engine.open(order, Kind.SIGN_OFF)
    assert code(await plant.post("sales1", url, WANTED)) == (409, "already-dispatched")
    plant.engine.open(order, Kind.RESOLVE_REFUSAL)
    assert code(await plant.post("sales1", url, WANTED)) == (409, "already-dispatched")
    plant.engine.end(order)
    assert code(await plant.post("sales1", url, WANTED)) == (409, "order-closed")


@pytest.mark.parametrize("query", ["", "?dry_run=true"])
@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"lines": LINES}, "/reason"),
        ({"reason": "r"}, ""),
        ({"reason": "r", "lines": order_in()["lines"]}, ""),
        ({"reason": "r", "lines": []}, "/lines"),
        ({"reason": "r", "lines": [{"product_model": "Pump 7", "quantity": 0}]}, "/lines/0/quantity"),
        ({"reason": "r", "requested_date": "2027-02-28"}, "/requested_date"),
        ({"reason": "r", "requested_date": "2047-03-02"}, "/requested_date"),
        ({"reason": "r", "ship_to": ""}, "/ship_to"),
        ({"reason": "r", "ship_to": "Dock 3", "owner": "sales2"}, "/owner"),
    ],
)
async def test_a_wish_is_read_strictly(plant: Plant, body: dict[str, Any], wrong: str, query: str) -> None:
    order = await plant.entered()
    assert pointers(await plant.post("sales1", f"/orders/{order}/amend{query}", body)) == [wrong]


async def test_a_slip_of_the_pen_amends_nothing(plant: Plant) -> None:
    order = await plant.entered()
    assert code(await plant.post("sales1", f"/orders/{order}/amend?dry_run=yes", WANTED)) == (422, "invalid")
