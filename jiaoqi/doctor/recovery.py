"""What an order once told the store, told again by the engine's history: replayed, the workflow says it word for word.

A store that was restored from a backup lacks the events since. The order itself knows only where it stands; how it came
there stands in its history, for as long as Temporal keeps it.
"""

import logging
from collections.abc import AsyncIterator
from functools import cache
from typing import Any

from pydantic import ValidationError
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import (
    Interceptor,
    Replayer,
    StartActivityInput,
    StartLocalActivityInput,
    UnsandboxedWorkflowRunner,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)
from temporalio.workflow import ActivityHandle, NondeterminismError
from typing_extensions import override

from workflows import ids
from workflows.case import CaseWorkflow
from workflows.order import OrderWorkflow
from workflows.types.commands import AdoptPolicy, OrderStart
from workflows.types.events import Event
from workflows.types.flush import Flush
from workflows.types.policy import Policy

ATTEMPTS = 3
"""A replay is given up when the workflow does not yield for two seconds, which on a busy machine means nothing."""


class Recovered:
    """The events of an order by seq, and the policies that governed it by digest, as far as history goes back."""

    def __init__(self) -> None:
        self.events: dict[int, Event] = {}
        self.policies: dict[str, Policy] = {}


class CannotBeReplayed(Exception):
    """History does not fit today's workflow, or is not there."""


async def recover(client: Client, order_no: str) -> Recovered:
    """All that the runs of an order ever told the store. Raises CannotBeReplayed, RPCError."""
    found = Recovered()
    async for history in histories(client, ids.workflow_id(order_no)):
        # The first teller is right: what a later run knew it had from an earlier one.
        found.events = {event.seq: event for event in await told(history)} | found.events
        found.policies = await policies(history) | found.policies
    return found


async def histories(client: Client, workflow_id: str) -> AsyncIterator[WorkflowHistory]:
    """Of all runs that follow from each other, the last first: each names the one before. Raises RPCError."""
    run_id = last = (await client.get_workflow_handle(workflow_id).describe()).run_id
    while run_id:
        try:
            history = await client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()
        except RPCError as error:
            # Retention takes the older runs of a long order first; what the younger ones tell is still true.
            if run_id == last or error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return
        yield history
        run_id = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id


async def told(history: WorkflowHistory) -> list[Event]:
    """The events of all writings of one run."""
    if not any(event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED for event in history.events):
        # It has only just begun, after the run before it, and said nothing yet: its replay would never end.
        return []
    # A replay that fails is no defect here: the doctor says what it means.
    logging.getLogger("temporalio.worker").setLevel(logging.CRITICAL)
    for attempt in range(ATTEMPTS):
        ears = Ears()
        replayer = Replayer(
            workflows=[OrderWorkflow, CaseWorkflow],
            workflow_runner=UnsandboxedWorkflowRunner(),
            data_converter=pydantic_data_converter,
            interceptors=[ears],
            runtime=quiet(),
        )
        try:
            await replayer.replay_workflow(history)
        except (RuntimeError, NondeterminismError) as error:
            if attempt + 1 == ATTEMPTS:
                raise CannotBeReplayed(str(error)) from error
        else:
            break
    return [event for flush in ears.heard for event in flush.events]


@cache
def quiet() -> Runtime:
    """The engine's core tells of failing replays on standard output, where the report belongs."""
    return Runtime(telemetry=TelemetryConfig(logging=None))


async def policies(history: WorkflowHistory) -> dict[str, Policy]:
    """Those that the run began with, and those that it adopted."""
    found: dict[str, Policy] = {}
    for event in history.events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
            (start,) = await decoded(event.workflow_execution_started_event_attributes.input.payloads, OrderStart)
            found[start.digest] = start.policy
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
            asked = event.workflow_execution_update_accepted_event_attributes.accepted_request.input
            if asked.name == "adopt_policy":
                (said,) = await decoded(asked.args.payloads, AdoptPolicy)
                found[said.digest] = said.policy
    return found


async def decoded(payloads: Any, kind: type) -> list[Any]:
    try:
        return await pydantic_data_converter.decode(payloads, [kind])
    except ValidationError as error:
        raise CannotBeReplayed(f"no {kind.__name__}") from error


class Ears(Interceptor):
    """Hears what a workflow has written, locally or while the store was away."""

    def __init__(self) -> None:
        self.heard: list[Flush] = []

    @override
    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        hear = self.hear

        class Outbound(WorkflowOutboundInterceptor):
            @override
            def start_local_activity(self, input: StartLocalActivityInput) -> ActivityHandle[Any]:
                hear(input.args)
                return super().start_local_activity(input)

            @override
            def start_activity(self, input: StartActivityInput) -> ActivityHandle[Any]:
                hear(input.args)
                return super().start_activity(input)

        class Inbound(WorkflowInboundInterceptor):
            @override
            def init(self, outbound: WorkflowOutboundInterceptor) -> None:
                super().init(Outbound(outbound))

        return Inbound

    def hear(self, arguments: Any) -> None:
        self.heard += [each for each in arguments if isinstance(each, Flush)]
