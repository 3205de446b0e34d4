"""The workers of a plant under test, with the fakes that they serve."""

from concurrent.futures import ThreadPoolExecutor
from typing import Self

from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from tests.stories.world import FollowUps, MemoryJournal, MemoryMail
from workflows.ids import MAIL_QUEUE
from workflows.order import OrderWorkflow


class Crew:
    """Comes and goes; what was written stays."""

    def __init__(self, client: Client, queue: str) -> None:
        self.client, self.queue = client, queue
        self.journal, self.mail = MemoryJournal(), MemoryMail()
        self.orders = FollowUps(client, queue, self.journal)
        self.pool = ThreadPoolExecutor(8)
        self.workers: list[Worker] = []

    async def start(self) -> None:
        orders = Worker(
            self.client,
            task_queue=self.queue,
            workflows=[OrderWorkflow],
            activities=[self.journal.flush, self.orders.enter_follow_up],
            activity_executor=self.pool,
            workflow_runner=UnsandboxedWorkflowRunner(),
        )
        mail = Worker(self.client, task_queue=MAIL_QUEUE, activities=[self.mail.send], activity_executor=self.pool)
        self.workers = [orders, mail]
        for worker in self.workers:
            await worker.__aenter__()

    async def stop(self) -> None:
        workers, self.workers = self.workers, []
        for worker in workers:
            await worker.__aexit__(None, None, None)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.stop()
        self.pool.shutdown()
