"""Worker and server are killed between the store's commit and the local activity's answer.

What the store then shows was never confirmed by history. Whatever happens next: nothing acknowledged is missing, and store
and workflow are equal.

JIAOQI_TEST_LONG=1: also with an API that lives on, which may say the same words again by itself.
"""

import os
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.endtoend import comparing, dates, dying
from tests.endtoend.order import CONFIRMED, Deed, Order
from tests.endtoend.plant import Plant
from tests.endtoend.waiting import stays, until

BOTH, ALL_THREE = ("temporal",), ("api", "temporal")
"""Who dies with the worker. With the API dies whoever would say the same words again by themselves."""
LONG_ENOUGH = 3.0
"""Seconds in which a courier has looked a dozen times."""


class Call:
    """An answer during which everything dies."""

    def __init__(self, order: Order, kind: str, outcome: str, by: str, **fields: Any) -> None:
        self.order, self.outcome, self.by, self.key = order, outcome, by, uuid.uuid4().hex
        self.fields = fields
        self.task_id = str(order.task(kind)["id"])
        self.acknowledged = False

    def make(self) -> None:
        try:
            answer = self.order.try_answer(self.task_id, self.outcome, by=self.by, key=self.key, **self.fields)
        except httpx.TransportError:
            return
        assert answer.status_code in (200, 503), answer.text
        if answer.status_code == 200:
            self._acknowledge()

    def repeat(self) -> None:
        """The same words with the same key, until they are answered: they must count, once."""
        until(self._again, "the repeated call is answered", within=40)

    def _again(self) -> bool:
        self.make()
        return self.acknowledged

    def _acknowledge(self) -> None:
        self.acknowledged = True
        self.order.acknowledged[self.key] = Deed(self.by, f"/tasks/{self.task_id}/complete")


def killed_during(call: Call, victims: tuple[str, ...]) -> None:
    """Returns when everything runs again; the caller was told nothing, unless the API found a way."""
    plant = call.order.plant
    dying.arm(plant.stack.home, call.order.number, "task_completed", call.task_id, victims)
    with ThreadPoolExecutor(1) as caller:
        calling = caller.submit(call.make)
        until(lambda: dying.fired(plant.stack.home), "the moment between commit and answer")
        plant.stack.until_ready()
        calling.result(40)


def goes_on_to_its_end(order: Order) -> None:
    comparing.equal(order)
    order.audit()
    order.made_ready().answer("produce", "done")
    order.answer("inspect", "pass")
    order.answer("accept", "accept")
    order.shipped().signed().satisfied().ends("completed", "full")


@pytest.mark.parametrize("victims", [ALL_THREE, BOTH] if os.environ.get("JIAOQI_TEST_LONG") else [ALL_THREE])
def test_another_person_answers_another_task(hurried: Plant, victims: tuple[str, ...]) -> None:
    order = hurried.enter().confirmed().planned()
    call = Call(order, "ready_materials", "ready", "supply1")
    killed_during(call, victims)
    order.answer("ready_equipment", "ready", by="production1")
    comparing.equal(order)
    order.audit()
    call.repeat()
    goes_on_to_its_end(order)


def test_the_caller_repeats_before_anybody_else_speaks(hurried: Plant) -> None:
    order = hurried.enter().confirmed().planned()
    call = Call(order, "ready_materials", "ready", "supply1")
    killed_during(call, ALL_THREE)
    call.repeat()
    order.answer("ready_equipment", "ready", by="production1")
    goes_on_to_its_end(order)


def test_nobody_else_has_anything_to_answer(hurried: Plant) -> None:
    order = hurried.enter().confirmed().planned()
    order.answer("ready_materials", "ready")
    order.answer("ready_equipment", "ready")
    call = Call(order, "ready_people", "ready", "production1")
    killed_during(call, ALL_THREE)
    call.repeat()
    goes_on_to_its_end(order)


def test_what_was_undone_is_told_to_nobody(hurried: Plant) -> None:
    """Store and outbox had the mail of an answer that history never had."""
    order = undone_confirmation(hurried)
    assert order.open_kinds() == {"confirm_order"}
    order.say("cancel", reason="they do not want it any more")
    order.ends("cancelled", "undelivered")
    until(lambda: not order.untold(), lambda: f"all is told: {order.untold()}", within=60)
    stays(lambda: not told_of_confirming(order), LONG_ENOUGH, "nobody is told of what never was")


def test_what_was_undone_and_then_said_again_is_told_once(hurried: Plant) -> None:
    order = undone_confirmation(hurried)
    order.confirmed()
    until(lambda: not order.untold(), lambda: f"all is told: {order.untold()}", within=60)
    order.finished().ends("completed", "full")
    assert sorted(told_of_confirming(order)) == sorted((kind, address(to)) for kind, to in CONFIRMED)


def undone_confirmation(plant: Plant) -> Order:
    """An order that waits to be confirmed: it was, for a moment, and nobody was told so."""
    order = plant.enter()
    call = Call(order, "confirm_order", "confirm", "sales1", promised_date=dates.day(25), channel="phone")
    killed_during(call, ALL_THREE)
    assert not call.acknowledged
    comparing.equal(order)
    stays(lambda: not told_of_confirming(order), LONG_ENOUGH, "nobody is told of what never was")
    return order


def told_of_confirming(order: Order) -> list[tuple[str, str]]:
    """The mail of a confirmation, on its way or arrived."""
    assert order.plant.sink
    kinds = {kind for kind, _ in CONFIRMED}
    waiting = [(row["kind"], row["to"]) for row in order.notices() if row["kind"] in kinds and row["state"] != "sent"]
    return waiting + [(mail.kind, mail.to) for mail in order.plant.sink.of(order.number) if mail.kind in kinds]


def address(to: str) -> str:
    return "buyer@customer.example" if to == "customer" else f"{to}@plant.example"
