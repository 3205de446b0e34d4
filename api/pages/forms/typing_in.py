"""What was typed into a form, before anybody makes sense of it."""

import re
import unicodedata
from collections.abc import Mapping

from starlette.datastructures import FormData

from api.pages.forms.questions import Question

MORE = "more"
"""The button that asks for one row more; its value is the list's place."""

Typed = Mapping[str, str]


def typed(form: FormData) -> dict[str, str]:
    """All texts that were sent."""
    return {name: value for name, value in form.items() if isinstance(value, str)}


def asks_for_more(typed: Typed) -> bool:
    return MORE in typed


def rows_of(asked: Question, place: str, typed: Typed) -> list[dict[str, str]]:
    """The rows that were filled in, without those left empty: pointers count them as they are sent."""
    found: dict[int, dict[str, str]] = {}
    known = {each.name for each in asked.parts}
    for name, text in typed.items():
        step = re.fullmatch(re.escape(place) + r"/([0-9]{1,3})/(\w+)", name)
        if step and step[2] in known and clean(text):
            found.setdefault(int(step[1]), {})[step[2]] = text
    return [found[n] for n in sorted(found)]


def clean(text: str) -> str:
    """One line, digits and letters as they are meant: what people type into a large field has ends of lines."""
    return unicodedata.normalize("NFC", re.sub(r"[\s\u0085\u2028\u2029]*[\t\r\n]\s*", " ", text)).strip()
