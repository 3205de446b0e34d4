"""Entering orders, and what cancelling one would lead to."""

from datetime import UTC, datetime

import pytest

from activities import policy_file
from activities.policy_in_force import PolicyInForce
from tests.api.plant import NOW, Plant, code, order_in
from workflows.types.words import Kind, Priority

OTHER = 'version = "2027-03"\n[tasks.confirm_order]\nallowance = "2h"\n[rush.tasks.confirm_order]\nallowance = "1h"\n'


async def test_an_order_comes_back_as_it_was_entered(plant: Plant) -> None:
    asked = order_in(
        order_no=" ＰＯ-１ ",
        customer={"name": " 高雄廠 ", "email": "a@b.example", "language": "zh-Hant"},
        lines=[{"product_model": "Pump 7", "quantity": 120, "unit": "set"}, {"product_model": "Valve", "quantity": 1}],
        customer_ref="PR 5",
        ship_to="Dock 3",
        priority="rush",
        note="careful",
        owner="sales2",
    )
    answer = await plant.post("sales1", "/orders", asked)
    assert (answer.status_code, answer.headers["location"]) == (201, "/api/v1/orders/PO-1")
    found = answer.json()
    assert found["customer"] == {"name": "高雄廠", "email": "a@b.example", "language": "zh-Hant"}
    assert [line["unit"] for line in found["lines"]] == ["set", "pcs"]
    names = ("order_no", "customer_ref", "ship_to", "priority", "note", "owner", "created_by")
    assert [found[name] for name in names] == ["PO-1", "PR 5", "Dock 3", "rush", "careful", "sales2", "sales1"]
    assert [task["id"] for task in found["open_tasks"]] == ["PO-1.confirm_order.1"]
    assert (await plant.get("boss", answer.headers["location"].removeprefix("/api/v1"))).json() == found


async def test_what_is_left_out_has_its_default(plant: Plant) -> None:
    answer = await plant.post("admin", "/orders", order_in(customer={"name": "F"}))
    found = answer.json()
    assert (found["customer"]["language"], found["lines"][0]["unit"]) == ("en", "pcs")
    assert (found["priority"], found["owner"], found["note"]) == ("normal", "admin", None)


async def test_a_number_is_used_once_for_ever(plant: Plant) -> None:
    await plant.entered("PO-1")
    for number in ("PO-1", "po-1", "ＰＯ-１"):
        assert code(await plant.post("sales2", "/orders", order_in(order_no=number))) == (409, "order-exists")
    await plant.post("sales1", "/orders/PO-1/cancel", {"reason": "r"})
    assert code(await plant.post("sales2", "/orders", order_in())) == (409, "order-exists")


async def test_a_number_that_another_call_takes_meanwhile_is_used(plant: Plant) -> None:
    """The store has not heard of the order yet; the engine has."""
    await plant.entered("PO-2")
    plant.engine.orders["po-1"] = plant.engine.orders["po-2"]
    assert code(await plant.post("sales1", "/orders", order_in())) == (409, "order-exists")


async def test_an_order_keeps_the_policy_that_it_was_entered_under(plant: Plant) -> None:
    plant.store.policies.set_current(OTHER, "admin", NOW)
    await plant.entered("PO-1")
    await plant.entered("PO-2", priority="rush")
    pinned = [plant.engine.order(number).state.policy for number in ("PO-1", "PO-2")]
    assert [str(policy.tasks[Kind.CONFIRM_ORDER].allowance) for policy in pinned] == ["2h", "1h"]
    assert [policy.version for policy in pinned] == ["2027-03"] * 2
    assert all(policy.rush == {} and policy.plant.holidays for policy in pinned)
    for number in ("PO-1", "PO-2"):
        state = plant.engine.order(number).state
        assert plant.store.policies.get(state.digest) == state.policy


async def test_a_file_governs_until_a_policy_is_applied(plant: Plant) -> None:
    plant.store.policies.set_current('version = "old"', "admin", datetime.now(UTC))
    in_force = PolicyInForce(plant.store, OTHER)
    assert in_force.pinned(NOW).version == "2027-03"
    plant.store.policies.set_current('version = "new"', "admin", datetime.now(UTC))
    assert in_force.pinned(NOW).version == "new"
    assert PolicyInForce(plant.store).pinned(NOW).version == "new"


