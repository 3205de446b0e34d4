"""A long history starts afresh, at any quiet instant, and nobody notices (design §2); and what happens in real time."""

import asyncio
import time
import uuid
from typing import Any

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, ResetReapplyExcludeType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import WorkflowHandle

from tests.stories.audit import runs
from tests.stories.plant import HEADS, PATIENCE, Plant
from workflows.types.words import Department

SECONDS = """
[plant]
around_the_clock = true
[order]
minimum = "0s"
[tasks.confirm_order]
allowance = "1s"
[[ladder]]
name = "remind"
at = "0s"
to = ["assignee"]
[[ladder]]
name = "overdue"
at = "1s"
to = ["head"]
[[ladder]]
name = "critical"
at = "1d"
to = ["management"]
"""


async def renewed(plant: Plant, more_than: int = 1) -> None:
    """The order has started afresh at least once by now, or does so in a moment."""
    deadline = time.monotonic() + PATIENCE
    while len(await runs(plant.handle)) <= more_than:
        assert time.monotonic() < deadline, "the order keeps its history"
        await asyncio.sleep(0.02)


async def makes_and_ships(plant: Plant) -> None:
    await plant.answer("accept", "accept")
    await plant.shipped()
    await plant.signed()
    assert await plant.ends() == "completed"


async def test_a_whole_order_in_many_runs(busy_plant: Plant) -> None:
    plant = busy_plant
    await plant.enter(100, 20)
    await plant.produced()
    await plant.answer("inspect", "pass")
    await makes_and_ships(plant)
    assert plant.row.delivery == "full"
    assert [task.n for task in plant.shelf.tasks.values()] == [1] * len(plant.shelf.tasks)
    assert len(plant.shelf.tasks) == 12
    await renewed(plant, more_than=2)


async def test_rework_in_many_runs(busy_plant: Plant) -> None:
    plant = busy_plant
    await plant.enter(100, policy="[order]\nmax_rework_rounds = 1")
    await plant.produced()
    for failed in (10, 4):
        await plant.answer("inspect", "fail", failed={"1": failed}, defects=[{"code": "burr", "quantity": failed}])
        if failed == 10:
            await plant.answer("rework", "reworked", cause="blunt tool", corrective_action="new tool")
    await plant.answer("decide_disposition", "concede", reason="good enough")
    assert plant.task("accept").quantities == {"1": 100}
    await makes_and_ships(plant)
    assert (await plant.state()).work.conceded is True
    await renewed(plant, more_than=2)


async def test_three_readiness_checks_and_a_question_to_sales_stay_open(busy_plant: Plant) -> None:
    plant = busy_plant
    await plant.enter(100)
    await plant.confirmed(5)
    await plant.planned(plant.at(1), plant.at(30))
    kinds = ["decide_promise", "ready_equipment", "ready_materials", "ready_people"]
    assert plant.open_kinds() == kinds
    # Something small again and again, so that the runs grow old while all are open.
    before = dict(plant.shelf.tasks)
    for n in range(8):
        await plant.extend("ready_people", plant.at(3 + n))
        await plant.settle()
    await renewed(plant)
    assert plant.open_kinds() == kinds
    unmoved = [task for task in before.values() if task.kind != "ready_people"]
    assert [plant.shelf.tasks[task.id] for task in unmoved] == unmoved
    await plant.answer("ready_materials", "short", item="steel", eta=plant.day(20))
    await plant.made_ready()
    await plant.answer("decide_promise", "keep", reason="overtime")
    assert plant.open_kinds() == ["produce"]


async def test_on_hold(busy_plant: Plant) -> None:
    plant = busy_plant
    await plant.enter(100)
    await plant.confirmed()
    for _ in range(8):
        await plant.hold(days=3)
        await plant.settle()
        hold = plant.row.hold
        await plant.repromise(plant.day(70))
        await plant.settle()
        assert plant.row.hold == hold
        await plant.resume()
        await plant.settle()
    await renewed(plant)
    assert plant.open_kinds() == ["make_plan"]


async def test_no_rung_is_told_twice(busy_plant: Plant) -> None:
    plant = busy_plant
    await plant.enter(100, policy=SECONDS)
    await plant.until(lambda: plant.rungs("confirm_order") == ["remind", "overdue"], "the rungs")
    for days in range(5, 11):
        await plant.answer("confirm_order", "revise", requested_date=plant.day(days), reason="again")
        await plant.until(lambda: plant.row.version > 0 and plant.rungs("confirm_order")[-1] == "overdue", "the rungs")
        await plant.settle()
    await renewed(plant)
    told = [event.data.task_id + event.data.rung for event in plant.events("rung_reached")]  # type: ignore[union-attr]
    assert len(told) == len(set(told))
    assert set(plant.rungs("confirm_order")) == {"remind", "overdue"}
    assert len({notice.key for notice in plant.mails()}) == len(plant.mails())


