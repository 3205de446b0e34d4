"""Complaints, non-conformances, suggestions and agreed actions are followed until they have had an effect (R18, R20, R23)."""

import asyncio
import time
from datetime import date
from typing import Any

import pytest

from tests.stories.audit import runs
from tests.stories.plant import CAST, HEADS, PATIENCE, Plant
from workflows.types.words import Department

QUALITY2 = CAST[Department.QUALITY].model_copy(update={"id": "quality2"})
BURRS: dict[str, Any] = {"cause": "blunt tool", "action": "change tools each week"}


async def test_a_complaint_becomes_an_improvement_that_is_verified_by_somebody_else(plant: Plant) -> None:
    await plant.record("complaint", department=Department.QUALITY, about="PO-7", reference="product")
    assert (plant.row.stage, plant.row.case.about, plant.open_kinds()) == ("improve", "PO-7", ["find_cause"])
    await plant.answer("find_cause", "analysed", due=plant.day(9), **BURRS)
    assert plant.when(plant.task("act").due_at) == "Wed+1 17:00"
    await plant.answer("act", "done", note="tools changed")
    assert plant.open_kinds() == []
    assert plant.when(plant.row.came_to.rests_until) == "Mon+4 09:00"
    await plant.pass_to("Mon+4 08:59")
    assert plant.open_kinds() == []
    await plant.pass_to("Mon+4 09:01")
    assert plant.open_kinds() == ["verify"]
    no = await plant.refused(plant.answer("verify", "effective", note="none since", by=CAST[Department.QUALITY]))
    assert (no.code, no.detail) == ("four-eyes", "quality1 carried this action out and may not verify it")
    await plant.answer("verify", "effective", note="no burrs in 300 pieces", by=QUALITY2)
    assert (await plant.ends(), plant.row.came_to.result, plant.row.stage) == ("completed", "effective", "closed")


async def test_without_an_effect_the_cause_is_looked_for_again(plant: Plant) -> None:
    await plant.record("complaint", department=Department.PRODUCTION, policy="[improvements]\nverify_after = '1d'")
    production = CAST[Department.PRODUCTION]
    for n in (1, 2):
        await plant.answer("find_cause", "analysed", by=production, due=plant.day(9), **BURRS)
        await plant.answer("act", "done", by=production, note="tools changed")
        await plant.pass_time(days=2)
        assert (plant.open_kinds(), plant.row.came_to.rounds) == (["verify"], n)
        if n == 1:
            await plant.answer("verify", "not_effective", reason="burrs again")
    await plant.answer("verify", "effective", note="gone")
    assert (await plant.ends(), plant.row.came_to.result) == ("completed", "effective")


async def test_a_suggestion_is_assigned_handed_over_or_dropped(plant: Plant) -> None:
    await plant.record("suggestion", "shelves by the door")
    assert plant.task("assign_improvement").department == "management"
    await plant.answer("assign_improvement", "assign", department="production")
    await plant.answer("find_cause", "hand_over", department="warehouse", reason="their shelves", by=CAST[Department.PRODUCTION])
    task = plant.task("find_cause")
    assert (task.n, task.department) == (2, "warehouse")
    no = await plant.refused(plant.answer("find_cause", "analysed", due=plant.day(3), by=CAST[Department.PRODUCTION], **BURRS))
    assert no.code == "not-your-department"


async def test_what_is_not_worth_it_is_dropped_with_a_reason(plant: Plant) -> None:
    await plant.record("suggestion", "a swimming pool")
    await plant.answer("assign_improvement", "drop", reason="no room")
    assert (await plant.ends(), plant.row.came_to.result) == ("cancelled", "dropped")
    closed = plant.events("case_closed")[-1]
    assert (closed.actor, closed.data.reason) == ("management1", "no room")  # type: ignore[union-attr]


async def test_the_ladder_of_a_case_is_that_of_an_order(plant: Plant) -> None:
    await plant.record("complaint", department=Department.QUALITY)
    # Five working days from Monday 09:00.
    assert plant.when(plant.task("find_cause").due_at) == "Mon+1 09:00"
    await plant.pass_to("Wed+1 09:01")
    assert plant.rungs("find_cause") == ["remind", "overdue", "escalate", "critical"]
    assert plant.mail.kinds()[-4:] == ["remind", "overdue", "escalate", "critical"]
    await plant.extend("find_cause", plant.day(14), by=HEADS[Department.QUALITY])
    assert plant.task("find_cause").escalation_level == 0


