"""Looks at a whole plant: every open order against its workflow and its events, then what surrounds them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from activities.store import OrderFilter, Store, UnknownPolicy
from activities.store.checks import OrderRows
from api.watching import RUNNING, STUCK
from jiaoqi.doctor import books, lagging, surroundings
from jiaoqi.doctor.engine import ENDED, Engine, NoAnswer, Seen
from jiaoqi.doctor.findings import Finding, Kind, Report
from jiaoqi.doctor.healing import Healer
from jiaoqi.doctor.verdicts import RESTORE, differing, ended, not_in_store, silent, stuck
from workflows import ids
from workflows.ids import ORDERS_QUEUE
from workflows.types import words

FROM_HISTORY = (Kind.EVENTS_MISSING, Kind.EVENTS_UNREADABLE, Kind.ROWS_DIFFER)
"""What an order's history in Temporal can put right."""
AT_ONCE = 10
A_PAGE = 200
JUST_ENTERED = 2.0
"""Seconds after which an order that was being entered while we looked is in the store."""


class Examination:
    """One look; `progress` hears after each order how many there have been."""

    def __init__(self, store: Store, engine: Engine, progress: Callable[[int], None] = lambda done: None) -> None:
        self.store, self.engine, self.progress = store, engine, progress
        self.report = Report()
        self.healer = Healer(store, engine)
        self.now = datetime.now(UTC)
        self._register = store.people.register()
        self._stuck: set[str] = set()
        self._asks = True
        """Whether orders are spoken to: only when somebody serves them."""
        self._silent_in_a_row = 0

    async def run(self, *, closed: bool = False) -> Report:
        """Raises StoreAway, TemporalDoesNotAnswer."""
        missing = await self.engine.missing()
        self._asks = ORDERS_QUEUE not in missing
        self.add(surroundings.unserved(missing))
        await self.find_stuck()
        await self.each(self.store.orders.open_order_nos(), self.examine)
        if closed:
            await self.each(closed_order_nos(self.store, self.now), self.examine_closed)
        await self.look_for_strangers()
        self.add(await asyncio.to_thread(lambda: list(surroundings.mail(self.store, self.now))))
        self.add(await asyncio.to_thread(lambda: list(surroundings.missed_runs(self.store, self.now))))
        return self.report

    def add(self, findings: Iterable[Finding]) -> None:
        self.report.findings.extend(findings)

    async def each(self, order_nos: Iterator[str], look: Callable[[str], Awaitable[None]]) -> None:
        """A bounded number at once, drawn as they are needed: ten thousand open orders need no list."""

        async def draw() -> None:
            for order_no in order_nos:
                await look(order_no)
                self.report.orders += 1
                self.progress(self.report.orders)

        await asyncio.gather(*(draw() for _ in range(AT_ONCE)))

    # One order.

    async def examine(self, order_no: str) -> None:
        """An order that the store calls open, or whose workflow runs."""
        before = await self.rows(order_no)
        is_anew = await self.is_written_anew(order_no)
        after = await self.rows(order_no, events=True)
        if after is None:
            return
        if is_anew:
            self.add(self.what_was_healed(before, after))
            await self.judge_and_heal(after)
        elif after.is_open and not await self.has_come_to_its_end(after):
            self.add(await asyncio.to_thread(self.judge, after))

    async def is_written_anew(self, order_no: str) -> bool:
        """By the order itself. False when it could not be asked, does not run, or does not answer."""
        if not self._asks or ids.order_id(order_no) in self._stuck:
            return False
        try:
            seq = await self.engine.mend(order_no)
        except NoAnswer:
            await self.found_silent(order_no)
            return False
        self._silent_in_a_row = 0
        self.report.compared += seq is not None
        return seq is not None

    async def found_silent(self, order_no: str) -> None:
        """One order alone is its own trouble; when none answers any more, the others are not asked."""
        await self.engine.missing()
        self.add([silent(order_no)])
        self._silent_in_a_row += 1
        self._asks = self._silent_in_a_row < AT_ONCE

    async def has_come_to_its_end(self, rows: OrderRows) -> bool:
        """The order is open in the store and did not write itself. Whether it was closed before, and now is here too."""
        order_no = rows.order.order_no
        seen = await self.engine.look(order_no)
        if seen and seen.runs:
            return False
        is_healed = seen is not None and await self.healer.close(rows)
        self.add([ended(order_no, seen, is_healed)])
        return is_healed

    def what_was_healed(self, before: OrderRows | None, after: OrderRows) -> Iterator[Finding]:
        if what := lagging.healed(before, after):
            kind = Kind.STORE_DIFFERED if before else Kind.NOT_IN_STORE
            yield Finding(kind=kind, what=what, todo="", order_no=after.order.order_no, healed=True)

    async def judge_and_heal(self, rows: OrderRows) -> None:
        """The order vouches for its row and its open tasks; what else is wrong is put back from its history."""
        found = await asyncio.to_thread(self.judge, rows)
        if any(each.kind in FROM_HISTORY for each in found) and await self.healer.heal(rows):
            better = await self.rows(rows.order.order_no, events=True) or rows
            left = await asyncio.to_thread(self.judge, better)
            found = [*left, *(replace(each, healed=True, todo="") for each in found if each not in left)]
        self.add(found)

    def judge(self, rows: OrderRows) -> list[Finding]:
        """What the order's rows alone show: its events do not make them, or nobody can do its tasks."""
        order_no = rows.order.order_no
        try:
            told = books.retell(rows, self.store.policies.get)
        except books.CannotBeTold as error:
            found = [Finding(kind=error.kind, what=str(error), todo=RESTORE, order_no=order_no)]
        else:
            found = [differing(order_no, each) for each in books.differences(rows, told, self.now)]
        return [*found, *self.unowned(rows)]

    def unowned(self, rows: OrderRows) -> Iterator[Finding]:
        try:
            policy = self.store.policies.get(rows.order.policy)
        except UnknownPolicy:
            return iter(())
        return surroundings.unowned(rows, self._register, policy, self.now)

    async def examine_closed(self, order_no: str) -> None:
        rows = await self.rows(order_no, events=True)
        if rows is not None:
            self.add(await asyncio.to_thread(self.judge, rows))

    async def rows(self, order_no: str, *, events: bool = False) -> OrderRows | None:
        return await asyncio.to_thread(self.store.checks.rows, order_no, events=events)

    # All of them, as Temporal knows them.

    async def find_stuck(self) -> None:
        """Visibility lags: only what is still so now is told."""
        async for order_id in self.engine.listed(STUCK):
            seen = await self.engine.look(order_id)
            if seen and seen.runs and seen.problems:
                self._stuck.add(order_id)
                self.add([stuck(order_id, seen)])

    async def look_for_strangers(self) -> None:
        """Workflows of which the store knows nothing, or thinks that they are over."""
        async for order_id, status in self.known(RUNNING):
            if status is None:
                await asyncio.sleep(JUST_ENTERED)
            if status not in words.UNDER_WAY:
                await self.examine_stranger(order_id)
        async for order_id, status in self.known(ENDED):
            if status is None and (seen := await self.engine.look(order_id)) and not seen.runs:
                await self.bring_in(order_id, seen)

    async def examine_stranger(self, order_id: str) -> None:
        if self._asks:
            await self.examine(order_id)
        elif await self.rows(order_id) is None and (seen := await self.engine.look(order_id)) and seen.runs:
            self.add([not_in_store(order_id, "its workflow runs and the store has no such order", "run it again with a worker")])

    async def bring_in(self, order_id: str, seen: Seen) -> None:
        """An order that the store has lost, by the history of a workflow that does not run any more."""
        is_healed = await self.healer.bring_in(order_id)
        what = f"its workflow is {seen.fate} and the store did not have the order"
        self.add([not_in_store(order_id, what, "" if is_healed else RESTORE, is_healed)])
        rows = await self.rows(order_id)
        if rows and rows.is_open:
            self.add([ended(rows.order.order_no, seen, is_healed=False)])

    async def known(self, query: str) -> AsyncIterator[tuple[str, str | None]]:
        """The listed workflows' orders, each with its status in the store, or None."""
        batch: list[str] = []
        async for order_id in self.engine.listed(query):
            batch.append(order_id)
            if len(batch) == A_PAGE:
                for pair in await self.with_status(batch):
                    yield pair
                batch = []
        for pair in await self.with_status(batch):
            yield pair

    async def with_status(self, order_ids: list[str]) -> list[tuple[str, str | None]]:
        found = await asyncio.to_thread(self.store.checks.statuses, order_ids) if order_ids else {}
        return [(order_id, found.get(order_id)) for order_id in order_ids]


def closed_order_nos(store: Store, now: datetime) -> Iterator[str]:
    wanted, cursor = OrderFilter(status=words.ENDED), None
    while True:
        page = store.orders.page(wanted, A_PAGE, cursor, now)
        yield from (order.order_no for order in page.items)
        if (cursor := page.next_cursor) is None:
            return
