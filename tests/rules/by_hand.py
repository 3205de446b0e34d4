"""An order's own workflow with nothing around it: no server, no worker, no threads. Whoever holds it is engine, clock and store.

The SDK's workflow instance takes what happens (activations) and says what is to be done (commands); a worker gets the ones
from a server and hands it the others. Here both are plain values, so that thousands of steps cost seconds, and the order
does in each of them exactly what it does in a plant.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.bridge.proto.workflow_activation import (
    DoUpdate,
    FireTimer,
    InitializeWorkflow,
    RemoveFromCache,
    ResolveActivity,
    WorkflowActivation,
    WorkflowActivationJob,
)
from temporalio.bridge.proto.workflow_commands import ScheduleActivity, ScheduleLocalActivity, UpdateResponse, WorkflowCommand
from temporalio.common import Priority, SearchAttributes, TypedSearchAttributes
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowInstance, WorkflowInstanceDetails

from workflows import ids
from workflows.order import OrderWorkflow
from workflows.types.commands import OrderStart, Said
from workflows.types.flush import Flush, Flushed
from workflows.types.notices import Told
from workflows.types.orders import OrderFacts
from workflows.types.refusals import Refusal
from workflows.types.state import OrderState

CONVERTER = pydantic_data_converter.payload_converter_class()
RUN = "by-hand"
RESTLESS = 50
"""An order that rings more often in one and the same instant never comes to rest."""


class OrderByHand:
    """One order; `now` moves on only by `pass_until`."""

    def __init__(self, start: OrderStart, now: datetime, write: Callable[[Flush], Flushed]) -> None:
        self.now, self.write = now, write
        self.timers: dict[int, datetime] = {}
        """When each will fire."""
        self.rings: list[datetime] = []
        """The instants at which one did."""
        self.followed_by: list[OrderFacts] = []
        self.cases: list[OrderFacts] = []
        """The orders that carry what a part shipment left for later."""
        self.runs = 0
        self.is_over = False
        self._jobs: list[WorkflowActivationJob] = []
        self._told: dict[str, UpdateResponse] = {}
        self._updates = 0
        self._is_old = False
        self._begin(start)

    # What happens.

    def say(self, update: str, said: Said | Told) -> Refusal | None:
        """Says something to the order; how it refused, or None once it has done it."""
        self._updates += 1
        name = f"update-{self._updates}"
        job = DoUpdate(id=name, protocol_instance_id=name, name=update, input=CONVERTER.to_payloads([said]), run_validator=True)
        self._jobs.append(WorkflowActivationJob(do_update=job))
        self._work()
        return self._answered(name)

    def _answered(self, name: str) -> Refusal | None:
        answer = self._told.pop(name)
        if answer.HasField("completed"):
            return None
        assert answer.HasField("rejected"), f"an update has no answer: {answer}"
        failure = answer.rejected
        assert failure.application_failure_info.HasField("details"), failure
        (payload,) = failure.application_failure_info.details.payloads
        refusal: Refusal = CONVERTER.from_payloads([payload], [Refusal])[0]
        return refusal

    def pass_until(self, then: datetime) -> None:
        """Whatever the order wants to be woken for on the way happens, each at its instant."""
        while self.timers and (at := min(self.timers.values())) <= then:
            self.now = max(self.now, at)
            assert self.rings[-RESTLESS:].count(self.now) < RESTLESS, f"it rings and rings at {self.now}"
            self._ring()
        self.now = max(self.now, then)

    def sleep_until(self, then: datetime) -> None:
        """No worker is there meanwhile; all that came due happens at once."""
        self.now = max(self.now, then)
        self._ring()
        self.pass_until(self.now)

    def grow_old(self) -> None:
        """From now on the engine suggests to continue as new: the order does when it has nothing else to do."""
        self._is_old = True

    def end(self) -> None:
        """The worker forgets the order; whatever waits in it waits no more."""
        forget = WorkflowActivation(run_id=RUN, jobs=[WorkflowActivationJob(remove_from_cache=RemoveFromCache())])
        self._instance.activate(forget)

    @property
    def state(self) -> OrderState:
        """The order's own, not to be changed."""
        return self._order.state

    # How a worker would do it.

    def _begin(self, start: OrderStart) -> None:
        self.runs += 1
        self._is_old = False
        self.timers.clear()
        self._instance = _instance(start, self.now)
        begin = InitializeWorkflow(
            workflow_type="Order", workflow_id=ids.workflow_id(start.facts.order_no), arguments=CONVERTER.to_payloads([start])
        )
        self._jobs = [WorkflowActivationJob(initialize_workflow=begin)]
        self._work()

    @property
    def _order(self) -> OrderWorkflow:
        order: OrderWorkflow = self._instance._object  # type: ignore[attr-defined]
        return order

    def _ring(self) -> None:
        due = [seq for seq, at in self.timers.items() if at <= self.now]
        for seq in due:
            del self.timers[seq]
        self.rings += [self.now] * bool(due)
        self._jobs += [WorkflowActivationJob(fire_timer=FireTimer(seq=seq)) for seq in due]
        self._work()

    def _work(self) -> None:
        """Activates the order until it waits for people or time."""
        while self._jobs:
            for command in self._activated():
                self._obey(command)

    def _activated(self) -> list[WorkflowCommand]:
        activation = WorkflowActivation(run_id=RUN, jobs=self._jobs, continue_as_new_suggested=self._is_old)
        activation.timestamp.FromDatetime(self.now)
        self._jobs = []
        done = self._instance.activate(activation)
        assert not done.HasField("failed"), done.failed.failure.message
        return list(done.successful.commands)

    def _obey(self, command: WorkflowCommand) -> None:
        match command.WhichOneof("variant"):
            case "start_timer":
                length: timedelta = command.start_timer.start_to_fire_timeout.ToTimedelta()
                self.timers[command.start_timer.seq] = self.now + length
            case "cancel_timer":
                self.timers.pop(command.cancel_timer.seq, None)
            case "schedule_local_activity":
                self._flush(command.schedule_local_activity)
            case "update_response" if not command.update_response.HasField("accepted"):
                self._told[command.update_response.protocol_instance_id] = command.update_response
            case "schedule_activity" if command.schedule_activity.activity_type == "cases.open":
                self._open_case(command.schedule_activity)
            case "schedule_activity":
                self._follow_up(command.schedule_activity)
            case "continue_as_new_workflow_execution":
                (start,) = CONVERTER.from_payloads(list(command.continue_as_new_workflow_execution.arguments), [OrderStart])
                self.end()
                self._begin(start)
            case "complete_workflow_execution":
                self.is_over = True
            case "update_response" | "upsert_workflow_search_attributes" | "set_patch_marker":
                """Taken, told to operators, and kept with the history."""
            case other:
                raise AssertionError(f"nobody does that here: {other}")

    def _flush(self, wanted: ScheduleLocalActivity) -> None:
        assert wanted.activity_type == "journal.flush"
        (flush,) = CONVERTER.from_payloads(list(wanted.arguments), [Flush])
        self._done(wanted.seq, self.write(flush), is_local=True)

    def _follow_up(self, wanted: ScheduleActivity) -> None:
        assert wanted.activity_type == "orders.enter_follow_up"
        (start,) = CONVERTER.from_payloads(list(wanted.arguments), [OrderStart])
        self.followed_by.append(start.facts)
        self._done(wanted.seq, f"{start.facts.follows}-R{len(self.followed_by)}")

    def _open_case(self, wanted: ScheduleActivity) -> None:
        (start,) = CONVERTER.from_payloads(list(wanted.arguments), [OrderStart])
        self.cases.append(start.facts)
        self._done(wanted.seq, ids.improvement(len(self.cases)))

    def _done(self, seq: int, result: object, *, is_local: bool = False) -> None:
        job = ResolveActivity(seq=seq, is_local=is_local)
        job.result.completed.result.CopyFrom(CONVERTER.to_payloads([result])[0])
        self._jobs.append(WorkflowActivationJob(resolve_activity=job))


