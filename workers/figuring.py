"""Keeps figures: what has settled of orders is counted every few seconds, behind everybody's back and giving way to all."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import monotonic

from activities.figures.keeping import A_FEW, catch_up
from activities.store import Store, StoreAway

EVERY = 20.0
"""Seconds from one look to the next: an order that is busy is counted anew once in that time, not at each of its steps."""
GIVES_WAY = 4
"""While there is more to count, it rests so many times as long as it counted."""
FROM_THE_START_EVERY = 6 * 3600.0
"""Seconds: then all orders are passed again, and what a crash has hidden is found."""

log = logging.getLogger("jiaoqi.worker")


async def keep(store: Store) -> None:
    """Never returns."""
    with ThreadPoolExecutor(1, "figures") as thread:
        await keep_in(store, thread)


async def keep_in(store: Store, thread: ThreadPoolExecutor) -> None:
    loop, passed_at = asyncio.get_running_loop(), monotonic()
    while True:
        pause = EVERY
        try:
            began = monotonic()
            taken = await loop.run_in_executor(thread, catch_up, store, datetime.now(UTC))
            if taken >= A_FEW:
                # A full store is counted over hours rather than at the orders' cost.
                pause = GIVES_WAY * (monotonic() - began)
            # Also of a plant that always has something to count.
            if began - passed_at > FROM_THE_START_EVERY:
                store.figures.following.from_the_start()
                passed_at = began
        except StoreAway:
            log.warning("the store is away; figures go on when it is back")
            store.figures.following.from_the_start()
        except Exception:
            # Whatever it is: nobody would notice that this look was the last one.
            log.exception("figures could not be looked after")
        await asyncio.sleep(pause)
