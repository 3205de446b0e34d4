"""The customer signs, refuses all or part, or the goods are lost (R16)."""

import pytest

from tests.stories.plant import Plant


async def test_sign_off_is_due_after_the_planned_arrival_and_its_grace(plant: Plant) -> None:
    await plant.enter(100)
    await plant.accepted()
    await plant.shipped(ship_at=plant.local("Tue 10:00"), transit_days=2)
    # Arrival on Thursday; a day's grace from its end.
    assert plant.when(plant.task("sign_off").due_at) == "Fri 17:00"
    assert plant.task("sign_off").quantities == {"1": 100}


async def test_the_customer_signs_for_everything(plant: Plant) -> None:
    await plant.on_the_way(100, 20)
    await plant.pass_to("Wed 10:00")
    await plant.signed(remarks="all fine", damaged={"1": 2})
    assert (plant.row.delivered, plant.row.delivery, plant.row.stage) == (plant.date("Wed"), "full", "feedback")
    delivered = plant.last("goods_delivered")
    assert (delivered.signed_by, delivered.remarks) == ("Ms. Lin", "all fine")
    assert (await plant.state()).work.damaged == {"1": 2}
    assert plant.open_kinds() == ["collect_feedback"]
    await plant.settle()
    assert [notice.to for notice in plant.mails("feedback_request")] == [("customer",)]


