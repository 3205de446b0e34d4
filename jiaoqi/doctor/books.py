"""Folds an order's events and holds them against its rows: what people read must be what happened."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from pydantic import ValidationError

from activities.store.checks import OrderRows
from activities.store.event_rows import event as event_of
from activities.store.journal import listed
from activities.store.keys import task_key
from activities.store.policies import UnknownPolicy
from jiaoqi.doctor.findings import Kind
from workflows.rules import fold, views
from workflows.rules.calendar import Calendar
from workflows.types.events import AnswerCorrected, CaseOpened, Event, OrderEntered, PolicyAdopted, TaskCancelled, TaskCompleted
from workflows.types.orders import OrderRow
from workflows.types.policy import Policy
from workflows.types.state import OrderState
from workflows.types.tasks import Task

AS_OF_WRITING = "slack_hours"
"""Depends on when it was written."""
TASK_COLUMNS = ("department", "kind", "status", "due_at", "due_soon_at", "completed_at", "version")
LONGEST = 60
"""Characters of a value that are shown."""

Find = Callable[[str], Policy]


class CannotBeTold(Exception):
    """The events do not make an order: some are missing, or say what nobody understands."""

    def __init__(self, kind: Kind, what: str) -> None:
        super().__init__(what)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Retold:
    """What the events make of the order."""

    events: list[Event]
    state: OrderState
    tasks: dict[str, Task]
    """All that it ever had, by row key."""


@dataclass(frozen=True, slots=True)
class Difference:
    what: str
    task_id: str | None = None
    in_body: bool = True
    """Of the row itself, not of a column that lists find it by."""
    contradicts: bool = False
    """The row claims to know at least as much as the events, and says something else: one of the two was tampered with."""


def retell(rows: OrderRows, find: Find) -> Retold:
    """The order by its stored events; `find` knows the policies by digest. Raises CannotBeTold."""
    check_gaps([row.seq for row in rows.events], version_of(rows))
    return retold([read(row) for row in rows.events], find)


def retold(events: list[Event], find: Find) -> Retold:
    """The order by its events, numbered from 1 without gaps. Raises CannotBeTold."""
    if not events:
        raise CannotBeTold(Kind.EVENTS_MISSING, "it has no events at all")
    policies = {digest: policy_of(digest, find) for digest in adopted(events)}
    tasks: dict[str, Task] = {}
    try:
        state = fold.begin(events[0], policies)
        for event in events[1:]:
            if isinstance(event.data, TaskCompleted | TaskCancelled):
                closing = state.tasks[event.data.task_id]
                tasks[task_key(closing.id)] = fold.closed(closing, event)
            elif isinstance(event.data, AnswerCorrected):
                mended = state.answered[event.data.task_id].task
                tasks[task_key(mended.id)] = fold.corrected(mended, event)
            fold.apply(state, event, policies)
    except (KeyError, ValueError) as error:
        raise CannotBeTold(Kind.EVENTS_UNREADABLE, f"its events contradict each other: {error}") from error
    return Retold(events, state, {**tasks, **{task_key(task.id): task for task in state.tasks.values()}})


def check_gaps(there: list[int], known: int) -> None:
    """Raises CannotBeTold unless just the events are there that the order's row has counted, or later ones too."""
    if missing := sorted(set(range(1, known + 1)) - set(there)):
        raise CannotBeTold(Kind.EVENTS_MISSING, f"of its {known} events {spans(missing)} {be(missing)} not in the store")
    if there != list(range(1, len(there) + 1)):
        raise CannotBeTold(Kind.EVENTS_MISSING, f"its events are numbered {spans(there)}")


def version_of(rows: OrderRows) -> int:
    """The seq that the order's row stands at."""
    try:
        return OrderRow.model_validate_json(rows.order.body).version
    except ValidationError:
        return int(rows.order.last_seq)


def read(row: Any) -> Event:
    try:
        return event_of(row)
    except ValueError as error:
        raise CannotBeTold(Kind.EVENTS_UNREADABLE, f"event {row.seq} cannot be read: {reason(error)}") from error


def adopted(events: Iterable[Event]) -> Iterator[str]:
    return (event.data.policy for event in events if isinstance(event.data, OrderEntered | CaseOpened | PolicyAdopted))


def policy_of(digest: str, find: Find) -> Policy:
    try:
        return find(digest)
    except UnknownPolicy as error:
        what = f"the store does not have the policy {digest[:12]}… that governs it"
        raise CannotBeTold(Kind.EVENTS_UNREADABLE, what) from error


def differences(rows: OrderRows, told: Retold, now: datetime) -> list[Difference]:
    """Where the order's and its tasks' rows are not what the events make of them."""
    return [*of_order(rows.order, told.state, now), *of_tasks(rows.tasks, told.tasks)]


def of_order(row: Any, state: OrderState, now: datetime) -> Iterator[Difference]:
    should_be = views.row(state, Calendar.of(state.policy.plant), now)
    try:
        known = OrderRow.model_validate_json(row.body)
    except ValidationError as error:
        yield Difference(f"its row cannot be read: {reason(error)}")
        return
    for name, value in should_be:
        if name != AS_OF_WRITING and getattr(known, name) != value:
            yield Difference(disagree(name, getattr(known, name), value), contradicts=known.version >= should_be.version)
    columns = {**listed(known), "stage": known.stage, "last_seq": known.version, "policy": state.digest}
    for name, value in columns.items():
        if getattr(row, name) != value:
            yield Difference(unlike(name, getattr(row, name), value), in_body=False)


def of_tasks(rows: Iterable[Any], tasks: dict[str, Task]) -> Iterator[Difference]:
    known = {row.id: row for row in rows}
    for key, task in tasks.items():
        if key not in known:
            yield Difference(f"its row is missing; its events say it is {task.status}", task.id)
        else:
            yield from of_task(known[key], task)
    for key in known.keys() - tasks.keys():
        yield Difference("it has a row, and no event ever opened it", key, contradicts=True)


def of_task(row: Any, task: Task) -> Iterator[Difference]:
    try:
        known = Task.model_validate_json(row.body)
    except ValidationError as error:
        yield Difference(f"its row cannot be read: {reason(error)}", task.id)
        return
    for name, value in task:
        if getattr(known, name) != value:
            yield Difference(disagree(name, getattr(known, name), value), task.id, contradicts=known.version >= task.version)
    for name in TASK_COLUMNS:
        if getattr(row, name) != getattr(known, name):
            yield Difference(unlike(name, getattr(row, name), getattr(known, name)), task.id, in_body=False)


def disagree(name: str, row: object, events: object) -> str:
    return f"{name} is {shown(row)}, its events say {shown(events)}"


def unlike(name: str, column: object, body: object) -> str:
    return f"lists find it under {name} {shown(column)}, it is {shown(body)}"


def shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def spans(numbers: Iterable[int]) -> str:
    """1, 2, 3, 7 → `1–3, 7`."""
    runs = groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    ends = ([number for _, number in run] for _, run in runs)
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in ends)


def be(numbers: list[int]) -> str:
    return "is" if len(numbers) == 1 else "are"


def reason(error: ValueError) -> str:
    """In few words, and without what customers wrote."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return ": ".join([*map(str, first["loc"]), first["msg"]])[:LONGEST]
    return "it is no JSON"
