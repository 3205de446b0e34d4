"""Complaints and suggestions on a running stack: recorded once, followed until they had an effect (R18, R23)."""

from typing import Any

from tests.endtoend import dates
from tests.endtoend.plant import Plant
from tests.endtoend.waiting import until


def test_a_complaint_with_the_feedback_becomes_an_improvement(hurried: Plant) -> None:
    order = hurried.enter().accepted().shipped().signed()
    issue = {"kind": "product", "text": "burrs on the edge", "department": "quality"}
    order.answer("collect_feedback", "answered", csat=2, channel="mail", issues=[issue])
    order.ends("completed", "full")
    (case,) = cases(hurried, order_no=order.number)
    assert (case["origin"], case["text"], case["department"]) == ("complaint", "burrs on the edge", "quality")
    assert (case["customer"], case["status"], case["reference"]) == ("聯宏精密", "open", "product")
    number = case["number"]
    answer(hurried, f"{number}.find_cause.1", "quality1", "analysed", cause="blunt tool", action="new tools", due=dates.day(9))
    answer(hurried, f"{number}.act.1", "quality1", "done", note="tools changed")
    until(lambda: read(hurried, number)["open_tasks"], "its effect is looked at", within=20)
    own = complete(hurried, f"{number}.verify.1", "quality1", "effective", note="x")
    assert (own.status_code, own.json()["code"]) == (403, "four-eyes")
    answer(hurried, f"{number}.verify.1", "quality2", "effective", note="no burrs since")
    closed = read(hurried, number)
    assert (closed["status"], closed["result"], closed["acted_by"]) == ("completed", "effective", ["quality1"])
    told = hurried.person("boss").get(f"/improvements/{number}/events").json()["items"]
    assert [each["seq"] for each in told] == list(range(1, len(told) + 1))
    assert (told[0]["type"], told[-1]["type"]) == ("case_opened", "case_closed")
    # No list of orders has it.
    assert number not in {each["order_no"] for each in hurried.person("boss").get("/orders?limit=200").json()["items"]}


def test_a_suggestion_is_recorded_once_and_chased(hurried: Plant) -> None:
    body = {"text": "shelves by the door"}
    said = [hurried.person("warehouse1").say("/improvements", body, key="shelves") for _ in range(2)]
    assert [each.status_code for each in said] == [201, 201]
    assert said[0].json() == said[1].json()
    number = said[0].json()["number"]
    assert said[0].headers["Location"] == f"/api/v1/improvements/{number.replace(':', '%3A')}"
    (task,) = [each for each in inbox(hurried, "boss") if each["order_no"] == number]
    assert (task["kind"], task["department"], task["stage"], task["quantities"]) == (
        "assign_improvement",
        "management",
        "improve",
        None,
    )
    until(lambda: hurried.mails(number), "somebody is reminded", within=30)
    mail = hurried.mails(number)[0]
    assert mail.header("Subject").startswith(f"[{number}]")
    answer(hurried, task["id"], "boss", "drop", reason="no room")
    assert read(hurried, number)["status"] == "cancelled"


def test_what_cannot_be_recorded(hurried: Plant) -> None:
    someone = hurried.person("production1")
    for body, pointer in (
        ({"text": ""}, "/text"),
        ({"text": "x", "order_no": "NO-SUCH"}, "/order_no"),
        ({"text": "x", "origin": "complaint"}, ""),
        ({"text": "x", "origin": "meeting"}, "/origin"),
        ({"text": "x", "department": "kitchen"}, "/department"),
    ):
        no = someone.say("/improvements", body)
        assert (no.status_code, [each["pointer"] for each in no.json()["errors"]]) == (422, [pointer]), body
    assert someone.get("/improvements/imp:4711").status_code == 404
    assert someone.get("/orders/imp:4711").status_code == 404


def cases(plant: Plant, **wanted: str) -> list[dict[str, Any]]:
    query = "&".join(f"{name}={value}" for name, value in wanted.items())
    found: list[dict[str, Any]] = plant.person("boss").get(f"/improvements?{query}").json()["items"]
    return found


def read(plant: Plant, number: str) -> dict[str, Any]:
    found: dict[str, Any] = plant.person("boss").get(f"/improvements/{number}").json()
    return found


def inbox(plant: Plant, who: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = plant.person(who).get("/tasks?limit=200").json()["items"]
    return found


def complete(plant: Plant, task: str, by: str, outcome: str, **fields: Any) -> Any:
    return plant.person(by).say(f"/tasks/{task}/complete", {"outcome": outcome, "fields": fields})


def answer(plant: Plant, task: str, by: str, outcome: str, **fields: Any) -> None:
    said = complete(plant, task, by, outcome, **fields)
    assert said.status_code == 200, said.text
