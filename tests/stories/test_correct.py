"""A head mends a mistaken answer, while nothing that followed from it is completed (contract §2, Correct)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.stories.plant import ADMIN, CAST, HEADS, Plant
from workflows.types import commands as c
from workflows.types.words import Department

PRODUCTION, QUALITY = Department.PRODUCTION, Department.QUALITY
BURR = [{"code": "burr", "quantity": 10}]


async def fails(plant: Plant, correct: bool = False, **fields: Any) -> None:
    given = {"failed": {"1": 10}, "defects": BURR, **fields}
    await (plant.correct("inspect", "fail", **given) if correct else plant.answer("inspect", "fail", **given))


# What becomes of the answer and of what followed.


async def test_a_passed_inspection_had_failed(plant: Plant) -> None:
    await plant.enter(100)
    await plant.produced()
    await plant.answer("inspect", "pass", note="all well")
    answered = plant.past("inspect")
    await fails(plant, correct=True)
    task = plant.past("inspect")
    assert (task.status, task.outcome, task.fields) == ("completed", "fail", {"failed": {"1": 10}, "defects": BURR})
    assert (task.completed_by, task.completed_at) == (answered.completed_by, answered.completed_at)
    assert task.version > answered.version
    assert (plant.open_kinds(), plant.past("accept").status) == (["rework"], "cancelled")
    assert (plant.task("rework").quantities, plant.row.rework_rounds) == ({"1": 10}, 1)
    await plant.answer("rework", "reworked", cause="blunt tool", corrective_action="tool changed")
    await plant.answer("inspect", "pass")
    assert plant.task("accept").quantities == {"1": 100}


async def test_a_failed_inspection_had_passed(plant: Plant) -> None:
    await plant.enter(100)
    await plant.produced()
    await fails(plant)
    await plant.correct("inspect", "pass")
    assert (plant.open_kinds(), plant.past("rework").status, plant.row.rework_rounds) == (["accept"], "cancelled", 0)
    assert plant.task("accept").quantities == {"1": 100}
    await plant.answer("accept", "accept")
    await plant.shipped()
    await plant.signed()
    assert (await plant.ends(), plant.row.delivery) == ("completed", "full")


async def test_the_history_keeps_both(plant: Plant) -> None:
    await plant.enter(100)
    await plant.produced()
    await plant.answer("inspect", "pass")
    await fails(plant, correct=True)
    (first,) = [event for event in plant.events("task_completed") if event.task_id == plant.past("inspect").id]
    (mended,) = plant.events("answer_corrected")
    assert (first.data.outcome, mended.data.outcome, mended.data.reason) == ("pass", "fail", "mistaken")  # type: ignore[union-attr]
    assert (mended.actor, mended.task_id) == ("quality-head", plant.past("inspect").id)
    assert mended.said is not None


async def test_it_may_be_corrected_again(plant: Plant) -> None:
    await plant.enter(100)
    await plant.produced()
    await plant.answer("inspect", "pass")
    await fails(plant, correct=True)
    await fails(plant, correct=True, failed={"1": 4})
    assert (plant.task("rework").n, plant.task("rework").quantities, plant.row.rework_rounds) == (2, {"1": 4}, 1)
    await plant.correct("inspect", "pass")
    assert plant.task("accept").quantities == {"1": 100}


async def test_once_something_that_followed_is_completed_it_is_too_late(plant: Plant) -> None:
    await plant.enter(100)
    await plant.produced()
    await plant.answer("inspect", "pass")
    await plant.answer("accept", "accept")
    for kind, outcome in (("inspect", "pass"), ("produce", "done"), ("ready_people", "ready")):
        assert (await plant.refused(plant.correct(kind, outcome))).code == "too-late"
    await plant.correct("accept", "short", accepted={"1": 60}, reason="40 are missing")
    assert (plant.open_kinds(), plant.task("decide_shortage").quantities) == (["decide_shortage"], {"1": 40})


# Kind by kind.


async def test_a_corrected_confirmation_adds_a_revision(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed(60)
    await plant.correct("confirm_order", "confirm", because="wrong month", promised_date=plant.day(90), channel="mail")
    assert [(each.revision, each.date, each.reason, each.by) for each in plant.row.promises] == [
        (1, plant.day(60), None, "sales1"),
        (2, plant.day(90), "wrong month", "sales-head"),
    ]
    assert (plant.row.first_promised, plant.row.promised) == (plant.day(60), plant.day(90))
    assert (plant.open_kinds(), plant.task("make_plan").n) == (["make_plan"], 2)
    await plant.settle()
    assert len(plant.mails("order_confirmed")) == 2


async def test_a_confirmation_was_a_change(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    await plant.correct("confirm_order", "revise", reason="the customer wants less", lines=[_line(60)])
    assert (plant.open_kinds(), plant.task("confirm_order").quantities) == (["confirm_order"], {"1": 60})
    await plant.confirmed(70)
    assert (len(plant.row.promises), plant.task("make_plan").quantities) == (2, {"1": 60})


async def test_a_change_was_another(plant: Plant) -> None:
    await plant.enter(100, ship_to="Tainan")
    await plant.answer("confirm_order", "revise", reason="x", ship_to="Hsinchu", lines=[_line(60)])
    await plant.correct("confirm_order", "revise", reason="x", lines=[_line(70)])
    assert ([line.quantity for line in plant.row.lines], plant.row.ship_to) == ([70], "Tainan")
    assert plant.task("confirm_order").quantities == {"1": 70}


async def test_a_confirmation_was_a_rejection(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    await plant.correct("confirm_order", "reject", reason="no credit")
    assert (await plant.ends(), plant.row.status) == ("cancelled", "cancelled")


async def test_a_corrected_plan(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed("Thu+1")
    await plant.planned(plant.local("Tue 08:00"), plant.local("Fri+3 17:00"))
    assert "decide_promise" in plant.open_kinds()
    right: dict[str, Any] = {"planned_start": plant.local("Tue 08:00"), "expected_completion": plant.local("Wed 17:00")}
    await plant.correct("make_plan", "plan", **right)
    assert plant.open_kinds() == ["ready_equipment", "ready_materials", "ready_people"], "what broke the promise was a mistake"
    assert {plant.past(kind).status for kind in ("decide_promise", "ready_materials", "ready_people")} == {"cancelled"}
    assert (plant.when(plant.row.expected_completion), plant.task("ready_people").n) == ("Wed 17:00", 2)
    await plant.made_ready()
    assert plant.when(plant.task("produce").due_at) == "Wed 17:00"


async def test_a_plan_that_sales_has_answered_for_stays(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed("Thu+1")
    await plant.planned(plant.local("Tue 08:00"), plant.local("Fri+3 17:00"))
    await plant.answer("decide_promise", "keep", reason="overtime")
    right: dict[str, Any] = {"planned_start": plant.local("Tue 08:00"), "expected_completion": plant.local("Wed 17:00")}
    assert (await plant.refused(plant.correct("make_plan", "plan", **right))).code == "too-late"


async def test_a_plan_that_a_correction_made_late_was_all_right(plant: Plant) -> None:
    """What sales was asked because of the first correction, the second takes back; once sales has decided, it is too late."""
    await plant.enter(100)
    await plant.confirmed("Thu+1")
    right: dict[str, Any] = {"planned_start": plant.local("Tue 08:00"), "expected_completion": plant.local("Wed 17:00")}
    late = {**right, "expected_completion": plant.local("Fri+3 17:00")}
    await plant.planned(right["planned_start"], right["expected_completion"])
    await plant.pass_time(hours=1)
    await plant.correct("make_plan", "plan", **late)
    assert "decide_promise" in plant.open_kinds()
    await plant.pass_time(hours=1)
    await plant.correct("make_plan", "plan", **right)
    assert plant.open_kinds() == ["ready_equipment", "ready_materials", "ready_people"]
    await plant.correct("make_plan", "plan", **late)
    await plant.answer("decide_promise", "keep", reason="overtime")
    assert (await plant.refused(plant.correct("make_plan", "plan", **right))).code == "too-late"


async def test_a_plan_was_none(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    await plant.planned()
    await plant.correct("make_plan", "cannot", reason="the line is full")
    assert (plant.open_kinds(), plant.row.expected_completion) == (["decide_promise", "make_plan"], None)


async def test_what_cannot_be_made_can(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing()
    expected = plant.row.expected_completion
    await plant.answer("produce", "cannot", reason="mould broken", earliest=plant.day(30))
    assert (plant.open_kinds(), plant.row.expected_completion > expected) == (["decide_promise", "produce"], True)
    await plant.correct("produce", "done")
    assert (plant.open_kinds(), plant.row.expected_completion) == (["inspect"], expected)
    assert plant.past("produce", 2).status == "cancelled"


async def test_one_readiness_is_corrected_and_the_others_stay(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    await plant.planned(plant.local("Tue 08:00"), plant.local("Thu 17:00"))
    await plant.answer("ready_equipment", "ready")
    await plant.answer("ready_materials", "short", item="wire", eta=plant.date("Mon+1"))
    assert plant.when(plant.row.expected_completion) == "Thu+1 17:00"
    await plant.correct("ready_equipment", "short", item="mould", eta=plant.date("Wed"))
    assert plant.open_kinds() == ["ready_equipment", "ready_materials", "ready_people"]
    assert (plant.task("ready_people").n, plant.task("ready_materials").n, plant.task("ready_equipment").n) == (1, 2, 2)
    assert plant.when(plant.row.expected_completion) == "Thu+1 17:00"
    await plant.correct("ready_materials", "ready")
    assert plant.open_kinds() == ["ready_equipment", "ready_people"]
    # Only the mould is missing: three days of work after Wednesday.
    assert plant.when(plant.row.expected_completion) == "Mon+1 17:00"
    assert plant.past("ready_materials", 2).status == "cancelled"
    await plant.made_ready()
    assert plant.open_kinds() == ["produce"]


async def test_readiness_is_corrected_when_production_is_asked_already(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    await plant.planned()
    await plant.made_ready()
    eta = plant.day(10)
    await plant.correct("ready_materials", "short", item="wire", eta=eta)
    assert (plant.open_kinds(), plant.row.stage, plant.past("produce").status) == (["ready_materials"], "plan", "cancelled")
    assert plant.task("ready_materials").due_at == plant.calendar.end_of(eta)
    await plant.answer("ready_materials", "ready")
    assert (plant.open_kinds(), plant.task("produce").n) == (["produce"], 2)
    await plant.correct("ready_people", "ready", note="all there")
    assert (plant.open_kinds(), plant.task("produce").n) == (["produce"], 3)
    assert (await plant.refused(plant.correct("ready_materials", "ready", n=1))).code == "too-late"


async def test_what_a_hold_has_moved_stays_moved(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    await plant.planned(plant.local("Tue 08:00"), plant.local("Thu 16:00"))
    await plant.answer("ready_materials", "short", item="wire", eta=plant.date("Mon+1"))
    await plant.hold(days=9)
    await plant.pass_time(days=1)
    await plant.resume()
    await plant.correct("ready_materials", "ready", n=1)
    assert plant.when(plant.row.expected_completion) == "Fri 16:00"


async def test_a_corrected_production_hands_over_other_goods(plant: Plant) -> None:
    await plant.enter(100)
    await plant.produced()
    await plant.correct("produce", "done", good={"1": 95}, scrap={"1": 5})
    assert (plant.task("inspect").n, plant.task("inspect").quantities) == (2, {"1": 95})
    assert set(plant.task("inspect").barred) == {"production1", "production-head"}


async def test_a_corrected_disposition(plant: Plant) -> None:
    await plant.enter(100, policy="[order]\nmax_rework_rounds = 0")
    await plant.produced()
    await fails(plant)
    await plant.answer("decide_disposition", "concede", reason="x")
    await plant.correct("decide_disposition", "remake", reason="scrap them")
    assert (plant.open_kinds(), plant.task("make_plan").quantities) == (["make_plan"], {"1": 10})
    assert (await plant.state()).work.conceded is False


async def test_a_corrected_shipment_notifies_again(plant: Plant) -> None:
    await plant.enter(100)
    await plant.accepted()
    await plant.plan_shipment()
    await plant.settle()
    right: dict[str, Any] = {"mode": "air", "carrier": "Evergreen", "ship_at": plant.at(3), "transit_days": 1}
    await plant.correct("plan_shipment", "plan", **right)
    assert (plant.open_kinds(), plant.task("dispatch").n, plant.row.planned_ship) == (["dispatch"], 2, right["ship_at"])
    await plant.settle()
    first, second = plant.mails("shipping_notice")
    assert (first.data["mode"], second.data["mode"]) == ("road", "air")
    no = await plant.refused(plant.answer("dispatch", "dispatched"))
    assert no.code == "notice-missing", "the new notice has to have its lead"


async def test_a_corrected_shipment_is_judged_as_the_first_was(plant: Plant) -> None:
    await plant.enter(100)
    await plant.accepted()
    await plant.plan_shipment()
    late: dict[str, Any] = {"mode": "sea", "carrier": "Evergreen", "ship_at": plant.at(3), "transit_days": 300}
    assert (await plant.refused(plant.correct("plan_shipment", "plan", **late))).code == "breaks-promise"
    no = await plant.refused(plant.correct("plan_shipment", "plan", **{**late, "mode": "rocket"}))
    assert [fault.pointer for fault in no.errors] == ["/fields/mode"]
    await plant.correct("plan_shipment", "plan", **late, accept_late=True)
    assert plant.open_kinds() == ["decide_promise", "dispatch"]


async def test_goods_had_not_left(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.correct("dispatch", "replan", reason="the truck never came")
    assert (plant.open_kinds(), plant.row.planned_ship) == (["plan_shipment"], None)
    assert plant.task("plan_shipment").quantities == {"1": 100}
    await plant.cancel()
    assert await plant.ends() == "cancelled"


async def test_the_notice_stays_on_record_when_the_dispatch_is_corrected(plant: Plant) -> None:
    await plant.enter(100)
    await plant.accepted()
    plant.mail.is_away = True
    await plant.shipped()
    assert (await plant.settle()).shipping_notice is not None
    plant.mail.is_away = False
    await plant.pass_time(hours=1)
    told = (await plant.settle()).shipment
    assert told is not None and told.noticed_at is not None
    await plant.correct("dispatch", "dispatched", override_reason="the truck waits", tracking_no="HY-1")
    state = await plant.settle()
    assert state.shipment is not None and (state.shipment.tracking_no, state.shipment.carrier) == ("HY-1", "Hsin Yun")
    assert (state.shipment.noticed_at, state.shipping_notice) == (told.noticed_at, None)
    assert (plant.open_kinds(), plant.task("sign_off").n) == (["sign_off"], 2)


async def test_a_notice_of_the_plan_that_was_dropped_counts_when_that_was_a_mistake(plant: Plant) -> None:
    await plant.enter(100)
    await plant.accepted()
    plant.mail.is_away = True
    await plant.plan_shipment(ship_at=plant.local("Wed 15:00"))
    await plant.answer("dispatch", "replan", reason="truck broke")
    plant.mail.is_away = False
    await plant.settle()
    assert (await plant.refused(plant.correct("dispatch", "dispatched"))).code == "notice-missing", "its lead is not over"
    await plant.pass_to("Tue 10:00")
    await plant.correct("dispatch", "dispatched")
    assert (plant.open_kinds(), plant.row.planned_ship) == (["sign_off"], plant.local("Wed 15:00"))


@pytest.mark.parametrize(
    ("outcome", "fields", "opens"),
    [
        ("refused", {"reason": "rust", "quantities": {"1": 30}}, "resolve_refusal"),
        ("lost", {"reason": "storm"}, "resolve_refusal"),
        ("signed", {"signed_by": "Mr. Wu", "received": {"1": 90}}, "resolve_refusal"),
        ("signed", {"signed_by": "Mr. Wu"}, "collect_feedback"),
    ],
)
async def test_a_corrected_signature(plant: Plant, outcome: str, fields: dict[str, Any], opens: str) -> None:
    await plant.on_the_way(100)
    await plant.signed()
    assert (plant.row.delivery, plant.open_kinds()) == ("full", ["collect_feedback"])
    await plant.correct("sign_off", outcome, **fields)
    assert plant.open_kinds() == [opens]
    if opens == "resolve_refusal":
        assert plant.row.delivery == "pending"
        await plant.answer("resolve_refusal", "remake", reason="anew")
        await plant.made_again()
        await plant.shipped()
        await plant.signed()
    assert (await plant.ends(), plant.row.delivery) == ("completed", "full")


async def test_what_came_back_is_resolved_otherwise(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.answer("sign_off", "refused", reason="rust", quantities={"1": 30})
    await plant.answer("resolve_refusal", "close", reason="agreed")
    assert (plant.row.delivery, plant.open_kinds()) == ("short", ["collect_feedback"])
    await plant.correct("resolve_refusal", "remake", reason="not agreed")
    assert (plant.row.delivery, plant.task("make_plan").quantities) == ("pending", {"1": 30})


async def test_a_rest_that_is_an_order_of_its_own_stays_one(plant: Plant) -> None:
    await plant.enter(100)
    await plant.produced()
    await plant.answer("inspect", "pass")
    await plant.answer("accept", "short", accepted={"1": 60}, reason="40 are missing")
    await plant.answer("decide_shortage", "ship_part", rest="waived", reason="x")
    await plant.correct("decide_shortage", "ship_part", rest="later", reason="x")
    number = f"{plant.order_no}-R1"
    assert (plant.row.followed_by, plant.follow_up(number).row.lines[0].quantity) == (number, 40)
    no = await plant.refused(plant.correct("decide_shortage", "remake", reason="x"))
    assert (no.code, number in no.detail) == ("too-late", True)


# What is refused.


async def test_only_the_head_of_the_task_s_department_corrects(plant: Plant) -> None:
    await plant.enter(100)
    await plant.produced()
    await plant.answer("inspect", "pass")
    for actor, code in (
        (CAST[QUALITY], "forbidden"),
        (HEADS[PRODUCTION], "not-your-department"),
        (HEADS[Department.MANAGEMENT], "not-your-department"),
        (ADMIN, "not-your-department"),
    ):
        assert (await plant.refused(plant.correct("inspect", "pass", by=actor))).code == code


async def test_four_eyes_hold_for_who_corrects(plant: Plant) -> None:
    both = c.Actor(id="both-head", departments=(PRODUCTION, QUALITY), heads=(PRODUCTION, QUALITY))
    await plant.enter(100)
    await plant.producing()
    await plant.answer("produce", "done", by=both)
    await plant.answer("inspect", "pass")
    assert (await plant.refused(plant.correct("inspect", "pass", by=both))).code == "four-eyes"
    await fails(plant, correct=True)


async def test_what_is_open_is_completed_and_not_corrected(plant: Plant) -> None:
    await plant.enter(100)
    no = await plant.refused(plant.correct("confirm_order", "reject", reason="x"))
    assert (no.code, no.errors[0].pointer) == ("invalid", "")


async def test_a_correction_is_judged_like_an_answer(plant: Plant) -> None:
    await plant.enter(100)
    await plant.produced()
    await plant.answer("inspect", "pass")
    assert (await plant.refused(plant.correct("inspect", "done"))).code == "wrong-outcome"
    no = await plant.refused(fails(plant, correct=True, failed={"1": 101}))
    assert (no.code, [fault.pointer for fault in no.errors]) == ("invalid", ["/fields/failed/1"])


async def test_what_was_decided_beside_the_way_is_said_anew(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing()
    await plant.answer("produce", "cannot", reason="mould broken")
    await plant.answer("decide_promise", "keep", reason="x")
    assert (await plant.refused(plant.correct("decide_promise", "keep", reason="x"))).code == "too-late"
    await plant.amend(ship_to="Hsinchu")
    await plant.answer("decide_amendment", "agree", n=2, by=CAST[Department.SALES], reason="x")
    by = HEADS[Department.SALES]
    assert (await plant.refused(plant.correct("decide_amendment", "refuse", n=2, by=by, reason="x"))).code == "too-late"


async def test_on_hold_only_what_is_with_the_customer_is_corrected(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.hold(days=3)
    assert (await plant.refused(plant.correct("dispatch", "replan", reason="x"))).code == "order-on-hold"
    await plant.signed()
    await plant.correct("sign_off", "signed", signed_by="Mr. Wu", remarks="one box wet")
    assert plant.open_kinds() == ["collect_feedback"]


async def test_a_closed_order_is_not_corrected(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.settle()
    await plant.signed()
    await plant.answer("collect_feedback", "no_answer")
    for kind, outcome in (("collect_feedback", "no_answer"), ("sign_off", "lost")):
        fields: dict[str, Any] = {"reason": "x"} if outcome == "lost" else {}
        assert (await plant.refused(plant.correct(kind, outcome, **fields))).code == "order-closed"
    assert await plant.ends() == "completed"


async def test_the_lateness_of_a_corrected_answer_is_that_of_the_first(plant: Plant) -> None:
    await plant.enter(100)
    await plant.produced()
    await plant.answer("inspect", "pass")
    first = plant.past("inspect").completed_at
    await plant.pass_time(hours=2)
    await plant.correct("inspect", "pass", note="all well")
    assert (plant.past("inspect").completed_at, plant.task("accept").n) == (first, 2)
    assert first is not None and plant.task("accept").opened_at - first > timedelta(hours=1)


async def test_a_correction_and_an_answer_that_follows_meet(plant: Plant) -> None:
    """Whichever comes first: never both."""
    await plant.enter(100)
    await plant.produced()
    await plant.answer("inspect", "pass")
    plant.journal.takes = 0.2
    accepting = plant.answering("accept", "accept")
    before = len(plant.types)
    told = await asyncio.gather(fails(plant, correct=True), plant.say("complete", accepting), return_exceptions=True)
    plant.journal.takes = 0
    refused = [getattr(each, "code", each) for each in told if isinstance(each, Exception)]
    assert refused in (["too-late"], ["task-closed"])
    assert plant.open_kinds() == (["plan_shipment"] if refused == ["too-late"] else ["rework"])
    assert {"answer_corrected", "task_completed"} - set(plant.types[before:]) != set()


def _line(quantity: int) -> dict[str, Any]:
    return {"product_model": "JQ-0", "quantity": quantity}
