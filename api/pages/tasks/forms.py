"""The forms of a task's page: one for each outcome that fits, and one for whatever else the visitor may do with the task."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from activities.languages import Tongue
from activities.store import Person, TaskRecord
from activities.store.records import blocked
from api import forms
from api.deeds import Deed, Office
from api.inbox_deeds import Assign, Claim, Release, Snooze
from api.pages.forms.attempts import key_of
from api.pages.forms.basis import Basis
from api.pages.forms.boxes import Box, elsewhere, faulty
from api.pages.forms.fields import Sheet
from api.pages.forms.questions import Look, questions
from api.pages.forms.typing_in import Typed
from api.pages.tasks.powers import Powers
from api.problems import Problem
from api.task_deeds import Complete, Correct, Extend, Progress
from workflows.rules.calendar import Calendar
from workflows.types.answers import OUTCOMES
from workflows.types.orders import OrderRow
from workflows.types.tasks import Task
from workflows.types.words import Kind

DEEDS: Mapping[str, type[Deed[Any]]] = {
    "complete": Complete,
    "correct": Correct,
    "progress": Progress,
    "claim": Claim,
    "release": Release,
    "snooze": Snooze,
    "extend": Extend,
    "assign": Assign,
}
"""By the last step of the address."""
ASKED: Mapping[str, type[BaseModel]] = {"progress": forms.ProgressIn, "extend": forms.ExtendIn, "assign": forms.AssignIn}
WITH_OUTCOME = ("complete", "correct")
WORDS = {"note", "reason", "remarks", "comment"}
EXCEPTIONS = {"breaks-promise": "accept_late", "notice-missing": "override_reason"}
"""By refusal: the field that overrules it, which is asked for only once it is needed."""


@dataclass(frozen=True)
class Tried:
    """What was sent and is shown again: because it was refused, or because more rows were asked for."""

    deed: str
    typed: Typed
    problem: Problem | None = None

    @property
    def form(self) -> str:
        return name_of(self.deed, self.typed.get("outcome", ""))


@dataclass(frozen=True, kw_only=True)
class TaskForm:
    name: str
    deed: str
    outcome: str
    boxes: Sequence[Box]
    key: str
    problem: Problem | None = None
    is_tried: bool = False
    faulty: Sequence[Box] = ()
    others: Sequence[str] = field(default=())


@dataclass(frozen=True, kw_only=True)
class Questioner:
    """Makes the forms of one task, for one visitor."""

    office: Office
    record: TaskRecord
    powers: Powers
    calendar: Calendar
    now: datetime
    receivers: Sequence[Person] = ()

    @property
    def task(self) -> Task:
        return self.record.task

    @property
    def order(self) -> OrderRow:
        return self.record.order

    def forms(self, tongue: Tongue, tried: Tried | None) -> list[TaskForm]:
        """Those that the visitor may send, as they are at first or as they were tried."""
        offered = [(deed, outcome) for deed in self.offered() for outcome in self.outcomes(deed)]
        return [self.form(deed, outcome, tongue, tried) for deed, outcome in offered]

    def offered(self) -> list[str]:
        may, is_free = self.powers, not blocked(self.task, self.order)
        answers = may.may_answer and is_free
        offered = {
            "complete": answers,
            "progress": answers and self.task.kind is Kind.PRODUCE,
            "correct": may.may_correct,
            "extend": may.may_direct,
            "assign": may.may_assign,
        }
        return [deed for deed, is_offered in offered.items() if is_offered]

    def outcomes(self, deed: str) -> list[str]:
        if deed not in WITH_OUTCOME:
            return [""]
        return [name for name in OUTCOMES[self.task.kind] if name not in self.task.withheld]

    def form(self, deed: str, outcome: str, tongue: Tongue, tried: Tried | None) -> TaskForm:
        name = name_of(deed, outcome)
        mine = tried if tried and tried.form == name else None
        boxes = self.boxes(deed, outcome, tongue, mine)
        problem = mine.problem if mine else None
        return TaskForm(
            name=name,
            deed=deed,
            outcome=outcome,
            boxes=boxes,
            key=key_of(tried.typed if tried else {}),
            problem=problem,
            is_tried=mine is not None,
            faulty=faulty(boxes),
            others=elsewhere(problem, boxes) if problem else (),
        )

    def boxes(self, deed: str, outcome: str, tongue: Tongue, tried: Tried | None) -> list[Box]:
        typed, problem = (tried.typed, tried.problem) if tried else (None, None)
        sheets = self.sheets(deed, outcome, needed(tried))
        return [box for sheet in sheets for box in sheet.shown(tongue, typed, problem, outcome or deed)]

    def body(self, deed: str, typed: Typed) -> dict[str, Any]:
        """What the deed reads, of what was typed."""
        if deed in ASKED:
            (sheet,) = self.sheets(deed, "")
            return sheet.read(typed)
        outcome = typed.get("outcome", "")
        answer, beside = self.sheets(deed, outcome, EXCEPTIONS.values())
        return {"outcome": outcome, "fields": answer.read(typed), **beside.read(typed)}

    def sheets(self, deed: str, outcome: str, needed: Collection[str] = ()) -> list[Sheet]:
        """Of an answer its own fields, and what is said beside it."""
        if deed in ASKED:
            return [Sheet.of(ASKED[deed], self.basis({"due_at": self.task.due_at}), "")]
        model = OUTCOMES[self.task.kind][outcome]
        unasked = [name for name in EXCEPTIONS.values() if name not in needed] if deed == "complete" else []
        beside = forms.CompleteIn if deed == "complete" else forms.CorrectIn
        # Where words are asked for already, another field for words would only confuse; comments have their place below.
        hidden = ["outcome", "fields", *(["comment"] if WORDS & model.model_fields.keys() else [])]
        suggested = self.given(outcome) if deed == "correct" else self.suggested()
        stands = self.stands() if outcome == "revise" and deed == "complete" else {}
        return [
            Sheet.of(model, self.basis(suggested, stands), without=unasked),
            Sheet.of(beside, self.basis({}), "", without=hidden),
        ]

    def basis(self, suggested: Mapping[str, Any], stands: Mapping[str, Any] | None = None) -> Basis:
        store = self.office.store
        managers = store.people.management() if "approved_by" in fields_of(self.task.kind) else []
        return Basis(
            zone=self.order.plant_time_zone,
            today=self.today,
            lines=self.order.lines,
            quantities=self.task.quantities,
            suggested=suggested,
            stands=stands or {},
            choices={"approved_by": named(managers), "person": named(self.receivers)},
        )

    @property
    def today(self) -> date:
        return self.calendar.day_of(self.now)

    def stands(self) -> dict[str, Any]:
        """What a revision leaves as it is unless it says otherwise."""
        order = self.order
        return {"lines": order.lines, "requested_date": order.requested_date, "ship_to": order.ship_to}

    def suggested(self) -> dict[str, Any]:
        """What is most likely meant."""
        wished = self.order.requested_date if self.order.requested_date >= self.today else None
        promised = self.task.earliest if self.task.kind is Kind.DECIDE_PROMISE else wished
        return {"promised_date": promised, "shipped_at": self.now, "received_on": self.today}

    def given(self, outcome: str) -> dict[str, Any]:
        """What was answered, to be mended."""
        if outcome != self.task.outcome:
            return {}
        instants = [each.name for each in questions(OUTCOMES[self.task.kind][outcome]) if each.look is Look.INSTANT]
        return {
            name: self.at(value) if name in instants and isinstance(value, str) else value
            for name, value in (self.task.fields or {}).items()
        }

    def at(self, text: str) -> datetime:
        """A day means the end of its working time."""
        return datetime.fromisoformat(text) if "T" in text else self.calendar.end_of(date.fromisoformat(text))


def name_of(deed: str, outcome: str) -> str:
    return f"{deed}-{outcome}" if deed in WITH_OUTCOME else deed


def needed(tried: Tried | None) -> list[str]:
    """The exceptions that a refusal, or what was typed before, has made necessary."""
    if tried is None:
        return []
    refused = EXCEPTIONS.get(tried.problem.code) if tried.problem else None
    return [name for name in EXCEPTIONS.values() if name == refused or tried.typed.get(f"fields/{name}")]


def fields_of(kind: Kind) -> set[str]:
    return {name for model in OUTCOMES[kind].values() for name in model.model_fields}


def named(people: Sequence[Person]) -> list[tuple[str, str]]:
    return [(person.id, person.name if person.name == person.id else f"{person.name} ({person.id})") for person in people]


def with_offer(typed: dict[str, str], zone: str) -> dict[str, str]:
    """What a refusal offered and was chosen, as if it had been typed."""
    wish, _, instant = typed.pop("offer", "").partition(" ")
    if wish == "late":
        return {**typed, "fields/accept_late": "true"}
    if wish == "latest":
        return {**typed, "fields/ship_at": there(instant, zone)}
    return typed


def there(instant: str, zone: str) -> str:
    """As it is typed; what is no instant is left for the deed to refuse."""
    try:
        return f"{datetime.fromisoformat(instant).astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"
    except (ValueError, OverflowError):
        return instant
