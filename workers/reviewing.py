"""Keeps what meetings decided in motion, and watches that they get their packs.

A decision's action is a case that its department is asked about; it is opened here and not where the decision is recorded, so
that a meeting can decide while the engine is away.
"""

import asyncio
import logging
import time
from datetime import UTC, datetime

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError, TemporalError
from temporalio.service import RPCError

from activities.cases import Cases, action_of
from activities.policy_in_force import PolicyInForce
from activities.reviews.watch import Watch
from activities.store import Store, StoreAway, TaskFilter
from activities.store.inbox import Closed, Stale, UnknownTask
from activities.store.review_decisions import Decision, DecisionState
from workers.timetable import TASK_TIMEOUT
from workflows import ids
from workflows.types.events import SaidRef
from workflows.types.reviews import ReviewStart
from workflows.types.words import SYSTEM, Kind, OrderStatus, TaskStatus

EVERY, WATCHES_EVERY = 3.0, 60.0
"""Seconds."""
AT_ONCE, MOST, MOST_ANSWERS = 20, 1000, 200

log = logging.getLogger("jiaoqi.worker")


class Minutes:
    """What meetings decided, as cases."""

    def __init__(self, cases: Cases, store: Store, policy: PolicyInForce) -> None:
        self._cases, self._store, self._policy = cases, store, policy

    async def follow(self) -> None:
        """Opens the cases of new decisions. Raises StoreAway; whatever the engine refuses is tried again."""
        for decision in await asyncio.to_thread(self._store.review_decisions.not_followed, AT_ONCE):
            try:
                await self._open(decision)
            except StoreAway:
                raise
            except (TemporalError, ApplicationError) as error:
                log.warning("what %s.%s decided is not a task yet: %s", decision.review, decision.n, error)
            except Exception:
                # A defect of ours must not keep the other decisions: it is tried again at the next look.
                log.exception("what %s.%s decided cannot become a task", decision.review, decision.n)

    async def _open(self, decision: Decision) -> None:
        policy = await asyncio.to_thread(self._policy.read, datetime.now(UTC))
        start = await asyncio.to_thread(
            action_of, decision.review, decision.n, decision.text, decision.department, decision.due, decision.by, policy
        )
        number = await self._cases.open(start)
        await asyncio.to_thread(self._hand, decision, number)
        await asyncio.to_thread(self._store.review_decisions.follow, decision.review, decision.n, number)

    def _hand(self, decision: Decision, number: str) -> None:
        """To its owner, where the meeting named one."""
        if decision.owner is None:
            return
        said = f"{decision.review}.{decision.n}"
        ref = SaidRef(id=ids.said(SYSTEM, "PUT", "meeting", said), key=said, fingerprint=said)
        task = ids.task_id(number, Kind.ACT, 1)
        try:
            self._store.inbox.assign(task, decision.owner, decision.by, decision.text, ref, datetime.now(UTC))
        except (UnknownTask, Closed, Stale) as error:
            log.info("%s is not given to %s: %s", task, decision.owner, error)

    def settle(self) -> None:
        """Says of decisions what became of their cases. Raises StoreAway."""
        now = datetime.now(UTC)
        for decision in self._store.review_decisions.carried_out(MOST):
            if case := self._store.cases.get(decision.case_no or "", now):
                became = DecisionState.DONE if case.status is OrderStatus.COMPLETED else DecisionState.DROPPED
                by, said = self._last_word(case.number, now)
                self._store.review_decisions.closed(decision.review, decision.n, became, said or case.result, by, now)

    def _last_word(self, number: str, now: datetime) -> tuple[str, str | None]:
        """Who ended the case, and what they said of that: a note of what was done, or why nothing is."""
        wanted = TaskFilter(order_no=(number,), status=(TaskStatus.COMPLETED,))
        answered = [task for task in self._store.tasks.page(wanted, MOST_ANSWERS, None, now).items if task.completed_at]
        if not answered:
            return SYSTEM, None
        last = max(answered, key=lambda task: (task.completed_at, task.id))
        fields = last.fields or {}
        return last.completed_by or SYSTEM, fields.get("note") or fields.get("reason")


class ByHand:
    """Packs that people asked for: each is one more run of the workflow that the schedules start."""

    def __init__(self, client: Client, store: Store) -> None:
        self._client, self._store = client, store

    async def begin(self) -> None:
        """Raises StoreAway; whatever the engine refuses is tried again."""
        for review in await asyncio.to_thread(self._store.reviews.asked):
            try:
                await self._client.start_workflow(
                    "Review",
                    ReviewStart(kind=review.kind, day=review.day),
                    id=f"{ids.schedule(review.kind)}-{review.day}",
                    task_queue=ids.REVIEWS_QUEUE,
                    task_timeout=TASK_TIMEOUT,
                    id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                    static_summary=f"{review.id}, by hand",
                )
            except RPCError as error:
                log.warning("%s is not made yet: %s", review.id, error.message)


async def keep(minutes: Minutes, by_hand: ByHand, watch: Watch) -> None:
    """Never returns."""
    watched = -WATCHES_EVERY
    while True:
        try:
            await by_hand.begin()
            await minutes.follow()
            await asyncio.to_thread(minutes.settle)
            if time.monotonic() - watched >= WATCHES_EVERY:
                await asyncio.to_thread(watch.look)
                watched = time.monotonic()
        except StoreAway:
            log.warning("the store is away; meetings are looked after when it is back")
        except Exception:
            # Whatever it is: nobody would notice that this look was the last one.
            log.exception("meetings could not be looked after")
        await asyncio.sleep(EVERY)
