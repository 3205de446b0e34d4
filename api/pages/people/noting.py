"""Who somebody was made, as an admin's log keeps it: words are found for it when it is read."""

import json
from typing import Any

from activities.languages import Tongue
from activities.mail.words import Words
from activities.store.house_log import Entry
from activities.store.register import Person

ADDED, UPDATED = "added", "updated"
DATA = '{"email": '
"""What such a detail begins with; no mail address has a space."""


def noted(person: Person) -> str:
    said = {"email": person.email, "head_of": person.head_of, "departments": person.departments, "admin": person.admin}
    return json.dumps(said, ensure_ascii=False)


def told(entry: Entry, tongue: Tongue) -> str:
    """What was noted in words before it was kept like this stays as it is."""
    is_data = entry.action in (ADDED, UPDATED) and entry.detail.startswith(DATA)
    return in_words(json.loads(entry.detail), tongue) if is_data else entry.detail


def in_words(said: dict[str, Any], tongue: Tongue) -> str:
    departments, heads = Words.of(tongue.language).departments, said["head_of"]
    led = [tongue.text("head of {department}", department=departments[each]) for each in heads]
    others = [departments[each] for each in said["departments"] if each not in heads]
    powers = [tongue.text("admin: people and policy")] if said["admin"] else []
    return " · ".join(part for part in (said["email"], *led, *others, *powers) if part)
