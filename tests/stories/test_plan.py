"""Production plans; material, equipment and people get ready; the goods are made (R8 to R10)."""

import pytest

from tests.stories.plant import HEADS, Plant
from workflows.types.words import Department

READINESS = ["ready_equipment", "ready_materials", "ready_people"]


async def test_a_plan_opens_all_three_readiness_checks_at_once(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    await plant.planned(plant.local("Tue 08:00"), plant.local("Thu 17:00"))
    assert plant.open_kinds() == READINESS
    assert {plant.when(plant.task(kind).due_at) for kind in READINESS} == {"Tue 08:00"}
    assert [plant.task(kind).department for kind in READINESS] == ["production", "supply_chain", "production"]
    assert plant.when(plant.row.expected_completion) == "Thu 17:00"
    await plant.made_ready()
    assert plant.when(plant.task("produce").due_at) == "Thu 17:00"


async def test_days_in_a_plan_mean_the_end_of_their_working_time(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    await plant.answer(
        "make_plan", "plan", planned_start=plant.date("Tue").isoformat(), expected_completion=plant.date("Sat").isoformat()
    )
    assert plant.when(plant.task("ready_people").due_at) == "Tue 17:00"
    assert plant.when(plant.row.expected_completion) == "Fri 17:00"


async def test_a_plan_later_than_the_promise_allows_asks_sales_beside_the_going_work(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed("Wed+1")
    await plant.planned(plant.local("Tue 08:00"), plant.local("Thu+2 17:00"))
    assert plant.open_kinds() == ["decide_promise", *READINESS]
    assert (plant.row.risk, plant.row.stage, plant.task("decide_promise").stage) == ("late", "plan", "plan")
    await plant.made_ready()
    assert plant.open_kinds() == ["decide_promise", "produce"]


async def test_who_cannot_plan_is_asked_again_at_once_beside_sales(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    await plant.answer("make_plan", "cannot", reason="the line is full")
    assert plant.open_kinds() == ["decide_promise", "make_plan"]
    assert plant.task("make_plan").n == 2
    assert plant.row.expected_completion is None
    await plant.answer("decide_promise", "keep", reason="overtime")
    await plant.answer("make_plan", "cannot", reason="still full", earliest=plant.date("Wed"))
    assert plant.open_kinds() == ["decide_promise", "make_plan"]
    assert plant.when(plant.row.expected_completion) == "Wed 17:00"


async def test_the_earliest_date_counts_only_when_it_is_later(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    await plant.planned(plant.local("Tue 08:00"), plant.local("Thu 17:00"))
    await plant.made_ready()
    await plant.answer("produce", "cannot", reason="mould broken", earliest=plant.date("Wed"))
    assert plant.when(plant.row.expected_completion) == "Thu 17:00"
    assert plant.open_kinds() == ["decide_promise", "produce"]
    await plant.answer("produce", "cannot", reason="mould broken", earliest=plant.date("Fri"))
    assert plant.when(plant.row.expected_completion) == "Fri 17:00"
    assert plant.task("produce").n == 3 and plant.when(plant.task("produce").due_at) == "Fri 17:00"
    assert plant.open_kinds() == ["decide_promise", "produce"]


async def test_what_is_short_moves_the_completion_and_is_asked_again_at_the_end_of_its_eta(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    # Two working days of work.
    await plant.planned(plant.local("Tue 08:00"), plant.local("Wed 17:00"))
    await plant.answer("ready_materials", "short", item="steel", quantity=40, eta=plant.date("Thu"))
    assert plant.open_kinds() == READINESS
    assert plant.task("ready_materials").n == 2
    assert plant.when(plant.task("ready_materials").due_at) == "Thu 17:00"
    assert plant.when(plant.row.expected_completion) == "Mon+1 17:00"
    await plant.made_ready()
    assert plant.when(plant.task("produce").due_at) == "Mon+1 17:00"


async def test_a_shortage_that_ends_early_enough_moves_nothing(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    await plant.planned(plant.local("Tue 08:00"), plant.local("Wed+1 17:00"))
    await plant.answer("ready_equipment", "short", item="jig", eta=plant.date("Mon"))
    assert plant.when(plant.row.expected_completion) == "Wed+1 17:00"
    assert plant.types.count("expected_completion_moved") == 0


async def test_two_shortages_count_with_the_later_eta(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    await plant.planned(plant.local("Tue 08:00"), plant.local("Tue 17:00"))
    await plant.answer("ready_people", "short", item="welders", eta=plant.date("Fri"))
    await plant.answer("ready_materials", "short", item="steel", eta=plant.date("Wed"))
    assert plant.when(plant.row.expected_completion) == "Mon+1 17:00"
    await plant.answer("ready_materials", "short", item="steel", eta=plant.date("Mon+1"))
    assert plant.when(plant.row.expected_completion) == "Tue+1 17:00"


async def test_after_a_remake_only_what_was_short_before_is_asked_for(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    await plant.planned()
    await plant.answer("ready_materials", "short", item="steel", eta=plant.date("Tue"))
    await plant.made_ready()
    await plant.answer("produce", "done", good={"1": 60})
    await plant.answer("inspect", "pass")
    await plant.answer("accept", "short", accepted={"1": 60}, reason="the rest is scrap")
    await plant.answer("decide_shortage", "remake", reason="make the rest")
    assert plant.row.stage == "plan" and plant.task("make_plan").quantities == {"1": 40}
    await plant.planned()
    assert plant.open_kinds() == ["ready_materials"]
    await plant.answer("ready_materials", "ready")
    assert plant.task("produce").quantities == {"1": 40}


async def test_after_a_remake_nothing_is_asked_for_when_nothing_was_short(plant: Plant) -> None:
    await plant.enter(100)
    await plant.produced(good={"1": 60})
    await plant.answer("inspect", "pass")
    await plant.answer("accept", "short", accepted={"1": 60}, reason="the rest is scrap")
    await plant.answer("decide_shortage", "remake", reason="make the rest")
    await plant.planned()
    assert plant.open_kinds() == ["produce"]


async def test_more_may_be_made_than_was_ordered_and_scrap_is_only_recorded(plant: Plant) -> None:
    await plant.enter(100, 20)
    await plant.producing()
    await plant.answer("produce", "done", good={"1": 105, "2": 20}, scrap={"1": 3})
    assert plant.task("inspect").quantities == {"1": 105, "2": 20}
    assert plant.past("produce").fields == {"good": {"1": 105, "2": 20}, "scrap": {"1": 3}}
    await plant.answer("inspect", "pass")
    await plant.answer("accept", "accept")
    await plant.shipped()
    assert plant.task("sign_off").quantities == {"1": 105, "2": 20}


async def test_good_left_out_means_what_was_to_be_made_whatever_the_scrap(plant: Plant) -> None:
    await plant.enter(100)
    await plant.produced(scrap={"1": 10})
    assert plant.task("inspect").quantities == {"1": 100}


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"good": {"3": 1}}, "/fields/good/3"),
        ({"good": {"01": 5}}, "/fields/good/01"),
    ],
)
async def test_wrong_quantities_are_named(plant: Plant, fields: dict, pointer: str) -> None:
    await plant.enter(100, 20)
    await plant.producing()
    no = await plant.refused(plant.answer("produce", "done", **fields))
    assert (no.code, [fault.pointer for fault in no.errors]) == ("invalid", [pointer])


async def test_a_plan_does_not_begin_yesterday(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    no = await plant.refused(plant.planned(plant.at(-1), plant.at(3)))
    assert (no.code, [fault.pointer for fault in no.errors]) == ("invalid", ["/fields/planned_start"])


async def test_progress_moves_the_forecast_and_the_deadline(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    await plant.planned(plant.local("Tue 08:00"), plant.local("Thu 17:00"))
    await plant.made_ready()
    await plant.report(percent=40, note="first half")
    assert plant.when(plant.task("produce").due_at) == "Thu 17:00"
    await plant.report(quantity=30, expected_completion=plant.local("Fri 12:00"))
    assert plant.when(plant.row.expected_completion) == plant.when(plant.task("produce").due_at) == "Fri 12:00"
    await plant.report(percent=10, expected_completion=plant.local("Wed 17:00"))
    assert plant.when(plant.row.expected_completion) == plant.when(plant.task("produce").due_at) == "Wed 17:00"
    assert [event.data.percent for event in plant.events("progress_reported")] == [40, None, 10]  # type: ignore[union-attr]


async def test_progress_past_the_promise_asks_sales_before_the_date(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing("Fri+1")
    assert plant.open_kinds() == ["produce"]
    await plant.report(percent=20, expected_completion=plant.local("Thu+1 17:00"))
    assert plant.open_kinds() == ["decide_promise", "produce"]


async def test_progress_is_reported_on_produce_only(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    assert (await plant.refused(plant.report(kind="make_plan", percent=1))).code == "not-in-production"


async def test_progress_of_another_department_is_refused_before_anything_else(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    no = await plant.refused(plant.report(by=HEADS[Department.SALES], kind="make_plan", percent=1))
    assert no.code == "not-your-department"
