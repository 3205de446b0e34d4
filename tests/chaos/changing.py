"""An order that is changed in quiet: however little the faults let through, each way of changing one was gone."""

import random

from tests.chaos.answers import WHY, Task
from tests.chaos.crew import HEADS, Worker
from tests.chaos.entering import order
from tests.chaos.person import Person

STEPS = 30
"""Looks at the open tasks after which the order is not going anywhere."""


async def change(everybody: dict[str, Person], seed: int) -> None:
    """Amended by agreement, which leads back to planning; refused; promised anew, held, resumed; mended. It ends with others."""
    sales = everybody["sales-head"]
    seller = Worker(sales, everybody, seed)
    body = order(f"C{seed}-changed", random.Random(f"{seed}/changed"))
    await sales.insist(sales.call("/orders", body, "enter"))
    task = await drive(everybody, seed, body["order_no"], until="produce")
    more = [{**line, "quantity": line["quantity"] + 5} for line in body["lines"]]
    await seller.tell_order(task, "amend", {**WHY, "lines": more})
    task = await drive(everybody, seed, body["order_no"], until="produce", n=2)
    await seller.tell_order(task, "amend", {**WHY, "ship_to": "Hall 1"})
    for asked in await sales.every("/tasks", order_no=body["order_no"], kind="decide_amendment", status="open"):
        by = everybody[HEADS[asked["department"]]]
        await by.insist(by.call(f"/tasks/{asked['id']}/complete", {"outcome": "refuse", "fields": WHY}, "work"))
    await seller.repromise(task)
    await seller.hold(task)
    await Worker(everybody["production1"], everybody, seed).answer(task, straight=True)
    await Worker(everybody["production-head"], everybody, seed).correct(task)


async def drive(everybody: dict[str, Person], seed: int, number: str, *, until: str, n: int = 1) -> Task:
    """Heads answer on the shortest way, until this is asked for the nth time."""
    reader = everybody["quality2"]
    for _ in range(STEPS):
        for task in await reader.every("/tasks", order_no=number, status="open"):
            if (task["kind"], task["n"]) == (until, n):
                if not await reader.every("/tasks", order_no=number, status="open", kind="decide_amendment"):
                    return task
            else:
                await Worker(everybody[HEADS[task["department"]]], everybody, seed).answer(task, straight=True)
    raise AssertionError(f"{number} never asks for {until} {n}")
