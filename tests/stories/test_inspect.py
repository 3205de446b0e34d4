"""Quality inspects, production mends, management disposes, the warehouse accepts (R11 to R13)."""

from typing import Any

import pytest

from tests.stories.plant import ADMIN, CAST, HEADS, Plant
from workflows.types import commands as c
from workflows.types.words import Department

PRODUCTION, QUALITY = CAST[Department.PRODUCTION], CAST[Department.QUALITY]
BOTH = c.Actor(id="production1", departments=(Department.PRODUCTION, Department.QUALITY))
BOTH_HEAD = BOTH.model_copy(update={"id": "both-head", "heads": (Department.PRODUCTION, Department.QUALITY)})


async def fails(plant: Plant, failed: int = 10) -> None:
    await plant.answer("inspect", "fail", failed={"1": failed}, defects=[{"code": "burr", "quantity": failed}])


async def reworks(plant: Plant, **fields: Any) -> None:
    await plant.answer("rework", "reworked", cause="blunt tool", corrective_action="tool changed", **fields)


async def test_what_failed_is_reworked_and_only_that_is_inspected_again(plant: Plant) -> None:
    await plant.enter(100, 20)
    await plant.produced()
    assert plant.row.stage == "inspect"
    await plant.answer("inspect", "fail", failed={"1": 10}, defects=[{"code": "burr", "quantity": 10, "note": "edge"}])
    assert (plant.task("rework").quantities, plant.row.rework_rounds, plant.row.stage) == ({"1": 10}, 1, "inspect")
    await reworks(plant)
    assert plant.task("inspect").quantities == {"1": 10}
    await plant.answer("inspect", "pass")
    assert plant.task("accept").quantities == {"1": 100, "2": 20}
    await plant.answer("accept", "accept")
    assert plant.open_kinds() == ["plan_shipment"]


async def test_two_rounds_of_rework(plant: Plant) -> None:
    await plant.enter(100)
    await plant.produced()
    await fails(plant, 10)
    await reworks(plant, scrap={"1": 2})
    assert plant.task("inspect").quantities == {"1": 8}
    await fails(plant, 3)
    assert plant.row.rework_rounds == 2
    await reworks(plant)
    await plant.answer("inspect", "pass")
    assert plant.task("accept").quantities == {"1": 98}


async def test_a_sample_may_be_inspected(plant: Plant) -> None:
    await plant.enter(100)
    await plant.produced()
    await plant.answer("inspect", "fail", inspected={"1": 20}, failed={"1": 4}, defects=[{"code": "burr", "quantity": 4}])
    assert plant.task("rework").quantities == {"1": 4}
    await reworks(plant)
    await plant.answer("inspect", "pass", inspected={"1": 1})
    assert plant.task("accept").quantities == {"1": 100}


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"failed": {"1": 21}, "inspected": {"1": 20}}, "/fields/failed/1"),
        ({"failed": {"1": 0}}, "/fields/failed"),
    ],
)
async def test_a_failure_needs_something_that_failed_within_what_was_inspected(plant: Plant, fields: dict, pointer: str) -> None:
    await plant.enter(100)
    await plant.produced()
    no = await plant.refused(plant.answer("inspect", "fail", defects=[], **fields))
    assert (no.code, [fault.pointer for fault in no.errors]) == ("invalid", [pointer])


async def test_rework_that_scraps_everything_leaves_nothing_to_inspect(plant: Plant) -> None:
    await plant.enter(100)
    await plant.produced()
    await fails(plant, 10)
    await reworks(plant, scrap={"1": 10})
    assert plant.open_kinds() == ["accept"]
    assert plant.task("accept").quantities == {"1": 90}
    assert plant.past("inspect").n == 1 and plant.n("inspect") == 1


async def test_a_production_of_nothing_is_not_inspected(plant: Plant) -> None:
    await plant.enter(100)
    await plant.produced(good={"1": 0}, scrap={"1": 100})
    assert plant.open_kinds() == ["accept"]
    assert plant.task("accept").quantities == {"1": 0}
    await plant.answer("accept", "short", accepted={"1": 0}, reason="all scrap")
    assert plant.task("decide_shortage").quantities == {"1": 100}
    no = await plant.refused(plant.answer("decide_shortage", "ship_part", rest="waived", reason="nothing there"))
    assert no.code == "invalid"
    await plant.answer("decide_shortage", "remake", reason="again")
    assert plant.task("make_plan").quantities == {"1": 100}


async def used_up(plant: Plant) -> None:
    """Management must decide: one round was allowed, and the goods failed again."""
    await plant.enter(100, policy="[order]\nmax_rework_rounds = 1")
    await plant.produced()
    await fails(plant, 10)
    await reworks(plant)
    await fails(plant, 6)
    assert plant.open_kinds() == ["decide_disposition"]
    assert plant.task("decide_disposition").quantities == {"1": 6}


