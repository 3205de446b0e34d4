"""Corrections and amendments at any moment: in the same instant as answers, across many runs, and at random.

JIAOQI_TEST_LONG=1: forty random orders instead of six.
"""

import asyncio
import os
import random
from collections import Counter
from typing import Any

import pytest

from tests.stories.plant import CAST, HEADS, PATIENCE, Plant, Refused
from tests.stories.test_amend import agreed, decides, lines, open_decisions
from tests.stories.test_renewal import renewed
from workflows.types.answers import OUTCOMES
from workflows.types.orders import Quantities
from workflows.types.tasks import Task
from workflows.types.words import READINESS, STEP_OF, Department, Kind, TaskStatus

PRODUCTION, SALES = Department.PRODUCTION, Department.SALES
ORDERS = 40 if os.environ.get("JIAOQI_TEST_LONG") else 6
STEPS = 40
LAST_WORDS = ("reject", "close", "answered", "no_answer")
"""Answers that may end an order before anything could be seen."""

# At once.


async def both(plant: Plant, *deeds: Any) -> list[str]:
    """Says all of it in the same instant; the codes of those that were refused."""
    plant.journal.takes = 0.1
    told = await asyncio.gather(*deeds, return_exceptions=True)
    plant.journal.takes = 0
    failed = [each for each in told if isinstance(each, BaseException)]
    assert all(isinstance(each, Refused) for each in failed), failed
    return [each.code for each in failed if isinstance(each, Refused)]


