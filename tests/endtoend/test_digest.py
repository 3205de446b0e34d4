"""The digest of a whole stack: made when the schedule fires, told once each, whoever dies in between."""

import asyncio
from contextlib import closing
from datetime import UTC, datetime

from temporalio.client import Client, ScheduleDescription, ScheduleOverlapPolicy
from temporalio.service import RPCError

from activities.store import Store
from tests.endtoend import dates
from tests.endtoend.mails import Mail
from tests.endtoend.plant import Plant
from tests.endtoend.waiting import until
from workflows import ids
from workflows.types.words import NoticeState

SURVIVED = 150
"""Seconds: who was killed while it told keeps its minute and its copies for that long; then the next try, and the one after."""


async def connected(plant: Plant) -> Client:
    return await Client.connect(plant.stack.temporal_address)


async def described(plant: Plant) -> ScheduleDescription | None:
    try:
        return await (await connected(plant)).get_schedule_handle(ids.DIGEST).describe()
    except RPCError:
        return None


async def fire(plant: Plant) -> None:
    await (await connected(plant)).get_schedule_handle(ids.DIGEST).trigger(overlap=ScheduleOverlapPolicy.ALLOW_ALL)


def digests(plant: Plant) -> list[Mail]:
    assert plant.sink
    return [mail for mail in plant.sink.mails if mail.kind == "digest"]


def test_everybody_gets_one_that_morning(hurried: Plant) -> None:
    order = hurried.enter(key="digest")
    until(lambda: asyncio.run(described(hurried)) is not None, "the worker has made the schedule")
    there = asyncio.run(described(hurried))
    assert there and {at.astimezone(UTC).strftime("%H:%M") for at in there.info.next_action_times} == {"23:30"}
    asyncio.run(fire(hurried))
    until(lambda: {mail.to for mail in digests(hurried)} >= {"sales1@plant.example", "sales-head@plant.example"}, "digests")
    # Who dies between a server's yes and its own note cannot know: that copy comes twice, under one Message-ID.
    until(lambda: noted(hurried), "what was told is on record", every=0.01)
    hurried.stack.kill_part("worker")
    hurried.stack.until_ready()
    asyncio.run(fire(hurried))
    until(lambda: ended(hurried) >= 2, "both rounds have ended", within=SURVIVED)
    mails = digests(hurried)
    assert len({mail.to for mail in mails}) == len(mails) == len({mail.message_id for mail in mails})
    (mine,) = [mail for mail in mails if mail.to == "sales1@plant.example"]
    assert order.number in mine.text and f"/tasks/{order.number}.confirm_order.1" in mine.text
    assert mine.header("Auto-Submitted") == "auto-generated" and mine.order_no == mine.task == mine.header("References") == ""
    assert (datetime.now(UTC) - mine.sent).total_seconds() < 300


def noted(plant: Plant) -> bool:
    """Whether all of today's digests are on record as sent; their round may still be under way."""
    with closing(Store.open(str(plant.stack.note["environment"]["JIAOQI_DATABASE_URL"]))) as store:
        return set(store.digests.states(dates.today()).values()) == {NoticeState.SENT}


def ended(plant: Plant) -> int:
    async def count() -> int:
        client = await connected(plant)
        query = 'WorkflowType = "Digest" AND ExecutionStatus = "Completed"'
        return len([each async for each in client.list_workflows(query)])

    return asyncio.run(count())
