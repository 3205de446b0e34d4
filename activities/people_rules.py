"""Who can be in the register: names that can be ids, mail addresses, and what a register lacks (R1)."""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from activities.store.register import Register
from workflows.types.words import Department

LONGEST_NAME = 64
LONGEST_EMAIL = 200
UNSEEN = ("C", "Z")
"""The categories of characters that nobody sees: control, format, unassigned, spaces."""
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
RESERVED = ("customer", "system", "me", ".", "..")
"""Actors that are nobody in the register, the word by which the API calls whoever asks, and what no address can end in."""


def name_fault(name: str) -> str | None:
    """Why this cannot be an id: it stands in addresses, in mails, and in lists that commas separate."""
    if not 1 <= len(name) <= LONGEST_NAME:
        return f"has 1 to {LONGEST_NAME} characters"
    if any(unicodedata.category(char)[0] in UNSEEN for char in name):
        return f"{name!r} has characters that can't be seen; write one word"
    if name in RESERVED or "," in name or "/" in name:
        return f"{name!r} can't be a person's name here"
    return None


def email_fault(email: str) -> str | None:
    if EMAIL.fullmatch(email) and email.isprintable() and len(email) <= LONGEST_EMAIL:
        return None
    return f"{email!r} is no mail address"


class Lack(NamedTuple):
    """What a register ought to have (R1)."""

    of: str
    """`nobody`, `no head`, or `no admin`."""
    department: Department | None = None


NOBODY, NO_HEAD, NO_ADMIN = "nobody", "no head", "no admin"


def lacks(register: Register) -> Iterator[Lack]:
    """Every department has a head and somebody in it, and the plant an admin."""
    for department in Department:
        if not register.members(department):
            yield Lack(NOBODY, department)
        elif not register.heads(department):
            yield Lack(NO_HEAD, department)
    if not register.admins():
        yield Lack(NO_ADMIN)
