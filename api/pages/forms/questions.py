"""What a model asks for, field by field, as its JSON Schema says: the same that programs are given (`api/schemas.py`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from api.schemas import of_form

LONGEST_IN_ONE_LINE = 254
LIMITS = {"maxLength": "maxlength", "minimum": "min", "maximum": "max"}
"""What HTML calls what JSON Schema limits."""


class Look(StrEnum):
    """How a field is asked for."""

    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    INSTANT = "instant"
    TICK = "tick"
    FLAG = "flag"
    """Yes or no, to be said either way."""
    CHOICE = "choice"
    QUANTITIES = "quantities"
    """A number for each line of the order."""
    ROWS = "rows"
    PART = "part"
    """Fields of a field."""


@dataclass(frozen=True)
class Question:
    name: str
    look: Look
    is_required: bool
    default: Any = None
    limits: Mapping[str, int] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    parts: tuple["Question", ...] = ()


@lru_cache(maxsize=128)
def questions(model: type[BaseModel]) -> tuple[Question, ...]:
    schema = of_form(model)
    return members(schema, schema.get("$defs", {}))


def members(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> tuple[Question, ...]:
    required = schema.get("required", ())
    return tuple(question(name, part, definitions, is_required=name in required) for name, part in schema["properties"].items())


def question(name: str, schema: Mapping[str, Any], definitions: Mapping[str, Any], *, is_required: bool) -> Question:
    meant = resolved(schema, definitions)
    inner = resolved(meant.get("items", meant), definitions)
    look = look_of(meant)
    return Question(
        name=name,
        look=look,
        is_required=is_required,
        default=schema.get("default") if look in (Look.CHOICE, Look.TICK) else None,
        limits={html: meant[ours] for ours, html in LIMITS.items() if ours in meant},
        choices=tuple(meant.get("enum", ())),
        parts=members(inner, definitions) if look in (Look.ROWS, Look.PART) and "properties" in inner else (),
    )


def resolved(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is meant by a reference, or by something that may also be null."""
    if "$ref" in schema:
        return resolved(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    real = [part for part in schema.get("anyOf", ()) if part.get("type") != "null"]
    return resolved(real[0], definitions) if len(real) == 1 else schema


def look_of(meant: Mapping[str, Any]) -> Look:
    match meant:
        case {"enum": _}:
            return Look.CHOICE
        case {"type": "boolean"}:
            return Look.TICK if "default" in meant else Look.FLAG
        case {"type": "integer"}:
            return Look.NUMBER
        case {"type": "array"}:
            return Look.ROWS
        case {"patternProperties": _}:
            return Look.QUANTITIES
        case {"type": "object"}:
            return Look.PART
        case {"format": "date"}:
            return Look.DAY
        case {"anyOf": _}:
            return Look.INSTANT
    return Look.LINE if meant.get("maxLength", 0) <= LONGEST_IN_ONE_LINE else Look.TEXT