def _instance(start: OrderStart, now: datetime) -> WorkflowInstance:
    """The instance wants a loop to be made on, and then is one itself."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(_made(start, now))
    finally:
        loop.close()


async def _made(start: OrderStart, now: datetime) -> WorkflowInstance:
    return UnsandboxedWorkflowRunner().create_instance(
        WorkflowInstanceDetails(
            payload_converter_factory=pydantic_data_converter.payload_converter_class,
            failure_converter_class=pydantic_data_converter.failure_converter_class,
            interceptor_classes=(),
            defn=workflow._Definition.must_from_class(OrderWorkflow),
            info=_info(start, now),
            randomness_seed=1,
            extern_functions={"__temporal_assert_local_activity_valid": lambda activity: None},
            disable_eager_activity_execution=True,
            worker_level_failure_exception_types=(),
            patch_activation_callback=None,
            last_completion_result=_nothing(),
            last_failure=None,
        )
    )


def _nothing() -> Any:
    return InitializeWorkflow().last_completion_result


def _info(start: OrderStart, now: datetime) -> workflow.Info:
    no_attributes: SearchAttributes = {}
    return workflow.Info(
        attempt=1,
        continued_run_id=None,
        cron_schedule=None,
        execution_timeout=None,
        first_execution_run_id=RUN,
        headers={},
        namespace="default",
        original_execution_run_id=RUN,
        parent=None,
        root=None,
        priority=Priority(),
        raw_memo={},
        retry_policy=None,
        run_id=RUN,
        run_timeout=None,
        search_attributes=no_attributes,
        start_time=now,
        task_queue=ids.ORDERS_QUEUE,
        task_timeout=timedelta(seconds=5),
        typed_search_attributes=TypedSearchAttributes(search_attributes=[]),
        workflow_id=ids.workflow_id(start.facts.order_no),
        workflow_start_time=now,
        workflow_type="Order",
    )
