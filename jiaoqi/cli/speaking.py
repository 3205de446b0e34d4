"""What commands say to people, in the language of the terminal: JIAOQI_LANGUAGE, else LC_ALL, LC_MESSAGES, LANG.

Commands are written in English; here it is translated, on its way out. What programs read never passes here.
"""

import os
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from activities.languages import Tongue

WISHES = ("JIAOQI_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
TABLES = {
    "Department": "departments",
    "Kind": "tasks",
    "Lateness": "lateness",
    "OrderStatus": "statuses",
    "Priority": "priorities",
    "Risk": "risks",
    "Stage": "stages",
    "TaskStatus": "statuses",
}
"""By kind of closed word: the table of its names."""


def say(english: str, *, to_stderr: bool = False) -> None:
    click.echo(worded(english), err=to_stderr)


def worded(english: str) -> str:
    """In the terminal's language; of several lines each by itself, unless they are one text."""
    tongue = spoken_here()
    if tongue is None:
        return english
    whole = tongue.said(english)
    return whole if whole != english else "\n".join(line_worded(line, tongue) for line in english.split("\n"))


def line_worded(line: str, tongue: "Tongue") -> str:
    """Without what stands before it: an indentation, or the file and the place of which it speaks."""
    bare = line.lstrip()
    for start in starts(bare):
        found = tongue.said(bare[start:])
        if found != bare[start:]:
            return line[: len(line) - len(bare)] + bare[:start] + found
    return line


def starts(line: str) -> Iterator[int]:
    """Where a sentence can begin: at first, and behind each colon."""
    start = 0
    while start >= 0:
        yield start
        colon = line.find(": ", start)
        start = colon + 2 if colon >= 0 else -1


def named(word: StrEnum) -> str:
    """A closed word as people call it; English readers know it by the word that they type."""
    table = TABLES.get(type(word).__name__)
    language = wish()
    if table is None or language is None:
        return word.value
    from activities.mail.words import Words
    from workflows.types.words import Language

    names: dict[str, str] = getattr(Words.of(Language(language)), table)
    return names.get(word, word.value)


@cache
def spoken_here() -> "Tongue | None":
    """None: English, which needs no books. Opening them takes a tenth of a second, which whoever reads English is spared."""
    language = wish()
    if language is None:
        return None
    from activities.languages import Tongue
    from workflows.types.words import Language

    return Tongue.of(Language(language))


def wish() -> str | None:
    """The Chinese that is wanted, if any: the first variable that is set decides."""
    wanted = next((value for name in WISHES if (value := os.environ.get(name, "").strip())), "").lower()
    parts = wanted.partition(".")[0].partition("@")[0].replace("_", "-").split("-")
    if parts[0] != "zh":
        return None
    return "zh-Hant" if {"hant", "tw", "hk", "mo"} & set(parts) and "hans" not in parts else "zh-Hans"
