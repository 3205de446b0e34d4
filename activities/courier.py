"""The courier: carries what lies in the store's outbox to the people it is for, beside the orders.

What an order has written may still be undone, until history has it (design §2, Journal): a notice leaves only then. Each is
lent to one courier at a time; one that dies with it, or cannot finish, leaves it to whoever looks next.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

from temporalio.client import Client
from temporalio.exceptions import TemporalError
from temporalio.service import RPCError, RPCStatusCode

from activities import history
from activities.mail.recipients import CUSTOMER, HEAD_OF
from activities.store import Outbox, StoreAway, Waiting
from workflows import ids
from workflows.types.notices import SHIPPING_NOTICE, Notice, Told
from workflows.types.words import NoticeState

AT_ONCE = 8
"""Batches on their way: one slow mail server's line must not keep all others."""
BATCH = 16
NOTICES_PER_SECOND = 50.0
SOON = timedelta(milliseconds=250)
PATIENCE = timedelta(seconds=10)

UNDELIVERABLE = "undeliverable"
AGAIN = "sent_again_to"
"""In the notice's data: the one who is told once more."""

Result = TypeVar("Result")

log = logging.getLogger("jiaoqi.mail")


class Mail(Protocol):
    """How people are told."""

    def tell(self, waiting: Sequence[Waiting]) -> list[Told]:
        """Tells what is not told yet; how each of those ended that have come to their end."""


class Courier:
    """One for each worker; its pool is its own, so that no slow mail server holds up an answer."""

    every = 0.25
    """Seconds from one look into an empty outbox to the next."""
    away = 5.0
    """Seconds until the next look when the store was away."""
    lent_for = timedelta(seconds=40)
    """A line to a mail server ends after half of that."""
    longest_pause = timedelta(minutes=1)

    def __init__(self, client: Client, outbox: Outbox, mail: Mail, pool: Executor) -> None:
        self._client, self._outbox, self._mail, self._pool = client, outbox, mail, pool
        self._free = asyncio.Semaphore(AT_ONCE)
        self._on_the_way: set[asyncio.Task[None]] = set()

    def clock(self) -> datetime:
        return datetime.now(UTC)

    async def keep(self) -> None:
        """Carries batch after batch; never returns."""
        while True:
            await self._free.acquire()
            if batch := await self._taken():
                task = asyncio.create_task(self._carry(batch))
                self._on_the_way.add(task)
                task.add_done_callback(self._is_back)
                await asyncio.sleep(len(batch) / NOTICES_PER_SECOND)
            else:
                self._free.release()
                await asyncio.sleep(self.every)

    def _is_back(self, task: asyncio.Task[None]) -> None:
        self._on_the_way.discard(task)
        self._free.release()

    async def finish(self) -> None:
        """Waits for what is on the wire, but not for long: what is lent comes back by itself."""
        if self._on_the_way:
            await asyncio.wait(self._on_the_way, timeout=PATIENCE.total_seconds())

    async def _taken(self) -> list[Waiting]:
        try:
            return await self._run(self._outbox.take, BATCH, self.clock(), self.clock() + self.lent_for)
        except StoreAway as error:
            log.warning("the store is away, mail waits: %s", str(error).partition("\n")[0])
        except Exception:
            # Whatever it is: a worker whose courier has died would let all mail wait, and nobody would know.
            log.exception("the outbox could not be looked into")
        await asyncio.sleep(self.away)
        return []

    async def _carry(self, batch: list[Waiting]) -> None:
        """Tells what history has asked for, and gives back what it could not finish with."""
        try:
            done = await self._tell(await self._sure(batch))
            later = {each.notice.key: self.clock() + self.pause(each) for each in batch if each.notice.key not in done}
            await self._run(self._outbox.postpone, later)
        except StoreAway as error:
            log.warning("the store is away, mail waits: %s", str(error).partition("\n")[0])
        except Exception:
            log.exception("mail could not be carried; it will be taken again")

    async def _sure(self, batch: list[Waiting]) -> list[Waiting]:
        """Those that can no longer be undone; where the store cannot know, the engine does."""
        unsure = {each.order_no: each.chain for each in batch if not each.is_confirmed}
        found = await asyncio.gather(*(self._is_in_history(*each) for each in unsure.items()))
        sure = dict(zip(unsure, found, strict=True))
        return [each for each in batch if each.is_confirmed or sure[each.order_no]]

    async def _is_in_history(self, order_no: str, chain: str) -> bool:
        try:
            return bool(chain) and await history.tells(self._client, order_no, chain)
        except RPCError as error:
            log.warning("Temporal is away, mail of %s waits: %s", order_no, error.message)
            return False

    async def _tell(self, sure: list[Waiting]) -> set[str]:
        """The keys of those that are done with: told to the end, reported, and heard by the order if it waits for that."""
        if not sure:
            return set()
        told = {one.key: one for one in await self._run(self._mail.tell, sure)}
        ended = [each for each in sure if each.notice.key in told]
        heard = await asyncio.gather(*(self._is_heard(each, told[each.notice.key]) for each in ended))
        done = [each for each, is_heard in zip(ended, heard, strict=True) if is_heard]
        keys, now = {each.notice.key for each in done}, self.clock()
        reports = [(each.order_no, report) for each in done for report in undelivered(each.notice, told[each.notice.key], now)]
        await self._run(self._outbox.finish, keys, reports, now)
        return keys

    async def _is_heard(self, each: Waiting, told: Told) -> bool:
        """Whether the order knows what it must know; one that has ended need not, one whose workflow is lost must yet."""
        if each.notice.kind != SHIPPING_NOTICE:
            return True
        order = self._client.get_workflow_handle(ids.workflow_id(each.order_no))
        try:
            await order.execute_update("notice_told", told, id=told.key, result_type=int, rpc_timeout=PATIENCE)
        except TemporalError as error:
            if isinstance(error, RPCError) and error.status is RPCStatusCode.NOT_FOUND:
                return each.order_has_ended
            log.warning("%s has not heard yet that its notice was told: %s", each.order_no, error)
            return False
        return True

    def pause(self, each: Waiting) -> timedelta:
        """Until what could not be told is tried again: soon at first, then ever later."""
        return min(SOON * 2.0 ** min(each.attempts - 1, 10), self.longest_pause)

    async def _run(self, work: Callable[..., Result], *arguments: object) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(work, *arguments))


def undelivered(notice: Notice, told: Told, now: datetime) -> Iterator[Notice]:
    """Who should have known is told that somebody does not; a dead report is not reported again."""
    if notice.kind == UNDELIVERABLE:
        return
    for name, state in told.states.items():
        # Of the others who never got it, it was told when it was first given up.
        if state is NoticeState.DEAD and name == notice.data.get(AGAIN, name):
            yield report(notice, name, now)


def report(notice: Notice, recipient: str, now: datetime) -> Notice:
    """Tells that somebody does not know; each time that it was sent again, anew."""
    again = f"-{notice.at:%Y%m%dT%H%M%S%f}" if AGAIN in notice.data else ""
    return Notice(
        key=f"{notice.key}.{UNDELIVERABLE}{again}.{recipient}",
        kind=UNDELIVERABLE,
        to=("sales",) if recipient == CUSTOMER else (f"{HEAD_OF}{recipient}",),
        at=now,
        data={"kind": notice.kind, "recipient": recipient},
    )
