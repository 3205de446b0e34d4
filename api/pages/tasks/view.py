"""What a task's page tells: what is asked, who is told next, what was answered, and what somebody else did meanwhile."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from activities.languages import Tongue
from activities.mail.recipients import Circle
from activities.mail.words import Words
from activities.store import Person, TaskRecord
from activities.store.cases import case_out
from activities.store.comments import Comment
from activities.store.documents import DocumentOut
from activities.store.register import Register
from activities.store.views import CaseOut, TaskOut
from api.pages.forms.boxes import Box, word_of
from api.pages.forms.questions import Look, Question, questions
from api.pages.tasks.forms import Questioner, TaskForm, Tried
from api.pages.tasks.powers import Powers
from api.problems import Problem
from workflows.rules import escalation
from workflows.rules.calendar import Calendar
from workflows.types.answers import OUTCOMES
from workflows.types.orders import Consequence, Line
from workflows.types.policy import Policy

CUSTOMER = "customer"
STALE = ("stale", "task-closed", "idempotency-key-reused")
"""Refusals that mean: somebody was here since this page was opened."""


class Step(NamedTuple):
    """A rung that lies ahead."""

    at: datetime
    name: str
    to: str


class Told(NamedTuple):
    """One value under its label, in lines."""

    label: str
    lines: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class TaskView:
    """Everything that the page shows."""

    record: TaskRecord
    task: TaskOut
    powers: Powers
    names: Mapping[str, str]
    comments: Sequence[Comment]
    documents: Sequence[DocumentOut]
    steps: Sequence[Step]
    ends_at: datetime | None
    answer: Sequence[Told]
    forms: Sequence[TaskForm]
    tried: Tried | None
    left: Sequence[Told]
    """What was typed into a form that is not there any more."""

    @property
    def case(self) -> CaseOut | None:
        """What the task belongs to that is no order."""
        order = self.record.order
        return case_out(order, order.version, (), "", self.task.opened_at) if order.case else None

    @property
    def problem(self) -> Problem | None:
        return self.tried.problem if self.tried else None

    @property
    def is_too_late(self) -> bool:
        """Somebody, or this very person in another window, has closed it since the page was opened."""
        return self.problem is not None and self.problem.code in STALE and not self.record.task.is_open

    @property
    def has_changed(self) -> bool:
        return self.problem is not None and self.problem.code == "stale" and self.record.task.is_open

    @property
    def is_said_elsewhere(self) -> bool:
        """The refusal has words of its own on the page, or stands in its form."""
        is_unknown = self.problem is not None and self.problem.code == "outcome-unknown"
        return self.is_too_late or self.has_changed or is_unknown or any(form.faulty for form in self.forms)

    def instant(self, text: str) -> datetime:
        return datetime.fromisoformat(text)

    def consequence(self, what: Consequence, words: Words) -> str:
        return consequence(what, words)

    def answers(self, deed: str) -> list[TaskForm]:
        return [form for form in self.forms if form.deed == deed]

    def form(self, deed: str) -> TaskForm | None:
        return next(iter(self.answers(deed)), None)


def steps_ahead(
    record: TaskRecord, policy: Policy, calendar: Calendar, circle: Circle, tongue: Tongue, now: datetime
) -> list[Step]:
    """Who is told next and when, if nobody answers before."""
    words = Words.of(tongue.language)
    ahead = sorted(escalation.steps(record.task, policy, calendar), key=lambda step: step.at)
    return [
        Step(step.at, words.mail(step.rung.name), ", ".join(readers(step.rung.to, circle, words)))
        for step in ahead
        if step.at > now
    ]


def readers(meant: Sequence[str], circle: Circle, words: Words) -> Iterator[str]:
    """Whom the policy means, and who that is today."""
    for word in meant:
        who = [named(circle.register, each.name) for each in circle.resolve([word]) if each.name != CUSTOMER]
        yield words.recipient(word) + (f" ({', '.join(who)})" if who else "")


def named(register: Register, person_id: str) -> str:
    person = register.people.get(person_id)
    return person.name if person else person_id


def names_of(people: Sequence[Person], words: Words, tongue: Tongue) -> dict[str, str]:
    """By actor."""
    nobody = {CUSTOMER: words.recipients[CUSTOMER], "system": tongue.text("the system")}
    return nobody | {person.id: person.name for person in people}


# What was answered, and what was typed.


def answered(asks: Questioner, tongue: Tongue) -> list[Told]:
    """The fields of the answer, as people read them."""
    task = asks.task
    if task.outcome is None or not task.fields:
        return []
    telling = Telling(tongue, asks.order.lines, asks.order.plant_time_zone, task.outcome)
    asked = questions(OUTCOMES[task.kind][task.outcome])
    return [telling.told(each, task.fields[each.name]) for each in asked if task.fields.get(each.name) not in (None, [], {})]


@dataclass(frozen=True)
class Telling:
    tongue: Tongue
    lines: Sequence[Line]
    zone: str
    outcome: str

    @property
    def words(self) -> Words:
        return Words.of(self.tongue.language)

    def told(self, asked: Question, value: Any) -> Told:
        label = self.words.field(asked.name, self.outcome)
        match asked.look:
            case Look.ROWS:
                return Told(label, [" · ".join(self.row(asked, row)) for row in value])
            case Look.QUANTITIES:
                return Told(label, [self.line(number, quantity) for number, quantity in value.items()])
            case _:
                return Told(label, [self.text(asked, value)])

    def row(self, asked: Question, row: Mapping[str, Any]) -> list[str]:
        return [self.text(each, row[each.name]) for each in asked.parts if row.get(each.name) is not None]

    def line(self, number: str, quantity: int) -> str:
        known = int(number) <= len(self.lines)
        line = self.lines[int(number) - 1] if known else None
        count = self.tongue.number(quantity)
        return f"{number}. {line.product_model}: {count} {line.unit}" if line else f"{number}: {count}"

    def text(self, asked: Question, value: Any) -> str:
        match asked.look:
            case Look.DAY:
                return self.tongue.day(date.fromisoformat(value))
            case Look.INSTANT:
                is_day = "T" not in value
                return self.tongue.day(date.fromisoformat(value)) if is_day else self.instant(value)
            case Look.FLAG | Look.TICK:
                return self.tongue.text("Yes") if value else self.tongue.text("No")
            case Look.NUMBER:
                return self.tongue.number(value)
            case Look.CHOICE:
                return word_of(self.words, asked.name, value)
        return str(value)

    def instant(self, text: str) -> str:
        return self.tongue.instant(datetime.fromisoformat(text), self.zone)


def leftovers(boxes: Sequence[Box]) -> list[Told]:
    """What was typed, to be copied: choices by their names."""
    every = [box for top in boxes for box in top.walk() if box.value]
    return [Told(box.label, [dict(box.choices).get(box.value, box.value)]) for box in every]


def consequence(what: Consequence, words: Words) -> str:
    """One thing that agreeing would lead to."""
    kind = what.get("kind") or (what.get("task_id") or "..").split(".")[-2]
    to = what.get("to") or ""
    values = {
        "task": words.tasks.get(kind, kind),
        "mail": words.mail(kind),
        "to": words.recipients.get(to) or words.departments.get(to, to),
        "department": words.departments.get(what.get("department") or "", ""),
    }
    return words.consequences[what["what"] or ""].format_map(values)
