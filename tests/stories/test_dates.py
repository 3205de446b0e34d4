"""Dates that hold: deadlines walked back from the promise, warnings with their causes, silence, and when sales must decide."""

import json
from typing import Any

import pytest

from tests.stories.plant import HEADS, Plant
from workflows.types.notices import Notice
from workflows.types.words import Department

# After production an order needs by the default policy: inspect 1d, accept 4h, plan_shipment 4h, dispatch 1d, transit 2d.
# Work that ends on Friday 17:00 arrives a working week later, on Friday+1 17:00; the buffer is a working day.


def warnings(plant: Plant) -> list[str]:
    return [notice.kind for notice in plant.mails("at_risk", "late")]


def blamed(notice: Notice) -> list[tuple[str, str | None, int, float]]:
    return [(each["blame"], each["kind"], each["n"], each["hours"]) for each in json.loads(notice.data["cause"])]


async def producing(plant: Plant, promised: str, completion: str = "Fri 17:00") -> None:
    await plant.enter(100)
    await plant.confirmed(promised)
    await plant.planned(plant.local("Tue 08:00"), plant.local(completion))
    await plant.made_ready()


async def until(plant: Plant, local: str) -> None:
    """Production says when it will be done."""
    await plant.report(percent=50, expected_completion=plant.local(local))


async def fails(plant: Plant) -> None:
    await plant.answer("inspect", "fail", failed={"1": 5}, defects=[{"code": "burr", "quantity": 5}])


async def reworks(plant: Plant) -> None:
    await plant.answer("rework", "reworked", cause="dull tool", corrective_action="new tool")


# An infeasible plan, and a new promise.


async def test_an_infeasible_plan_leads_to_a_new_promise_by_which_everything_goes(plant: Plant) -> None:
    await plant.enter(100)
    # By the allowances 100 working hours are needed; 64 are left until Wednesday of the next week.
    await plant.confirmed("Wed+1")
    await plant.settle()
    # What a promise is given with is shown, but nobody is warned before there is a plan.
    assert (warnings(plant), plant.row.risk) == ([], "late")
    # The latest finish of planning has passed: an hour is the least that anybody has.
    assert plant.when(plant.task("make_plan").due_at) == "Mon 10:00"
    await plant.planned(plant.local("Tue 08:00"), plant.local("Thu+1 17:00"))
    asked = plant.task("decide_promise")
    # A working week after Thursday+1.
    assert asked.earliest == plant.date("Thu+2")
    await plant.settle()
    (late,) = plant.mails("at_risk", "late")
    assert (late.kind, set(late.to)) == ("late", {"production", "supply_chain", "sales"})
    # From Monday 09:00 to Thursday+1 17:00 there are 71 h, where 48 were left for readiness and producing.
    assert blamed(late) == [("plan", None, 0, 23)]
    await plant.answer(
        "decide_promise", "repromise", promised_date=plant.date("Wed+3"), reason="the line is full", customer_agreed=True
    )
    await plant.settle()
    assert (plant.row.risk, plant.open_kinds()) == ("on_track", ["ready_equipment", "ready_materials", "ready_people"])
    (moved,) = plant.mails("promise_moved")
    assert set(moved.to) == {"customer", "production", "supply_chain"}
    ledger = [(each.revision, each.date, each.reason, each.customer_agreed) for each in plant.row.promises]
    assert ledger == [(1, plant.date("Wed+1"), None, None), (2, plant.date("Wed+3"), "the line is full", True)]
    # Confirmed on Monday at 09:00 the forecast was twelve and a half working days away, at the plan a week after Thursday+1.
    assert [each.forecast for each in plant.row.promises] == [plant.date("Wed+2"), plant.date("Thu+2")]