async def test_the_last_to_agree_and_an_answer_at_once(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing()
    await plant.amend(lines=lines(120))
    await decides(plant, "agree", SALES)
    made = plant.answering("produce", "done")
    refused = await both(plant, decides(plant, "agree", PRODUCTION), plant.say("complete", made))
    assert refused in ([], ["task-closed"])
    assert plant.open_kinds() == ["make_plan"]
    assert plant.task("make_plan").quantities == ({"1": 120} if refused else {"1": 20})


async def test_one_refuses_while_the_other_agrees(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing()
    await plant.amend(ship_to="Hsinchu")
    refused = await both(plant, decides(plant, "agree", SALES), decides(plant, "refuse", PRODUCTION))
    assert refused in ([], ["task-closed"])
    assert (plant.row.ship_to, plant.open_kinds()) == (None, ["produce"])


async def test_a_cancellation_and_the_last_to_agree_at_once(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing()
    await plant.amend(lines=lines(60))
    await decides(plant, "agree", SALES)
    refused = await both(plant, decides(plant, "agree", PRODUCTION), plant.cancel())
    assert refused in ([], ["task-closed"], ["order-closed"])
    assert (await plant.ends(), plant.open_kinds()) == ("cancelled", [])


async def test_two_wishes_at_once_leave_one_to_decide(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing()
    assert await both(plant, plant.amend(lines=lines(60)), plant.amend(lines=lines(70))) == []
    assert [task.department for task in open_decisions(plant)] == [PRODUCTION, SALES]
    assert len({task.amendment.lines for task in open_decisions(plant)}) == 1


async def test_two_corrections_at_once_follow_each_other(plant: Plant) -> None:
    await plant.enter(100)
    await plant.produced()
    await plant.answer("inspect", "pass")
    wrong: dict[str, Any] = {"defects": [{"code": "burr", "quantity": 1}]}
    mends = [plant.correct("inspect", "fail", failed={"1": failed}, **wrong) for failed in (10, 20)]
    assert await both(plant, *mends) == []
    assert plant.task("rework").n == 2
    assert plant.task("rework").quantities == plant.past("inspect").fields["failed"]  # type: ignore[index]


# In many runs.


async def test_changes_in_many_runs(busy_plant: Plant) -> None:
    plant = busy_plant
    await plant.enter(100)
    await plant.producing()
    await agreed(plant, lines=lines(60))
    await renewed(plant)
    await plant.planned()
    await plant.made_ready()
    await plant.correct("ready_people", "ready", note="all there")
    await plant.answer("produce", "done")
    await renewed(plant, more_than=2)
    await plant.correct("produce", "done", good={"1": 60}, note="counted again")
    await plant.answer("inspect", "pass")
    await plant.answer("accept", "accept")
    await plant.shipped()
    await plant.signed()
    assert (await plant.ends(), plant.row.delivery) == ("completed", "full")


# At random.


class Chance:
    """Somebody who answers, amends and corrects whatever comes to mind."""

    def __init__(self, plant: Plant, seed: int) -> None:
        self.plant, self.random = plant, random.Random(seed)
        self.said: Counter[str] = Counter()

    async def act(self) -> None:
        await self.random.choices([self.answer, self.correct, self.amend], weights=[6, 3, 1])[0]()

    async def answer(self) -> None:
        task = self.random.choice(sorted(self.open, key=lambda task: task.id))
        outcome = self.random.choice([each for each in OUTCOMES[task.kind] if each not in task.withheld])
        if outcome in LAST_WORDS:
            return
        by = CAST[task.department]
        await self.say(f"answer {outcome}", self.plant.answer(task.kind, outcome, by, task.n, **self.fields(task, outcome)))

    async def correct(self) -> None:
        """Any answered task, if it is not too late, with any outcome."""
        answered = [task for task in self.plant.shelf.tasks.values() if task.status is TaskStatus.COMPLETED]
        if not answered:
            return
        task = self.random.choice(answered[-4:])
        outcome = self.random.choice(list(OUTCOMES[task.kind]))
        if outcome in LAST_WORDS:
            return
        by, fields = HEADS[task.department], self.fields(task, outcome)
        await self.say(f"correct {task.kind}", self.plant.correct(task.kind, outcome, by, task.n, **fields))

    async def amend(self) -> None:
        wanted: dict[str, Any] = {"lines": lines(self.random.randint(1, 150), 20), "ship_to": f"Dock {self.random.randint(1, 9)}"}
        name = self.random.choice(sorted(wanted))
        await self.say(f"amend {name}", self.plant.amend(**{name: wanted[name]}))

    async def say(self, what: str, deed: Any) -> None:
        try:
            await deed
        except Refused as no:
            what = f"{what.split()[0]} refused: {no.code}"
        self.said[what] += 1
        self.is_sane()

    def fields(self, task: Task, outcome: str) -> dict[str, Any]:
        plant, some = self.plant, self.some(task.quantities or {})
        match outcome:
            case "confirm":
                return {"promised_date": plant.day(self.random.randint(20, 90)), "channel": "phone"}
            case "plan" if task.kind is Kind.MAKE_PLAN:
                return {"planned_start": plant.at(1), "expected_completion": plant.at(self.random.randint(2, 40))}
            case "plan":
                return {"mode": "road", "carrier": "x", "ship_at": plant.at(2), "transit_days": 1, "accept_late": True}
            case "short" if task.kind in READINESS:
                return {"item": "wire", "eta": plant.day(self.random.randint(1, 9))}
            case "short":
                return {"accepted": some, "reason": "x"}
            case "fail":
                return {"failed": some, "defects": []}
            case "reworked":
                return {"cause": "x", "corrective_action": "x"}
            case "ship_part":
                return {"rest": "waived", "reason": "x"}
            case "dispatched":
                return {"override_reason": "x"}
            case "signed":
                return {"signed_by": "x"}
            case "repromise":
                return {"promised_date": plant.day(100), "reason": "x", "customer_agreed": True}
            case "ready" | "done" | "pass" | "accept":
                return {}
        return {"reason": "x"}

    def some(self, quantities: Quantities) -> Quantities:
        return {line: self.random.randint(0, quantity) for line, quantity in quantities.items()} or {"1": 0}

    @property
    def open(self) -> list[Task]:
        return [task for task in self.plant.shelf.tasks.values() if task.is_open]

    def is_sane(self) -> None:
        """One question on the way, or readiness side by side; and both departments asked about an amendment, or one left."""
        way = [task for task in self.open if task.kind in STEP_OF]
        kinds = {task.kind for task in way}
        assert len(way) == 1 or kinds <= set(READINESS), kinds
        assert len(way) == len(kinds) and kinds, kinds
        assert {task.stage for task in self.open} == {self.plant.row.stage}
        assert len(open_decisions(self.plant)) <= 2
        lines_there = {str(n) for n in range(1, len(self.plant.row.lines) + 1)}
        assert all(set(task.quantities or {}) <= lines_there for task in self.open)

    async def finish(self) -> None:
        """Whatever it has come to, straight answers lead to the end."""
        while not (found := self.plant.find("collect_feedback")):
            task = next((task for task in self.open if task.kind not in STEP_OF), None) or self.open[0]
            await self.straight(task)
        assert found is not None

    async def straight(self, task: Task) -> None:
        outcome = next(each for each in OUTCOMES[task.kind] if each not in ("short", *task.withheld))
        if task.kind is Kind.ACCEPT:
            try:
                await self.plant.answer("accept", "accept")
            except Refused:
                await self.plant.answer("accept", "short", accepted=task.quantities, reason="x")
            return
        await self.plant.answer(task.kind, outcome, CAST[task.department], task.n, **self.fields(task, outcome))


@pytest.mark.parametrize("number", range(ORDERS))
async def test_whatever_is_changed_the_order_goes_on_to_its_end(plant: Plant, number: int) -> None:
    await plant.enter(100, 20, policy="[order]\nmax_rework_rounds = 1")
    chance = Chance(plant, number)
    async with asyncio.timeout(4 * PATIENCE):
        for _ in range(STEPS):
            if plant.find("collect_feedback"):
                break
            await chance.act()
        await chance.finish()
        assert await plant.ends() == "completed"
    assert chance.said
