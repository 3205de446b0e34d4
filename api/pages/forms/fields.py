"""Fields of a form, made of the model that a deed takes, and the way back to the JSON that the deed reads.

    sheet = Sheet.of(OUTCOMES[kind][outcome], Basis(zone=…, today=…, lines=…, quantities=…))
    boxes = sheet.shown(tongue, scope=outcome)              # {{ ask(boxes) }} of _fields.html shows them
    typed = fields.typed(form)                              # everything that was sent, to be shown again
    body = {"outcome": outcome, "fields": sheet.read(typed)}
    boxes = sheet.shown(tongue, typed, problem, outcome)    # as typed, each fault beside its field

Inputs are named by the JSON pointer of what they give: `fields/good/1`; `place` is what it begins with, "" for a body
whose members are the fields themselves. A button named `more` asks for one row more: `asks_for_more` says whether it was
pressed, and then nothing is done but showing the form again.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from activities.languages import Tongue
from activities.languages.bidi import tamed
from api.pages.forms.basis import Basis, as_json, counted, usual
from api.pages.forms.boxes import Box, Showing, elsewhere, faulty, nearest
from api.pages.forms.questions import Look, Question, questions
from api.pages.forms.typing_in import Typed, asks_for_more, clean, rows_of, typed
from api.problems import Problem

__all__ = ["Basis", "Box", "Sheet", "Typed", "asks_for_more", "elsewhere", "faulty", "typed"]


@dataclass(frozen=True)
class Sheet:
    """Everything that one form asks for."""

    questions: tuple[Question, ...]
    basis: Basis
    place: str = "fields"

    @classmethod
    def of(cls, model: type[BaseModel], basis: Basis, place: str = "fields", without: Sequence[str] = ()) -> "Sheet":
        """`without`: fields of the model that are not asked for here."""
        return cls(tuple(each for each in questions(model) if each.name not in without), basis, place)

    def read(self, typed: Typed) -> dict[str, Any]:
        """What was typed as JSON: empty fields are left out, and so is what stands anyway."""
        found = self._members(self.questions, self.place, typed)
        stands = {name: as_json(value) for name, value in self.basis.stands.items()}
        meant = {name: as_it_stood(value, stands.get(name)) for name, value in found.items()}
        return {name: value for name, value in meant.items() if name not in stands or value != stands[name]}

    def shown(self, tongue: Tongue, typed: Typed | None = None, problem: Problem | None = None, scope: str = "form") -> list[Box]:
        """The fields as typed, else as they are at first. `scope`, the outcome's name, tells forms of one page apart."""
        showing = Showing(self.basis, tongue, typed, scope)
        boxes = [showing.box(each, f"{self.place}/{each.name}".lstrip("/")) for each in self.questions]
        for fault in problem.errors if problem else ():
            if box := nearest(fault.pointer, boxes):
                box.fault = fault.message
        return boxes

    def _members(self, asked: Sequence[Question], place: str, typed: Typed) -> dict[str, Any]:
        read = {each.name: self._value(each, f"{place}/{each.name}".lstrip("/"), typed) for each in asked}
        return {name: value for name, value in read.items() if value is not None}

    def _value(self, asked: Question, place: str, typed: Typed) -> Any:
        match asked.look:
            case Look.ROWS:
                rows = [self._members(asked.parts, "", row) for row in rows_of(asked, place, typed)]
                return rows or ([] if asked.is_required else None)
            case Look.PART:
                return self._members(asked.parts, place, typed) or ({} if asked.is_required else None)
            case Look.QUANTITIES:
                return self._quantities(asked, place, typed)
            case _:
                return value_of(asked, clean(typed.get(place, "")), self.basis.zone)

    def _quantities(self, asked: Question, place: str, typed: Typed) -> dict[str, Any] | None:
        """A line left empty counts as it was shown; nothing at all is left out."""
        filled = {line: clean(typed.get(f"{place}/{line}", "")) for line, _ in counted(self.basis)}
        if not any(filled.values()):
            return None
        return {line: whole(text or str(usual(asked.name, line, self.basis))) for line, text in filled.items()}


def as_it_stood(value: Any, stood: Any) -> Any:
    """What was typed, but where nobody changed a text what stood there: characters that no page gives back are no change."""
    match value, stood:
        case str(), str():
            return stood if value == clean(str(tamed(stood))) else value
        case list(), list():
            return [as_it_stood(each, was) for each, was in zip_longest(value, stood[: len(value)])]
        case dict(), dict():
            return {name: as_it_stood(each, stood.get(name)) for name, each in value.items()}
    return value


def value_of(asked: Question, text: str, zone: str) -> Any:
    """One value as JSON; what cannot be read goes on as it is, for the deed to say what is wrong with it."""
    if not text:
        return None
    match asked.look:
        case Look.NUMBER:
            return whole(text)
        case Look.FLAG | Look.TICK:
            return {"true": True, "false": False}.get(text, text)
        case Look.INSTANT:
            return with_offset(text, zone)
        case _:
            return text


def whole(text: str) -> int | str:
    return int(text) if re.fullmatch(r"[+-]?[0-9]{1,18}", text) else text


def with_offset(text: str, zone: str) -> str:
    """What the plant's clocks showed, as an instant."""
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return text
    return text if local.tzinfo or len(text) == len("2027-03-01") else local.replace(tzinfo=ZoneInfo(zone)).isoformat()
