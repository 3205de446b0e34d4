"""What the role table of test_roles leaves open: held tasks, four eyes, standing in, tokens."""

from typing import Any

import httpx
import pytest

from activities.store import Away
from tests.api.plant import NOW, Plant, code
from workflows.types.words import Kind

LATER = "2027-03-02T09:00:00+08:00"
REASON = {"reason": "because"}
OK = (200, None)
FORBIDDEN, NOT_YOURS, FOUR_EYES, HELD = (403, "forbidden"), (403, "not-your-department"), (403, "four-eyes"), (409, "task-held")

WORDS: dict[str, tuple[str, str, Any]] = {
    "complete": ("POST", "complete", {"outcome": "done", "fields": {}}),
    "progress": ("POST", "progress", {"percent": 40}),
    "claim": ("POST", "claim", None),
    "release": ("POST", "release", None),
    "snooze": ("POST", "snooze", {"until": LATER}),
    "extend": ("POST", "extend", {"due_at": LATER, **REASON}),
    "assign": ("PUT", "assignee", {"person": "production1", **REASON}),
}


def told(answer: httpx.Response) -> tuple[int, str | None]:
    return (answer.status_code, None) if answer.is_success else code(answer)


async def say(plant: Plant, who: str, task: str, word: str) -> tuple[int, str | None]:
    method, last, body = WORDS[word]
    return told(await plant.ask(who, method, f"/tasks/{task}/{last}", body))


@pytest.mark.parametrize("word", ["complete", "progress", "claim", "release", "snooze"])
async def test_their_own_task(plant: Plant, word: str) -> None:
    task = await plant.asked(Kind.PRODUCE)
    assert await say(plant, "production1", task, "claim") == OK
    assert await say(plant, "production1", task, word) == OK


async def test_who_holds_it_is_told(plant: Plant) -> None:
    task = await plant.asked(Kind.CONFIRM_ORDER)
    await plant.post("sales1", f"/tasks/{task}/claim")
    refused = await plant.post("sales2", f"/tasks/{task}/complete", {"outcome": "reject", "fields": REASON})
    assert (code(refused), refused.json()["assignee"]) == (HELD, "sales1")


async def test_an_admin_takes_a_task_from_its_holder(plant: Plant) -> None:
    task = await plant.asked(Kind.PRODUCE)
    await plant.post("production1", f"/tasks/{task}/claim")
    answer = await plant.post("admin", f"/tasks/{task}/release")
    assert (answer.status_code, answer.json()["assignee"]) == (200, None)


# Four eyes.


@pytest.mark.parametrize("word", ["claim", "complete"])
@pytest.mark.parametrize("who", ["quality1", "quality-head"])
async def test_who_made_the_goods_may_not_inspect_them(plant: Plant, who: str, word: str) -> None:
    task = await plant.asked(Kind.INSPECT, barred=(who,))
    body = None if word == "claim" else {"outcome": "pass", "fields": {}}
    assert told(await plant.post(who, f"/tasks/{task}/{word}", body)) == FOUR_EYES


async def test_who_made_the_goods_is_not_given_their_inspection(plant: Plant) -> None:
    task = await plant.asked(Kind.INSPECT, barred=("quality1",))
    for who in ("quality-head", "admin"):
        given = await plant.put(who, f"/tasks/{task}/assignee", {"person": "quality1"})
        assert code(given) == FOUR_EYES


async def test_who_made_the_goods_may_hide_the_question(plant: Plant) -> None:
    task = await plant.asked(Kind.INSPECT, barred=("quality1",))
    assert await say(plant, "quality1", task, "snooze") == OK


async def test_management_stands_in_when_nobody_is_left_to_inspect(plant: Plant) -> None:
    passed = {"outcome": "pass", "fields": {}}
    some_are_left = await plant.asked(Kind.INSPECT, "PO-1", barred=("quality1", "quality2"))
    assert told(await plant.post("boss", f"/tasks/{some_are_left}/complete", passed)) == NOT_YOURS
    nobody_is_left = await plant.asked(Kind.INSPECT, "PO-2", barred=("quality1", "quality2", "quality-head"))
    assert told(await plant.post("sales1", f"/tasks/{nobody_is_left}/complete", passed)) == NOT_YOURS
    assert told(await plant.put("admin", f"/tasks/{nobody_is_left}/assignee", {"person": "boss", **REASON})) == OK
    assert told(await plant.post("boss", f"/tasks/{nobody_is_left}/complete", passed)) == OK


# Standing in.


def let_stand_in(plant: Plant, absent: str, substitute: str) -> None:
    today = NOW.date()
    person = plant.store.people.get(absent)
    assert person is not None
    plant.store.people.put(person.model_copy(update={"away": Away(from_=today, to=today, substitute=substitute)}))


async def test_a_substitute_acts_for_the_absent(plant: Plant) -> None:
    task = await plant.asked(Kind.PRODUCE)
    assert await say(plant, "warehouse1", task, "claim") == NOT_YOURS
    let_stand_in(plant, "production-head", "warehouse1")
    assert await say(plant, "warehouse1", task, "claim") == OK
    assert await say(plant, "warehouse1", task, "extend") == OK
    acting = (await plant.get("warehouse1", "/me")).json()["acting"]
    assert acting["departments"] == ["warehouse", "production"]
    assert acting["heads"] == ["production"]
    assert acting["on_behalf_of"] == {"production": "production-head"}


async def test_only_who_could_do_a_task_is_given_it(plant: Plant) -> None:
    task = await plant.asked(Kind.PRODUCE)
    for who in ("sales1", "nobody", "admin"):
        given = await plant.put("production-head", f"/tasks/{task}/assignee", {"person": who, **REASON})
        assert (code(given), given.json()["errors"][0]["pointer"]) == ((422, "invalid"), "/person")
    let_stand_in(plant, "production1", "warehouse1")
    given = await plant.put("production-head", f"/tasks/{task}/assignee", {"person": "warehouse1", **REASON})
    assert (given.status_code, given.json()["assignee"]) == (200, "warehouse1")


# Tokens.


@pytest.mark.parametrize(
    ("header", "expected"),
    [(None, "no-token"), ("", "no-token"), ("Basic abc", "no-token"), ("Bearer", "no-token"), ("Bearer jq_wrong", "bad-token")],
)
async def test_without_a_good_token_nothing_is_told(plant: Plant, header: str | None, expected: str) -> None:
    headers = {} if header is None else {"Authorization": header}
    for path in ("/me", "/nothing/here", "/openapi.json", "/orders/PO-1"):
        answer = await plant.client.get(path, headers=headers)
        assert code(answer) == (401, expected)
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_person_who_was_removed_has_no_token_any_more(plant: Plant) -> None:
    assert (await plant.get("sales2", "/me")).status_code == 200
    plant.store.people.remove("sales2")
    assert code(await plant.get("sales2", "/me")) == (401, "bad-token")
