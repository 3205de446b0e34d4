"""The warehouse plans the shipment, the customer has notice of it, the goods leave (R14, R15)."""

from datetime import timedelta

import pytest

from tests.stories.plant import Plant


async def test_a_plan_of_shipment_gives_notice_and_sets_the_deadline_of_dispatch(plant: Plant) -> None:
    await plant.enter(100)
    await plant.accepted()
    assert plant.row.stage == "ship"
    await plant.plan_shipment(ship_at=plant.local("Wed 15:00"), transit_days=3)
    assert (plant.when(plant.row.planned_ship), plant.row.planned_arrival) == ("Wed 15:00", plant.date("Sat"))
    assert plant.when(plant.task("dispatch").due_at) == "Wed 15:00"
    assert plant.task("dispatch").quantities == {"1": 100}
    await plant.settle()
    (notice,) = plant.mails("shipping_notice")
    assert notice.to == ("customer", "sales")
    assert (notice.data["mode"], notice.data["carrier"], notice.data["arrival"]) == ("road", "Hsin Yun", f"{plant.date('Sat')}")


async def test_a_plan_that_arrives_after_the_promise_is_refused_with_the_latest_time_to_ship(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing("Fri+1")
    await plant.answer("produce", "done")
    await plant.answer("inspect", "pass")
    await plant.answer("accept", "accept")
    no = await plant.refused(plant.plan_shipment(ship_at=plant.local("Thu+1 10:00"), transit_days=2))
    assert no.code == "breaks-promise"
    assert no.extra == {"latest_ship_at": f"{plant.local('Wed+1 17:00'):%Y-%m-%dT%H:%M:%SZ}"}
    await plant.plan_shipment(ship_at=plant.local("Wed+1 17:00"), transit_days=2)
    assert plant.open_kinds() == ["dispatch"]


async def test_the_day_of_arrival_counts_in_the_plants_zone(plant: Plant) -> None:
    await plant.enter(100)
    await plant.accepted()
    # 01:00 on Thursday in Taipei is still Wednesday in UTC.
    await plant.plan_shipment(ship_at=plant.local("Thu 01:00"), transit_days=1)
    assert plant.row.planned_arrival == plant.date("Fri")


async def test_accepting_to_be_late_asks_sales_for_the_promise(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing("Fri+1")
    await plant.answer("produce", "done")
    await plant.answer("inspect", "pass")
    await plant.answer("accept", "accept")
    await plant.plan_shipment(ship_at=plant.local("Thu+1 10:00"), transit_days=4, accept_late=True)
    assert plant.open_kinds() == ["decide_promise", "dispatch"]
    assert plant.row.risk == "late"
    await plant.answer(
        "decide_promise", "repromise", promised_date=plant.date("Mon+2"), reason="truck broke", customer_agreed=True
    )
    assert (plant.row.promised, plant.row.risk) == (plant.date("Mon+2"), "at_risk")


async def test_accepting_to_be_late_when_it_is_not_asks_nobody(plant: Plant) -> None:
    await plant.enter(100)
    await plant.accepted()
    await plant.plan_shipment(accept_late=True)
    assert plant.open_kinds() == ["dispatch"]


async def test_nothing_leaves_before_the_notice_is_on_record_and_its_lead_has_passed(plant: Plant) -> None:
    await plant.enter(100)
    await plant.accepted()
    plant.mail.is_away = True
    await plant.plan_shipment(ship_at=plant.local("Wed 15:00"))
    assert (await plant.refused(plant.answer("dispatch", "dispatched"))).code == "notice-missing"
    plant.mail.is_away = False
    await plant.settle()
    assert plant.types[-1] == "notice_settled"
    no = await plant.refused(plant.answer("dispatch", "dispatched"))
    assert no.code == "notice-missing"
    # Four working hours from 09:00, with a lunch between.
    await plant.pass_to("Mon 13:59")
    assert (await plant.refused(plant.answer("dispatch", "dispatched"))).code == "notice-missing"
    await plant.pass_to("Mon 14:01")
    await plant.answer("dispatch", "dispatched", tracking_no="HY-1")
    assert plant.row.stage == "sign_off"


async def test_the_lead_is_the_policys_and_working_time(plant: Plant) -> None:
    await plant.enter(100, policy='[order]\nnotice_lead = "1d"')
    await plant.accepted()
    await plant.plan_shipment(ship_at=plant.local("Wed 15:00"))
    await plant.pass_to("Tue 08:59")
    assert (await plant.refused(plant.answer("dispatch", "dispatched"))).code == "notice-missing"
    await plant.pass_to("Tue 09:01")
    await plant.answer("dispatch", "dispatched")


async def test_with_a_reason_the_goods_leave_without_the_notice(plant: Plant) -> None:
    await plant.enter(100)
    await plant.accepted()
    await plant.plan_shipment()
    await plant.answer("dispatch", "dispatched", override_reason="customer rang", tracking_no="HY-1")
    assert plant.last("goods_dispatched").override_reason == "customer rang"
    await plant.settle()
    (request,) = plant.mails("sign_off_request")
    assert (request.to, request.data["tracking_no"]) == (("customer",), "HY-1")


@pytest.mark.parametrize("reader", ["customer", "sales"])
async def test_a_dead_notice_is_never_on_record(plant: Plant, reader: str) -> None:
    plant.mail.dead.add(reader)
    await plant.enter(100)
    await plant.accepted()
    await plant.plan_shipment(ship_at=plant.local("Mon+1 15:00"))
    await plant.pass_to("Fri 10:00")
    assert (await plant.refused(plant.answer("dispatch", "dispatched"))).code == "notice-missing"
    assert "undeliverable" in plant.mail.kinds()


async def test_a_customer_without_an_address_is_told_by_hand_which_counts(plant: Plant) -> None:
    plant.mail.by_hand.add("customer")
    await plant.enter(100)
    await plant.accepted()
    await plant.plan_shipment(ship_at=plant.local("Wed 15:00"))
    await plant.pass_to("Mon 14:01")
    await plant.answer("dispatch", "dispatched")


async def test_a_changed_plan_notifies_again_and_its_lead_counts_anew(plant: Plant) -> None:
    await plant.enter(100)
    await plant.accepted()
    await plant.plan_shipment(ship_at=plant.local("Wed 15:00"))
    await plant.pass_to("Tue 10:00")
    await plant.answer("dispatch", "replan", reason="truck broke")
    assert plant.open_kinds() == ["plan_shipment"]
    assert (plant.row.planned_ship, plant.row.planned_arrival) == (None, None)
    await plant.plan_shipment(ship_at=plant.local("Thu 15:00"), mode="air")
    await plant.settle()
    assert [notice.data["mode"] for notice in plant.mails("shipping_notice")] == ["road", "air"]
    assert plant.task("dispatch").n == 2 and plant.when(plant.task("dispatch").due_at) == "Thu 15:00"
    assert (await plant.refused(plant.answer("dispatch", "dispatched"))).code == "notice-missing"
    await plant.pass_to("Tue 15:01")
    await plant.answer("dispatch", "dispatched")


async def test_the_goods_may_have_left_a_little_earlier_but_not_tomorrow(plant: Plant) -> None:
    await plant.enter(100)
    await plant.accepted()
    await plant.plan_shipment()
    leave = plant.answer("dispatch", "dispatched", shipped_at=plant.at(1), override_reason="x")
    assert (await plant.refused(leave)).code == "invalid"
    shipped_at = plant.now - timedelta(hours=1)
    await plant.answer("dispatch", "dispatched", shipped_at=shipped_at, override_reason="x")
    assert plant.last("goods_dispatched").shipped_at == shipped_at


async def test_a_wrong_plan_is_named(plant: Plant) -> None:
    await plant.enter(100)
    await plant.accepted()
    no = await plant.refused(plant.plan_shipment(mode="balloon"))
    assert (no.code, [fault.pointer for fault in no.errors]) == ("invalid", ["/fields/mode"])
