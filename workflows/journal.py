"""The order's events, written to the store in batches. The workflow is the truth; the store follows (design §2)."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError

from workflows import ports
from workflows.rules import fold, views
from workflows.rules.calendar import Calendar
from workflows.types import events as e
from workflows.types.commands import SYSTEM_ACTOR, Actor, OrderStart
from workflows.types.events import Event, SaidRef
from workflows.types.flush import Flush, Flushed
from workflows.types.policy import Policy
from workflows.types.state import OrderState
from workflows.types.tasks import Task
from workflows.types.words import Department

QUICK = timedelta(seconds=2)
"""For the local attempt: well below the workflow task's timeout, so that the engine does not take the task away."""
PATIENT = timedelta(seconds=10)


class Journal:
    """Keeps the state and what happened to it; nobody else changes the one or writes the other."""

    def __init__(self, state: OrderState, pending: list[Event], chain: str = "") -> None:
        self.state = state
        self.chain = chain
        self.pending = pending
        self.closed: dict[str, Task] = {}
        self.confirmed = state.seq - len(pending)
        """The last seq that the store has."""
        self._in_history = self.confirmed
        """The last seq that history is known to have: with the workflow task that wrote more, a kill would undo it."""
        self._written_at = 0
        """How long history was when the store was last written to."""
        self._fence = 0.0
        self.policies: dict[str, Policy] = {state.digest: state.policy}
        self._plant = state.policy.plant
        self._calendar = Calendar.of(self._plant)
        self._nudged = False
        self._rewrites = 0
        self._rewritten = 0
        self.before_writing: Callable[[], None] = lambda: None
        self.after_writing: Callable[[Flushed], None] = lambda flushed: None

    @classmethod
    def of(cls, start: OrderStart) -> "Journal":
        """The journal that a run carries on, or a new one whose first event enters the order or opens the case."""
        if start.carried is not None:
            return cls(start.carried, [], start.chain)
        entered = Event(
            seq=1,
            at=workflow.now(),
            actor=start.entered_by.id,
            on_behalf_of=start.entered_by.on_behalf_of.get(Department.SALES),
            said=start.ref,
            data=(e.CaseOpened if start.facts.case else e.OrderEntered)(order=start.facts, policy=start.digest),
        )
        return cls(fold.begin(entered, {start.digest: start.policy}), [entered])

    @property
    def calendar(self) -> Calendar:
        plant = self.state.policy.plant
        # Asked for some hundred times an order, and another only when another policy is adopted.
        if plant is not self._plant:
            self._plant, self._calendar = plant, Calendar.of(plant)
        return self._calendar

    def record(
        self, data: e.Happening, by: Actor = SYSTEM_ACTOR, *, of: Department | None = None, said: SaidRef | None = None
    ) -> int:
        """Appends an event and changes the state by it. `of` is the department that the actor speaks for; returns the seq."""
        event = Event(
            seq=self.state.seq + 1,
            at=workflow.now(),
            actor=by.id,
            on_behalf_of=by.on_behalf_of.get(of) if of else None,
            said=said,
            data=data,
        )
        if isinstance(data, e.TaskCompleted | e.TaskCancelled):
            self.closed[data.task_id] = fold.closed(self.state.tasks[data.task_id], event)
        if isinstance(data, e.AnswerCorrected):
            self.closed[data.task_id] = fold.corrected(self.state.answered[data.task_id].task, event)
        fold.apply(self.state, event, self.policies)
        self.pending.append(event)
        return event.seq

    def nudge(self) -> None:
        """Time has passed: looks whether that alone has changed something worth writing."""
        self._nudged = True

    @property
    def is_quiet(self) -> bool:
        """Whether the store has everything, and what time has brought was looked at."""
        return self.confirmed == self.state.seq and not self._nudged

    async def written(self, seq: int) -> None:
        """Waits until the store has the event."""
        await workflow.wait_condition(lambda: self.confirmed >= seq)

    async def rewrite(self) -> None:
        """Writes the order as it is, news or none: what an undone attempt left in the store is healed."""
        self._rewrites += 1
        mine = self._rewrites
        await workflow.wait_condition(lambda: self._rewritten >= mine)

    async def keep(self) -> None:
        """Writes batch after batch, one at a time, as long as the order lives."""
        while True:
            await workflow.wait_condition(lambda: bool(self.pending) or self._nudged or self._rewrites > self._rewritten)
            # The others go first: an answer and the task that it opens are one transaction.
            await asyncio.sleep(0)
            self._nudged = False
            self.before_writing()
            if self.pending or self._rewrites > self._rewritten:
                await self._flush()

    async def _flush(self) -> None:
        if workflow.info().get_current_history_length() > self._written_at:
            self._in_history, self._fence = self.confirmed, workflow.time()
        batch, closed, rewrites = tuple(self.pending), tuple(self.closed.values()), self._rewrites
        self.pending.clear()
        self.closed.clear()
        flush = Flush(
            order=views.row(self.state, self.calendar, workflow.now()),
            events=batch,
            tasks=(*self.state.tasks.values(), *closed),
            answered=tuple(each.task for each in self.state.answered.values()),
            first_seq=self.state.seq - len(batch) + 1,
            confirmed_seq=self._in_history,
            follows=self.chain,
            fence=self._fence,
            at=workflow.now(),
        )
        flushed = await _write(flush)
        self.chain, self.confirmed, self._rewritten = flushed.chain, flush.order.version, rewrites
        self._written_at = workflow.info().get_current_history_length()
        self.after_writing(flushed)


async def _write(flush: Flush) -> Flushed:
    """Locally, which costs one event, and on trust: this workflow task may be undone, or another worker's twin.

    While the store is away, or has another's history of the order, as an activity: that runs only once history has what it
    writes, and operators can watch its retries.
    """
    try:
        return await workflow.execute_local_activity_method(
            ports.Journal.flush,
            flush,
            schedule_to_close_timeout=QUICK,
            retry_policy=RetryPolicy(maximum_attempts=1),
        )
    except FailureError:
        return await workflow.execute_activity_method(
            ports.Journal.flush,
            flush,
            start_to_close_timeout=PATIENT,
            retry_policy=RetryPolicy(maximum_interval=timedelta(seconds=10)),
            summary=f"could not be written at once: events {flush.first_seq} to {flush.order.version}",
        )
