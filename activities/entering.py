"""Starts an order's workflow: the one way in, for people's orders and for follow-ups alike."""

import asyncio
import json
from datetime import timedelta
from typing import Any

from temporalio.client import Client, WithStartWorkflowOperation, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from workflows import ids, visibility
from workflows.types.commands import OrderStart
from workflows.types.events import SaidRef
from workflows.types.orders import OrderFacts

TASK_TIMEOUT = timedelta(seconds=5)
"""A frozen worker costs an order six seconds instead of sixteen."""
LONGEST_SUMMARY = 60
MOST_SUMMARY_BYTES = 200


async def enter(client: Client, start: OrderStart, ref: SaidRef) -> int:
    """Returns when the order is durable; WorkflowAlreadyStartedError when its number is in use by another call."""
    operation = beginning(start)
    # It fails together with the call, and nobody else asks it.
    asyncio.ensure_future(operation.workflow_handle()).add_done_callback(_forget)
    try:
        seq: int = await client.execute_update_with_start_workflow(
            "enter", ref, id=ref.id, start_workflow_operation=operation, result_type=int
        )
    except WorkflowAlreadyStartedError as taken:
        seq = await entered_before(client, start, ref, taken)
    return seq


async def entered_before(client: Client, start: OrderStart, ref: SaidRef, taken: WorkflowAlreadyStartedError) -> int:
    """A crash may have kept our own start and lost the words that came with it: the order knows who entered it."""
    order = client.get_workflow_handle(ids.workflow_id(start.facts.order_no))
    try:
        seq: int = await order.execute_update("enter", ref, id=ref.id, result_type=int)
    except WorkflowUpdateFailedError as refused:
        if isinstance(refused.cause, ApplicationError) and refused.cause.type == "order-exists":
            raise taken from None
        raise
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            # It has ended; whose it was, the store knows.
            raise taken from None
        raise
    return seq


def beginning(
    start: OrderStart, reuse: WorkflowIDReusePolicy = WorkflowIDReusePolicy.REJECT_DUPLICATE
) -> WithStartWorkflowOperation[object, object]:
    return WithStartWorkflowOperation(
        "Case" if start.facts.case else "Order",
        start,
        id=ids.workflow_id(start.facts.order_no),
        task_queue=ids.ORDERS_QUEUE,
        # A stranger's second order of this number fails, running or closed; our own call again finds its update.
        id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        id_reuse_policy=reuse,
        static_summary=summary(start.facts),
        search_attributes=visibility.at_first(start.facts),
        task_timeout=TASK_TIMEOUT,
    )


def summary(facts: OrderFacts) -> str:
    """What operators read beside the order; short, since a metadata text that is too long ends the workflow."""
    quantity = sum(line.quantity for line in facts.lines)
    what = facts.case.text if facts.case else f"{facts.customer.name} · {facts.requested_date} · {quantity}"
    text = f"{facts.order_no} · {what}"[:LONGEST_SUMMARY]
    while len(json.dumps(text)) >= MOST_SUMMARY_BYTES:
        text = text[:-1]
    return text


def _forget(started: "asyncio.Task[Any]") -> None:
    if not started.cancelled():
        started.exception()
