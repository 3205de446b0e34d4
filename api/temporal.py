"""The engine is Temporal: words become updates, a new order an update-with-start."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from pydantic import TypeAdapter, ValidationError
from temporalio.client import (
    Client,
    RPCTimeoutOrCancelledError,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
)
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode
from typing_extensions import override

from activities import entering, polling
from api import watching
from api.engine import AlreadyEntered, Engine, EngineIsAway, NotRunning, OutcomeIsUnknown, Refused
from workflows import ids
from workflows.adoption import MovedDeadline
from workflows.ids import ORDERS_QUEUE
from workflows.types.commands import OrderStart, Said
from workflows.types.events import SaidRef
from workflows.types.policy import Policy
from workflows.types.refusals import STATUS, Refusal

PAUSE = 0.1
LOOK = 5.0
"""Seconds for a look at the engine itself."""
MOVED = TypeAdapter(list[MovedDeadline])

# A hand-over between servers or runs, or too many at once: the same words again, under the same id, find a way in.
PASSING = {
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.ABORTED,
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.INTERNAL,
    RPCStatusCode.UNKNOWN,
    RPCStatusCode.FAILED_PRECONDITION,
}
NOT_YET = "unknown-here"
"""Across a continue-as-new, words may be judged before the new run has opened the task that they are about."""
NO_ANSWER = {RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED}

log = logging.getLogger("jiaoqi.api")


class TemporalEngine(Engine):
    def __init__(self, client: Client) -> None:
        self._client = client

    @override
    async def update(self, order_no: str, name: str, words: Said, within: float) -> int:
        order = self._client.get_workflow_handle(ids.workflow_id(order_no))

        async def say() -> int:
            seq: int = await order.execute_update(name, words, id=words.ref.id, result_type=int)
            return seq

        return await patiently(say, within)

    @override
    async def enter(self, start: OrderStart, ref: SaidRef, within: float) -> None:
        async def say() -> int:
            return await entering.enter(self._client, start, ref)

        await patiently(say, within)

    @override
    async def missing(self) -> list[str]:
        try:
            async with asyncio.timeout(LOOK):
                workers = await polling.heard(self._client, ORDERS_QUEUE, polling.WORKFLOWS)
        except (RPCError, RuntimeError, TimeoutError) as error:
            log.info("Temporal does not answer: %s", error)
            return ["temporal"]
        return [] if workers else [ORDERS_QUEUE]

    @override
    async def preview_policy(self, order_no: str, policy: Policy, within: float) -> list[MovedDeadline]:
        order = self._client.get_workflow_handle(ids.workflow_id(order_no))
        try:
            found = await order.query("preview_policy", policy, rpc_timeout=timedelta(seconds=within))
        except (WorkflowQueryFailedError, WorkflowQueryRejectedError) as error:
            raise OutcomeIsUnknown("the order could not say") from error
        except Exception as error:
            raise meaning(error) from error
        return MOVED.validate_python(found)

    @override
    async def workers(self) -> list[str]:
        try:
            async with asyncio.timeout(LOOK):
                return await polling.heard(self._client, ORDERS_QUEUE, polling.WORKFLOWS)
        except (RPCError, RuntimeError, TimeoutError) as error:
            raise EngineIsAway from error

    @override
    async def stuck(self, most: int) -> list[str]:
        try:
            async with asyncio.timeout(LOOK):
                found = self._client.list_workflows(watching.STUCK, page_size=most, limit=most)
                return [order_id async for each in found if (order_id := ids.order_of_workflow(each.id))]
        except (RPCError, RuntimeError, TimeoutError) as error:
            raise EngineIsAway from error


async def patiently(say: Callable[[], Awaitable[int]], within: float) -> int:
    """Say it, over short interruptions, until it is answered or the time is up."""
    try:
        async with asyncio.timeout(within):
            while True:
                try:
                    return await say()
                except (RPCError, WorkflowUpdateFailedError) as error:
                    if not is_passing(error):
                        raise
                    log.info("Temporal hands over: %r", error.__cause__ or error)
                await asyncio.sleep(PAUSE)
    except Exception as error:
        raise meaning(error) from error


def is_passing(error: RPCError | WorkflowUpdateFailedError) -> bool:
    """Whether the same words, a moment later, may find an answer."""
    if isinstance(error, RPCError):
        return error.status in PASSING
    return isinstance(error.cause, ApplicationError) and error.cause.type == NOT_YET


def meaning(error: Exception) -> Exception:
    """A failure of the SDK in the API's own words; what is none of these is a defect of ours and stays itself."""
    match error:
        case WorkflowUpdateFailedError():
            return refusal_in(error)
        case WorkflowAlreadyStartedError():
            return AlreadyEntered()
        case RPCTimeoutOrCancelledError() | TimeoutError():
            return OutcomeIsUnknown("the order did not answer in time")
        case RPCError(status=RPCStatusCode.NOT_FOUND):
            return NotRunning()
        case RPCError() if error.status in NO_ANSWER:
            return OutcomeIsUnknown("the engine did not answer in time")
        case RPCError():
            # Refused at the door: wrong credentials, namespace or size.
            log.error("Temporal refuses: %s", error)
            return EngineIsAway()
        case RuntimeError():
            # A lazy client that cannot connect says so with nothing more special.
            log.warning("no connection to Temporal: %s", error)
            return EngineIsAway()
    return error


def refusal_in(error: WorkflowUpdateFailedError) -> Exception:
    """The validator's no. Anything else that fails an update, such as words it cannot decode, leaves it open."""
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type in STATUS:
        try:
            return Refused(Refusal.model_validate(cause.details[0]))
        except (IndexError, ValidationError):
            return Refused(Refusal(code=cause.type, detail=cause.message))
    log.error("an order failed to take an update: %r", cause)
    return OutcomeIsUnknown("the order could not take it")
