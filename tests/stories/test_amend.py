"""The customer wants it otherwise: before release that is done at once, after it production and sales decide (R6)."""

from typing import Any

import pytest

from tests.stories.plant import CAST, HEADS, Plant
from workflows.types.orders import Line
from workflows.types.words import Department

PRODUCTION, SALES, WAREHOUSE = Department.PRODUCTION, Department.SALES, Department.WAREHOUSE


def lines(*quantities: int) -> tuple[Line, ...]:
    """The products of the plant's orders, in other quantities."""
    return tuple(Line(product_model=f"JQ-{n}", quantity=quantity) for n, quantity in enumerate(quantities))


async def decides(plant: Plant, outcome: str, department: Department) -> None:
    """One department's word on the amendment that is open."""
    task = next(task for task in open_decisions(plant) if task.department == department)
    await plant.answer("decide_amendment", outcome, by=CAST[department], n=task.n, reason=f"{department} says so")


def open_decisions(plant: Plant) -> list[Any]:
    return [task for task in plant.shelf.tasks.values() if task.kind == "decide_amendment" and task.is_open]


async def agreed(plant: Plant, **wanted: Any) -> None:
    await plant.amend(**wanted)
    await decides(plant, "agree", PRODUCTION)
    await decides(plant, "agree", SALES)


# Before release.


async def test_before_release_it_is_done_at_once(plant: Plant) -> None:
    await plant.enter(100, 20)
    before = plant.task("confirm_order")
    await plant.amend(lines=lines(60, 20), ship_to="Hsinchu", requested_date=plant.day(40))
    assert [line.quantity for line in plant.row.lines] == [60, 20]
    assert (plant.row.ship_to, plant.row.requested_date) == ("Hsinchu", plant.day(40))
    task = plant.task("confirm_order")
    assert (task.id, task.quantities, task.due_at) == (before.id, {"1": 60, "2": 20}, before.due_at)
    assert task.version > before.version
    assert (plant.open_kinds(), plant.events("order_amended")[0].actor) == (["confirm_order"], "sales1")
    await plant.confirmed()
    assert plant.task("make_plan").quantities == {"1": 60, "2": 20}


async def test_what_is_left_out_stays(plant: Plant) -> None:
    await plant.enter(100, ship_to="Tainan")
    requested = plant.row.requested_date
    await plant.amend(requested_date=plant.day(50))
    assert ([line.quantity for line in plant.row.lines], plant.row.ship_to) == ([100], "Tainan")
    assert plant.row.requested_date == plant.day(50) != requested


async def test_an_answer_that_was_given_for_another_order_is_not_corrected(plant: Plant) -> None:
    await plant.enter(100)
    await plant.answer("confirm_order", "revise", reason="typo", ship_to="Hsinchu")
    await plant.amend(lines=lines(60))
    no = await plant.refused(plant.correct("confirm_order", "revise", n=1, reason="x"))
    assert no.code == "too-late"


# After release.


