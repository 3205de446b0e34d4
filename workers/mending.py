"""Heals what a crash left in the store: answers that history never confirmed (design §2, Journal).

When the engine dies between the store's commit and its own, the store shows an answer that never was, and nobody is asked
what the order still waits for. A worker that starts looks at the orders written last before everything fell silent.
"""

import asyncio
import logging
from datetime import timedelta

from temporalio.client import Client

from activities.store import Store, StoreAway
from activities.store.orders import Unconfirmed
from workflows import ids

SILENCE = 120.0
"""Seconds before the last flush of all within which a crash can have undone one."""
AT_ONCE = 10
PATIENCE = timedelta(seconds=20)

log = logging.getLogger("jiaoqi.worker")


async def mend(client: Client, store: Store) -> None:
    """Compares those orders with their workflows, and lets an order that differs write itself anew."""
    try:
        suspects = await asyncio.to_thread(store.orders.unconfirmed, SILENCE)
    except StoreAway:
        log.warning("the store is away; what a crash may have left in it heals with each order's next event")
        return
    gate = asyncio.Semaphore(AT_ONCE)
    await asyncio.gather(*(_mend(client, suspect, gate) for suspect in suspects))


async def _mend(client: Client, suspect: Unconfirmed, gate: asyncio.Semaphore) -> None:
    order = client.get_workflow_handle(ids.workflow_id(suspect.order_no))
    async with gate:
        try:
            if await order.query("seq", result_type=int, rpc_timeout=PATIENCE) < suspect.seq:
                await order.execute_update("mend", result_type=int, rpc_timeout=PATIENCE)
                log.warning("%s: the store was ahead of its history and has been mended", suspect.order_no)
        except Exception as error:
            # One order that cannot be asked must not keep the others; its next event heals it.
            log.warning("%s: could not be compared with its workflow: %s", suspect.order_no, error)