async def test_a_new_promise_re_arms_what_is_due_by_the_old_one(plant: Plant) -> None:
    await producing(plant, "Fri+2")
    await plant.pass_to("Fri 15:00")
    await plant.answer("produce", "done")
    assert plant.when(plant.task("inspect").due_at) == "Mon+1 15:00"
    await plant.repromise(plant.date("Thu+1"))
    # Thursday 17:00, less two days of transit, one of dispatch, and half a day each of planning that and of accepting.
    assert plant.when(plant.task("inspect").latest_finish) == "Mon+1 08:00"
    assert plant.when(plant.task("inspect").due_at) == "Mon+1 08:00"
    await plant.pass_to("Mon+1 08:01")
    assert plant.rungs("inspect") == ["overdue"]
    await plant.repromise(plant.date("Wed+1"))
    # Before the opening and the hour that anybody has: that hour.
    assert plant.when(plant.task("inspect").due_at) == "Fri 16:00"
    await plant.settle()
    await plant.repromise(plant.date("Wed+3"))
    inspect = plant.task("inspect")
    # A day after its opening, as its allowance says; the ladder begins again.
    assert (plant.when(inspect.due_at), inspect.escalation_level) == ("Mon+1 15:00", 0)
    told = len(plant.rungs("inspect"))
    await plant.pass_to("Mon+1 12:59")
    assert len(plant.rungs("inspect")) == told
    await plant.pass_to("Mon+1 15:01")
    assert plant.rungs("inspect")[told:] == ["remind", "overdue"]


async def test_a_deadline_that_a_head_has_set_stays_where_it_is(plant: Plant) -> None:
    await producing(plant, "Fri+2")
    await plant.answer("produce", "done")
    await plant.extend("inspect", plant.local("Thu 12:00"))
    await plant.repromise(plant.date("Thu"))
    inspect = plant.task("inspect")
    assert (plant.when(inspect.due_at), inspect.is_extended) == ("Thu 12:00", True)
    # What it should keep for the promise to hold is told all the same.
    assert inspect.latest_finish is not None and inspect.latest_finish < plant.now


async def test_what_a_plan_has_set_does_not_move_with_the_promise(plant: Plant) -> None:
    await producing(plant, "Fri+2")
    before = plant.task("produce")
    await plant.repromise(plant.date("Mon+2"))
    after = plant.task("produce")
    assert (after.due_at, after.ladder_round) == (before.due_at, before.ladder_round)
    # Monday 17:00, less two days of transit, and inspect, accept, plan_shipment and dispatch: three more.
    assert plant.when(after.latest_finish) == "Tue+1 08:00"


async def test_each_task_shows_its_latest_finish(plant: Plant) -> None:
    await plant.enter(100)
    assert plant.task("confirm_order").latest_finish is None
    await plant.confirmed("Mon+4")
    # Transit 16 h, dispatch 8, planning it 4, accept 4, inspect 8, produce 40, readiness 8: eleven days back from Monday 17:00.
    assert plant.when(plant.task("make_plan").latest_finish) == "Mon+2 08:00"
    await plant.planned(plant.local("Tue 08:00"), plant.local("Fri 17:00"))
    assert {plant.when(plant.task(kind).latest_finish) for kind in plant.open_kinds()} == {"Tue+2 08:00"}


