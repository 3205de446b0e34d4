"""The promise is kept, or moved by approval; it is never overwritten (R4, R8, R13)."""

import json
from typing import Any

import pytest

from tests.stories.plant import CAST, HEADS, Plant
from workflows.types.words import Department

# After production an order needs by the default policy: inspect 1d, accept 4h, plan_shipment 4h, dispatch 1d, transit 2d.
# Work that ends on Friday 17:00 arrives a working week later, on Friday+1 17:00: a promise for that day has no slack at
# all, one for the Monday after has a working day of it, which is the buffer.


async def producing(plant: Plant, promised: str) -> None:
    await plant.enter(100)
    await plant.confirmed(promised)
    await plant.planned(plant.local("Tue 08:00"), plant.local("Fri 17:00"))
    await plant.made_ready()


async def until(plant: Plant, local: str) -> None:
    """Production says when it will be done."""
    await plant.report(percent=50, expected_completion=plant.local(local))


async def repromises(plant: Plant, day: str, **fields: Any) -> None:
    given: dict[str, Any] = {"promised_date": plant.date(day), "reason": "mould broken", "customer_agreed": True, **fields}
    await plant.answer("decide_promise", "repromise", **given)


@pytest.mark.parametrize(
    ("promised", "risk", "slack"), [("Mon+2", "on_track", 8), ("Fri+1", "at_risk", 0), ("Thu+1", "late", -8)]
)
async def test_the_risk_is_the_slack_between_forecast_and_promise(plant: Plant, promised: str, risk: str, slack: int) -> None:
    await producing(plant, promised)
    assert (plant.row.risk, plant.row.slack_hours) == (risk, slack)
    assert ("decide_promise" in plant.open_kinds()) is (risk == "late")


async def test_the_first_promise_is_never_overwritten(plant: Plant) -> None:
    await producing(plant, "Mon+2")
    await plant.repromise(plant.date("Wed+2"), reason="mould broken")
    await plant.repromise(plant.date("Tue+2"), reason="mould mended")
    assert [(promise.revision, promise.date, promise.reason) for promise in plant.row.promises] == [
        (1, plant.date("Mon+2"), None),
        (2, plant.date("Wed+2"), "mould broken"),
        (3, plant.date("Tue+2"), "mould mended"),
    ]
    assert (plant.row.first_promised, plant.row.promised) == (plant.date("Mon+2"), plant.date("Tue+2"))
    assert [promise.forecast for promise in plant.row.promises][1:] == [plant.date("Fri+1")] * 2


async def test_who_has_work_with_the_order_is_told_of_a_moved_promise_and_so_is_the_customer(plant: Plant) -> None:
    await producing(plant, "Mon+2")
    await plant.repromise(plant.date("Wed+2"))
    await plant.settle()
    (notice,) = plant.mails("promise_moved")
    assert set(notice.to) == {"customer", "production"}


async def test_there_is_no_promise_to_move_before_the_first(plant: Plant) -> None:
    await plant.enter(100)
    assert (await plant.refused(plant.repromise(plant.day(60)))).code == "not-confirmed"


async def test_a_closed_order_has_no_promise_to_move(plant: Plant) -> None:
    await plant.enter(100)
    await plant.cancel()
    assert (await plant.refused(plant.repromise(plant.day(60)))).code == "order-closed"


