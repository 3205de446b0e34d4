"""Which of several things that are wrong is told: the contract's order of refusals."""

from typing import Any

import pytest

from tests.api.plant import CONFIRM, Plant, code, pointers
from workflows.types.words import Kind

TASK = "/tasks/PO-1.confirm_order.1/complete"
STALE = {"If-Match": '"999"'}
WRONG = {"outcome": "confirm", "fields": {}, "extra": 1}


async def test_each_refusal_has_its_turn(plant: Plant) -> None:
    """One call that is wrong in every way, made right step by step."""
    await plant.confirmed()
    url = TASK.replace("PO-1", "PO-9")
    too_large, not_json = b"{" + b" " * 65_536 + b"}", {"Content-Type": "text/plain"}

    answer = await plant.client.post(url, content=too_large, headers={**not_json, **STALE})
    assert code(answer) == (401, "no-token")
    answer = await plant.client.post(url, content=too_large, headers={**not_json, "Authorization": "Bearer jq_x"})
    assert code(answer) == (401, "bad-token")
    answer = await plant.ask("quality1", "POST", url, content=too_large, headers={**not_json, **STALE})
    assert code(answer) == (413, "too-large")
    answer = await plant.ask("quality1", "POST", url, content=b"{,", headers={**not_json, **STALE})
    assert code(answer) == (415, "unsupported-media-type")
    answer = await plant.ask("quality1", "POST", url, content=b"{,", headers={"Content-Type": "application/json"})
    assert code(answer) == (400, "bad-json")
    assert code(await plant.post("quality1", url, WRONG, headers=STALE)) == (404, "not-found")
    assert code(await plant.post("quality1", TASK, WRONG, headers=STALE)) == (403, "not-your-department")
    assert code(await plant.post("sales1", TASK, WRONG, headers=STALE)) == (422, "invalid")
    assert code(await plant.post("sales1", TASK, {"outcome": "x", "fields": {}}, headers=STALE)) == (422, "wrong-outcome")
    assert code(await plant.post("sales1", TASK, CONFIRM, headers=STALE)) == (412, "stale")
    assert code(await plant.post("sales1", TASK, CONFIRM)) == (409, "task-closed")


async def test_each_refusal_of_an_order_has_its_turn(plant: Plant) -> None:
    await plant.entered()
    url, good = "/orders/po-1/cancel", {"reason": "gone"}
    await plant.post("sales1", url, good)
    assert code(await plant.post("quality1", "/orders/po-9/cancel", {}, headers=STALE)) == (404, "not-found")
    assert code(await plant.post("quality1", url, {}, headers=STALE)) == (403, "forbidden")
    assert code(await plant.post("sales1", url, {}, headers=STALE)) == (422, "invalid")
    assert code(await plant.post("sales1", url, good, headers=STALE)) == (412, "stale")
    assert code(await plant.post("sales1", url, good)) == (409, "order-closed")


async def test_a_bad_key_is_told_in_its_turn(plant: Plant) -> None:
    await plant.confirmed()
    for key in ("", "x" * 256, "two words", "naïve".encode()):
        headers: dict[str, Any] = {"Idempotency-Key": key}
        assert code(await plant.post("quality1", TASK, CONFIRM, headers=headers)) == (403, "not-your-department")
        assert pointers(await plant.post("sales1", TASK, CONFIRM, headers=headers)) == ["/headers/Idempotency-Key"]


async def test_a_second_answer_is_told_who_gave_the_first(plant: Plant) -> None:
    await plant.confirmed()
    before = len(plant.engine.heard)
    answer = await plant.post("sales2", TASK, CONFIRM)
    assert code(answer) == (409, "task-closed")
    assert (answer.json()["completed_by"], answer.json()["completed_at"]) == ("sales1", "2027-03-01T02:00:00Z")
    for word in ("claim", "release", "progress"):
        body = {"percent": 1} if word == "progress" else None
        assert (await plant.post("sales2", TASK.replace("complete", word), body)).status_code == 409
    assert len(plant.engine.heard) == before, "what the store knows needs no way to the order"


async def test_a_withdrawn_task_is_closed_by_nobody_s_answer(plant: Plant) -> None:
    await plant.entered()
    await plant.post("sales1", "/orders/PO-1/cancel", {"reason": "gone"})
    assert code(await plant.post("sales1", TASK, CONFIRM)) == (409, "task-closed")


async def test_progress_is_for_production_only(plant: Plant) -> None:
    task = await plant.asked(Kind.MAKE_PLAN)
    assert code(await plant.post("production1", f"/tasks/{task}/progress", {"percent": 5})) == (409, "not-in-production")


async def test_what_only_the_order_knows_it_says_itself(plant: Plant) -> None:
    """The order's own refusals arrive as they are, with what they bring."""
    order = await plant.entered()
    repromise = {"promised_date": "2027-04-02", "reason": "r", "customer_agreed": True}
    assert code(await plant.post("sales1", f"/orders/{order}/repromise", repromise)) == (409, "not-confirmed")
    assert code(await plant.post("sales1", f"/orders/{order}/resume", {"reason": "r"})) == (409, "not-on-hold")
    hold = {"reason": "r", "until": "2027-03-05"}
    assert (await plant.post("sales1", f"/orders/{order}/hold", hold)).json()["status"] == "on_hold"
    assert code(await plant.post("sales1", f"/orders/{order}/hold", hold)) == (409, "already-on-hold")
    assert code(await plant.post("sales1", TASK, CONFIRM)) == (409, "order-on-hold")
    assert (await plant.get("sales1", TASK.removesuffix("/complete"))).json()["blocked"] == "order-on-hold"


async def test_the_order_s_faults_keep_their_pointers(plant: Plant) -> None:
    await plant.entered()
    past = {"outcome": "confirm", "fields": {"promised_date": "2027-02-01", "channel": "phone"}}
    assert pointers(await plant.post("sales1", TASK, past)) == ["/fields/promised_date"]


@pytest.mark.parametrize("day", ["2027-03-01", "2047-03-01"])
async def test_a_request_may_be_for_today_or_for_twenty_years_from_now(plant: Plant, day: str) -> None:
    await plant.entered(requested_date=day)


async def test_a_date_for_an_instant_is_the_end_of_its_working_time(plant: Plant) -> None:
    order = await plant.entered()
    held = await plant.post("sales1", f"/orders/{order}/hold", {"reason": "r", "until": "2027-03-05"})
    assert held.json()["hold"]["until"] == "2027-03-05T09:00:00Z"


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"customer_agreed": False}, "/approved_by"),
        ({"customer_agreed": False, "approved_by": "sales-head"}, "/approved_by"),
        ({"customer_agreed": True, "approved_by": "nobody"}, "/approved_by"),
    ],
)
async def test_management_approves_what_the_customer_did_not_agree_to(plant: Plant, fields: dict[str, Any], pointer: str) -> None:
    order = await plant.confirmed()
    words = {"promised_date": "2027-04-02", "reason": "r"}
    assert pointers(await plant.post("sales1", f"/orders/{order}/repromise", {**words, **fields})) == [pointer]
    task = plant.engine.open(order, Kind.DECIDE_PROMISE).id
    answer = {"outcome": "repromise", "fields": {**words, **fields}}
    assert pointers(await plant.post("sales1", f"/tasks/{task}/complete", answer)) == ["/fields" + pointer]
    approved = {**words, "customer_agreed": False, "approved_by": "boss"}
    assert (await plant.post("sales1", f"/orders/{order}/repromise", approved)).json()["promises"][-1]["approved_by"] == "boss"