async def test_another_policy_walks_back_otherwise(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed("Mon+4")
    await plant.adopt('[order]\ntransit = "3d"')
    assert plant.when(plant.task("make_plan").latest_finish) == "Fri+1 08:00"


# Warnings, and what is to blame.


async def test_a_shortage_moves_the_date_and_is_to_blame(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed("Fri+2")
    await plant.planned(plant.local("Tue 08:00"), plant.local("Wed 17:00"))
    assert (warnings(plant), plant.row.risk) == ([], "on_track")
    # Two working days of work after Friday+1: done on Tuesday+2, there on Tuesday+3.
    await plant.answer("ready_materials", "short", item="steel", quantity=40, eta=plant.date("Fri+1"))
    await plant.settle()
    assert (warnings(plant), plant.row.risk) == (["late"], "late")
    assert plant.task("decide_promise").earliest == plant.date("Tue+3")
    (late,) = plant.mails("late")
    assert set(late.to) == {"production", "supply_chain", "sales"}
    assert (late.data["forecast"], late.data["revision"]) == (f"{plant.date('Tue+3')}", "1")
    # From Wednesday 17:00 to Tuesday+2 17:00 there are nine working days.
    assert blamed(late) == [("shortage", "ready_materials", 0, 72)]
    assert [(cause.blame, cause.hours) for cause in plant.last("risk_moved").causes] == [("shortage", 72)]


async def test_the_third_rework_breaks_the_promise(plant: Plant) -> None:
    await producing(plant, "Tue+2", completion="Tue 17:00")
    await plant.pass_to("Tue 09:00")
    await plant.answer("produce", "done")
    for day in ("Tue", "Wed"):
        await fails(plant)
        assert (plant.row.risk, plant.open_kinds()) == ("on_track", ["rework"])
        await plant.pass_to(f"{day} 17:00")
        await reworks(plant)
    await plant.pass_to("Mon+1 15:00")
    assert (plant.row.risk, warnings(plant)) == ("on_track", [])
    # 16 h of rework, 8 of inspecting, and 4, 4, 8 and 16 h to the customer lead to Wednesday+2 at 15:00.
    await fails(plant)
    await plant.settle()
    assert (warnings(plant), plant.open_kinds()) == (["late"], ["decide_promise", "rework"])
    assert plant.task("decide_promise").earliest == plant.date("Wed+2")
    # The third round as far as it can be foreseen; the second: rework on Wednesday and 22 h of inspecting; the first.
    assert blamed(plant.mails("late")[0]) == [("rework", None, 2, 30), ("rework", None, 3, 24), ("rework", None, 1, 7)]


async def test_by_time_alone_the_order_is_at_risk_and_then_late_and_each_is_told_once(plant: Plant) -> None:
    await producing(plant, "Mon+2")
    await plant.extend("produce", plant.local("Fri+3 17:00"))
    await plant.pass_to("Mon+1 07:59")
    assert (plant.row.risk, warnings(plant)) == ("on_track", [])
    await plant.pass_to("Fri+2 17:00")
    at_risk, late = plant.mails("at_risk", "late")
    assert [(each.kind, plant.when(each.at)) for each in (at_risk, late)] == [("at_risk", "Mon+1 08:00"), ("late", "Tue+1 08:00")]
    # On Monday morning nobody has taken too long yet: it was promised with a buffer's slack, and not a second more.
    assert blamed(at_risk) == [("promise", None, 0, 0)]
    assert blamed(late) == [("step", "produce", 1, 8)]
    assert set(at_risk.to) == {"production", "sales"}


async def test_who_does_not_plan_is_to_blame_for_the_drift(plant: Plant) -> None:
    await plant.enter(100)
    # 96 h by the allowances lead to Wednesday+2 at 09:00, a day and 8 h before the end of Thursday+2.
    await plant.confirmed("Thu+2")
    await plant.extend("make_plan", plant.local("Fri+3 17:00"))
    await plant.pass_to("Mon 15:59")
    assert (plant.row.risk, warnings(plant)) == ("on_track", [])
    await plant.pass_to("Thu 10:01")
    assert [(each.kind, plant.when(each.at)) for each in plant.mails("at_risk", "late")] == [
        ("at_risk", "Tue 08:00"),
        ("late", "Wed 08:00"),
    ]
    # By Wednesday morning 15 h have passed, of which 8 were allowed.
    assert blamed(plant.mails("late")[0]) == [("step", "make_plan", 1, 7)]


async def test_the_cause_of_a_drift_is_the_step_that_is_overdue(plant: Plant) -> None:
    await producing(plant, "Fri+3", completion="Fri+2 16:00")
    await plant.settle()
    assert (warnings(plant), plant.row.risk) == (["at_risk"], "at_risk")
    # 109 h from Monday 09:00 on, where 48 h were left for readiness and producing.
    assert blamed(plant.mails("at_risk")[0])[0][:2] == ("plan", None)
    await plant.extend("produce", plant.local("Fri+4 17:00"))
    await plant.pass_to("Mon+3 09:30")
    (late,) = plant.mails("late")
    assert plant.when(late.at) == "Mon+3 08:00"
    assert [each[:3] for each in blamed(late)] == [("plan", None, 0), ("step", "produce", 1)]


async def test_a_risk_that_improves_and_worsens_again_is_not_told_again(plant: Plant) -> None:
    await producing(plant, "Fri+2")
    await plant.settle()
    told = warnings(plant)
    await until(plant, "Fri+1 17:00")
    await until(plant, "Fri 17:00")
    await until(plant, "Fri+1 17:00")
    await plant.settle()
    assert warnings(plant) == [*told, "at_risk"]
    await until(plant, "Mon+2 17:00")
    await plant.settle()
    assert warnings(plant) == [*told, "at_risk", "late"]
    assert blamed(plant.mails("late")[-1]) == [("progress", None, 0, 48)]
    # A new promise is warned of anew.
    await plant.repromise(plant.date("Wed+3"))
    assert plant.row.risk == "on_track"
    await until(plant, "Wed+2 17:00")
    await plant.settle()
    assert warnings(plant) == [*told, "at_risk", "late", "at_risk"]
    assert blamed(plant.mails("at_risk")[-1]) == [("progress", None, 0, 16)]
    assert plant.mails("at_risk")[-1].data["revision"] == "2"


async def test_a_new_promise_that_cannot_hold_either_is_no_worsening(plant: Plant) -> None:
    await producing(plant, "Wed+1")
    await plant.settle()
    assert warnings(plant) == ["late"]
    await plant.repromise(plant.date("Thu+1"))
    await plant.settle()
    assert (plant.row.risk, warnings(plant)) == ("late", ["late"])
    # It improves, and is late again: that is one.
    await until(plant, "Wed 17:00")
    assert plant.row.risk == "on_track"
    await until(plant, "Mon+1 17:00")
    await plant.settle()
    assert warnings(plant) == ["late", "late"]
    assert plant.mails("late")[-1].data["revision"] == "2"


async def test_an_inspection_within_its_day_is_not_to_blame_for_what_came_before(plant: Plant) -> None:
    await producing(plant, "Fri+2", completion="Tue+1 17:00")
    await plant.pass_to("Thu+1 17:00")
    await plant.answer("produce", "done")
    await plant.pass_to("Fri+1 16:00")
    await plant.settle()
    late = plant.mails("at_risk", "late")[-1]
    # Two days beyond the plan, which itself was 7 h more than what was left for it.
    assert blamed(late) == [("step", "produce", 1, 16), ("plan", None, 0, 7)]


# Silence.


async def test_silence_is_told_once_and_a_report_arms_it_again(plant: Plant) -> None:
    await producing(plant, "Wed+4", completion="Wed+1 17:00")
    await plant.pass_to("Tue 08:59")
    assert plant.mails("silent") == []
    await plant.pass_to("Wed 17:00")
    (silent,) = plant.mails("silent")
    produce = plant.task("produce")
    assert (plant.when(silent.at), silent.to, silent.task_id) == ("Tue 09:00", ("head",), produce.id)
    assert silent.data["since"] == produce.opened_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    await plant.report(percent=30)
    await plant.pass_to("Thu 16:59")
    assert len(plant.mails("silent")) == 1
    await plant.pass_to("Mon+1 17:00")
    assert [plant.when(notice.at) for notice in plant.mails("silent")] == ["Tue 09:00", "Thu 17:00"]
    assert plant.types.count("silence_noticed") == 2


async def test_who_reports_every_day_is_not_called_silent(plant: Plant) -> None:
    await producing(plant, "Wed+4", completion="Wed+1 17:00")
    for time in ("Mon 16:30", "Tue 16:00", "Wed 15:30", "Thu 15:00"):
        await plant.pass_to(time)
        await plant.report(percent=10)
    await plant.pass_to("Fri 14:30")
    await plant.answer("produce", "done")
    await plant.pass_to("Wed+1 17:00")
    assert plant.mails("silent") == []


async def test_held_time_is_no_silence(plant: Plant) -> None:
    await producing(plant, "Wed+4", completion="Wed+1 17:00")
    await plant.pass_to("Mon 16:00")
    await plant.hold(until=plant.local("Thu 10:00"))
    await plant.pass_to("Wed 09:00")
    assert plant.mails("silent") == []
    await plant.resume()
    # Six hours before the hold, two after it.
    await plant.pass_to("Wed 10:59")
    assert plant.mails("silent") == []
    await plant.pass_to("Wed 11:01")
    assert len(plant.mails("silent")) == 1


# What sales decides by.


async def test_the_open_question_follows_the_forecast(plant: Plant) -> None:
    await producing(plant, "Thu+1")
    asked = plant.task("decide_promise")
    assert (asked.earliest, asked.n) == (plant.date("Fri+1"), 1)
    await until(plant, "Mon+1 17:00")
    assert (plant.task("decide_promise").earliest, plant.task("decide_promise").n) == (plant.date("Mon+2"), 1)
    await until(plant, "Thu 12:00")
    assert plant.task("decide_promise").earliest == plant.date("Thu+1")
    assert plant.n("decide_promise") == 1


async def test_the_open_question_follows_passing_time(plant: Plant) -> None:
    await producing(plant, "Thu+1")
    await plant.extend("produce", plant.local("Fri+3 17:00"))
    await plant.pass_to("Mon+1 07:59")
    assert plant.task("decide_promise").earliest == plant.date("Fri+1")
    await plant.pass_to("Mon+1 08:01")
    assert plant.task("decide_promise").earliest == plant.date("Mon+2")


async def test_the_question_itself_escalates(plant: Plant) -> None:
    await producing(plant, "Thu+1")
    # Four hours from Monday 09:00.
    assert plant.when(plant.task("decide_promise").due_at) == "Mon 14:00"
    await plant.pass_to("Wed 14:01")
    assert plant.rungs("decide_promise") == ["remind", "overdue", "escalate", "critical"]


@pytest.mark.parametrize("who", ["plan", "shortage", "progress", "rework", "shipment"])
async def test_whoever_breaks_the_promise_sales_is_asked_with_the_earliest_date(plant: Plant, who: str) -> None:
    await plant.enter(100)
    await plant.confirmed("Fri+1")
    asked: dict[str, Any] = {}
    late = plant.local("Mon+1 17:00")
    await plant.planned(plant.local("Mon 09:00"), late if who == "plan" else plant.local("Tue 17:00"))
    if who == "shortage":
        await plant.answer("ready_people", "short", item="welders", eta=plant.date("Thu"))
    await plant.made_ready()
    if who == "progress":
        await plant.report(percent=1, expected_completion=late)
    if who in ("rework", "shipment"):
        await plant.answer("produce", "done", by=HEADS[Department.PRODUCTION])
        for _ in range(2 if who == "rework" else 0):
            await fails(plant)
            await plant.pass_until(plant.at(2))
            await reworks(plant)
            await plant.pass_until(plant.at(1))
    if who == "shipment":
        await plant.answer("inspect", "pass")
        await plant.answer("accept", "accept")
        await plant.plan_shipment(ship_at=plant.local("Thu+1 10:00"), transit_days=3, accept_late=True)
        asked["earliest"] = plant.date("Sun+1")
    if who == "rework":
        await fails(plant)
    question = plant.task("decide_promise")
    assert question.earliest is not None and question.earliest > plant.date("Fri+1")
    assert question.earliest == asked.get("earliest", question.earliest)
    if who in ("plan", "progress"):
        assert question.earliest == plant.date("Mon+2")


# On hold.


async def test_on_hold_nothing_is_told_and_the_hold_is_to_blame_afterwards(plant: Plant) -> None:
    await producing(plant, "Fri+2", completion="Tue 17:00")
    await plant.settle()
    told = warnings(plant)
    await plant.hold(until=plant.local("Wed 17:00"))
    # Beyond its end, over a weekend; the forecast passes the promise meanwhile.
    await plant.pass_to("Fri+1 09:00")
    await plant.settle()
    assert (warnings(plant), plant.open_kinds()) == (told, ["produce"])
    assert len(plant.mails("hold_ended")) == 7
    await plant.resume()
    await plant.settle()
    assert (warnings(plant), plant.open_kinds()) == ([*told, "late"], ["decide_promise", "produce"])
    # From Monday 09:00 to Friday+1 09:00: nine working days; nobody else is to blame.
    assert blamed(plant.mails("late")[-1]) == [("hold", None, 0, 72)]
    # Done on Tuesday, nine working days later.
    assert plant.when(plant.row.expected_completion) == plant.when(plant.task("produce").due_at) == "Mon+2 17:00"


async def test_a_hold_over_a_weekend_costs_nothing(plant: Plant) -> None:
    await producing(plant, "Fri+2", completion="Tue+1 17:00")
    await plant.settle()
    told, slack = warnings(plant), plant.row.slack_hours
    await plant.pass_to("Fri 17:30")
    await plant.hold(until=plant.local("Mon+1 07:00"))
    await plant.pass_to("Mon+1 07:30")
    assert len(plant.mails("hold_ended")) == 1
    await plant.resume()
    await plant.settle()
    assert (warnings(plant), plant.row.slack_hours) == (told, slack)
    assert plant.when(plant.task("produce").due_at) == "Tue+1 17:00"
