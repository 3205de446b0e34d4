"""The bare engine: Temporal alone doing the same human work, which is the yardstick for everything on top of it.

An order waits for twelve answers, each under a timer of three days, and records each answer by one regular activity that
does nothing: no HTTP, no database, no mail. Client and worker share one process, with the SDK's defaults.
"""

import asyncio
import os
import time
from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker

from benchmarks.figures import Spread

TASKS = 12
WITHIN = timedelta(days=3)


@activity.defn(name="floor.record")
async def record(task: str) -> None:
    return None


@workflow.defn(name="Floor")
class FloorWorkflow:
    """Twelve tasks, one after the other; `complete` answers the one whose number it is given."""

    def __init__(self) -> None:
        self.answered = 0

    @workflow.run
    async def run(self, order: int) -> int:
        for task in range(TASKS):
            await self.until_answered(task)
            await workflow.execute_activity(record, f"{order}.{task}", start_to_close_timeout=timedelta(seconds=30))
        return self.answered

    async def until_answered(self, task: int) -> None:
        try:
            await workflow.wait_condition(lambda: self.answered > task, timeout=WITHIN)
        except TimeoutError:
            return

    @workflow.update
    def complete(self, task: int) -> int:
        self.answered = max(self.answered, task + 1)
        return self.answered


@dataclass(frozen=True)
class Floor:
    """What one run of the bare engine came to."""

    orders: int
    clients: int
    seconds: float
    update_ms: Spread
    events: int

    @property
    def per_second(self) -> float:
        return self.orders / self.seconds


async def measure(address: str, orders: int, clients: int) -> Floor:
    """`orders` whole orders by `clients` at a time, on the server at `address`."""
    client = await Client.connect(address)
    queue = f"floor-{os.getpid()}-{time.time_ns()}"
    gate = asyncio.Semaphore(clients)
    waits: list[float] = []

    async def one(number: int) -> None:
        async with gate:
            order = await client.start_workflow(FloorWorkflow.run, number, id=f"{queue}-{number}", task_queue=queue)
            for task in range(TASKS):
                asked = time.perf_counter()
                await order.execute_update(FloorWorkflow.complete, task)
                waits.append(time.perf_counter() - asked)
            await order.result()

    worker = Worker(client, task_queue=queue, workflows=[FloorWorkflow], activities=[record], max_concurrent_workflow_tasks=200)
    async with worker:
        began = time.perf_counter()
        await asyncio.gather(*(one(number) for number in range(orders)))
        seconds = time.perf_counter() - began
        first = await client.get_workflow_handle(f"{queue}-0").describe()
    return Floor(orders, clients, seconds, Spread.of_seconds(waits), first.history_length)