async def test_without_any_policy_the_built_in_one_governs(plant: Plant) -> None:
    in_force = PolicyInForce(plant.store)
    assert in_force.pinned(NOW).version == policy_file.default().version
    reading = in_force.read(NOW)
    assert reading.adopted(Priority.NORMAL) == reading.adopted(Priority.RUSH)


async def test_a_day_is_the_plant_s(plant: Plant) -> None:
    """In UTC it is still the day before."""
    plant.now = datetime(2027, 3, 1, 17, 0, tzinfo=UTC)
    assert code(await plant.post("sales1", "/orders", order_in(requested_date="2027-03-01"))) == (422, "invalid")
    assert (await plant.post("sales1", "/orders", order_in(requested_date="2027-03-02"))).status_code == 201


# Cancelling, tried first.


async def test_a_dry_run_tells_what_would_follow_and_does_nothing(plant: Plant) -> None:
    order = await plant.confirmed()
    plant.engine.answered(order, Kind.MAKE_PLAN, "cannot", {"reason": "full"})
    plant.engine.told(order, "order_confirmed", "customer")
    plant.engine.open(order, Kind.MAKE_PLAN)
    await plant.post("production1", f"/tasks/{order}.make_plan.2/claim")
    before = (await plant.get("sales1", f"/orders/{order}")).json()
    heard = len(plant.engine.heard)
    answer = await plant.post("sales1", f"/orders/{order}/cancel?dry_run=true", {"reason": "r"}, key="k")
    found = answer.json()
    assert answer.status_code == 200
    assert found.pop("consequences") == [
        {"what": "task_cancelled", "task_id": f"{order}.make_plan.2", "department": "production", "assignee": "production1"},
        {"what": "work_begun", "kind": "make_plan"},
        {"what": "notice_out", "kind": "order_confirmed", "to": "customer"},
        {"what": "told", "kind": "order_cancelled", "to": "sales"},
        {"what": "told", "kind": "order_cancelled", "to": "production"},
        {"what": "told", "kind": "order_cancelled", "to": "customer"},
    ]
    assert found == before == (await plant.get("sales1", f"/orders/{order}")).json()
    assert len(plant.engine.heard) == heard
    really = await plant.post("sales1", f"/orders/{order}/cancel", {"reason": "r"}, key="k")
    assert really.json()["status"] == "cancelled"
    assert "idempotent-replayed" not in really.headers


@pytest.mark.parametrize("deed", ["hold", "resume", "repromise"])
async def test_what_cannot_be_tried_first_is_not_done_by_who_asks_for_a_dry_run(plant: Plant, deed: str) -> None:
    order = await plant.confirmed()
    heard = len(plant.engine.heard)
    assert code(await plant.post("sales1", f"/orders/PO-9/{deed}?dry_run=true", {})) == (404, "not-found")
    answer = await plant.post("sales1", f"/orders/{order}/{deed}?dry_run=true", {"reason": "r"})
    assert code(answer) == (422, "invalid")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/query/dry_run"]
    assert len(plant.engine.heard) == heard


async def test_a_dry_run_is_refused_as_the_real_thing(plant: Plant) -> None:
    order = await plant.confirmed()
    url, reason = f"/orders/{order}/cancel?dry_run=true", {"reason": "r"}
    assert code(await plant.post("sales1", "/orders/PO-9/cancel?dry_run=true", reason)) == (404, "not-found")
    assert code(await plant.post("quality1", url, reason)) == (403, "forbidden")
    assert code(await plant.post("sales1", url, {})) == (422, "invalid")
    assert code(await plant.post("sales1", url, reason, headers={"If-Match": '"1"'})) == (412, "stale")
    await plant.post("sales1", f"/orders/{order}/cancel", reason)
    assert code(await plant.post("sales1", url, reason)) == (409, "order-closed")


@pytest.mark.parametrize("query", ["", "?dry_run=true"])
async def test_what_has_left_is_not_cancelled(plant: Plant, query: str) -> None:
    order = await plant.confirmed()
    plant.engine.open(order, Kind.SIGN_OFF)
    assert code(await plant.post("sales1", f"/orders/{order}/cancel{query}", {"reason": "r"})) == (409, "already-dispatched")


@pytest.mark.parametrize("query", ["?dry_run=perhaps", "?dry_run=", "?dryrun=true"])
async def test_nobody_cancels_by_a_slip_of_the_pen(plant: Plant, query: str) -> None:
    order = await plant.confirmed()
    assert code(await plant.post("sales1", f"/orders/{order}/cancel{query}", {"reason": "r"})) == (422, "invalid")
