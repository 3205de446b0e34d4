"""The worker's pulse: a file that is touched while this worker polls, for whoever watches over it from outside.

A file, because who watches must not share what may hang: a frozen worker touches nothing, one that the engine has lost
touches nothing either, and to look at a file costs no connection.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import ListTaskQueuePartitionsRequest
from temporalio.client import Client
from temporalio.service import RPCError

from activities.polling import ACTIVITIES, PATIENCE, WORKFLOWS, heard
from workflows.ids import ORDERS_QUEUE

EVERY, AT_FIRST = 5.0, 1.0
"""Seconds from one look to the next, while all is well and until then."""
SERVED = (WORKFLOWS, ACTIVITIES)

log = logging.getLogger("jiaoqi.worker")


async def beat(client: Client, file: Path) -> None:
    """Touches the file for as long as the engine hears this worker on the queue of the orders; never returns."""
    while True:
        is_heard = False
        try:
            is_heard = await polls(client)
            if is_heard:
                await asyncio.to_thread(file.touch)
        except RPCError as error:
            log.info("no pulse: Temporal does not answer: %s", error)
        except OSError as error:
            log.error("no pulse: %s cannot be written: %s", file, error.strerror)
        await asyncio.sleep(EVERY if is_heard else AT_FIRST)


async def polls(client: Client) -> bool:
    """Whether the engine has heard this very process ask for orders and for what they do. Raises RPCError."""
    for kind in SERVED:
        if not await is_heard_on(client, ORDERS_QUEUE, kind):
            return False
    return True


async def is_heard_on(client: Client, queue: str, kind: TaskQueueType.ValueType) -> bool:
    # A poll waits at one part of the queue, and only that part knows of it for sure.
    async for partition in partitions(client, queue, kind):
        if client.identity in await heard(client, partition, kind):
            return True
    return False


async def partitions(client: Client, queue: str, kind: TaskQueueType.ValueType) -> AsyncIterator[str]:
    """The names of the queue's parts; the first, which has the queue's own name, most often knows enough."""
    yield queue
    request = ListTaskQueuePartitionsRequest(namespace=client.namespace, task_queue=TaskQueue(name=queue))
    listed = await client.workflow_service.list_task_queue_partitions(request, timeout=PATIENCE)
    both = (listed.workflow_task_queue_partitions, listed.activity_task_queue_partitions)
    for each in both[kind == ACTIVITIES]:
        if each.key != queue:
            yield each.key
