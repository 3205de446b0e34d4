"""What must hold at the end of every story, whatever it told."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHandle, WorkflowHistory

from tests.replay.semantics import differences, replayed
from tests.stories.plant import Plant
from tests.stories.world import Shelf
from workflows import ids
from workflows.case import CaseWorkflow
from workflows.order import OrderWorkflow
from workflows.rules import fold, views
from workflows.types.events import AnswerCorrected, Event, TaskCancelled, TaskCompleted, TaskOpened
from workflows.types.flush import Flush
from workflows.types.orders import OrderRow
from workflows.types.state import OrderState
from workflows.types.tasks import Task

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z|\d{10}\.\d+")
"""Of an event, or of a flush's fence."""


async def audit(plant: Plant) -> None:
    """The store, the events and the workflow tell the same; and the workflow would do the same again."""
    if not plant.is_entered:
        return
    await plant.settle()
    state = await plant.state()
    events_are_gap_free(plant.shelf.events)
    calls_left_one_event_each(plant)
    folded = plant.folded()
    assert folded.model_dump() == state.model_dump()
    rows_tell_the_state(plant.shelf, state, plant)
    assert plant.shelf.tasks == tasks_of(plant.shelf.events, plant)
    await plant.stop_the_engine()
    await histories_replay(plant)


def events_are_gap_free(events: list[Event]) -> None:
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert all(one.at <= next_one.at for one, next_one in pairwise(events))


def calls_left_one_event_each(plant: Plant) -> None:
    """Each acknowledged call exactly one event, and none that was refused."""
    left = Counter(event.said.id for event in plant.shelf.events if event.said is not None)
    assert left == dict.fromkeys(plant.acknowledged, 1)


def rows_tell_the_state(shelf: Shelf, state: OrderState, plant: Plant) -> None:
    row = views.row(state, plant.calendar, plant.now)
    assert without_clock(shelf.row) == without_clock(row)
    assert {key: task for key, task in shelf.tasks.items() if task.is_open} == state.tasks


def without_clock(row: OrderRow | None) -> dict[str, object]:
    """The slack alone depends on when it was written."""
    assert row is not None
    return row.model_dump(mode="json", exclude={"slack_hours"})


def tasks_of(events: list[Event], plant: Plant) -> dict[str, Task]:
    """All tasks that an order ever had, as its events tell them."""
    tasks: dict[str, Task] = {}
    state = fold.begin(events[0], plant.policies)
    for event in events[1:]:
        if isinstance(event.data, TaskCompleted | TaskCancelled):
            tasks[event.data.task_id] = fold.closed(state.tasks[event.data.task_id], event)
        if isinstance(event.data, AnswerCorrected):
            tasks[event.data.task_id] = fold.corrected(state.answered[event.data.task_id].task, event)
        fold.apply(state, event, plant.policies)
        if isinstance(event.data, TaskOpened):
            tasks[event.data.task.id] = state.tasks[event.data.task.id]
    return tasks | state.tasks


async def histories_replay(plant: Plant) -> None:
    """Every run replays, with the same timers, the same activities and the same words for the store."""
    flushes = [flush for flush in plant.journal.flushes if flush.order.order_no == plant.order_no]
    for run in await runs(plant.handle):
        history = await run.fetch_history()
        seen = without_instants if joins_tasks(history) else str
        commands = await replayed(history, CaseWorkflow if ids.is_case(plant.order_no) else OrderWorkflow)
        found = [each for each in differences(history, commands) if len(set(map(seen, sides(each)))) > 1]
        assert not found, "\n".join(found)
        written = {seen(canonical(flush)) for flush in flushes}
        for (argument,) in commands.local:
            assert seen(canonical(Flush.model_validate_json(argument))) in written or plant.journal.refused


def joins_tasks(history: WorkflowHistory) -> bool:
    """Whether a replay takes tasks for one that were several: those that gave no command, right behind another such.

    The time-skipping server makes them now and then; in the replay they all have the time of the last one.
    """
    events = list(history.events)
    ends = [n for n, event in enumerate(events) if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED]
    return any(later == end + 3 and not is_command(events, later) for end, later in pairwise(ends))


def is_command(events: Sequence[HistoryEvent], end: int) -> bool:
    """Whether what follows the end of a task is what the task decided."""
    if end + 1 == len(events):
        return False
    following = events[end + 1]
    attributes = getattr(following, str(following.WhichOneof("attributes")))
    if following.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
        return True
    return bool(getattr(attributes, "workflow_task_completed_event_id", 0) == events[end].event_id)


def sides(difference: str) -> tuple[str, str]:
    past, _, now = difference.partition(": history has ")[2].partition(", replay ")
    return past, now


def without_instants(text: str) -> str:
    return INSTANT.sub("", text)


def canonical(flush: Flush) -> str:
    return flush.model_dump_json()


async def runs(handle: WorkflowHandle[object, object]) -> list[WorkflowHandle[object, object]]:
    """All runs of an order, the last first: each knows the one before."""
    found: list[WorkflowHandle[object, object]] = []
    client = handle._client
    run_id = (await client.get_workflow_handle(handle.id).describe()).run_id
    while run_id:
        run: WorkflowHandle[object, object] = client.get_workflow_handle(handle.id, run_id=run_id)
        found.append(run)
        first = (await anext(run.fetch_history_events(page_size=1))).workflow_execution_started_event_attributes
        run_id = first.continued_execution_run_id
    return found
