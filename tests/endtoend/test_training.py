"""Training on a whole stack: who passes by a command is known to the API at once, and the schedule reminds once."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from temporalio.client import Client, ScheduleDescription, ScheduleOverlapPolicy
from temporalio.service import RPCError

from tests.endtoend.people import jiaoqi
from tests.endtoend.plant import Plant
from tests.endtoend.waiting import until
from workflows import ids

TAIPEI = ZoneInfo("Asia/Taipei")
DAY = timedelta(days=1)


async def described(plant: Plant) -> ScheduleDescription | None:
    client = await Client.connect(plant.stack.temporal_address)
    try:
        return await client.get_schedule_handle(ids.TRAINING).describe()
    except RPCError:
        return None


async def fire(plant: Plant) -> None:
    client = await Client.connect(plant.stack.temporal_address)
    await client.get_schedule_handle(ids.TRAINING).trigger(overlap=ScheduleOverlapPolicy.ALLOW_ALL)


async def rounds(plant: Plant) -> int:
    client = await Client.connect(plant.stack.temporal_address)
    query = 'WorkflowType = "Training" AND ExecutionStatus = "Completed"'
    return len([each async for each in client.list_workflows(query)])


def test_what_runs_out_is_told_once(hurried: Plant) -> None:
    plant, sink = hurried, hurried.sink
    assert sink is not None
    until(lambda: asyncio.run(described(plant)) is not None, "the worker has made the schedule")
    there = asyncio.run(described(plant))
    assert there and {at.astimezone(TAIPEI).strftime("%H:%M") for at in there.info.next_action_times} == {"07:00"}
    today = datetime.now(UTC).astimezone(TAIPEI).date()
    drill, home = ("training", "course", "drill", "--title", "Fire drill", "--department", "quality"), str(plant.stack.home)
    jiaoqi(*drill, "--months", "1", "--home", home)
    said = ("--held-on", str(today - 5 * DAY), "--trainer", "Dr. Lin", "--passed", "quality1", "--as", "quality-head")
    jiaoqi("training", "record", "drill", *said, "--home", home)
    held = plant.person("boss").ask("/training/certificates", person="quality1", course="drill")["items"]
    assert [(one["standing"], one["required"]) for one in held] == [("ending", True)]

    def told() -> list[str]:
        return sorted(mail.to for mail in sink.mails if mail.kind == "training")

    before = asyncio.run(rounds(plant))
    asyncio.run(fire(plant))
    until(lambda: told() == ["quality-head@plant.example", "quality1@plant.example"], "both are told")
    asyncio.run(fire(plant))
    until(lambda: asyncio.run(rounds(plant)) >= before + 2, "both rounds have ended", within=60)
    assert len(told()) == 2
    # Whoever tells stories here later is not to hear of it.
    jiaoqi(*drill, "--retired", "--home", home)