async def test_rounds_used_up_and_management_grants_one_more(plant: Plant) -> None:
    await used_up(plant)
    await plant.answer("decide_disposition", "rework", reason="nearly there")
    assert (plant.row.rework_rounds, plant.task("rework").quantities) == (2, {"1": 6})
    await reworks(plant)
    await fails(plant, 1)
    assert plant.open_kinds() == ["decide_disposition"]
    assert plant.task("decide_disposition").n == 2


async def test_rounds_used_up_and_management_concedes(plant: Plant) -> None:
    await used_up(plant)
    await plant.answer("decide_disposition", "concede", reason="customer accepts burrs")
    assert plant.task("accept").quantities == {"1": 100}
    assert (await plant.state()).work.conceded is True


async def test_rounds_used_up_and_the_goods_are_made_again(plant: Plant) -> None:
    await used_up(plant)
    await plant.answer("decide_disposition", "remake", reason="scrap them")
    assert (plant.row.stage, plant.task("make_plan").quantities) == ("plan", {"1": 6})
    await plant.planned()
    await plant.answer("produce", "done")
    assert (plant.task("inspect").quantities, plant.row.rework_rounds) == ({"1": 6}, 0)
    await fails(plant, 6)
    assert plant.open_kinds() == ["rework"], "the rounds are counted anew"
    await reworks(plant)
    await plant.answer("inspect", "pass")
    assert plant.task("accept").quantities == {"1": 100}


async def test_no_round_is_allowed_where_the_policy_says_none(plant: Plant) -> None:
    await plant.enter(100, policy="[order]\nmax_rework_rounds = 0")
    await plant.produced()
    await fails(plant)
    assert plant.open_kinds() == ["decide_disposition"]


# Four eyes.


@pytest.mark.parametrize("head", [BOTH, BOTH_HEAD, BOTH.model_copy(update={"id": "admin", "admin": True})])
async def test_who_made_the_goods_does_not_inspect_them(plant: Plant, head: c.Actor) -> None:
    await plant.enter(100)
    await plant.producing()
    await plant.answer("produce", "done", by=head)
    assert plant.task("inspect").barred == (head.id,)
    assert (await plant.refused(plant.answer("inspect", "pass", by=head))).code == "four-eyes"
    await plant.answer("inspect", "pass")


async def test_four_eyes_hold_over_rework_and_end_with_a_passed_inspection(plant: Plant) -> None:
    await plant.enter(100)
    await plant.produced()
    mender = BOTH.model_copy(update={"id": "quality2"})
    await fails(plant, 50)
    await plant.answer("rework", "reworked", by=mender, cause="blunt tool", corrective_action="tool changed")
    assert set(plant.task("inspect").barred) == {"production1", "quality2"}
    for maker in (BOTH, mender):
        assert (await plant.refused(plant.answer("inspect", "pass", by=maker))).code == "four-eyes"
    await plant.answer("inspect", "pass")
    await plant.answer("accept", "short", accepted={"1": 60}, reason="40 went missing")
    await plant.answer("decide_shortage", "remake", reason="the rest")
    await plant.planned()
    await plant.answer("produce", "done", by=HEADS[Department.PRODUCTION])
    assert plant.task("inspect").barred == ("production-head",)
    await plant.answer("inspect", "pass", by=BOTH)


async def test_a_failed_inspection_does_not_end_four_eyes(plant: Plant) -> None:
    await plant.enter(100, policy="[order]\nmax_rework_rounds = 0")
    await plant.produced()
    await fails(plant, 10)
    await plant.answer("decide_disposition", "remake", reason="scrap them")
    await plant.planned()
    await plant.answer("produce", "done", by=HEADS[Department.PRODUCTION])
    assert set(plant.task("inspect").barred) == {"production1", "production-head"}


async def test_conceding_counts_as_passing(plant: Plant) -> None:
    await used_up(plant)
    await plant.answer("decide_disposition", "concede", reason="fine")
    assert (await plant.state()).work.makers == ()


async def test_when_nobody_is_left_management_is_told_at_once(plant: Plant) -> None:
    plant.journal.nobody.add("inspect")
    await plant.enter(100)
    await plant.produced()
    await plant.settle()
    task = plant.task("inspect")
    assert [(notice.to, notice.task_id) for notice in plant.mails("unowned")] == [(("management", "admins"), task.id)]
    assert plant.types.count("nobody_can_do") == 1
    await plant.answer("inspect", "pass")
    assert plant.open_kinds() == ["accept"]


