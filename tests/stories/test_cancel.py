"""An order is cancelled as long as no goods are with the customer or on their way (contract §5)."""

import pytest

from tests.stories.plant import CAST, HEADS, Plant
from workflows.types.words import Department


async def told(plant: Plant) -> set[str]:
    await plant.settle()
    return {name for notice in plant.mails("order_cancelled") for name in notice.to}


async def test_an_unconfirmed_order_is_cancelled_without_a_word_to_the_customer(plant: Plant) -> None:
    await plant.enter(100)
    await plant.cancel()
    assert await plant.ends() == "cancelled"
    assert await told(plant) == {"sales"}
    assert plant.past("confirm_order").status == "cancelled"


async def test_departments_that_had_work_with_the_order_are_told_and_the_customer(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing()
    await plant.cancel()
    assert (await plant.ends(), plant.row.stage, plant.open_kinds()) == ("cancelled", "closed", [])
    assert await told(plant) == {"sales", "production", "supply_chain", "customer"}
    assert plant.last("order_closed").reason == "customer withdrew"


async def test_an_order_with_four_questions_open_is_cancelled(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed("Thu+1")
    await plant.planned(plant.local("Tue 08:00"), plant.local("Fri+3 17:00"))
    assert len(plant.open_kinds()) == 4
    await plant.cancel()
    assert (await plant.ends(), plant.types.count("task_cancelled")) == ("cancelled", 4)


async def test_from_dispatch_on_an_order_is_not_cancelled(plant: Plant) -> None:
    await plant.enter(100)
    await plant.accepted()
    await plant.plan_shipment()
    assert plant.row.cancel_refused is None
    await plant.answer("dispatch", "dispatched", override_reason="x")
    assert plant.row.cancel_refused == "already-dispatched"
    assert (await plant.refused(plant.cancel())).code == "already-dispatched"
    await plant.signed()
    assert (await plant.refused(plant.cancel())).code == "already-dispatched"


@pytest.mark.parametrize("outcome", ["refused", "lost"])
async def test_an_order_whose_goods_all_came_back_or_were_lost_is_cancelled(plant: Plant, outcome: str) -> None:
    await plant.on_the_way(100)
    await plant.answer("sign_off", outcome, reason="storm")
    await plant.cancel()
    assert await plant.ends() == "cancelled"
    assert await told(plant) >= {"customer", "warehouse"}


async def test_an_order_is_cancelled_while_goods_that_came_back_are_planned_anew(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.answer("sign_off", "refused", reason="label")
    await plant.answer("resolve_refusal", "redeliver", reason="relabelled")
    await plant.cancel()
    assert await plant.ends() == "cancelled"


async def test_an_order_whose_goods_came_back_only_in_part_is_not_cancelled(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.answer("sign_off", "refused", reason="label", quantities={"1": 99})
    assert (await plant.refused(plant.cancel())).code == "already-dispatched"
    await plant.answer("resolve_refusal", "remake", reason="anew")
    assert (await plant.refused(plant.cancel())).code == "already-dispatched"


async def test_only_sales_and_management_cancel(plant: Plant) -> None:
    await plant.enter(100)
    for actor in (HEADS[Department.PRODUCTION], CAST[Department.WAREHOUSE]):
        assert (await plant.refused(plant.cancel(by=actor))).code == "forbidden"
    await plant.cancel(by=CAST[Department.MANAGEMENT])
    assert plant.last("order_closed") and plant.events("order_closed")[0].actor == "management1"


async def test_a_cancelled_order_takes_no_answers(plant: Plant) -> None:
    await plant.enter(100)
    await plant.cancel()
    no = await plant.refused(plant.say("complete", plant.answering("confirm_order", "reject", reason="x", n=1)))
    assert no.code == "task-closed"
    for deed in (plant.cancel(), plant.hold(days=1), plant.resume(), plant.repromise(plant.day(5))):
        assert (await plant.refused(deed)).code == "order-closed"
    assert await plant.ends() == "cancelled"
