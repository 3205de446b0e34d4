"""Sales confirms the order with the customer, who may change or withdraw it (R5 to R7)."""

from typing import Any

import pytest

from tests.stories.plant import CAST, Plant
from workflows.types.words import Department


async def test_confirming_gives_the_first_promise_and_releases_the_order(plant: Plant) -> None:
    await plant.enter(100)
    assert (plant.row.promised, plant.row.risk, plant.row.slack_hours, plant.row.stage) == (None, None, None, "confirm")
    await plant.answer("confirm_order", "confirm", promised_date=plant.day(60), channel="phone", customer_agreed_by="Mr. Wu")
    promise = plant.row.promises[0]
    assert (promise.revision, promise.date, promise.by, promise.reason) == (1, plant.day(60), "sales1", None)
    assert promise.customer_agreed is True
    assert (plant.row.promised, plant.row.first_promised, plant.row.risk) == (plant.day(60), plant.day(60), "on_track")
    assert plant.open_kinds() == ["make_plan"]
    await plant.settle()
    assert [(notice.kind, notice.to) for notice in plant.mails()] == [
        ("order_confirmed", ("customer",)),
        ("order_released", ("production",)),
        ("order_released", ("warehouse",)),
    ]


async def test_nothing_reaches_production_before_the_confirmation(plant: Plant) -> None:
    await plant.enter(100)
    await plant.settle()
    assert plant.open_kinds() == ["confirm_order"]
    assert plant.mails() == []


async def test_the_customer_changes_the_order_and_then_confirms_it(plant: Plant) -> None:
    await plant.enter(100, 20, ship_to="Hsinchu")
    lines = [{"product_model": "JQ-9", "quantity": 7, "unit": "set"}]
    await plant.answer("confirm_order", "revise", lines=lines, requested_date=plant.day(90), reason="other model")
    assert [(line.product_model, line.quantity, line.unit) for line in plant.row.lines] == [("JQ-9", 7, "set")]
    assert (plant.row.requested_date, plant.row.ship_to) == (plant.day(90), "Hsinchu")
    assert plant.task("confirm_order").id == f"{plant.order_no}.confirm_order.2"
    await plant.answer("confirm_order", "revise", ship_to="Kaohsiung", reason="other plant")
    assert (plant.row.requested_date, plant.row.ship_to) == (plant.day(90), "Kaohsiung")
    await plant.confirmed()
    assert plant.task("make_plan").quantities == {"1": 7}


async def test_a_revised_order_is_produced_as_revised(plant: Plant) -> None:
    await plant.enter(100)
    await plant.answer("confirm_order", "revise", lines=[{"product_model": "A", "quantity": 5}] * 2, reason="split")
    await plant.producing()
    assert plant.task("produce").quantities == {"1": 5, "2": 5}


async def test_a_rejected_order_is_cancelled_without_a_word_to_the_customer(plant: Plant) -> None:
    await plant.enter(100)
    await plant.answer("confirm_order", "reject", reason="withdrawn")
    assert await plant.ends() == "cancelled"
    assert (plant.row.status, plant.row.stage) == ("cancelled", "closed")
    assert plant.last("order_closed").reason == "withdrawn"
    await plant.settle()
    assert [(notice.kind, notice.to) for notice in plant.mails()] == [("order_cancelled", ("sales",))]


async def test_only_sales_confirms(plant: Plant) -> None:
    await plant.enter(100)
    answer = plant.answer(
        "confirm_order", "confirm", by=CAST[Department.PRODUCTION], promised_date=plant.day(60), channel="phone"
    )
    assert (await plant.refused(answer)).code == "not-your-department"


@pytest.mark.parametrize(
    ("outcome", "fields", "pointer"),
    [
        ("confirm", {"promised_date": -1, "channel": "phone"}, "/fields/promised_date"),
        ("confirm", {"promised_date": 5, "channel": "phone", "colour": "red"}, "/fields/colour"),
        ("revise", {"reason": "x", "lines": [{"product_model": "A", "quantity": 0}]}, "/fields/lines/0/quantity"),
    ],
)
async def test_wrong_fields_are_named(plant: Plant, outcome: str, fields: dict, pointer: str) -> None:
    await plant.enter(100)
    given: dict[str, Any] = {name: plant.day(value) if name.endswith("date") else value for name, value in fields.items()}
    no = await plant.refused(plant.answer("confirm_order", outcome, **given))
    assert (no.code, [fault.pointer for fault in no.errors]) == ("invalid", [pointer])


async def test_an_outcome_of_another_kind_is_refused(plant: Plant) -> None:
    await plant.enter(100)
    assert (await plant.refused(plant.answer("confirm_order", "pass"))).code == "wrong-outcome"


async def test_a_stale_version_is_refused(plant: Plant) -> None:
    await plant.enter(100)
    version = plant.task("confirm_order").version
    said = plant.answering("confirm_order", "reject", reason="withdrawn")
    no = await plant.refused(plant.say("complete", said.model_copy(update={"expected_version": version + 1})))
    assert no.code == "stale"
    await plant.say("complete", said.model_copy(update={"expected_version": version}))
    assert plant.row.status == "cancelled"
