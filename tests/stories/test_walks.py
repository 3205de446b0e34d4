"""Orders that people and time lead anywhere, on the engine: answers, changes, holds and silence, for weeks.

What tests/rules/test_machine.py proves of many more orders, proved of some with the real clock, and by the same books.
JIAOQI_TEST_LONG=1: fifty orders instead of four.
"""

import asyncio
import os
from datetime import timedelta
from typing import Any

import pytest
from typing_extensions import override

from tests.rules.books import Books
from tests.stories.plant import PATIENCE, Plant
from tests.stories.test_changes import Chance
from workflows.clock import next_wake
from workflows.types.state import OrderState
from workflows.types.words import Kind

ORDERS = 50 if os.environ.get("JIAOQI_TEST_LONG") else 4
STEPS = 40
ELBOW_ROOM = timedelta(seconds=2)
"""The time-skipping server loses an update that comes in the very millisecond of a timer."""


class Walker(Chance):
    """Somebody who also moves dates and lets time pass."""

    @override
    async def act(self) -> None:
        """Never in the moment in which the order's own clock rings."""
        state = await self.elbow_room()
        deeds = [self.answer, self.correct, self.amend, self.wait, self.repromise, self.extend, self.report, self.hold]
        deed = self.random.choices(deeds, weights=[8, 2, 1, 4, 1, 1, 2, 1])[0]
        if state.hold is not None and self.random.random() < 0.4:
            deed = self.resume
        await deed()

    async def elbow_room(self) -> OrderState:
        state = await self.plant.settle()
        while (wake := next_wake(state, self.plant.calendar, self.plant.now)) and wake.at - self.plant.now < ELBOW_ROOM:
            await self.plant.pass_until(wake.at + ELBOW_ROOM)
            state = await self.plant.settle()
        return state

    async def wait(self) -> None:
        await self.plant.pass_time(hours=self.random.choice([1, 3, 9, 20, 50, 100]))

    async def repromise(self) -> None:
        await self.say("repromise", self.plant.repromise(self.plant.day(self.random.randint(3, 60))))

    async def extend(self) -> None:
        task = self.random.choice(self.open)
        await self.say("extend", self.plant.extend(task.kind, self.plant.at(self.random.randint(1, 6))))

    async def report(self) -> None:
        if self.plant.find("produce"):
            stated: dict[str, Any] = {"expected_completion": self.plant.at(self.random.randint(1, 9))}
            await self.say("report", self.plant.report(percent=50, **(stated if self.random.random() < 0.5 else {})))

    async def hold(self) -> None:
        await self.say("hold", self.plant.hold(days=self.random.randint(1, 5)))

    async def resume(self) -> None:
        await self.say("resume", self.plant.resume())


def audited(plant: Plant) -> Books:
    """Every event against the order as it was before it: no timer of an old revision told anybody anything."""
    books = Books(plant.policies)
    for event in plant.shelf.events:
        books.enter(event)
    return books


@pytest.mark.parametrize("number", range(ORDERS))
async def test_wherever_an_order_is_led_the_books_are_right(plant: Plant, number: int) -> None:
    await plant.enter(100, 20, policy="[order]\nmax_rework_rounds = 1")
    walker = Walker(plant, number)
    async with asyncio.timeout(6 * PATIENCE):
        for _ in range(STEPS):
            if plant.find("collect_feedback") or plant.row.status in ("completed", "cancelled"):
                break
            await walker.act()
        books = audited(plant)
        assert books.state.promises == list(plant.row.promises)
        assert max(books.rungs.values(), default=1) == max(books.warned.values(), default=1) == 1
        if (await walker.elbow_room()).hold is not None:
            await plant.resume()
        await walker.finish()
        assert await plant.ends() == "completed"
    assert books.state.counters[Kind.CONFIRM_ORDER] and walker.said
