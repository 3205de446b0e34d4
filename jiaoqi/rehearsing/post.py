"""Mails of a rehearsal: who is told, in words that need no register of people."""

from typing import NamedTuple

from workflows.types.tasks import Task
from workflows.types.words import Department

WORDS = {"sales": "owner of the order", "customer": "customer", "admins": "admins"}


class Mail(NamedTuple):
    """One kind of mail to one recipient."""

    to: str
    kind: str


def recipient(word: str, about: Task | None) -> str:
    """Whom a word of the policy means: a department stands for its people or its mailbox, and counts once."""
    if about is not None and word == "assignee":
        return about.department.value
    if about is not None and word == "head":
        return f"head of {about.department.value}"
    return WORDS.get(word, word)


RECIPIENTS = ["customer", "owner of the order"]
RECIPIENTS += [name for each in Department for name in (each.value, f"head of {each.value}")]


def in_order(to: str) -> tuple[int, str]:
    """From the customer through the plant, what is unknown last."""
    return (RECIPIENTS.index(to) if to in RECIPIENTS else len(RECIPIENTS), to)
