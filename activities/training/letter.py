"""The letter about certificates that run out: the reader's own first, then those of their people."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from jinja2 import Undefined

from activities.languages import Tongue
from activities.mail.letters import Item, Letter, Part, templates
from activities.mail.words import Words
from activities.store.training_mail import Expiry
from workflows.types.words import Language

SHOWN = 50
"""Certificates of a section that a mail shows."""


class Names(NamedTuple):
    """How people and courses are called."""

    people: dict[str, str]
    courses: dict[str, str]


class TrainingLetters:
    def __init__(self, public_url: str, undefined: type[Undefined] = Undefined) -> None:
        self._page = f"{public_url.rstrip('/')}/training"
        self._templates = templates(undefined)

    def write(self, reader: str, expiries: Sequence[Expiry], names: Names, language: Language, plant: str, today: date) -> Letter:
        words, tongue = Words.of(language), Tongue.of(language)
        own = [each for each in expiries if each.person == reader]
        theirs = [each for each in expiries if each.person != reader]
        parts = {name: some for name, some in (("own", own), ("theirs", theirs)) if some}
        counts = " · ".join(words.training[f"count_{name}"].format(n=len(some)) for name, some in parts.items())
        subject = words.training["subject"] + words.letter["colon"] + counts
        frame = {
            "subject": subject,
            "language": language,
            "words": words,
            "greeting": None,
            "link": self._page,
            "parts": [self._part(name, some, names, words, tongue, today) for name, some in parts.items()],
            "footer": words.letter["staff_footer"].format(plant=plant),
        }
        text, html = (self._templates.get_template(f"training.{kind}.j2").render(frame).strip() for kind in ("txt", "html"))
        return Letter(subject, text + "\n", html + "\n")

    def _part(self, name: str, some: Sequence[Expiry], names: Names, words: Words, tongue: Tongue, today: date) -> Part:
        items = tuple(self._item(each, name, names, words, tongue, today) for each in some[:SHOWN])
        return Part(words.training[name], items, words.training["more"] if len(some) > SHOWN else None)

    def _item(self, expiry: Expiry, part: str, names: Names, words: Words, tongue: Tongue, today: date) -> Item:
        course = names.courses.get(expiry.course, expiry.course)
        title = course if part == "own" else f"{names.people.get(expiry.person, expiry.person)} · {course}"
        how = "expired" if expiry.until < today else "last_day" if expiry.until == today else "until"
        return Item(title, words.training[how].format(day=tongue.day(expiry.until)), self._page)
