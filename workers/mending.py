"""Heals what a crash left in the store: answers that history never confirmed (design §2, Journal).

When the engine dies between the store's commit and its own, the store shows an answer that never was, and nobody is asked
what the order still waits for. A worker that starts looks at the orders written last before everything fell silent.
"""

import asyncio
import logging
from datetime import timedelta
from time import time

from temporalio.client import Client
from temporalio.exceptions import TemporalError
from temporalio.service import RPCError, RPCStatusCode

from activities.store import Store, StoreAway
from workflows import ids

SILENCE = 120.0
"""Seconds before the last flush of all within which a crash can have undone one."""
AT_ONCE = 10
AGAIN = 20.0
"""Seconds until a store that was away is asked once more."""
PATIENCE = timedelta(seconds=20)

log = logging.getLogger("jiaoqi.worker")


async def mend(client: Client, store: Store) -> None:
    """Lets those orders write themselves anew; where nothing was lost, that changes nothing."""
    suspects, gate = await _suspects(store, time()), asyncio.Semaphore(AT_ONCE)
    await asyncio.gather(*(_mend(client, order_no, gate) for order_no in suspects))


async def _suspects(store: Store, began: float) -> list[str]:
    """However long the store is away: nobody else looks for them."""
    while True:
        try:
            return await asyncio.to_thread(store.orders.unconfirmed, SILENCE, began)
        except StoreAway as error:
            log.warning("the store is away; what a crash may have left in it is looked for when it is back: %s", error)
        await asyncio.sleep(AGAIN)


async def _mend(client: Client, order_no: str, gate: asyncio.Semaphore) -> None:
    order = client.get_workflow_handle(ids.workflow_id(order_no))
    async with gate:
        try:
            await order.execute_update("mend", result_type=int, rpc_timeout=PATIENCE)
        except TemporalError as error:
            # An order that has ended ended with everything written.
            if not isinstance(error, RPCError) or error.status is not RPCStatusCode.NOT_FOUND:
                log.warning("%s could not be written anew; its next event heals it: %s", order_no, error)
