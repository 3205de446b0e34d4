"""What lies before one person: their own tasks and their departments', and what others owe the orders that they own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from activities.digest.horizon import Horizon
from activities.store import Person, Store, TaskFilter, TaskRecord
from activities.store.records import blocked
from workflows.types.words import Department, TaskStatus

MOST = 100
"""Tasks of a list that are looked at: whoever has more knows that without being told."""
LATE, TODAY, WEEK, NEW, WAITING = "late", "today", "week", "new", "waiting"

Tasks = Mapping[str, TaskRecord]


class Section(NamedTuple):
    name: str
    tasks: tuple[TaskRecord, ...]

    @property
    def is_cut(self) -> bool:
        return len(self.tasks) >= MOST


@dataclass(frozen=True)
class Agenda:
    """By what hurts most; sections without tasks are left out."""

    sections: tuple[Section, ...]
    kept: tuple[str, ...] = ()
    """The keys of the notices that this takes the place of."""


class Roles(NamedTuple):
    """Whose work somebody does that day: their own, and that of the absent whom they stand in for."""

    person: Person
    names: tuple[str, ...]
    departments: tuple[Department, ...]
    courses: tuple[str, ...] = ()


class Agendas:
    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, person: Person, horizon: Horizon, now: datetime) -> Agenda:
        register = self._store.people.register()
        absent = register.absent_for(person, horizon.day)
        actor = register.actor(person, horizon.day)
        roles = Roles(person, (person.id, *(one.id for one in absent)), actor.departments, actor.courses)
        mine = self._mine(roles, horizon, now)
        kept = self._store.digests.kept(person.id)
        new = [each for each in self._found(kept_task.task_id for kept_task in kept) if each.task.id not in mine]
        others = [each for key, each in self._awaited(roles, horizon, now).items() if key not in mine]
        lists = {
            LATE: [each for each in mine.values() if each.task.due_at <= now],
            TODAY: [each for each in mine.values() if now < each.task.due_at <= horizon.today],
            WEEK: [each for each in mine.values() if max(now, horizon.today) < each.task.due_at],
            NEW: [each for each in new if is_for(each, roles)],
            WAITING: others,
        }
        sections = (Section(name, tuple(sorted(tasks, key=by_deadline)[:MOST])) for name, tasks in lists.items() if tasks)
        return Agenda(tuple(sections), tuple(each.notice_key for each in kept))

    def _mine(self, roles: Roles, horizon: Horizon, now: datetime) -> Tasks:
        """What they hold, and what nobody holds in their departments."""
        held = self._tasks(TaskFilter(assignee=roles.names), roles, horizon, now)
        free = self._tasks(TaskFilter(departments=roles.departments), roles, horizon, now) if roles.departments else {}
        return {key: each for key, each in {**held, **free}.items() if is_for(each, roles)}

    def _awaited(self, roles: Roles, horizon: Horizon, now: datetime) -> Tasks:
        found: dict[str, TaskRecord] = {}
        for owner in roles.names:
            found |= self._tasks(TaskFilter(owner=owner, departments=tuple(Department)), roles, horizon, now)
        return found

    def _tasks(self, wanted: TaskFilter, roles: Roles, horizon: Horizon, now: datetime) -> Tasks:
        """Open ones of this week and before, but for what stands still on hold."""
        due = horizon.week + timedelta(microseconds=1)
        of_week = {"status": (TaskStatus.OPEN,), "due_before": due, "hide_snoozed_for": roles.person.id}
        records, _ = self._store.tasks.records(TaskFilter(**{**vars(wanted), **of_week}), MOST, None, now)
        return {each.task.id: each for each in records if not blocked(each.task, each.order)}

    def _found(self, tasks: Iterable[str]) -> list[TaskRecord]:
        found = (self._store.tasks.record(task) for task in dict.fromkeys(tasks))
        return [each for each in found if each and each.task.is_open and not blocked(each.task, each.order)]


def is_for(record: TaskRecord, roles: Roles) -> bool:
    """Whether it lies before them: nobody else holds it, four eyes let them do it, and they were taught to."""
    task, is_free = record.task, record.holder in (None, *roles.names)
    return is_free and roles.person.id not in task.barred and (task.course is None or task.course in roles.courses)


def by_deadline(record: TaskRecord) -> tuple[datetime, str]:
    return record.task.due_at, record.task.id
