"""Puts back what the store lacks of an order, from the order's own history in Temporal."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio.service import RPCError

from activities.store import Store
from activities.store.checks import OrderRows
from activities.store.restoring import restore
from jiaoqi.doctor import books
from jiaoqi.doctor.books import CannotBeTold, Retold
from jiaoqi.doctor.engine import Engine
from jiaoqi.doctor.recovery import CannotBeReplayed, Recovered, recover
from workflows.types.events import Event
from workflows.types.policy import Policy
from workflows.types.words import TaskStatus


@dataclass(frozen=True)
class Cure:
    """The order as it should stand, and what of it the store does not have."""

    told: Retold
    lacking: list[Event]
    """Events that are missing in the store, or stand there otherwise."""
    policies: dict[str, Policy]
    by_history: bool
    """Whether Temporal still knew how the order came to where it stands."""


class Healer:
    def __init__(self, store: Store, engine: Engine) -> None:
        self.store, self.engine = store, engine

    async def history_of(self, order_no: str) -> Recovered:
        """What Temporal knows; nothing when the history is gone, or no replay can make sense of it."""
        try:
            return await recover(self.engine.client, order_no)
        except (CannotBeReplayed, RPCError):
            return Recovered()

    async def as_it_happened(self, order_no: str, rows: OrderRows | None, up_to: int | None = None) -> Cure:
        """History first, and the store for what history has forgotten. Raises CannotBeTold."""
        found = await self.history_of(order_no)
        last = up_to or max(found.events, default=0)
        return self.cure(rows, found, {**readable(rows), **found.events}, last)

    async def as_the_store_has_it(self, order_no: str, rows: OrderRows) -> Cure:
        """The store first, which may have seen what history never confirmed; history for what is missing. Raises CannotBeTold."""
        found = await self.history_of(order_no)
        events = {**found.events, **readable(rows)}
        return self.cure(rows, found, events, max([*events, books.version_of(rows)]))

    def cure(self, rows: OrderRows | None, found: Recovered, events: dict[int, Event], last: int) -> Cure:
        events = {seq: events[seq] for seq in sorted(events) if seq <= last}
        books.check_gaps(list(events), last)
        told = books.retold(list(events.values()), lambda digest: found.policies.get(digest) or self.store.policies.get(digest))
        stored = readable(rows)
        lacking = [event for event in told.events if stored.get(event.seq) != event]
        return Cure(told, lacking, found.policies, by_history=bool(found.events))

    async def apply(self, cure: Cure, rows: OrderRows | None) -> bool:
        """False when the order was written meanwhile: then this is out of date, and nothing was done."""
        return await asyncio.to_thread(
            restore,
            self.store,
            cure.told.state,
            tasks=cure.told.tasks.values(),
            events=cure.lacking,
            policies=cure.policies,
            seen=(rows.order.fence, rows.order.chain) if rows else None,
            now=datetime.now(UTC),
        )

    async def heal(self, rows: OrderRows) -> bool:
        """Of an order that has just written itself to the store; whether what its rows and events lacked is put back."""
        try:
            cure = await self.as_it_happened(rows.order.order_no, rows, up_to=books.version_of(rows))
        except CannotBeTold:
            return False
        return self.is_vouched_for(cure, rows) and await self.apply(cure, rows)

    async def close(self, rows: OrderRows) -> bool:
        """Of an open order whose workflow does not run any more: whether it was closed by its history, and now is here too."""
        try:
            cure = await self.as_it_happened(rows.order.order_no, rows)
        except CannotBeTold:
            return False
        return cure.told.state.is_closed and await self.apply(cure, rows)

    async def bring_in(self, order_no: str) -> bool:
        """An order that the store does not have; whether its history told it from the first event on."""
        try:
            cure = await self.as_it_happened(order_no, None)
        except CannotBeTold:
            return False
        return await self.apply(cure, None)

    def is_vouched_for(self, cure: Cure, rows: OrderRows) -> bool:
        """Whether the cure ends where the order itself says that it stands; without history, only additions are believed."""
        against = books.differences(rows, cure.told, datetime.now(UTC))
        open_now = {task.id for task in cure.told.tasks.values() if task.status is TaskStatus.OPEN}
        of_itself = [each for each in against if each.in_body and (each.task_id is None or each.task_id in open_now)]
        return not of_itself and (cure.by_history or not any(each.contradicts for each in against))


def readable(rows: OrderRows | None) -> dict[int, Event]:
    """The stored events that can be read, by seq."""
    found: dict[int, Event] = {}
    for row in rows.events if rows else ():
        try:
            found[row.seq] = books.read(row)
        except CannotBeTold:
            continue
    return found
