"""What a workflow would do on replay, word for word: the engine itself only notices other kinds or another order of commands.

A watched runner notes every command that the workflow gives. Timers and activities are compared with the history's own
events; local activities leave no arguments there, so they are compared with what was written or recorded at the time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner
from temporalio.workflow import Info
from typing_extensions import override

from tests.replay.sandbox import RUNNER
from workflows.order import OrderWorkflow


@dataclass
class Commands:
    """The commands of one run that carry arguments or lengths."""

    timers: dict[str, float] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)
    activities: dict[str, dict[str, Any]] = field(default_factory=dict)
    local: list[list[str]] = field(default_factory=list)
    """The arguments of the local activities, as JSON, in order."""

    def note(self, command: WorkflowCommand) -> None:
        match command.WhichOneof("variant"):
            case "start_timer":
                self.timers[str(command.start_timer.seq)] = seconds(command.start_timer.start_to_fire_timeout)
            case "cancel_timer":
                self.cancelled.add(str(command.cancel_timer.seq))
            case "schedule_activity":
                self.activities[command.schedule_activity.activity_id] = described(command.schedule_activity)
            case "schedule_local_activity":
                self.local.append(texts(command.schedule_local_activity.arguments))


def texts(payloads: Iterable[Any]) -> list[str]:
    return [payload.data.decode() for payload in payloads]


def seconds(duration: Any) -> float:
    return float(duration.ToTimedelta().total_seconds())


def described(activity: Any) -> dict[str, Any]:
    """What of an activity's schedule an operator or the world would notice."""
    arguments = activity.arguments if hasattr(activity, "arguments") else activity.input.payloads
    queue = activity.task_queue if isinstance(activity.task_queue, str) else activity.task_queue.name
    kind = activity.activity_type if isinstance(activity.activity_type, str) else activity.activity_type.name
    return {
        "type": kind,
        "queue": queue,
        "arguments": texts(arguments),
        "start_to_close": seconds(activity.start_to_close_timeout),
        "attempts": activity.retry_policy.maximum_attempts,
        "longest_interval": seconds(activity.retry_policy.maximum_interval),
    }


class Watched(WorkflowRunner):
    """The plant's own runner, with an eye on every command."""

    def __init__(self, runner: WorkflowRunner = RUNNER) -> None:
        self.runner = runner
        self.commands = Commands()

    @override
    def prepare_workflow(self, defn: Any) -> None:
        self.runner.prepare_workflow(defn)

    @override
    def set_worker_level_failure_exception_types(self, types: Any) -> None:
        self.runner.set_worker_level_failure_exception_types(types)

    @override
    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return WatchedInstance(self.runner.create_instance(det), self.commands)


class WatchedInstance(WorkflowInstance):
    def __init__(self, instance: WorkflowInstance, commands: Commands) -> None:
        self.instance, self.commands = instance, commands

    @override
    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        completion = self.instance.activate(act)
        for command in completion.successful.commands:
            self.commands.note(command)
        return completion

    @override
    def get_serialization_context(self, command_info: Any) -> Any:
        return self.instance.get_serialization_context(command_info)

    @override
    def get_external_store_context(self, command_info: Any) -> Any:
        return self.instance.get_external_store_context(command_info)

    @override
    def get_info(self) -> Info:
        return self.instance.get_info()

    @override
    def get_thread_id(self) -> int | None:
        return self.instance.get_thread_id()


DEADLOCK = "TMPRL1101"
"""What the SDK says when a workflow does not yield for two seconds: here only that the machine is busy elsewhere."""


async def replayed(
    history: WorkflowHistory, workflow: type = OrderWorkflow, runner: WorkflowRunner = RUNNER, attempts: int = 3
) -> Commands:
    """The commands of a run, replayed; raises when the engine itself finds that they don't fit."""
    watched = Watched(runner)
    replayer = Replayer(workflows=[workflow], workflow_runner=watched, data_converter=pydantic_data_converter)
    try:
        await replayer.replay_workflow(history)
    except RuntimeError as error:
        if DEADLOCK not in str(error) or attempts == 1:
            raise
        return await replayed(history, workflow, runner, attempts - 1)
    return watched.commands


def differences(history: WorkflowHistory, commands: Commands) -> list[str]:
    """Where the timers and activities of a replay are not those of history."""
    own_queue = history.events[0].workflow_execution_started_event_attributes.task_queue.name
    happened = {"timer": dict[str, Any](), "activity": dict[str, Any]()}
    for event in history.events:
        if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED:
            started = event.timer_started_event_attributes
            happened["timer"][started.timer_id] = seconds(started.start_to_fire_timeout)
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            scheduled = event.activity_task_scheduled_event_attributes
            happened["activity"][scheduled.activity_id] = described(scheduled)
    # A timer that is started and cancelled within one task never reaches history.
    timers = {key: length for key, length in commands.timers.items() if key in happened["timer"] or key not in commands.cancelled}
    for activity in (*happened["activity"].values(), *commands.activities.values()):
        # Whatever has no queue of its own goes to the workflow's, which a replay doesn't know.
        if activity["queue"] == own_queue or activity["queue"].startswith("replay-"):
            activity["queue"] = "the order's own"
    for key, activity in commands.activities.items():
        # Where the workflow leaves the retries to the server, history has the server's own.
        if not activity["longest_interval"] and key in happened["activity"]:
            happened["activity"][key]["longest_interval"] = 0.0
    return [
        f"{what} {key}: history has {past.get(key)}, replay {now.get(key)}"
        for what, past, now in (("timer", happened["timer"], timers), ("activity", happened["activity"], commands.activities))
        for key in sorted({*past, *now}, key=int)
        if past.get(key) != now.get(key)
    ]


def local_differences(recorded: list[list[str]], commands: Commands) -> list[str]:
    """Where what a replay would write is not what was written."""
    pairs = zip(recorded, commands.local, strict=False)
    found = [f"local activity {n}: recorded {past}, replay {now}" for n, (past, now) in enumerate(pairs, 1) if past != now]
    if len(recorded) != len(commands.local):
        found.append(f"{len(recorded)} local activities are recorded, replay has {len(commands.local)}")
    return found
