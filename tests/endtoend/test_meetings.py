"""A meeting on a whole stack: its pack made by hand, what it decided done as a task, and the schedules kept."""

import asyncio
import json

from temporalio.client import Client

from tests.endtoend.plant import Plant
from tests.endtoend.stack import command
from tests.endtoend.waiting import until


async def schedules(plant: Plant) -> set[str]:
    client = await Client.connect(plant.stack.temporal_address)
    return {each.id async for each in await client.list_schedules()}


def test_what_a_meeting_decided_is_done_as_a_task(plant: Plant) -> None:
    until(lambda: asyncio.run(schedules(plant)) >= {"review-weekly", "review-monthly", "review-quarterly"}, "the schedules")
    first = command(plant.stack.home, "review", "weekly")
    assert "Decisions of last time" in first and command(plant.stack.home, "review", "weekly") == first
    (pack,) = json.loads(command(plant.stack.home, "review", "list", "--kind", "weekly", "--json"))
    assert pack["state"] == "made"
    boss, production = plant.person("boss"), plant.person("production1")
    told = until(lambda: boss.ask(f"/reviews/{pack['id']}")["told"], "the pack is told")
    assert {"boss", "production-head", "quality-head"} <= told.keys()
    decision = {"text": "Second shift on the press", "owner": "production1", "due": pack["day"]}
    assert boss.say(f"/reviews/{pack['id']}/decisions", decision).status_code == 201

    def followed() -> str:
        (found,) = boss.ask(f"/reviews/{pack['id']}")["decisions"]
        return str(found["case_no"] or "")

    case = until(followed, "its case is open")
    task = production.ask(f"/tasks/{case}.act.1")
    assert task["department"] == "production" and task["status"] == "open"
    until(lambda: production.ask(f"/tasks/{case}.act.1")["assignee"] == "production1", "its owner holds it")
    answer = production.say(f"/tasks/{case}.act.1/complete", {"outcome": "done", "fields": {"note": "it runs"}})
    assert answer.status_code == 200, answer.text
    until(lambda: boss.ask(f"/reviews/{pack['id']}")["decisions"][0]["state"] == "done", "it is settled")
