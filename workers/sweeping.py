"""Sweeps up behind everybody, once an hour: what is over takes room, and a file of orders is nobody's to keep."""

import asyncio
import logging
from datetime import UTC, datetime

from activities.store import Store, StoreAway

FIRST_AFTER, EVERY = 60.0, 3600.0
"""Seconds."""

log = logging.getLogger("jiaoqi.worker")


async def keep(store: Store) -> None:
    """Never returns."""
    await asyncio.sleep(FIRST_AFTER)
    while True:
        try:
            await asyncio.to_thread(store.sweeping.sweep, datetime.now(UTC))
        except StoreAway:
            log.warning("the store is away; what is over stays in it for another hour")
        except Exception:
            # Whatever it is: nobody would notice that this was the last time.
            log.exception("what is over could not be thrown away")
        await asyncio.sleep(EVERY)
