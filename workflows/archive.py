"""The archive's run: closed orders are put away, incomplete files are asked for, and what is old enough goes (R21)."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

from workflows import ports
from workflows.ids import DOCUMENTS_QUEUE, ORDERS_QUEUE
from workflows.types.archive import ASKING, Look, Looked, Tally
from workflows.types.commands import OrderStart

PRINTING, OPENING = timedelta(minutes=15), timedelta(seconds=30)
A_FEW_TIMES = RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=2), maximum_attempts=5)
"""Then the run has failed, which operators see; the next one goes on where this one ended."""
PATIENTLY = RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=5))
MOST_NAMED = 100
FIRST = Look(status=ASKING)


@workflow.defn(name="Archive")
class ArchiveWorkflow:
    """One run; however often it runs, each closed order is archived once for everything that is new in its file."""

    @workflow.run
    async def run(self, look: Look | None = None, tally: Tally | None = None) -> Tally:
        at, sum_up = look or FIRST, tally or Tally()
        while True:
            try:
                looked = await self.look(at)
            except ActivityError:
                # What is old enough goes whether or not anything could be put away: its time is over all the same.
                await self.remove()
                raise
            for case in looked.cases:
                await self.ask_for_the_rest(case)
            sum_up = added(sum_up, looked)
            if looked.next is None:
                return await self.end(sum_up)
            at = looked.next
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(args=[at, sum_up])

    async def end(self, tally: Tally) -> Tally:
        """What could not be archived is told by failing: operators look at what has failed."""
        done = tally.model_copy(update={"removed": await self.remove()})
        if done.damaged:
            raise ApplicationError(f"not archived: {', '.join(done.damaged)}", done, type="FilesAreDamaged", non_retryable=True)
        return done

    async def look(self, at: Look) -> Looked:
        return await workflow.execute_activity_method(
            ports.Archive.look,
            at,
            task_queue=DOCUMENTS_QUEUE,
            start_to_close_timeout=PRINTING,
            retry_policy=A_FEW_TIMES,
            summary=f"{at.status} orders"[:60],
        )

    async def ask_for_the_rest(self, case: OrderStart) -> None:
        await workflow.execute_activity_method(
            ports.Cases.open,
            case,
            task_queue=ORDERS_QUEUE,
            start_to_close_timeout=OPENING,
            retry_policy=PATIENTLY,
            summary="an incomplete file",
        )

    async def remove(self) -> int:
        return await workflow.execute_activity_method(
            ports.Archive.remove,
            task_queue=DOCUMENTS_QUEUE,
            start_to_close_timeout=PRINTING,
            retry_policy=A_FEW_TIMES,
            summary="what is old enough",
        )


def added(tally: Tally, looked: Looked) -> Tally:
    found = {
        "archived": tally.archived + looked.archived,
        "incomplete": tally.incomplete + len(looked.cases),
        # Whoever cannot be read is met twice.
        "damaged": tuple(dict.fromkeys((*tally.damaged, *looked.damaged)))[:MOST_NAMED],
    }
    return tally.model_copy(update=found)
