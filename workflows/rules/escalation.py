"""Which rungs of the ladder a task has, which are due, and when it ends by itself (contract §3)."""

from datetime import datetime
from typing import NamedTuple

from workflows.rules.calendar import Calendar
from workflows.types.policy import Policy, Rung, Span, Unit
from workflows.types.tasks import Task
from workflows.types.words import Kind

SILENCE_ENDS = Span(count=5, unit=Unit.DAYS)
"""After the last rung, unanswered feedback counts as no answer."""


class Step(NamedTuple):
    """A rung of one task: its level is its position in the ladder, from 1."""

    level: int
    at: datetime
    rung: Rung


def ladder_of(policy: Policy, kind: Kind) -> tuple[Rung, ...]:
    return policy.ladder_of(policy.tasks[kind])


def steps(task: Task, policy: Policy, calendar: Calendar) -> list[Step]:
    """The task's rungs that lie at or after its opening and above the level that it has reached."""
    ladder = enumerate(ladder_of(policy, task.kind), start=1)
    above = (Step(level, calendar.add(task.due_at, rung.at), rung) for level, rung in ladder if level > task.escalation_level)
    return [step for step in above if step.at >= task.opened_at]


def next_at(task: Task, policy: Policy, calendar: Calendar) -> Step | None:
    """The rung that comes next."""
    return min(steps(task, policy, calendar), key=lambda step: step.at, default=None)


def reached(task: Task, policy: Policy, calendar: Calendar, now: datetime) -> list[Step]:
    """The rungs due by now, lowest first: only the last is told, the others are superseded."""
    return [step for step in steps(task, policy, calendar) if step.at <= now]


def level_under(policy: Policy, task: Task, before: Policy, calendar: Calendar) -> int:
    """The level of a task on another policy's ladder: whatever lies no later than the rung that was told is told."""
    told = ladder_of(before, task.kind)[: task.escalation_level]
    if not told:
        return 0
    until = calendar.add(task.due_at, told[-1].at)
    return sum(calendar.add(task.due_at, rung.at) <= until for rung in ladder_of(policy, task.kind))


def ends_at(task: Task, policy: Policy, calendar: Calendar) -> datetime | None:
    """When the task is completed as unanswered; only feedback ever is."""
    if task.kind is not Kind.COLLECT_FEEDBACK:
        return None
    last = max((calendar.add(task.due_at, rung.at) for rung in ladder_of(policy, task.kind)), default=task.due_at)
    return calendar.add(max(last, task.due_at), SILENCE_ENDS)