async def test_what_was_said_in_an_earlier_run_is_not_done_again(busy_plant: Plant) -> None:
    plant = busy_plant
    await plant.enter(100)
    said = plant.answering("confirm_order", "confirm", promised_date=plant.day(60), channel="phone")
    first = await plant.say("complete", said)
    for days in range(61, 69):
        await plant.repromise(plant.day(days))
        await plant.settle()
    await renewed(plant)
    assert await plant.say("complete", said) == first
    assert len(plant.row.promises) == 9


async def test_four_eyes_and_closed_tasks_are_remembered(busy_plant: Plant) -> None:
    plant = busy_plant
    await plant.enter(100)
    await plant.produced()
    for n in range(6):
        await plant.extend("inspect", plant.at(3 + n))
        await plant.settle()
    await renewed(plant)
    maker = HEADS[Department.QUALITY].model_copy(update={"id": "production1"})
    assert (await plant.refused(plant.answer("inspect", "pass", by=maker))).code == "four-eyes"
    assert (await plant.refused(plant.answer("produce", "done"))).code == "task-closed"


async def test_a_newer_policy_goes_along(busy_plant: Plant) -> None:
    plant = busy_plant
    await plant.enter(100)
    for days in range(2, 10):
        await plant.adopt(f'[tasks.confirm_order]\nallowance = "{days}d"')
        await plant.settle()
    await renewed(plant)
    assert (await plant.state()).policy.tasks == plant.policy.tasks


async def test_many_people_speak_at_once_while_runs_change(busy_plant: Plant) -> None:
    plant = busy_plant
    await plant.enter(100)
    await plant.producing()
    for _ in range(4):
        await asyncio.gather(*(plant.report(percent=percent) for percent in range(6)))
    assert plant.types.count("progress_reported") == 24
    await renewed(plant)


async def test_mail_that_is_away_goes_out_later_and_once(busy_plant: Plant) -> None:
    plant = busy_plant
    await plant.enter(100)
    plant.mail.is_away = True
    await plant.producing()
    for days in range(61, 66):
        await plant.repromise(plant.day(days))
    plant.mail.is_away = False
    await plant.settle()
    await renewed(plant)
    assert len(plant.mails("promise_moved")) == 5
    told = [notice.key for notice in plant.mails()]
    assert len(set(told)) == len(told)


async def test_after_an_outage_only_the_highest_rung_is_told(busy_plant: Plant) -> None:
    plant = busy_plant
    await plant.enter(100, policy=SECONDS)
    async with plant.outage():
        await asyncio.sleep(2.5)
    await plant.settle()
    assert plant.rungs("confirm_order") == ["overdue"]
    assert plant.last("rung_reached").superseded == ("remind",)
    assert plant.task("confirm_order").escalation_level == 2
    assert [(notice.kind, notice.to) for notice in plant.mails()] == [("overdue", ("head",))]


async def undo(plant: Plant) -> None:
    """An operator resets the order to before the last thing that was said to it."""
    undone = plant.acknowledged.pop()
    for run in await runs(plant.handle):
        events = (await run.fetch_history()).events
        for n, event in enumerate(events):
            accepted = event.workflow_execution_update_accepted_event_attributes
            if accepted.accepted_request.meta.update_id == undone:
                # The task that took it is the last one completed before.
                done = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
                back_to = [earlier.event_id for earlier in events[:n] if earlier.event_type == done]
                await reset(run, back_to[-1])
                return
    raise AssertionError("nobody took it")


async def reset(run: WorkflowHandle[Any, Any], back_to: int) -> None:
    request = ResetWorkflowExecutionRequest(
        namespace="default",
        workflow_execution=WorkflowExecution(workflow_id=run.id, run_id=run.run_id or ""),
        reason="undone",
        request_id=uuid.uuid4().hex,
        workflow_task_finish_event_id=back_to,
        reset_reapply_exclude_types=[ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_UPDATE],
    )
    await run._client.workflow_service.reset_workflow_execution(request)


async def test_after_a_reset_the_store_follows_the_order_again(busy_plant: Plant) -> None:
    plant = busy_plant
    await plant.enter(100)
    await plant.confirmed()
    await plant.settle()
    assert plant.open_kinds() == ["make_plan"]
    await undo(plant)
    assert plant.open_kinds() == ["make_plan"], "the store still has what history no longer knows"
    await plant.answer("confirm_order", "revise", n=1, requested_date=plant.day(90), reason="other date")
    await plant.settle()
    assert plant.open_kinds() == ["confirm_order"]
    assert (plant.row.promised, plant.row.requested_date, plant.task("confirm_order").n) == (None, plant.day(90), 2)
