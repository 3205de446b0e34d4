"""Mending an answer: by the head alone, told as the task, refused in the contract's order (contract §2, Correct; §5)."""

from typing import Any

import pytest

from tests.api.plant import Plant, code, pointers
from workflows.types.words import Kind

RIGHT = {"outcome": "fail", "fields": {"failed": {"1": 2}, "defects": []}, "reason": "misread"}
HEAD = "quality-head"


async def inspected(plant: Plant) -> str:
    """A passed inspection; the id of its task."""
    await plant.confirmed()
    return plant.engine.answered("PO-1", Kind.INSPECT, "pass", {})


async def test_the_task_shows_the_corrected_answer(plant: Plant) -> None:
    task = await inspected(plant)
    before = (await plant.get(HEAD, f"/tasks/{task}")).json()
    answer = await plant.post(HEAD, f"/tasks/{task}/correct", RIGHT, key="k")
    found = answer.json()
    assert (answer.status_code, found["status"], found["outcome"], found["fields"]) == (200, "completed", "fail", RIGHT["fields"])
    assert found["version"] > before["version"]
    kept = ("completed_at", "completed_by", "comment", "lateness", "opened_at")
    assert {name: found[name] for name in kept} == {name: before[name] for name in kept}
    shown = await plant.get(HEAD, f"/tasks/{task}")
    shown_task = shown.json()
    shown_task.pop("outcomes")
    assert (shown_task, shown.headers["etag"]) == (found, answer.headers["etag"])
    again = await plant.post(HEAD, f"/tasks/{task}/correct", RIGHT, key="k")
    assert (again.json(), again.headers["idempotent-replayed"]) == (found, "true")
    told = [each for each in (await plant.get(HEAD, "/orders/PO-1/events?limit=200")).json()["items"] if each["task_id"] == task]
    assert [(each["type"], each["key"]) for each in told][-2:] == [("task_completed", None), ("answer_corrected", "k")]
    assert (told[-1]["actor"], told[-1]["data"]["reason"]) == (HEAD, "misread")


async def test_who_held_the_task_still_does(plant: Plant) -> None:
    await plant.confirmed()
    task = plant.engine.open("PO-1", Kind.INSPECT).id
    await plant.post("quality1", f"/tasks/{task}/claim")
    assert (await plant.post("quality1", f"/tasks/{task}/complete", {"outcome": "pass", "fields": {}})).status_code == 200
    found = (await plant.post(HEAD, f"/tasks/{task}/correct", RIGHT)).json()
    assert (found["assignee"], (await plant.get(HEAD, f"/tasks/{task}")).json()["assignee"]) == ("quality1", "quality1")


async def test_refused_in_the_contract_s_order(plant: Plant) -> None:
    task = await inspected(plant)
    url = f"/tasks/{task}/correct"
    assert code(await plant.post(HEAD, "/tasks/PO-1.inspect.9/correct", {})) == (404, "not-found")
    assert code(await plant.post("production-head", url, {})) == (403, "not-your-department")
    assert code(await plant.post("quality1", url, {})) == (403, "forbidden")
    assert code(await plant.post(HEAD, url, {**RIGHT, "outcome": "done"}, headers={"If-Match": '"1"'})) == (422, "wrong-outcome")
    assert code(await plant.post(HEAD, url, RIGHT, headers={"If-Match": '"1"'})) == (412, "stale")
    plant.engine.answered("PO-1", Kind.ACCEPT, "accept", {})
    assert code(await plant.post(HEAD, url, RIGHT)) == (409, "too-late")
    plant.engine.end("PO-1")
    assert code(await plant.post(HEAD, url, RIGHT)) == (409, "order-closed")


async def test_what_is_not_answered_is_completed_instead(plant: Plant) -> None:
    await plant.confirmed()
    task = plant.engine.open("PO-1", Kind.INSPECT).id
    assert pointers(await plant.post(HEAD, f"/tasks/{task}/correct", RIGHT)) == [""]


async def test_what_was_taken_back_has_no_answer(plant: Plant) -> None:
    await plant.confirmed()
    task = plant.engine.open("PO-1", Kind.INSPECT).id
    plant.engine.withdraw("PO-1")
    assert code(await plant.post(HEAD, f"/tasks/{task}/correct", RIGHT)) == (409, "task-closed")


async def test_four_eyes_hold_for_heads(plant: Plant) -> None:
    await plant.confirmed()
    task = plant.engine.answered("PO-1", Kind.INSPECT, "pass", {}, barred=(HEAD,))
    assert code(await plant.post(HEAD, f"/tasks/{task}/correct", RIGHT)) == (403, "four-eyes")


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"reason": None}, "/reason"),
        ({"reason": " "}, "/reason"),
        ({"comment": "x"}, "/comment"),
        ({"fields": {"failed": {"1": 2}}}, "/fields/defects"),
        ({"fields": {"failed": {"1": 121}, "defects": []}}, "/fields/failed/1"),
        ({"fields": None}, "/fields"),
    ],
)
async def test_a_correction_is_read_strictly(plant: Plant, change: dict[str, Any], wrong: str) -> None:
    task = await inspected(plant)
    assert pointers(await plant.post(HEAD, f"/tasks/{task}/correct", {**RIGHT, **change})) == [wrong]
