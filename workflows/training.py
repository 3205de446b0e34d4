"""Who has to be taught again before long: each day they and their heads are told, once and in time (R22)."""

import asyncio

from temporalio import workflow

from workflows import ports
from workflows.reviews import LOOKING, PATIENTLY, PLANNED_AT, TELLING
from workflows.types.digests import Opening
from workflows.types.training import Letters, Round


@workflow.defn(name="Training")
class TrainingWorkflow:
    """One day's reminders. It ends when all are out or refused, or the day is over."""

    @workflow.run
    async def run(self) -> None:
        today = await self.due()
        await asyncio.gather(*(self.remind(letters) for letters in today.batches))

    async def due(self) -> Round:
        info = workflow.info()
        return await workflow.execute_activity_method(
            ports.Training.due,
            Opening(at=info.typed_search_attributes.get(PLANNED_AT) or info.start_time),
            start_to_close_timeout=LOOKING,
            retry_policy=PATIENTLY,
            summary="what runs out",
        )

    async def remind(self, letters: Letters) -> None:
        """Tried again until all of it is told; whoever tries knows when the day is over."""
        await workflow.execute_activity_method(
            ports.Training.remind,
            letters,
            start_to_close_timeout=TELLING,
            retry_policy=PATIENTLY,
            summary=f"{len(letters.letters)} letters",
        )