async def test_after_release_production_and_sales_are_asked_with_the_consequences(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing()
    await plant.amend(lines=lines(60))
    asked = open_decisions(plant)
    assert [(task.department, task.n, task.stage) for task in asked] == [("production", 1, "produce"), ("sales", 2, "produce")]
    assert [line.quantity for line in plant.row.lines] == [100]
    for task in asked:
        assert (task.amendment.reason, task.amendment.by, task.amendment.lines) == (
            "the customer wants it so",
            "sales1",
            lines(60),
        )
        told = [(each["what"], each.get("kind") or each.get("task_id")) for each in task.amendment.consequences]
        assert told == [
            ("planned_anew", "make_plan"),
            ("task_cancelled", plant.task("produce").id),
            ("work_begun", "make_plan"),
            ("work_begun", "ready_materials"),
            ("work_begun", "ready_equipment"),
            ("work_begun", "ready_people"),
            ("notice_out", "order_confirmed"),
        ]


async def test_agreed_by_both_it_leads_back_to_planning(plant: Plant) -> None:
    await plant.enter(100, 20)
    await plant.producing()
    await plant.amend(lines=lines(60, 20))
    await decides(plant, "agree", SALES)
    assert plant.open_kinds() == ["decide_amendment", "produce"]
    await decides(plant, "agree", PRODUCTION)
    assert (plant.open_kinds(), plant.row.stage) == (["make_plan"], "plan")
    assert (plant.past("produce").status, plant.task("make_plan").quantities) == ("cancelled", {"1": 60, "2": 20})
    assert [line.quantity for line in plant.row.lines] == [60, 20]
    await plant.planned()
    assert plant.open_kinds() == ["ready_equipment", "ready_materials", "ready_people"], "other lines need other material"
    await plant.made_ready()
    assert plant.task("produce").quantities == {"1": 60, "2": 20}
    await plant.answer("produce", "done")
    await plant.answer("inspect", "pass")
    assert plant.task("accept").quantities == {"1": 60, "2": 20}
    await plant.answer("accept", "accept")
    await plant.shipped()
    await plant.signed()
    assert (await plant.ends(), plant.row.delivery) == ("completed", "full")


async def test_what_was_made_counts_as_far_as_its_line_still_asks_for_it(plant: Plant) -> None:
    await plant.enter(100, 20, 5)
    await plant.accepted()
    await plant.plan_shipment()
    wanted = (*lines(120, 15), Line(product_model="JQ-new", quantity=5))
    await agreed(plant, lines=wanted)
    assert (plant.open_kinds(), plant.row.planned_ship) == (["make_plan"], None)
    assert plant.task("make_plan").quantities == {"1": 20, "3": 5}
    await plant.planned()
    await plant.made_ready()
    await plant.answer("produce", "done", by=HEADS[PRODUCTION])
    assert plant.task("inspect").quantities == {"1": 20, "3": 5}
    await plant.answer("inspect", "pass")
    await plant.answer("accept", "accept")
    assert plant.task("plan_shipment").quantities == {"1": 120, "2": 15, "3": 5}
    await plant.shipped()
    await plant.signed()
    assert (await plant.ends(), plant.row.delivery) == ("completed", "full")


async def test_where_nothing_is_left_to_make_nothing_is_made(plant: Plant) -> None:
    await plant.enter(100)
    await plant.produced()
    await agreed(plant, lines=lines(80))
    assert plant.task("make_plan").quantities == {"1": 0}
    await plant.planned()
    assert (plant.open_kinds(), plant.task("inspect").quantities) == (["inspect"], {"1": 80})
    assert plant.task("inspect").barred == ("production1",), "four eyes still hold for what was made"
    await plant.answer("inspect", "pass")
    await plant.answer("accept", "accept")
    assert plant.task("plan_shipment").quantities == {"1": 80}


async def test_amended_to_what_is_left_of_a_waived_rest_all_of_it_ships(plant: Plant) -> None:
    await plant.enter(10)
    await plant.produced()
    await plant.answer("inspect", "pass")
    await plant.answer("accept", "short", accepted={"1": 5}, reason="5 are missing")
    await plant.answer("decide_shortage", "ship_part", rest="waived", reason="customer is content")
    await agreed(plant, lines=lines(5))
    await plant.planned()
    await plant.answer("accept", "accept")
    assert plant.task("plan_shipment").quantities == {"1": 5}
    await plant.shipped()
    await plant.signed()
    assert (await plant.ends(), plant.row.delivery) == ("completed", "full")


async def waived(plant: Plant) -> None:
    """Of two lines the first is not made, and no longer owed."""
    await plant.enter(10, 5)
    await plant.produced()
    await plant.answer("inspect", "pass")
    await plant.answer("accept", "short", accepted={"2": 5}, reason="the first line is missing")
    await plant.answer("decide_shortage", "ship_part", rest="waived", reason="customer is content")


async def test_amended_to_nothing_but_what_was_waived_the_order_ends(plant: Plant) -> None:
    await waived(plant)
    await agreed(plant, lines=lines(10))
    assert (await plant.ends(), plant.row.delivery) == ("completed", "undelivered")
    assert not plant.open_kinds()


async def test_so_it_does_when_it_is_to_be_planned_already(plant: Plant) -> None:
    await waived(plant)
    await plant.shipped()
    await plant.answer("sign_off", "refused", reason="rust")
    await plant.answer("resolve_refusal", "remake", reason="make anew")
    assert plant.open_kinds() == ["make_plan"]
    await agreed(plant, lines=lines(10))
    assert (await plant.ends(), plant.row.delivery) == ("completed", "undelivered")


async def test_an_open_plan_only_shows_other_quantities(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    await agreed(plant, lines=lines(60))
    assert (plant.task("make_plan").n, plant.task("make_plan").quantities) == (1, {"1": 60})
    await plant.planned()
    await plant.made_ready()
    assert plant.task("produce").quantities == {"1": 60}


async def test_another_date_or_place_changes_facts_alone(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing()
    await agreed(plant, ship_to="Hsinchu", requested_date=plant.day(40))
    assert (plant.row.ship_to, plant.row.requested_date, plant.row.promised) == ("Hsinchu", plant.day(40), plant.day(60))
    assert (plant.open_kinds(), plant.task("produce").n, plant.row.stage) == (["produce"], 1, "produce")
    assert plant.last("order_amended").goes_back is False


async def test_lines_that_are_the_same_lead_nowhere_back(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing()
    await agreed(plant, lines=lines(100), ship_to="Hsinchu")
    assert (plant.open_kinds(), plant.row.ship_to) == (["produce"], "Hsinchu")


@pytest.mark.parametrize(("refuses", "other"), [(PRODUCTION, SALES), (SALES, PRODUCTION)])
async def test_refused_by_one_nothing_changes(plant: Plant, refuses: Department, other: Department) -> None:
    await plant.enter(100)
    await plant.producing()
    before = plant.row.model_dump(exclude={"version", "slack_hours", "asked"})
    await plant.amend(lines=lines(60), ship_to="Hsinchu")
    await decides(plant, "refuse", refuses)
    assert plant.row.model_dump(exclude={"version", "slack_hours", "asked"}) == before
    assert ([line.quantity for line in plant.row.lines], plant.row.ship_to) == ([100], None)
    assert (plant.open_kinds(), plant.types.count("order_amended")) == (["produce"], 0)
    refused = plant.events("amendment_refused")[0]
    assert (refused.actor, refused.data.reason) == (f"{refuses}1", f"{refuses} says so")  # type: ignore[union-attr]
    (withdrawn,) = [task for task in plant.shelf.tasks.values() if task.kind == "decide_amendment" and task.department == other]
    assert withdrawn.status == "cancelled"


async def test_one_may_agree_before_the_other_refuses(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing()
    await plant.amend(lines=lines(60))
    await decides(plant, "agree", SALES)
    await decides(plant, "refuse", PRODUCTION)
    assert ([line.quantity for line in plant.row.lines], plant.open_kinds()) == ([100], ["produce"])


async def test_a_later_wish_takes_the_place_of_the_one_being_decided(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing()
    await plant.amend(lines=lines(60))
    await decides(plant, "agree", SALES)
    await plant.amend(lines=lines(70))
    assert [task.n for task in open_decisions(plant)] == [3, 4]
    await decides(plant, "agree", PRODUCTION)
    assert [line.quantity for line in plant.row.lines] == [100], "what sales said was about another wish"
    await decides(plant, "agree", SALES)
    assert [line.quantity for line in plant.row.lines] == [70]


async def test_work_goes_on_while_it_is_decided(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing()
    await plant.amend(lines=lines(120))
    await plant.answer("produce", "done")
    assert {task.stage for task in open_decisions(plant)} == {"inspect"}
    await decides(plant, "agree", SALES)
    await decides(plant, "agree", PRODUCTION)
    assert plant.task("make_plan").quantities == {"1": 20}
    await plant.planned()
    await plant.made_ready()
    await plant.answer("produce", "done", by=HEADS[PRODUCTION])
    assert plant.task("inspect").quantities == {"1": 120}
    assert set(plant.task("inspect").barred) == {"production1", "production-head"}


async def test_goods_that_leave_leave_nothing_to_decide(plant: Plant) -> None:
    await plant.enter(100)
    await plant.accepted()
    await plant.amend(ship_to="Hsinchu")
    await plant.shipped()
    assert (plant.open_kinds(), plant.row.ship_to) == (["sign_off"], None)
    assert (await plant.refused(plant.amend(ship_to="Hsinchu"))).code == "already-dispatched"
    await plant.answer("sign_off", "refused", reason="label")
    assert (await plant.refused(plant.amend(ship_to="Hsinchu"))).code == "already-dispatched"
    await plant.answer("resolve_refusal", "redeliver", reason="relabelled")
    await agreed(plant, lines=lines(90))
    assert plant.task("make_plan").quantities == {"1": 0}


async def test_an_amendment_waits_while_the_order_is_held(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing()
    await plant.hold(days=3)
    await plant.amend(lines=lines(60))
    no = await plant.refused(plant.answer("decide_amendment", "agree", by=CAST[SALES], n=2, reason="x"))
    assert no.code == "order-on-hold"
    await plant.resume()
    await decides(plant, "agree", SALES)
    await decides(plant, "agree", PRODUCTION)
    assert plant.open_kinds() == ["make_plan"]


async def test_a_cancelled_order_is_not_decided_about(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing()
    await plant.amend(lines=lines(60))
    await plant.cancel()
    assert plant.open_kinds() == []
    assert (await plant.refused(plant.amend(lines=lines(50)))).code == "order-closed"
    assert await plant.ends() == "cancelled"


async def test_only_sales_and_management_amend(plant: Plant) -> None:
    await plant.enter(100)
    for actor in (HEADS[PRODUCTION], CAST[WAREHOUSE]):
        assert (await plant.refused(plant.amend(by=actor, ship_to="Hsinchu"))).code == "forbidden"
    await plant.amend(by=CAST[Department.MANAGEMENT], ship_to="Hsinchu")
    assert plant.row.ship_to == "Hsinchu"


async def test_each_department_speaks_for_itself(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing()
    await plant.amend(lines=lines(60))
    no = await plant.refused(plant.answer("decide_amendment", "agree", by=CAST[SALES], n=1, reason="x"))
    assert no.code == "not-your-department"


@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        ({}, ""),
        ({"lines": lines(100)}, ""),
        ({"ship_to": "Tainan"}, ""),
        ({"requested_date": -1}, "/requested_date"),
        ({"requested_date": 20 * 366}, "/requested_date"),
    ],
)
async def test_a_wish_changes_something_and_lies_in_time(plant: Plant, wanted: dict[str, Any], pointer: str) -> None:
    await plant.enter(100, ship_to="Tainan")
    if "requested_date" in wanted:
        wanted = {"requested_date": plant.day(wanted["requested_date"])}
    no = await plant.refused(plant.amend(**wanted))
    assert (no.code, [fault.pointer for fault in no.errors]) == ("invalid", [pointer])
