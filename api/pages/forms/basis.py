"""What the fields of a form are about: the order's lines and quantities, the plant's zone, and what is known already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from workflows.types.orders import Line, Quantities

NOTHING = ("scrap", "failed", "damaged")
"""Quantities that are nothing unless somebody says otherwise; of all others what lies before the task is meant."""

Choice = tuple[str, str]
"""What is sent, and what is read."""


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What the fields are about."""

    zone: str
    today: date
    lines: Sequence[Line] = ()
    """Of the order: quantities are asked line by line."""
    quantities: Quantities | None = None
    """What lies before the task."""
    stands: Mapping[str, Any] = field(default_factory=dict)
    """By field: what holds if the field is left out. It is shown, and sent only if it was changed."""
    suggested: Mapping[str, Any] = field(default_factory=dict)
    """By field: what is shown at first, and sent as it is."""
    choices: Mapping[str, Sequence[Choice]] = field(default_factory=dict)
    """By field: what there is to choose from where the model does not know, such as people."""


def counted(basis: Basis) -> list[tuple[str, Line]]:
    """The lines that there is something of before the task; all, where there is nothing of any."""
    every = [(str(number), line) for number, line in enumerate(basis.lines, start=1)]
    return [(number, line) for number, line in every if (basis.quantities or {}).get(number)] or every


def usual(name: str, line: str, basis: Basis) -> int:
    return 0 if name in NOTHING else (basis.quantities or {}).get(line, 0)


def as_text(value: Any, zone: str) -> str:
    """A value as an input holds it."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case datetime():
            return f"{value.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"
        case date():
            return value.isoformat()
    return str(value)


def as_json(value: Any) -> Any:
    match value:
        case date():
            return value.isoformat()
        case BaseModel():
            return value.model_dump(mode="json")
        case list() | tuple():
            return [as_json(each) for each in value]
    return value
