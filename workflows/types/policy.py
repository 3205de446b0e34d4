"""The plant's policy as data: calendar, departments, tasks, ladder, buffers and targets (contract §4)."""

from datetime import date, time
from enum import StrEnum
from typing import Self

from typing_extensions import override

from workflows.types.base import Message
from workflows.types.words import Department, Kind, Priority


class Unit(StrEnum):
    SECONDS = "s"
    MINUTES = "m"
    HOURS = "h"
    DAYS = "d"


class Span(Message):
    """An amount of working time as the policy writes it, `-2h` or `1d`; the calendar says how long a day is."""

    count: int
    unit: Unit

    @override
    def __str__(self) -> str:
        return f"{self.count}{self.unit}"


class Shift(Message):
    """A stretch of working hours; when `end` is not after `start` it crosses midnight and belongs to the day it begins on."""

    start: time
    end: time


class Plant(Message):
    """Where and when the plant works. `holidays` and `makeup_days` are the public ones, resolved when the policy is pinned."""

    name: str
    time_zone: str
    country: str = ""
    around_the_clock: bool = False
    hours: tuple[Shift, ...] = ()
    hours_by_day: dict[int, tuple[Shift, ...]] = {}
    """By weekday, Monday 0; days left out have `hours`."""
    weekend: tuple[int, ...] = ()
    closed: tuple[date, ...] = ()
    open: tuple[date, ...] = ()
    holidays: tuple[date, ...] = ()
    makeup_days: tuple[date, ...] = ()


class DepartmentPolicy(Message):
    address: str | None = None
    """A shared mailbox that replaces the members' own for mail to `assignee` and to the department."""
    task_opened: bool = False
    """Whether the department wants a mail for each task that opens."""


class Rung(Message):
    """One step of the escalation ladder; its name is the mail's kind, `at` is counted from the deadline in working time."""

    name: str
    at: Span
    to: tuple[str, ...]


class TaskPolicy(Message):
    allowance: Span
    department: Department
    stand_in: Department | None = None
    ladder: tuple[Rung, ...] | None = None
    """None: the plant's own ladder."""


class OrderPolicy(Message):
    buffer: Span
    minimum: Span
    transit: Span
    max_rework_rounds: int
    notice_lead: Span
    silent_after: Span
    signoff_grace: Span


class Targets(Message):
    on_time: float
    first_pass_yield: float
    csat: float


class Policy(Message):
    """One version of the plant's policy, complete: what the file left out stands here as the built-in default said."""

    version: str
    plant: Plant
    departments: dict[Department, DepartmentPolicy]
    tasks: dict[Kind, TaskPolicy]
    ladder: tuple[Rung, ...]
    order: OrderPolicy
    targets: Targets
    rush: dict[Kind, TaskPolicy] = {}
    """Complete tables of the kinds that `[rush.tasks]` changes."""

    def ladder_of(self, task: TaskPolicy) -> tuple[Rung, ...]:
        return self.ladder if task.ladder is None else task.ladder

    def for_priority(self, priority: Priority) -> Self:
        """This policy as it governs orders of a priority, with no rush tables left in it."""
        tasks = {**self.tasks, **self.rush} if priority is Priority.RUSH else self.tasks
        return self.model_copy(update={"tasks": tasks, "rush": {}})
