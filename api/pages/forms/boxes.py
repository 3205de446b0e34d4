"""Questions as a template shows them: a box for each, filled in with what was typed or with what is known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from activities.languages import Tongue
from activities.languages.tongue import NAMES
from activities.mail.words import Words
from api.pages.forms.basis import Basis, Choice, as_json, as_text, counted, usual
from api.pages.forms.questions import Look, Question
from api.pages.forms.typing_in import MORE, Typed, rows_of
from api.problems import Problem
from workflows.types.orders import Line
from workflows.types.words import Language

UNBOUNDED = ("good", "wished")
"""Quantities that may be above what lies before the task."""
PAST = ("received_on", "shipped_at")
"""What cannot lie in the future; all other days cannot lie in the past."""
WORDS = {
    "mode": "modes",
    "rest": "rests",
    "kind": "issue_kinds",
    "department": "departments",
    "priority": "priorities",
    "origin": "origins",
}
"""By field: which of the plant's closed words it chooses from."""


@dataclass(kw_only=True)
class Box:
    """One field as the template shows it."""

    look: Look
    name: str
    id: str
    label: str
    value: str = ""
    is_required: bool = False
    may_be_empty: bool = False
    """Required all the same, once the rest of its row is filled in."""
    limits: Mapping[str, Any] = field(default_factory=dict)
    choices: Sequence[Choice] = ()
    hint: str = ""
    fault: str | None = None
    form: str = ""
    """The id of its form, where it stands outside."""
    boxes: Sequence["Box"] = ()
    rows: Sequence[Sequence["Box"]] = ()

    def walk(self) -> Iterator["Box"]:
        """This one, and all inside it."""
        yield self
        for inner in (*self.boxes, *(box for row in self.rows for box in row)):
            yield from inner.walk()


def faulty(boxes: Sequence[Box]) -> list[Box]:
    """The fields that were refused, in their order on the page."""
    return [box for top in boxes for box in top.walk() if box.fault]


def elsewhere(problem: Problem, boxes: Sequence[Box]) -> list[str]:
    """What is wrong, but with none of these fields."""
    return [fault.message for fault in problem.errors if nearest(fault.pointer, boxes) is None]


def nearest(pointer: str, boxes: Sequence[Box]) -> Box | None:
    """The innermost field that a pointer leads to, or past."""
    every = [box for top in boxes for box in top.walk() if f"{pointer}/".startswith(f"/{box.name}/")]
    return max(every, key=lambda box: len(box.name), default=None)


@dataclass(frozen=True)
class Showing:
    """Questions becoming boxes."""

    basis: Basis
    tongue: Tongue
    typed: Typed | None
    scope: str

    def box(self, asked: Question, place: str) -> Box:
        made = Box(
            look=asked.look,
            name=place,
            id=f"{self.scope}-{place}".replace("/", "-"),
            label=self.words.field(asked.name, self.scope),
            is_required=asked.is_required,
            limits=asked.limits,
        )
        match asked.look:
            case Look.ROWS:
                made.rows = self._rows(asked, place)
            case Look.PART:
                made.boxes = [self.box(each, f"{place}/{each.name}") for each in asked.parts]
            case Look.QUANTITIES:
                made.boxes = [self._line(asked, number, line, place) for number, line in counted(self.basis)]
            case _:
                self._fill(made, asked, place)
        return made

    @property
    def words(self) -> Words:
        return Words.of(self.tongue.language)

    def _fill(self, made: Box, asked: Question, place: str) -> None:
        first = self.basis.suggested.get(asked.name, self.basis.stands.get(asked.name, asked.default))
        made.value = as_text(first, self.basis.zone) if self.typed is None else self.typed.get(place, "")
        made.choices = self._choices(asked)
        if asked.look in (Look.DAY, Look.INSTANT):
            made.limits = day_limits(asked, self.basis)
        if asked.look is Look.INSTANT:
            made.hint = self.basis.zone

    def _choices(self, asked: Question) -> Sequence[Choice]:
        if asked.name in self.basis.choices:
            return self.basis.choices[asked.name]
        if asked.look is Look.FLAG:
            return [("true", self.tongue.text("Yes")), ("false", self.tongue.text("No"))]
        return [(value, word_of(self.words, asked.name, value)) for value in asked.choices]

    def _line(self, asked: Question, number: str, line: Line, place: str) -> Box:
        name, most = f"{place}/{number}", (self.basis.quantities or {}).get(number, 0)
        return Box(
            look=Look.NUMBER,
            name=name,
            id=f"{self.scope}-{name}".replace("/", "-"),
            label=f"{number}. {line.product_model}",
            value=str(self._first(asked.name, number)) if self.typed is None else self.typed.get(name, ""),
            limits={"min": 0} if asked.name in UNBOUNDED else {"min": 0, "max": most},
            hint=self.tongue.text("of {quantity} {unit}", quantity=self.tongue.number(most), unit=line.unit),
        )

    def _first(self, name: str, line: str) -> int:
        suggested = self.basis.suggested.get(name)
        return usual(name, line, self.basis) if suggested is None else suggested.get(line, 0)

    def _rows(self, asked: Question, place: str) -> list[list[Box]]:
        """What is filled in, and one more where there is nothing yet or more was asked for."""
        if self.typed is None:
            rows = [{name: as_text(value, self.basis.zone) for name, value in row.items()} for row in self._standing(asked)]
        else:
            rows = rows_of(asked, place, self.typed)
        if not rows or (self.typed is not None and self.typed.get(MORE) == place):
            rows = [*rows, {}]
        return [self._row(asked, f"{place}/{n}", row) for n, row in enumerate(rows)]

    def _standing(self, asked: Question) -> list[dict[str, Any]]:
        return as_json(self.basis.stands.get(asked.name, self.basis.suggested.get(asked.name, ())))  # type: ignore[no-any-return]

    def _row(self, asked: Question, place: str, row: Typed) -> list[Box]:
        inner = replace(self, typed={f"{place}/{name}": text for name, text in row.items()})
        boxes = [inner.box(each, f"{place}/{each.name}") for each in asked.parts]
        for box in boxes:
            box.may_be_empty = True
        return boxes


def day_limits(asked: Question, basis: Basis) -> dict[str, str]:
    end = "max" if asked.name in PAST else "min"
    at = "T23:59" if end == "max" else "T00:00"
    return {end: basis.today.isoformat() + (at if asked.look is Look.INSTANT else "")}


def word_of(words: Words, name: str, value: str) -> str:
    """What a choice is called."""
    if name == "language":
        return NAMES[Language(value)]
    closed: dict[str, str] = getattr(words, WORDS[name])
    return closed[value]
