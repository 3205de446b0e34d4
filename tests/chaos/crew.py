"""People at work: each looks into their inbox, answers what is there, and does what people do: right, wrong, and twice."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.chaos.answers import WHY, answers
from tests.chaos.diary import OK, REFUSED, Call
from tests.chaos.person import Person
from tests.endtoend import dates

Task = dict[str, Any]
COLLEAGUES = {
    "sales": ("sales1", "sales-head"),
    "production": ("production1", "production-head", "maker"),
    "quality": ("quality1", "quality2", "quality-head", "maker"),
    "warehouse": ("warehouse1", "warehouse-head"),
    "supply_chain": ("supply1", "supply-head"),
    "management": ("boss",),
}
HEADS = {
    **{department: f"{department}-head" for department in ("sales", "production", "quality", "warehouse")},
    "supply_chain": "supply-head",
    "management": "boss",
}
AT_WORK = tuple(dict.fromkeys(name for names in COLLEAGUES.values() for name in names))
OUTSIDERS = {"sales": "quality2", "production": "sales1", "quality": "supply1", "warehouse": "quality1"}
"""Somebody who is not of the department, whom four eyes do not concern."""
MAY_SPEAK_FOR_ORDERS = ("sales1", "sales-head", "boss")
MAY_HOLD_ORDERS = (*MAY_SPEAK_FOR_ORDERS, "production-head")
IMPATIENCE = (0.1, 0.7)
"""Seconds between two deeds."""
LOOK_AT = 12
"""Tasks at the top of the list from which one is taken."""


class Worker:
    """One person at work."""

    def __init__(self, person: Person, everybody: dict[str, Person], seed: int) -> None:
        self.person, self.everybody, self.seed = person, everybody, seed
        self.chance = person.chance
        self._deeds: list[tuple[float, Callable[[Task], Awaitable[Any]]]] = [
            (50, self.answer),
            (12, self.race),
            (5, self.claim),
            (3, self.release),
            (3, self.snooze),
            (4, self.report),
            (3, self.extend),
            (4, self.let_a_stranger_try),
            (4, self.write_nonsense),
            (3, self.claim_what_was_seen_long_ago),
            (9, self.repeat),
            (3, self.reuse_a_key),
            (6, self.answer_and_be_corrected),
            *([(3.0, self.hold)] if person.name in MAY_HOLD_ORDERS else []),
            *([(3.0, self.repromise), (12.0, self.amend), (1.2, self.cancel)] if person.name in MAY_SPEAK_FOR_ORDERS else []),
            *([(5.0, self.correct_what_was_answered)] if person.name in HEADS.values() else []),
        ]

    async def work(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            page = await self.person.get("/tasks", limit=LOOK_AT)
            if page and page["items"]:
                weights, deeds = zip(*self._deeds, strict=True)
                await self.chance.choices(deeds, weights)[0](self.chance.choice(page["items"]))
            await asyncio.sleep(self.chance.uniform(*IMPATIENCE))

    async def try_everything(self, task: Task) -> None:
        """Each deed once, right ones and wrong ones; then the answer, and what may be said after it."""
        for deed in (self.claim, self.snooze, self.let_a_stranger_try, self.write_nonsense, self.claim_what_was_seen_long_ago):
            await deed(task)
        await self.amend(task)
        await self.answer_and_be_corrected(task)
        for deed in (self.repeat, self.repeat, self.reuse_a_key):
            await deed(task)

    # What is right.

    async def answer(self, task: Task, purpose: str = "work", *, straight: bool = False) -> None:
        """Says what they mean; refused for what it says, what they mean then."""
        for outcome, fields in answers(self.seed, task, straight=straight):
            body = {"outcome": outcome, "fields": fields, "comment": f"by {self.person.name}"}
            call = await self.person.insist(self.person.call(f"/tasks/{task['id']}/complete", body, purpose))
            if call.told != REFUSED or call.code not in ("invalid", "breaks-promise", "notice-missing"):
                return

    async def race(self, task: Task) -> None:
        """Everybody who may answers at once."""
        names = COLLEAGUES[task["department"]]
        colleagues = [Worker(self.everybody[name], self.everybody, self.seed) for name in names]
        await asyncio.gather(*(worker.answer(task, "race") for worker in colleagues))

    async def claim(self, task: Task) -> None:
        await self.person.insist(self._about(task, "claim", {}, "desk"))

    async def release(self, task: Task) -> None:
        await self.person.insist(self._about(task, "release", {}, "desk"))

    async def snooze(self, task: Task) -> None:
        await self.person.insist(self._about(task, "snooze", {"until": dates.instant(seconds=2)}, "desk"))

    async def report(self, task: Task) -> None:
        body = {"percent": self.chance.randint(0, 100), "expected_completion": dates.instant(seconds=self.chance.uniform(3, 9))}
        await self.person.insist(self._about(task, "progress", body, "work"))

    async def extend(self, task: Task) -> None:
        body = {"due_at": dates.instant(seconds=self.chance.uniform(3, 9)), "reason": "chaos"}
        await self.person.insist(self._about(task, "extend", body, "work"))

    async def answer_and_be_corrected(self, task: Task) -> None:
        """The head finds out at once that it should have been something else."""
        await self.answer(task)
        await Worker(self.everybody[HEADS[task["department"]]], self.everybody, self.seed).correct(task)

    async def correct_what_was_answered(self, task: Task) -> None:
        """The head looks at what the department answered last in that order; it may be too late."""
        page = await self.person.get("/tasks", order_no=task["order_no"], status="completed", limit=200)
        ours = [done for done in (page or {"items": []})["items"] if HEADS[done["department"]] == self.person.name]
        if ours:
            await self.correct(max(ours, key=lambda done: str(done["completed_at"])))

    async def correct(self, task: Task) -> None:
        for outcome, fields in answers(self.seed, task, corrected=True):
            body = {"outcome": outcome, "fields": fields, "reason": "it was something else"}
            call = await self.person.insist(self._about(task, "correct", body, "work"))
            if call.told != REFUSED or call.code not in ("invalid", "breaks-promise", "notice-missing"):
                return

    # What is said to orders.

    async def tell_order(self, task: Task, deed: str, body: Any) -> None:
        await self.person.insist(self.person.call(f"/orders/{task['order_no']}/{deed}", body, "order"))

    async def hold(self, task: Task) -> None:
        body = {"reason": "chaos", "until": dates.instant(seconds=self.chance.uniform(1, 4))}
        await self.tell_order(task, "hold", body)
        await asyncio.sleep(self.chance.uniform(0.5, 4))
        await self.tell_order(task, "resume", WHY)

    async def repromise(self, task: Task) -> None:
        body = {**WHY, "promised_date": dates.day(self.chance.randint(1, 60)), "customer_agreed": True}
        await self.tell_order(task, "repromise", body)

    async def amend(self, task: Task) -> None:
        """Mostly other lines; what they are the task shows."""
        wish = self.chance.choice((self._other_lines, self._other_lines, self._another_date, self._another_place))
        await self.tell_order(task, "amend", {**WHY, **wish(task)})

    def _other_lines(self, task: Task) -> dict[str, Any]:
        """More or less of a line, one line more, or one less."""
        lines = [dict(line) for line in task["order"]["lines"]]
        match self.chance.choice(("more or less", "more or less", "one more", "one less")):
            case "one more":
                lines.append({"product_model": f"JQ-X{self.chance.randint(1, 99)}", "quantity": self.chance.randint(1, 50)})
            case "one less" if len(lines) > 1:
                del lines[self.chance.randrange(len(lines))]
            case _:
                line = self.chance.choice(lines)
                line["quantity"] = max(1, line["quantity"] + self.chance.choice((-20, -1, 1, 20)))
        return {"lines": lines}

    def _another_date(self, task: Task) -> dict[str, Any]:
        return {"requested_date": dates.day(self.chance.randint(5, 60))}

    def _another_place(self, task: Task) -> dict[str, Any]:
        return {"ship_to": f"Hall {self.chance.randint(1, 99)}"}

    async def cancel(self, task: Task) -> None:
        await self.tell_order(task, "cancel", WHY)

    # What is wrong.

    async def let_a_stranger_try(self, task: Task) -> None:
        if stranger := self.everybody.get(OUTSIDERS.get(task["department"], "")):
            outcome, fields = answers(self.seed, task, straight=True)[0]
            body = {"outcome": outcome, "fields": fields}
            await stranger.say(stranger.call(f"/tasks/{task['id']}/complete", body, "wrong role"))

    async def write_nonsense(self, task: Task) -> None:
        nonsense = self.chance.choice(
            ['{"outcome": ', '{"outcome": "levitate", "fields": {}}', '{"fields": {}}', '{"a": 1, "a": 2}', "[]", "NaN"]
        )
        await self.person.say(self._about(task, "complete", nonsense, "bad body"))

    async def claim_what_was_seen_long_ago(self, task: Task) -> None:
        await self.person.say(self._about(task, "claim", {}, "stale"), {"If-Match": '"99999999"'})

    # What was said before.

    async def repeat(self, task: Task) -> None:
        may_be_refused = self.chance.random() < 0.4
        if earlier := self._earlier(lambda call: call.told == OK or (may_be_refused and call.purpose not in ("reuse", "stale"))):
            await self.person.again(earlier, "repeat")

    async def reuse_a_key(self, task: Task) -> None:
        """Other words under the key of words that were heard."""
        if earlier := self._earlier(lambda call: call.told == OK and call.path.endswith("/complete")):
            body = {**earlier.body, "comment": "something else"}
            await self.person.say(self.person.call(earlier.path, body, "reuse", key=earlier.key))

    def _earlier(self, fits: Callable[[Call], bool]) -> Call | None:
        found = [call for call in self.person.spoken if fits(call)]
        return self.chance.choice(found) if found else None

    def _about(self, task: Task, deed: str, body: Any, purpose: str) -> Call:
        return self.person.call(f"/tasks/{task['id']}/{deed}", body, purpose)
