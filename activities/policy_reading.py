"""How a tree of values is read: each at its place, going on after a problem, so that all are found at once."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from difflib import get_close_matches
from functools import wraps
from typing import Any

from activities.policy_lines import Path

Tree = dict[str, Any]
"""Nested tables; once read, they hold the policy's own types and lack what was refused."""


class Refused(ValueError):
    """Why a value can't be what its key asks for."""


@dataclass(frozen=True)
class Place:
    """Where in the policy a value stands, and what was refused so far, there and elsewhere."""

    path: Path
    refused: list[tuple[Path, str]]

    def at(self, key: str | int) -> "Place":
        return Place((*self.path, key), self.refused)

    def refuse(self, message: str) -> None:
        self.refused.append((self.path, message))

    def is_sound(self) -> bool:
        """Whether nothing was refused here or below."""
        return not any(path[: len(self.path)] == self.path for path, _ in self.refused)


Reader = Callable[[object, Place], object]
"""The value as the policy has it; None when it was refused. It goes on after a problem, so that all are found."""


def reader(read: Callable[[object], object]) -> Reader:
    """A reader of one value from a function that raises Refused."""

    @wraps(read)
    def at_place(value: object, place: Place) -> object:
        try:
            return read(value)
        except Refused as reason:
            place.refuse(str(reason))
            return None

    return at_place


def shown(value: object) -> str:
    """A value as it is quoted in a message, on one short line."""
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    if isinstance(value, int) and abs(value) > 10**18:
        return "a huge number"  # Python refuses to write numbers of thousands of digits
    text = str(value) if isinstance(value, date | time) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def hint(value: object, known: Iterable[str]) -> str:
    """What was probably meant, else what may be written when that is not too much to read."""
    words = {word.lower(): str(word) for word in known}
    if isinstance(value, str) and (near := get_close_matches(value.lower(), words, n=1)):
        return f"; did you mean {shown(words[near[0]])}?"
    return f"; write one of {', '.join(words.values())}" if len(words) <= 20 else ""


def table(fields: Mapping[str, Reader], what: str = "key", required: tuple[str, ...] = ()) -> Reader:
    def read(value: object, place: Place) -> Tree | None:
        if not isinstance(value, dict):
            place.refuse(f"{shown(value)} is not a table")
            return None
        for key in value:
            if key not in fields:
                place.at(key).refuse(f"unknown {what}{hint(key, fields)}")
        for key in required:
            if key not in value:
                place.at(key).refuse("is missing")
        found = {key: reader(value[key], place.at(key)) for key, reader in fields.items() if key in value}
        return {key: item for key, item in found.items() if item is not None}

    return read


def several(reader: Reader) -> Reader:
    """A list; what is refused of it stays as None, so that positions hold."""

    def read(value: object, place: Place) -> tuple[Any, ...] | None:
        if not isinstance(value, list):
            place.refuse(f"{shown(value)} is not a list")
            return None
        return tuple(reader(item, place.at(position)) for position, item in enumerate(value))

    return read


def word(known: Iterable[str], what: str) -> Reader:
    return reader(lambda value: one_of(value, known, what))


def one_of(value: object, known: Iterable[str], what: str) -> str:
    for choice in known:
        if value == choice:
            return choice
    raise Refused(f"{shown(value)} is not {what}{hint(value, known)}")