async def test_the_day_of_receipt_may_be_stated(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.pass_to("Thu 10:00")
    await plant.signed(received_on=plant.date("Tue"))
    assert plant.row.delivered == plant.date("Tue")


async def test_the_day_of_receipt_is_not_before_dispatch_nor_in_the_future(plant: Plant) -> None:
    await plant.enter(100)
    await plant.accepted()
    await plant.pass_to("Tue 10:00")
    await plant.shipped()
    await plant.pass_to("Thu 10:00")
    for day in ("Mon", "Fri"):
        no = await plant.refused(plant.signed(received_on=plant.date(day)))
        assert [fault.pointer for fault in no.errors] == ["/fields/received_on"]
    await plant.signed(received_on=plant.date("Thu"))


@pytest.mark.parametrize("field", ["received", "damaged"])
async def test_nobody_signs_for_more_than_was_sent(plant: Plant, field: str) -> None:
    await plant.on_the_way(100)
    no = await plant.refused(plant.signed(**{field: {"1": 101}}))
    assert [fault.pointer for fault in no.errors] == [f"/fields/{field}/1"]


async def test_who_signs_for_less_leaves_the_rest_to_sales(plant: Plant) -> None:
    await plant.on_the_way(100, 20)
    await plant.signed(received={"1": 90})
    assert (plant.row.stage, plant.task("resolve_refusal").quantities) == ("sign_off", {"1": 10, "2": 20})
    assert (plant.row.delivery, plant.row.delivered) == ("pending", plant.date("Mon"))


async def test_what_came_back_is_delivered_again(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.answer("sign_off", "refused", reason="wrong label", quantities={"1": 40})
    assert plant.task("resolve_refusal").quantities == {"1": 40}
    assert (await plant.state()).work.received == {"1": 60}
    await plant.answer("resolve_refusal", "redeliver", reason="relabelled")
    assert plant.task("plan_shipment").quantities == {"1": 40}
    await plant.shipped()
    assert plant.task("sign_off").quantities == {"1": 40}
    await plant.pass_to("Wed 10:00")
    await plant.signed()
    assert (plant.row.delivery, plant.row.delivered) == ("full", plant.date("Wed"))
    assert await plant.ends() == "completed"


async def test_a_delivery_that_brings_nothing_has_no_day(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.answer("sign_off", "refused", reason="wrong label", quantities={"1": 40})
    await plant.answer("resolve_refusal", "redeliver", reason="relabelled")
    await plant.shipped()
    await plant.pass_to("Wed 10:00")
    await plant.answer("sign_off", "refused", reason="rust")
    assert plant.row.delivered == plant.date("Mon")
    await plant.answer("resolve_refusal", "redeliver", reason="polished")
    await plant.shipped()
    await plant.signed(received={"1": 0})
    assert (plant.row.delivered, plant.types.count("goods_delivered")) == (plant.date("Mon"), 1)


async def test_what_came_back_is_made_again(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.answer("sign_off", "refused", reason="rust")
    await plant.answer("resolve_refusal", "remake", reason="make anew")
    assert (plant.row.stage, plant.task("make_plan").quantities) == ("plan", {"1": 100})
    await plant.made_again()
    assert plant.past("accept", 2).quantities == {"1": 100}
    assert plant.task("plan_shipment").quantities == {"1": 100}
    await plant.shipped()
    await plant.signed()
    assert plant.row.delivery == "full"


async def test_a_part_made_again_is_accepted_together_with_what_the_customer_kept(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.signed(received={"1": 70})
    await plant.answer("resolve_refusal", "remake", reason="make the rest")
    assert plant.task("make_plan").quantities == {"1": 30}
    await plant.planned()
    await plant.made_ready()
    await plant.answer("produce", "done")
    await plant.answer("inspect", "pass")
    assert plant.task("accept").quantities == {"1": 30}
    await plant.answer("accept", "accept")
    assert plant.task("plan_shipment").quantities == {"1": 30}
    await plant.shipped()
    await plant.signed()
    assert plant.row.delivery == "full"


async def test_a_delivery_refused_in_part_is_closed_short(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.answer("sign_off", "refused", reason="too many", quantities={"1": 40})
    await plant.answer("resolve_refusal", "close", reason="agreed")
    assert (plant.row.delivery, plant.open_kinds()) == ("short", ["collect_feedback"])
    assert await plant.ends() == "completed"


async def test_a_delivery_in_time_stays_so_when_the_rest_is_given_up(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.repromise(plant.date("Fri+1"))
    await plant.signed(received={"1": 60})
    await plant.answer("resolve_refusal", "close", reason="agreed")
    await plant.pass_to("Tue+2 10:00")
    assert "rung_reached" in plant.types, "something has happened since"
    assert (plant.row.risk, "late" in plant.mail.kinds()) == ("on_track", False)


async def test_what_is_still_owed_when_the_day_has_passed_is_late(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.repromise(plant.date("Thu"))
    await plant.signed(received={"1": 60})
    await plant.answer("resolve_refusal", "redeliver", reason="relabelled")
    await plant.shipped(ship_at=plant.local("Tue 10:00"), transit_days=2)
    await plant.pass_to("Fri 10:00")
    assert (plant.row.risk, plant.row.delivered) == ("late", plant.date("Mon"))


async def test_a_delivery_refused_in_whole_is_closed_undelivered_without_feedback(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.answer("sign_off", "refused", reason="bankrupt")
    assert plant.row.delivered is None
    await plant.answer("resolve_refusal", "close", reason="bankrupt")
    assert await plant.ends() == "completed"
    assert (plant.row.delivery, plant.row.stage, plant.open_kinds()) == ("undelivered", "closed", [])
    assert plant.n("collect_feedback") == 1 and "feedback_request" not in plant.mail.kinds()


async def test_lost_goods_are_not_delivered_again(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.answer("sign_off", "lost", reason="truck burnt")
    assert plant.task("resolve_refusal").quantities == {"1": 100}
    assert (await plant.refused(plant.answer("resolve_refusal", "redeliver", reason="x"))).code == "wrong-outcome"
    await plant.answer("resolve_refusal", "remake", reason="make anew")
    await plant.made_again()
    await plant.shipped()
    await plant.answer("sign_off", "refused", reason="rust")
    await plant.answer("resolve_refusal", "redeliver", reason="polished")
    assert plant.open_kinds() == ["plan_shipment"]


async def test_lost_goods_may_close_the_order(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.answer("sign_off", "lost", reason="truck burnt")
    await plant.answer("resolve_refusal", "close", reason="customer gives up")
    assert (await plant.ends(), plant.row.delivery) == ("completed", "undelivered")


async def test_a_refusal_of_nothing_is_none(plant: Plant) -> None:
    await plant.on_the_way(100)
    no = await plant.refused(plant.answer("sign_off", "refused", reason="x", quantities={"1": 0}))
    assert no.code == "invalid"


async def test_signing_for_nothing_is_as_good_as_refusing_all(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.signed(received={"1": 0})
    assert plant.task("resolve_refusal").quantities == {"1": 100}
    assert plant.row.delivered is None