async def test_a_promise_that_was_broken_is_not_mended_afterwards(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.repromise(plant.day(61))
    await plant.signed()
    no = await plant.refused(plant.repromise(plant.day(70)))
    assert (no.code, "signed for" in no.detail) == ("too-late", True)
    assert plant.row.promises[-1].date == plant.day(61)


async def test_only_sales_and_management_move_the_promise(plant: Plant) -> None:
    await producing(plant, "Mon+2")
    for actor in (CAST[Department.WAREHOUSE], HEADS[Department.PRODUCTION]):
        assert (await plant.refused(plant.repromise(plant.day(60), by=actor))).code == "forbidden"
    await plant.repromise(plant.day(60), by=CAST[Department.MANAGEMENT])
    assert plant.row.promises[-1].by == "management1"


async def test_without_the_customer_somebody_must_approve(plant: Plant) -> None:
    await producing(plant, "Thu+1")
    no = await plant.refused(plant.repromise(plant.day(60), customer_agreed=False))
    assert [fault.pointer for fault in no.errors] == ["/approved_by"]
    no = await plant.refused(repromises(plant, "Wed+2", customer_agreed=False))
    assert [fault.pointer for fault in no.errors] == ["/fields/approved_by"]
    await repromises(plant, "Wed+2", customer_agreed=False, approved_by="boss")
    promise = plant.row.promises[-1]
    assert (promise.customer_agreed, promise.approved_by, promise.by) == (False, "boss", "sales1")


@pytest.mark.parametrize("days", [-1, 20 * 366])
async def test_a_promise_lies_between_today_and_twenty_years_from_now(plant: Plant, days: int) -> None:
    await producing(plant, "Mon+2")
    assert (await plant.refused(plant.repromise(plant.day(days)))).code == "invalid"


async def test_sales_decides_a_new_date(plant: Plant) -> None:
    await producing(plant, "Thu+1")
    assert plant.task("decide_promise").department == "sales"
    await repromises(plant, "Wed+2")
    assert plant.row.promised == plant.date("Wed+2")
    assert plant.open_kinds() == ["produce"]
    await plant.settle()
    assert [notice.kind for notice in plant.mails("promise_moved")] == ["promise_moved"]


async def test_each_revision_is_asked_about_at_its_first_break(plant: Plant) -> None:
    await producing(plant, "Thu+1")
    await repromises(plant, "Fri+1")
    assert plant.open_kinds() == ["produce"]
    await until(plant, "Mon+1 09:00")
    assert plant.open_kinds() == ["decide_promise", "produce"]


async def test_at_most_one_question_is_open(plant: Plant) -> None:
    await producing(plant, "Thu+1")
    await until(plant, "Fri+1 17:00")
    await plant.answer("produce", "cannot", reason="mould broken")
    assert plant.open_kinds() == ["decide_promise", "produce"]
    assert plant.n("decide_promise") == 1


async def test_after_keep_sales_is_asked_again_only_when_it_is_worse_by_another_buffer(plant: Plant) -> None:
    await producing(plant, "Thu+1")
    await plant.answer("decide_promise", "keep", reason="overtime")
    assert (plant.open_kinds(), plant.row.promised, len(plant.row.promises)) == (["produce"], plant.date("Thu+1"), 1)
    await until(plant, "Mon+1 16:00")
    assert plant.open_kinds() == ["produce"]
    await until(plant, "Mon+1 17:00")
    assert plant.open_kinds() == ["decide_promise", "produce"]
    await plant.answer("decide_promise", "keep", reason="overtime")
    await until(plant, "Tue+1 16:00")
    assert plant.open_kinds() == ["produce"]
    await until(plant, "Tue+1 17:00")
    assert plant.task("decide_promise").n == 3


async def test_after_keep_a_better_forecast_does_not_lower_the_bar(plant: Plant) -> None:
    await producing(plant, "Thu+1")
    await plant.answer("decide_promise", "keep", reason="overtime")
    await until(plant, "Wed 17:00")
    assert plant.row.risk == "on_track"
    await until(plant, "Fri 17:00")
    assert plant.open_kinds() == ["produce"]


async def test_production_that_cannot_always_asks(plant: Plant) -> None:
    await producing(plant, "Thu+1")
    await plant.answer("decide_promise", "keep", reason="overtime")
    await plant.answer("produce", "cannot", reason="mould broken")
    assert plant.open_kinds() == ["decide_promise", "produce"]


async def test_after_keep_passing_time_alone_asks_again(plant: Plant) -> None:
    await producing(plant, "Thu+1")
    await plant.answer("decide_promise", "keep", reason="overtime")
    await plant.extend("produce", plant.local("Fri+3 17:00"))
    # Nobody says anything, and the expected completion passes: a working day later it is worse by a buffer.
    await plant.pass_to("Mon+1 16:59")
    assert plant.open_kinds() == ["produce"]
    await plant.pass_to("Mon+1 17:01")
    assert plant.open_kinds() == ["decide_promise", "produce"]


async def test_a_promise_moved_by_sales_takes_the_question_back(plant: Plant) -> None:
    await producing(plant, "Thu+1")
    await plant.repromise(plant.date("Wed+2"))
    assert plant.open_kinds() == ["produce"]
    task = plant.past("decide_promise")
    assert (task.status, task.completed_by) == ("cancelled", "system")


async def test_a_promise_that_is_already_broken_when_it_is_given_is_not_asked_about(plant: Plant) -> None:
    await producing(plant, "Wed+1")
    await repromises(plant, "Thu+1")
    assert (plant.open_kinds(), plant.row.risk) == (["produce"], "late")
    await until(plant, "Mon+1 17:00")
    assert plant.open_kinds() == ["decide_promise", "produce"]


async def test_signing_for_the_goods_takes_the_question_back(plant: Plant) -> None:
    await producing(plant, "Thu+1")
    await plant.answer("produce", "done")
    await plant.answer("inspect", "pass")
    await plant.answer("accept", "accept")
    await plant.shipped(ship_at=plant.at(0.1), transit_days=0)
    assert plant.open_kinds() == ["decide_promise", "sign_off"]
    await plant.signed()
    assert plant.open_kinds() == ["collect_feedback"]
    assert plant.past("decide_promise").status == "cancelled"


async def test_closing_the_order_takes_the_question_back(plant: Plant) -> None:
    await producing(plant, "Thu+1")
    await plant.cancel()
    assert plant.open_kinds() == []
    assert plant.past("decide_promise").status == plant.past("produce").status == "cancelled"


async def test_the_questions_stage_is_the_orders(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed("Thu+1")
    await plant.planned(plant.local("Tue 08:00"), plant.local("Fri 17:00"))
    assert plant.task("decide_promise").stage == plant.row.stage == "plan"
    await plant.made_ready()
    assert plant.task("decide_promise").stage == plant.row.stage == "produce"
    await plant.answer("produce", "done")
    assert plant.task("decide_promise").stage == plant.row.stage == "inspect"


async def test_the_risk_grows_with_time_alone(plant: Plant) -> None:
    await producing(plant, "Mon+2")
    await plant.extend("produce", plant.local("Fri+3 17:00"))
    await plant.pass_to("Fri 17:01")
    assert plant.row.risk == "on_track"
    await plant.pass_to("Mon+1 08:01")
    assert (plant.row.risk, plant.open_kinds()) == ("at_risk", ["produce"])
    await plant.pass_to("Mon+1 17:01")
    assert plant.row.risk == "at_risk"
    await plant.pass_to("Tue+1 08:01")
    assert (plant.row.risk, plant.open_kinds()) == ("late", ["decide_promise", "produce"])
    # Before the plan, the allowances alone said that it would be late.
    assert [event.data.risk for event in plant.events("risk_moved")][1:] == ["on_track", "at_risk", "late"]  # type: ignore[union-attr]


async def test_goods_on_their_way_are_late_once_the_promised_day_has_passed(plant: Plant) -> None:
    await producing(plant, "Thu+1")
    await plant.answer("decide_promise", "keep", reason="we are fast")
    await plant.answer("produce", "done")
    await plant.answer("inspect", "pass")
    await plant.answer("accept", "accept")
    await plant.shipped(ship_at=plant.local("Tue 10:00"), transit_days=1)
    assert plant.row.risk == "on_track"
    await plant.pass_to("Thu+1 16:59")
    assert plant.row.risk == "on_track"
    await plant.pass_to("Thu+1 17:01")
    assert plant.row.risk == "late"


async def test_goods_that_do_not_leave_put_the_promise_at_risk_and_break_it_by_time_alone(plant: Plant) -> None:
    await producing(plant, "Fri+1")
    await plant.answer("produce", "done")
    await plant.answer("inspect", "pass")
    await plant.answer("accept", "accept")
    await plant.plan_shipment(ship_at=plant.local("Mon+1 10:00"), transit_days=1)
    await plant.extend("dispatch", plant.local("Fri+2 17:00"))
    told = len(plant.mails("at_risk", "late"))
    await plant.pass_to("Wed+1 16:59")
    assert (plant.row.risk, len(plant.mails("at_risk", "late"))) == ("on_track", told)
    # Not gone by Wednesday evening they cannot be there before Friday, which leaves nothing; by Thursday evening not even that.
    await plant.pass_to("Thu+1 16:59")
    assert (plant.row.risk, plant.open_kinds()) == ("at_risk", ["dispatch"])
    await plant.pass_to("Fri+1 09:00")
    assert (plant.row.risk, plant.open_kinds()) == ("late", ["decide_promise", "dispatch"])
    warned = plant.mails("at_risk", "late")[told:]
    assert [(each.kind, plant.when(each.at)) for each in warned] == [("at_risk", "Wed+1 17:00"), ("late", "Thu+1 17:00")]
    # They were planned to arrive 31 h after what the policy allows; since Monday at 10:00 they stand 22 h, then 30.
    blamed = [[(each["blame"], each["kind"], each["hours"]) for each in json.loads(mail.data["cause"])] for mail in warned]
    assert blamed == [[("shipment", None, 31), ("step", "dispatch", stand)] for stand in (22, 30)]
    # They may leave on Friday; nobody works over the weekend, so after that it is Monday.
    assert plant.task("decide_promise").earliest == plant.date("Sat+1")
    await plant.pass_to("Sat+1 09:00")
    assert plant.task("decide_promise").earliest == plant.date("Tue+2")
    # They leave on a Saturday all the same, and arrive on Sunday; what is promised for Sunday is late with Friday's work.
    await plant.answer("dispatch", "dispatched", override_reason="at last")
    assert plant.task("decide_promise").earliest == plant.date("Mon+2")


async def test_an_arrival_on_the_day_after_is_late_even_when_nobody_works_that_day(plant: Plant) -> None:
    await producing(plant, "Fri+1")
    await plant.answer("produce", "done")
    await plant.answer("inspect", "pass")
    await plant.answer("accept", "accept")
    await plant.plan_shipment(ship_at=plant.local("Thu+1 10:00"), transit_days=2, accept_late=True)
    assert plant.row.planned_arrival == plant.date("Sat+1")
    assert (plant.row.risk, plant.open_kinds()) == ("late", ["decide_promise", "dispatch"])


async def test_delivered_on_the_day_after_is_late(plant: Plant) -> None:
    await producing(plant, "Fri+1")
    await plant.answer("produce", "done")
    await plant.answer("inspect", "pass")
    await plant.answer("accept", "accept")
    await plant.shipped(ship_at=plant.local("Thu+1 10:00"), transit_days=1)
    await plant.pass_to("Sat+1 11:00")
    await plant.signed()
    assert plant.row.risk == "late"


async def test_an_earliest_date_that_passes_without_a_plan_tells_nothing_any_more(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed("Thu+2")
    await plant.answer("make_plan", "cannot", reason="the line is full", earliest=plant.date("Wed"))
    await plant.answer("decide_promise", "keep", reason="there is time")
    assert (plant.row.risk, plant.row.slack_hours) == ("on_track", 48)
    await plant.extend("make_plan", plant.local("Fri+2 17:00"))
    await plant.pass_to("Wed 16:59")
    assert plant.row.risk == "on_track"
    await plant.pass_to("Thu 08:01")
    # Planning, readiness, production and the rest by their allowances: twelve days from Thursday morning.
    assert (plant.row.risk, plant.open_kinds()) == ("late", ["decide_promise", "make_plan"])
