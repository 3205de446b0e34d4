"""The plant's policy as data: calendar, departments, tasks, ladder, buffers and targets (contract §4)."""

from datetime import date, time
from enum import StrEnum
from typing import Annotated, Self, TypeVar

from pydantic import Field
from typing_extensions import override

from workflows.types.base import Message
from workflows.types.words import Department, DocumentKind, Kind, Priority

Value = TypeVar("Value")
LeftOut = Annotated[Value, Field(exclude_if=lambda value: value is None)]
"""What policies did not have at first: left out where it is not set, so that what orders wrote before is written as it was."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


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
    course: LeftOut[str | None] = None
    """What whoever does it must have been taught (R22)."""


class OrderPolicy(Message):
    buffer: Span
    minimum: Span
    transit: Span
    max_rework_rounds: int
    notice_lead: Span
    silent_after: Span
    signoff_grace: Span


class Targets(Message):
    """Shares between 0 and 1; None where the plant has set no target. All but the rework rate are to be reached at least."""

    on_time: float
    first_pass_yield: float
    csat: float
    in_full: LeftOut[float | None] = None
    otif: LeftOut[float | None] = None
    perfect_order: LeftOut[float | None] = None
    right_first_time: LeftOut[float | None] = None
    rework_rate: LeftOut[float | None] = None
    stage_on_time: LeftOut[float | None] = None
    promise_stability: LeftOut[float | None] = None
    notice_lead: LeftOut[float | None] = None


class Documents(Message):
    """What an order's file must have, and for how many years it is kept (R21)."""

    required: tuple[DocumentKind, ...] = tuple(DocumentKind)
    keep_years: int = 10


class Timing(Message):
    """When something regular happens, in the plant's time: each day, each week on a weekday, or on a day of the month."""

    at: time
    weekday: int | None = None
    """Monday 0."""
    day: int | None = None
    """From 1 to 28: every month has them."""

    @override
    def __str__(self) -> str:
        of = "" if self.weekday is None else f"{WEEKDAYS[self.weekday]} "
        return f"{of}{'' if self.day is None else f'{self.day} '}{self.at:%H:%M}"


class Reviews(Message):
    """When the plant looks at itself (R19, R20, R22, R23); None: never."""

    weekly: Timing | None = Timing(weekday=0, at=time(9))
    monthly: Timing | None = Timing(day=1, at=time(8))
    quarterly: Timing | None = Timing(day=1, at=time(8, 30))
    """On that day of January, April, July and October."""
    archive: Timing | None = Timing(at=time(2, 30))
    training: Timing | None = Timing(at=time(7))


class Improvements(Message):
    verify_after: Span = Span(count=20, unit=Unit.DAYS)
    """Working time from what was done until its effect is looked at (R18)."""
    from_inspection: bool = True
    """Whether goods that used up their rework rounds become an improvement by themselves."""


class Policy(Message):
    """One version of the plant's policy, complete: what the file left out stands here as the built-in default said."""

    version: str
    plant: Plant
    departments: dict[Department, DepartmentPolicy]
    tasks: dict[Kind, TaskPolicy]
    ladder: tuple[Rung, ...]
    order: OrderPolicy
    targets: Targets
    documents: Annotated[Documents, Field(exclude_if=Documents().__eq__)] = Documents()
    """This and the next two are left out where they are as they were when they came into the policy."""
    reviews: Annotated[Reviews, Field(exclude_if=Reviews().__eq__)] = Reviews()
    improvements: Annotated[Improvements, Field(exclude_if=Improvements().__eq__)] = Improvements()
    rush: dict[Kind, TaskPolicy] = {}
    """Complete tables of the kinds that `[rush.tasks]` changes."""

    def ladder_of(self, task: TaskPolicy) -> tuple[Rung, ...]:
        return self.ladder if task.ladder is None else task.ladder

    def for_priority(self, priority: Priority) -> Self:
        """This policy as it governs orders of a priority, with no rush tables left in it."""
        tasks = {**self.tasks, **self.rush} if priority is Priority.RUSH else self.tasks
        return self.model_copy(update={"tasks": tasks, "rush": {}})
