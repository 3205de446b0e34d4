"""What the customer says themselves, by a link in a mail: yes, no, otherwise, signed, satisfied (R6, R16, R17)."""

from typing import Any

import pytest

from tests.stories.plant import CAST, Plant
from tests.stories.test_amend import decides, lines, open_decisions
from workflows.types import commands as c
from workflows.types.events import CustomerConfirmed
from workflows.types.words import CUSTOMER, Department

BUYER = c.Actor(id=CUSTOMER)
PRODUCTION, SALES = Department.PRODUCTION, Department.SALES


async def says(plant: Plant, agreed: bool, revision: int = 1, by: c.Actor = BUYER, **more: Any) -> c.CustomerAnswers:
    said = c.CustomerAnswers(actor=by, ref=plant.ref(), revision=revision, agreed=agreed, **more)
    await plant.say("customer_answers", said)
    return said


# The promised date.


async def test_a_confirmed_date_is_on_record_as_the_customers_own_word(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing()
    assert plant.row.promises[0].customer_agreed is None
    said = await says(plant, agreed=True)
    (event,) = plant.events("customer_confirmed")
    assert event.actor == "customer"
    assert event.data == CustomerConfirmed(revision=1, promised=plant.day(60))
    promise = plant.row.promises[0]
    assert (promise.customer_agreed, promise.answered_at, plant.open_kinds()) == (True, event.at, ["produce"])
    await plant.say("customer_answers", said, update_id=plant.ref().id)
    assert len(plant.events("customer_confirmed")) == 1, "said twice with one id it is said once"


async def test_a_moved_date_is_answered_by_its_revision(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    await plant.repromise(plant.day(70), customer_agreed=True)
    no = await plant.refused(says(plant, agreed=True, revision=1))
    assert no.code == "too-late"
    await says(plant, agreed=True, revision=2)
    assert [each.answered_at is None for each in plant.row.promises] == [True, False]


async def test_a_date_that_does_not_suit_goes_to_sales(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    await plant.repromise(plant.day(70), customer_agreed=True)
    await says(plant, agreed=False, revision=2, reason="our line stands still", wanted=plant.day(65))
    assert [each.customer_agreed for each in plant.row.promises] == [None, False]
    (task,) = open_decisions(plant)
    assert (task.department, task.amendment.by, task.amendment.reason) == ("sales", "customer", "our line stands still")
    assert (task.amendment.requested_date, plant.row.requested_date) == (plant.day(65), plant.day(60))
    assert [event.actor for event in plant.events("amendment_proposed")] == ["customer"]
    await decides(plant, "agree", SALES)
    assert (plant.row.requested_date, plant.row.promised) == (plant.day(65), plant.day(70)), "a promise moves by a promise only"


async def test_who_says_no_says_why(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    no = await plant.refused(says(plant, agreed=False))
    assert (no.code, [fault.pointer for fault in no.errors]) == ("invalid", ["/reason"])
    no = await plant.refused(says(plant, agreed=False, reason="late", wanted=plant.day(-1)))
    assert (no.code, [fault.pointer for fault in no.errors]) == ("invalid", ["/wanted"])


async def test_nobody_of_the_plant_speaks_as_the_customer(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    assert (await plant.refused(says(plant, agreed=True, by=CAST[SALES]))).code == "forbidden"


async def test_before_there_is_a_promise_there_is_nothing_to_answer(plant: Plant) -> None:
    await plant.enter(100)
    assert (await plant.refused(says(plant, agreed=True))).code == "too-late"


async def test_goods_on_their_way_cannot_be_wanted_otherwise(plant: Plant) -> None:
    await plant.on_the_way(100)
    assert (await plant.refused(says(plant, agreed=False, reason="too late"))).code == "already-dispatched"
    await says(plant, agreed=True)


# The wish for a change.


async def test_a_wish_with_facts_is_decided_by_production_and_sales(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing()
    await plant.amend(by=BUYER, lines=lines(60))
    assert [(task.department, task.amendment.by) for task in open_decisions(plant)] == [
        ("production", "customer"),
        ("sales", "customer"),
    ]
    await decides(plant, "agree", SALES)
    await decides(plant, "agree", PRODUCTION)
    assert ([line.quantity for line in plant.row.lines], plant.open_kinds()) == ([60], ["make_plan"])


async def test_mere_words_are_for_sales_and_change_nothing_by_themselves(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing()
    await plant.amend(by=BUYER, reason="please call us before you ship")
    (task,) = open_decisions(plant)
    assert (task.department, task.n) == ("sales", 1)
    await decides(plant, "agree", SALES)
    assert (open_decisions(plant), plant.events("order_amended"), plant.open_kinds()) == ([], [], ["produce"])


async def test_mere_words_that_sales_refuses_end_with_that(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing()
    await plant.amend(by=BUYER, reason="paint it red")
    await decides(plant, "refuse", SALES)
    assert ([event.actor for event in plant.events("amendment_refused")], open_decisions(plant)) == (["sales1"], [])


async def test_mere_words_stand_beside_what_is_being_decided(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing()
    await plant.amend(ship_to="Hsinchu")
    await plant.amend(by=BUYER, reason="please call us")
    words = next(task for task in open_decisions(plant) if task.amendment.by == "customer")
    await decides(plant, "agree", PRODUCTION)
    await plant.answer("decide_amendment", "refuse", by=CAST[SALES], n=words.n, reason="by mail")
    assert plant.row.ship_to is None
    await decides(plant, "agree", SALES)
    assert plant.row.ship_to == "Hsinchu"


async def test_before_release_a_customers_wish_is_for_sales_alone(plant: Plant) -> None:
    await plant.enter(100)
    await plant.amend(by=BUYER, lines=lines(60))
    assert [task.department for task in open_decisions(plant)] == ["sales"]
    assert [line.quantity for line in plant.row.lines] == [100]
    await decides(plant, "agree", SALES)
    assert ([line.quantity for line in plant.row.lines], plant.task("confirm_order").quantities) == ([60], {"1": 60})


async def test_a_wish_that_sales_has_not_decided_by_the_release_is_productions_too(plant: Plant) -> None:
    await plant.enter(100)
    await plant.amend(by=BUYER, lines=lines(60))
    await plant.confirmed()
    assert [(task.department, task.stage) for task in open_decisions(plant)] == [("sales", "plan"), ("production", "plan")]
    await decides(plant, "agree", SALES)
    assert [line.quantity for line in plant.row.lines] == [100], "production has not agreed yet"
    await decides(plant, "agree", PRODUCTION)
    assert ([line.quantity for line in plant.row.lines], plant.task("make_plan").quantities) == ([60], {"1": 60})


async def test_facts_that_are_so_already_are_no_wish(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    assert (await plant.refused(plant.amend(by=BUYER, lines=lines(100)))).code == "invalid"


@pytest.mark.parametrize("what", ["cancel", "hold", "repromise"])
async def test_a_customer_has_no_other_power_over_the_order(plant: Plant, what: str) -> None:
    await plant.enter(100)
    await plant.confirmed()
    if what == "repromise":
        deed = plant.repromise(plant.day(70), by=BUYER)
    else:
        deed = plant.cancel(by=BUYER) if what == "cancel" else plant.hold(by=BUYER)
    assert (await plant.refused(deed)).code == "forbidden"


# The delivery.


async def test_the_customer_signs_and_says_how_it_was(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.answer("sign_off", "signed", by=BUYER, signed_by="林小姐", received={"1": 98}, damaged={"1": 2})
    assert plant.past("sign_off").completed_by == "customer"
    assert (plant.open_kinds(), plant.events("goods_delivered")[0].data.model_dump()["signed_by"]) == (
        ["resolve_refusal"],
        "林小姐",
    )
    await plant.answer("resolve_refusal", "close", reason="credited")
    await plant.answer("collect_feedback", "answered", by=BUYER, csat=4, channel="link")
    assert (await plant.ends(), plant.row.status) == ("completed", "completed")


async def test_the_customer_refuses(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.answer("sign_off", "refused", by=BUYER, reason="wet")
    assert plant.open_kinds() == ["resolve_refusal"]


async def test_what_is_the_plants_to_say_the_customer_cannot(plant: Plant) -> None:
    await plant.on_the_way(100)
    assert (await plant.refused(plant.answer("sign_off", "lost", by=BUYER, reason="x"))).code == "forbidden"
    await plant.signed()
    assert (await plant.refused(plant.answer("collect_feedback", "no_answer", by=BUYER))).code == "forbidden"
    no = await plant.refused(plant.correct("sign_off", "signed", by=BUYER, signed_by="me"))
    assert no.code == "not-your-department"
