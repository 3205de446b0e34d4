"""Keeps the audit chain: what has settled is taken in every few seconds, behind everybody's back and giving way to all.

What was written last of an order counts once its history has it; which is asked of the engine when the order has been silent.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from time import monotonic

from temporalio.client import Client
from temporalio.service import RPCError

from activities import history
from activities.audit.heads import Head, HeadFile
from activities.audit.keeper import Keeper, KeyIsAnother, News
from activities.audit.posting import HeadPost
from activities.store import Store, StoreAway

EVERY = 10.0
"""Seconds from one look to the next."""
EXPORTED_EVERY = 600.0
FROM_THE_START_EVERY = 6 * 3600.0
"""Seconds: then all orders are passed again;"""
AGAIN = 600.0
"""or so soon after the last time, where some were met and could not be taken in."""
PATIENCE_WITH_STUCK = 600.0
"""Seconds until an order is asked about again that its history could not confirm."""
ASKED_AT_ONCE = 4

log = logging.getLogger("jiaoqi.audit")


async def keep(client: Client, store: Store, keeper: Keeper, heads: HeadFile, post: HeadPost | None = None) -> None:
    """Never returns."""
    auditing = Auditing(client, store, keeper, heads, post)
    while True:
        try:
            await auditing.look()
        except StoreAway:
            log.warning("the store is away; the audit chain goes on when it is back")
        except KeyIsAnother as error:
            log.error("nothing is taken into the audit chain: %s", error)
            await asyncio.sleep(EXPORTED_EVERY)
        except OSError as error:
            log.error("the head of the audit chain could not be exported: %s", error)
        except Exception:
            # Whatever it is: nobody would notice that this look was the last one.
            log.exception("the audit chain could not be looked after")
        await asyncio.sleep(EVERY)


class Auditing:
    def __init__(self, client: Client, store: Store, keeper: Keeper, heads: HeadFile, post: HeadPost | None) -> None:
        self._client, self._store, self._keeper, self._heads, self._post = client, store, keeper, heads, post
        self._stuck: dict[str, float] = {}
        """Orders whose last events their history does not have, by when they may be looked at again."""
        self._exported: Head | None = None
        self._export_at = 0.0
        self._is_begun = False
        self._passed_at = monotonic()
        self._has_left_some = False
        self._came_back_at = -AGAIN
        self._is_engine_away = False

    async def look(self) -> None:
        if not self._is_begun:
            await asyncio.to_thread(self._keeper.begin)
            self._is_begun = True
        now = monotonic()
        if self._has_left_some and now - self._came_back_at > AGAIN:
            self._came_back_at = now
            self._start_again()
        elif now - self._passed_at > FROM_THE_START_EVERY:
            self._start_again()
        self._is_engine_away = False
        try:
            await self._take_orders()
        except Exception:
            # What was met just now and not taken in would not be met again; an order that fails each time is no reason to
            # pass all of them at each look.
            self._has_left_some = True
            raise
        await asyncio.to_thread(self._keeper.take_records, datetime.now(UTC))
        await self._export()

    def _start_again(self) -> None:
        self._keeper.look_from_the_start()
        self._passed_at, self._has_left_some = monotonic(), False

    async def _take_orders(self) -> None:
        while True:
            began, now = monotonic(), datetime.now(UTC)
            self._stuck = {order: until for order, until in self._stuck.items() if until > began}
            news = await asyncio.to_thread(self._keeper.news, now, self._stuck.keys())
            if not news:
                return
            unsure = await self._unsure(news, now)
            taken = await asyncio.to_thread(self._keeper.take_orders, news, unsure, now)
            # Only now: whoever is stuck is passed over, and was not taken in if that failed.
            self._stuck |= dict.fromkeys(unsure, began + PATIENCE_WITH_STUCK)
            if not taken and not unsure:
                return  # another worker is at it
            # A full store is taken in over hours rather than at the orders' cost.
            await asyncio.sleep(monotonic() - began)

    async def _unsure(self, news: Sequence[News], now: datetime) -> set[str]:
        gate = asyncio.Semaphore(ASKED_AT_ONCE)

        async def is_told(each: News) -> bool:
            async with gate:
                return await self._is_in_history(each)

        doubtful = [each for each in news if each.needs_history(now)]
        told = await asyncio.gather(*map(is_told, doubtful))
        return {each.behind.order_id for each, is_sure in zip(doubtful, told, strict=True) if not is_sure}

    async def _is_in_history(self, each: News) -> bool:
        """Not as far as we know, while nobody answers: what was confirmed, records and the head's export go on."""
        if self._is_engine_away:
            return False
        try:
            return await history.tells(self._client, each.standing.order_no, each.standing.chain)
        except RPCError as error:
            if not self._is_engine_away:
                log.warning("Temporal is away; the audit chain takes in only what was confirmed before: %s", error.message)
            self._is_engine_away = True
            return False

    async def _export(self) -> None:
        head = await asyncio.to_thread(self._keeper.head, self._exported)
        if head is None or monotonic() < self._export_at or (self._exported and head == self._exported):
            return
        await asyncio.to_thread(self._heads.add, head)
        self._exported, self._export_at = head, monotonic() + EXPORTED_EVERY
        if self._post:
            await asyncio.to_thread(self._post.send, head, datetime.now(UTC))
