"""The workers of a plant under test, with the fakes that they serve, and its courier."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Self

from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from typing_extensions import override

from activities.courier import Courier
from tests.stories.world import FollowUps, MemoryJournal, MemoryMail, MemoryOutbox, OpensCases
from workflows import ids
from workflows.case import CaseWorkflow
from workflows.order import OrderWorkflow


class StoryCourier(Courier):
    """The real one, in a hurry; and the time-skipping server tells its histories only forwards."""

    every = away = 0.005
    lent_for = timedelta(milliseconds=500)
    longest_pause = timedelta(milliseconds=20)

    @override
    def clock(self) -> datetime:
        """The plant's time runs ahead of ours: whatever was asked for there is due here."""
        return super().clock() + timedelta(days=1_000_000)

    @override
    async def _is_in_history(self, order_no: str, chain: str) -> bool:
        order = self._client.get_workflow_handle(ids.workflow_id(order_no))
        return any([chain.encode() in event.SerializeToString() async for event in order.fetch_history_events()])


class Crew:
    """Comes and goes; what was written stays."""

    def __init__(self, client: Client, queue: str) -> None:
        self.client, self.queue = client, queue
        self.journal, self.mail = MemoryJournal(), MemoryMail()
        self.outbox = MemoryOutbox(self.journal)
        self.orders = FollowUps(client, queue, self.journal)
        self.cases = OpensCases(client, queue, self.journal)
        self.pool = ThreadPoolExecutor(8)
        self.workers: list[Worker] = []
        self.couriers: list[tuple[Courier, asyncio.Task[None]]] = []

    def courier(self) -> Courier:
        return StoryCourier(self.client, self.outbox, self.mail, self.pool)

    def is_everything_told(self) -> bool:
        return not self.outbox.waiting()

    async def start(self) -> None:
        orders = Worker(
            self.client,
            task_queue=self.queue,
            workflows=[OrderWorkflow, CaseWorkflow],
            activities=[self.journal.flush, self.orders.enter_follow_up, self.cases.open],
            activity_executor=self.pool,
            workflow_runner=UnsandboxedWorkflowRunner(),
        )
        self.workers = [orders]
        for worker in self.workers:
            await worker.__aenter__()
        courier = self.courier()
        self.couriers.append((courier, asyncio.create_task(courier.keep())))

    async def stop(self) -> None:
        workers, self.workers = self.workers, []
        couriers, self.couriers = self.couriers, []
        for courier, keeping in couriers:
            keeping.cancel()
            await courier.finish()
        for worker in workers:
            await worker.__aexit__(None, None, None)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.stop()
        self.pool.shutdown()
