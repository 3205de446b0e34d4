"""When nothing breaks any more: every order is driven to its end, its mail goes out, its workflow closes."""

import asyncio
import logging
from typing import Any

from tests.chaos import rows
from tests.chaos.answers import answers
from tests.chaos.crew import COLLEAGUES
from tests.chaos.diary import OK, UNKNOWN, Diary
from tests.chaos.person import Person

STEPS = 120
"""Answers after which an order that still asks is not going anywhere."""
AT_ONCE = 6
MAIL_PATIENCE = 240.0
"""Seconds: what a killed courier had is free again after 40, the longest pause between two attempts is 60; twice over."""
IN_THE_OUTBOX = "SELECT notice_key FROM outbox"
ENDED = ("completed", "cancelled")
log = logging.getLogger("jiaoqi.chaos")


class Settler:
    """Heads and colleagues who finish what is open."""

    def __init__(self, everybody: dict[str, Person], diary: Diary, seed: int) -> None:
        self.everybody, self.diary, self.seed = everybody, diary, seed
        self._gate = asyncio.Semaphore(AT_ONCE)
        self.unfinished: dict[str, str] = {}
        """Orders that could not be driven to their end, and what stood in the way."""

    @property
    def reader(self) -> Person:
        return self.everybody["quality2"]

    async def settle(self) -> None:
        """Again and again, since an order may enter another one."""
        while numbers := await self._under_way():
            await asyncio.gather(*(self._finish(number) for number in numbers))
        log.info("waiting for the mail")
        await self._until_mail_is_out()

    async def _under_way(self) -> list[str]:
        orders = await self.reader.every("/orders", status="open,on_hold")
        cases = await self.reader.every("/improvements", status="open")
        numbers = [order["order_no"] for order in orders] + [case["number"] for case in cases]
        return [number for number in numbers if number not in self.unfinished]

    async def _finish(self, number: str) -> None:
        async with self._gate:
            why = "nothing was tried"
            for _ in range(STEPS):
                shown = await self.reader.get(f"/orders/{number}")
                if shown is None:
                    why = "it cannot be read"
                    await asyncio.sleep(0.5)
                elif shown["status"] in ENDED:
                    return
                else:
                    why = await self._step(shown)
            self.unfinished[number] = why

    async def _step(self, order: dict[str, Any]) -> str:
        """One answer; why there was none."""
        if order["status"] == "on_hold":
            return await self._say("sales-head", f"/orders/{order['order_no']}/resume", {"reason": "all is well"})
        if not order["open_tasks"]:
            await asyncio.sleep(0.5)
            return "it asks nothing"
        task = await self.reader.get(f"/tasks/{order['open_tasks'][0]['id']}")
        return await self._answer(task) if task else "its task cannot be read"

    async def _answer(self, task: dict[str, Any]) -> str:
        why = ""
        # Heads first: they may answer what somebody else holds.
        for name in reversed(COLLEAGUES[task["department"]]):
            for outcome, fields in answers(self.seed, task, straight=True):
                why = await self._say(name, f"/tasks/{task['id']}/complete", {"outcome": outcome, "fields": fields})
                if not why or "task-closed" in why:
                    return why
        return why

    async def _say(self, name: str, path: str, body: dict[str, Any]) -> str:
        person = self.everybody[name]
        call = await person.say(person.call(path, body, "settle"))
        for _ in range(5):
            if call.told != UNKNOWN:
                break
            await asyncio.sleep(1)
            call = await person.again(call, "settle")
        return "" if call.told == OK else f"{name} {path}: {call.status} {call.code} {call.answer[:200]}"

    async def _until_mail_is_out(self) -> None:
        """Whatever still waits when patience ends, the check will find."""
        for _ in range(int(MAIL_PATIENCE)):
            if not await self._in_the_outbox():
                return
            await asyncio.sleep(1)

    async def _in_the_outbox(self) -> list[dict[str, Any]]:
        """What is asked for and not told to the end, or told and not heard of where somebody waits for that."""
        plant = self.reader.plant
        return await asyncio.to_thread(rows.fetched, plant.store_url, plant.store, IN_THE_OUTBOX)