async def test_a_meetings_action_is_done_by_its_day(plant: Plant) -> None:
    await plant.record("meeting", "call the customer", department=Department.SALES, due=date(2030, 1, 1))
    assert (plant.open_kinds(), plant.task("act").department) == (["act"], "sales")
    await plant.answer("act", "cannot", reason="on holiday", by=CAST[Department.SALES])
    await plant.answer("assign_improvement", "assign", department="management")
    await plant.answer("act", "done", note="called", by=CAST[Department.MANAGEMENT])
    assert (await plant.ends(), plant.row.came_to.result) == ("completed", "done")


@pytest.mark.parametrize(("outcome", "fields", "result"), [("complete", {}, "complete"), ("waive", {"reason": "lost"}, "waived")])
async def test_an_incomplete_file_is_completed_or_waived(plant: Plant, outcome: str, fields: dict[str, Any], result: str) -> None:
    await plant.record("file", "sign_off", about="PO-7", department=Department.SALES)
    assert (plant.row.stage, plant.open_kinds()) == ("file", ["complete_file"])
    await plant.answer("complete_file", outcome, **fields)
    assert (await plant.ends(), plant.row.came_to.result) == ("completed", result)


async def test_a_head_mends_an_analysis_as_long_as_nothing_was_done(plant: Plant) -> None:
    await plant.record("complaint", department=Department.QUALITY)
    await plant.answer("find_cause", "analysed", due=plant.day(9), **BURRS)
    await plant.correct("find_cause", "analysed", due=str(plant.day(4)), **BURRS)
    assert plant.when(plant.task("act").due_at) == "Fri 17:00"
    assert plant.row.came_to.due == plant.day(4)


async def test_whoever_acted_verifies_nothing_though_the_head_mended_their_answer(plant: Plant) -> None:
    await plant.record("complaint", department=Department.QUALITY, policy="[improvements]\nverify_after = '1d'")
    await plant.answer("find_cause", "analysed", due=plant.day(9), **BURRS)
    await plant.answer("act", "done", note="tools changed")
    await plant.correct("act", "done", note="all tools changed", by=HEADS[Department.QUALITY])
    await plant.pass_time(days=2)
    assert plant.task("verify").barred == ("quality1", "quality-head")


async def test_an_action_is_due_on_a_day_that_comes(plant: Plant) -> None:
    await plant.record("complaint", department=Department.QUALITY)
    for due in ("9999-12-31", str(plant.day(-1))):
        no = await plant.refused(plant.answer("find_cause", "analysed", due=due, **BURRS))
        assert [fault.pointer for fault in no.errors] == ["/fields/due"]


async def test_a_case_in_many_runs_rests_and_goes_on(busy_plant: Plant) -> None:
    plant = busy_plant
    policy = "[plant]\naround_the_clock = true\n[improvements]\nverify_after = '1s'"
    await plant.record("complaint", department=Department.QUALITY, policy=policy)
    await plant.answer("find_cause", "analysed", due=plant.day(9), **BURRS)
    await plant.answer("act", "done", note="tools changed")
    deadline = time.monotonic() + PATIENCE
    while plant.open_kinds() != ["verify"]:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    await plant.answer("verify", "effective", note="gone", by=QUALITY2)
    assert await plant.ends() == "completed"
    assert len(await runs(plant.handle)) > 1


# What orders open.


async def test_a_complaint_in_the_feedback_opens_a_case_and_the_order_closes(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.signed()
    issues = [{"kind": "product", "text": "burrs on the edge", "department": "production"}]
    await plant.answer("collect_feedback", "answered", csat=3, channel="phone", issues=issues)
    (raised,) = plant.events("case_raised")
    case = plant.follow_up(raised.data.number)  # type: ignore[union-attr]
    assert (case.row.case.origin, case.row.case.text, case.row.case.about) == ("complaint", "burrs on the edge", plant.order_no)
    assert [task.kind for task in case.tasks.values()] == ["find_cause"]
    assert await plant.ends() == "completed"


async def test_goods_that_use_up_their_rounds_open_a_case_once(plant: Plant) -> None:
    await plant.enter(10, policy="[order]\nmax_rework_rounds = 0")
    await plant.produced()
    for _ in range(2):
        await plant.answer("inspect", "fail", failed={"1": 4}, defects=[])
        await plant.answer("decide_disposition", "rework", reason="once more")
        await plant.answer("rework", "reworked", cause="x", corrective_action="y")
    (raised,) = plant.events("case_raised")
    case = plant.follow_up(raised.data.number)  # type: ignore[union-attr]
    assert (case.row.case.origin, case.row.came_to.department) == ("nonconformance", "production")


async def test_a_plant_may_want_no_case_of_its_inspections(plant: Plant) -> None:
    policy = "[order]\nmax_rework_rounds = 0\n[improvements]\nfrom_inspection = false"
    await plant.enter(10, policy=policy)
    await plant.produced()
    await plant.answer("inspect", "fail", failed={"1": 4}, defects=[])
    assert plant.events("case_raised") == []