async def test_an_admin_is_no_inspector(plant: Plant) -> None:
    await plant.enter(100)
    await plant.produced()
    assert (await plant.refused(plant.answer("inspect", "pass", by=ADMIN))).code == "not-your-department"


# Acceptance.


async def test_a_shortage_is_made_up_for_and_counts_with_what_was_accepted_before(plant: Plant) -> None:
    await plant.enter(100, 20)
    await plant.produced(good={"1": 100, "2": 15})
    await plant.answer("inspect", "pass")
    await plant.answer("accept", "short", accepted={"1": 90, "2": 15}, reason="ten are scratched")
    assert plant.task("decide_shortage").quantities == {"1": 10, "2": 5}
    await plant.answer("decide_shortage", "remake", reason="make the rest")
    assert plant.task("make_plan").quantities == {"1": 10, "2": 5}
    await plant.made_again()
    assert plant.task("plan_shipment").quantities == {"1": 100, "2": 20}


async def test_accepting_needs_the_ordered_quantity_on_every_line(plant: Plant) -> None:
    await plant.enter(100, 20)
    await plant.produced(good={"1": 100, "2": 19})
    await plant.answer("inspect", "pass")
    for accepted in (None, {"1": 100}, {"1": 99, "2": 19}):
        fields: dict[str, Any] = {} if accepted is None else {"accepted": accepted}
        assert (await plant.refused(plant.answer("accept", "accept", **fields))).code == "invalid"
    no = await plant.refused(plant.answer("accept", "short", accepted={"1": 100, "2": 20}, reason="counted"))
    assert [fault.pointer for fault in no.errors] == ["/fields/accepted/2"]


async def test_short_needs_a_line_below_the_ordered_quantity(plant: Plant) -> None:
    await plant.enter(100, 20)
    await plant.produced(good={"1": 110, "2": 20})
    await plant.answer("inspect", "pass")
    short = plant.answer("accept", "short", accepted={"1": 100, "2": 20}, reason="ten too many")
    assert (await plant.refused(short)).code == "invalid"
    await plant.answer("accept", "accept", accepted={"1": 100, "2": 20})
    assert plant.task("plan_shipment").quantities == {"1": 100, "2": 20}


async def short_by(plant: Plant, missing: int) -> None:
    await plant.enter(100, 20, ship_to="Hsinchu", requested_in=30)
    await plant.produced(good={"1": 100 - missing, "2": 20})
    await plant.answer("inspect", "pass")
    await plant.answer("accept", "short", accepted={"1": 100 - missing, "2": 20}, reason="scrap")


async def test_a_part_ships_and_the_rest_follows_in_an_order_of_its_own(plant: Plant) -> None:
    await short_by(plant, 30)
    await plant.answer("decide_shortage", "ship_part", rest="later", reason="customer waits", customer_agreed=True)
    number = f"{plant.order_no}-R1"
    assert (plant.row.followed_by, plant.row.follows) == (number, None)
    assert plant.task("plan_shipment").quantities == {"1": 70, "2": 20}
    follow_up = plant.follow_up(number)
    row = follow_up.row
    assert (row.follows, row.followed_by, row.owner, row.ship_to) == (plant.order_no, None, "sales1", "Hsinchu")
    assert row.customer == plant.row.customer and row.requested_date == plant.row.requested_date
    assert [(line.product_model, line.quantity) for line in row.lines] == [("JQ-0", 30)]
    assert [task.id for task in follow_up.tasks.values()] == [f"{number}.confirm_order.1"]
    assert (row.promised, row.stage) == (None, "confirm")
    await plant.shipped()
    await plant.signed()
    assert plant.row.delivery == "short"


async def test_a_follow_up_order_is_never_requested_for_the_past(plant: Plant) -> None:
    await plant.enter(100, requested_in=0)
    await plant.produced(good={"1": 70})
    await plant.answer("inspect", "pass")
    await plant.answer("accept", "short", accepted={"1": 70}, reason="scrap")
    await plant.pass_to("Wed 10:00")
    await plant.answer("decide_shortage", "ship_part", rest="later", reason="customer waits")
    assert plant.follow_up(f"{plant.order_no}-R1").row.requested_date == plant.date("Wed")


async def test_a_part_ships_and_the_rest_is_waived(plant: Plant) -> None:
    await short_by(plant, 30)
    await plant.answer("decide_shortage", "ship_part", rest="waived", reason="customer is content")
    assert plant.row.followed_by is None
    assert plant.task("plan_shipment").quantities == {"1": 70, "2": 20}
    await plant.shipped()
    await plant.signed()
    assert plant.row.delivery == "short"
    assert await plant.ends() == "completed"
