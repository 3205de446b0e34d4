"""What the plant looks at regularly: each working morning everybody's own day, and by the week, month and quarter itself."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeKey

from workflows import ports
from workflows.types.digests import Batch, Morning, Opening
from workflows.types.reviews import Pack, ReviewStart, Wanted

PLANNED_AT = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")
"""What the engine notes on whatever a schedule starts."""
PATIENTLY = RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=5))
LOOKING, TELLING = timedelta(seconds=20), timedelta(seconds=60)
MAKING = timedelta(seconds=120)
"""Figures of a quarter may be those of many orders."""


@workflow.defn(name="Digest")
class DigestWorkflow:
    """One morning. It ends when everybody's mail is out or refused, or the day is over."""

    @workflow.run
    async def run(self) -> None:
        morning = await self.morning()
        await asyncio.gather(*(self.tell(batch) for batch in morning.batches))

    async def morning(self) -> Morning:
        return await workflow.execute_activity_method(
            ports.Digests.readers,
            Opening(at=planned_at()),
            start_to_close_timeout=LOOKING,
            retry_policy=PATIENTLY,
            summary="who is there today",
        )

    async def tell(self, batch: Batch) -> None:
        """Tried again until all of it is told; whoever tries knows when the day is over."""
        await workflow.execute_activity_method(
            ports.Digests.send,
            batch,
            start_to_close_timeout=TELLING,
            retry_policy=PATIENTLY,
            summary=f"{batch.people[0]} to {batch.people[-1]}"[:60],
        )


@workflow.defn(name="Review")
class ReviewWorkflow:
    """One look of the plant at itself. It ends when everybody's mail is out or refused, or worth telling no more."""

    @workflow.run
    async def run(self, start: ReviewStart) -> str:
        pack = await self.pack(start)
        await self.tell(pack)
        return pack.id

    async def pack(self, start: ReviewStart) -> Pack:
        """Made once for its kind and day: who comes second finds it."""
        return await workflow.execute_activity_method(
            ports.Reviews.make,
            Wanted(kind=start.kind, at=planned_at(), day=start.day),
            start_to_close_timeout=MAKING,
            retry_policy=PATIENTLY,
            summary=f"{start.kind} pack",
        )

    async def tell(self, pack: Pack) -> None:
        await workflow.execute_activity_method(
            ports.Reviews.tell,
            pack,
            start_to_close_timeout=TELLING,
            retry_policy=PATIENTLY,
            summary=pack.id,
        )


def planned_at() -> datetime:
    """A worker or an engine that was away does it later than planned, and means the same morning."""
    info = workflow.info()
    return info.typed_search_attributes.get(PLANNED_AT) or info.start_time
