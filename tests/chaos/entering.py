"""Sales enters orders: alone, twice under one key, and two people at once under one number."""

import asyncio
import random
from dataclasses import dataclass
from typing import Any

from tests.chaos.person import Person
from tests.endtoend import dates

PAUSE = (1.5, 4.0)
"""Seconds between two entries."""
CUSTOMERS = ("聯宏精密", "Brandt & Söhne", "Acme Pumps", "大成機械")


@dataclass(frozen=True)
class Entry:
    """One order number, and how it is entered."""

    how: str
    body: dict[str, Any]
    pause: float


def entries(seed: int, seconds: float) -> list[Entry]:
    """All that is entered in so many seconds."""
    chance = random.Random(f"{seed}/entries")
    found: list[Entry] = []
    while sum(entry.pause for entry in found) < seconds:
        how = chance.choices(("enter", "double", "twin"), (6, 2, 3))[0]
        found.append(Entry(how, order(f"C{seed}-{len(found) + 1}", chance), chance.uniform(*PAUSE)))
    return found


def order(number: str, chance: random.Random) -> dict[str, Any]:
    customer: dict[str, Any] = {"name": chance.choice(CUSTOMERS), "language": chance.choice(("en", "zh-Hant", "zh-Hans"))}
    if chance.random() < 0.85:
        customer["email"] = "buyer@customer.example"
    lines = [{"product_model": f"JQ-{n}", "quantity": chance.randint(2, 500)} for n in range(chance.randint(1, 3))]
    return {
        "order_no": number,
        "customer": customer,
        "lines": lines,
        "requested_date": dates.day(chance.randint(5, 40)),
        "priority": chance.choice(("normal", "normal", "rush")),
    }


async def enter_all(plan: list[Entry], one: Person, other: Person) -> None:
    """Nobody waits for an answer before the next order comes in."""
    async with asyncio.TaskGroup() as group:
        for entry in plan:
            group.create_task(enter(entry, one, other))
            await asyncio.sleep(entry.pause)


async def enter(entry: Entry, one: Person, other: Person) -> None:
    call = one.call("/orders", entry.body, entry.how)
    match entry.how:
        case "double":
            await asyncio.gather(one.insist(call), one.again(call, "double"))
        case "twin":
            # The same number in another case is the same number.
            theirs = {**entry.body, "order_no": entry.body["order_no"].lower(), "note": "mine"}
            await asyncio.gather(one.insist(call), other.insist(other.call("/orders", theirs, "twin")))
        case _:
            await one.insist(call)
