"""Every id the plant uses, made in one place: workflow id, row key and idempotency stem are the same."""

import hashlib
import re
import unicodedata
from datetime import date

from workflows.types.reviews import ReviewKind
from workflows.types.words import Kind

LONGEST_ORDER_NO = 64

ORDERS_QUEUE = "orders"
"""What workers serve: orders with their journal."""
REVIEWS_QUEUE = "reviews"
"""What is done once a day or less, by threads of its own: no slow mail server holds up an answer."""
DOCUMENTS_QUEUE = "documents"
"""Printing and archiving, one thing after the other."""
ARCHIVE = "archive"
"""The schedule of the archive, and what the workflows that it starts are called by."""
DIGEST = "digest"
"""The schedule of the mornings, and what the workflows that it starts are called by."""
TRAINING = "training"
"""The same of the reminders of training."""


def schedule(review: ReviewKind) -> str:
    """The schedule of a review, and what the workflows that it starts are called by."""
    return f"review-{review}"


def review(kind: ReviewKind, day: date) -> str:
    """The pack of that day; whoever asks for it by hand starts a workflow of this id."""
    return f"{kind}-{day}"


class BadOrderNumber(ValueError):
    """The order number cannot be used; the message says why."""


def order_no(text: str) -> str:
    """The number as it is kept: NFKC, trimmed; letters, marks, digits, `.`, `_`, `-`, the first a letter or digit."""
    number = unicodedata.normalize("NFKC", text).strip()
    if not 1 <= len(number) <= LONGEST_ORDER_NO:
        raise BadOrderNumber(f"an order number has 1 to {LONGEST_ORDER_NO} characters")
    if not _may_lead(number[0]) or not all(_may_follow(char) for char in number):
        raise BadOrderNumber("an order number has letters, digits, '.', '_' and '-' only, and begins with a letter or digit")
    return number


def order_id(number: str) -> str:
    """The key under which an order number exists once, in any case."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", number).strip().casefold())


def workflow_id(number: str) -> str:
    return f"{'case' if is_case(number) else 'order'}-{order_id(number)}"


def order_of_workflow(workflow: str) -> str | None:
    """The key of the order or the case that this workflow carries; None when it carries neither."""
    key = workflow.partition("-")[2]
    return key if key and workflow_id(key) == workflow else None


def is_case(number: str) -> bool:
    """Whether this names a case beside the orders; no order's number has a colon."""
    return ":" in number


def improvement(n: int) -> str:
    return f"imp:{n}"


def order_file(number: str) -> str:
    """The case that completes an order's documents: one for each order."""
    return f"file:{number}"


def task_id(number: str, kind: Kind, n: int) -> str:
    return f"{number}.{kind}.{n}"


_TASK_ID = re.compile(r"(?P<order>.+)\.(?P<kind>[a-z_]+)\.(?P<n>[1-9][0-9]*)", re.DOTALL)


def order_of_task(task: str) -> str | None:
    """The order number in a task id, or None when it is none."""
    match = _TASK_ID.fullmatch(task)
    return match["order"] if match else None


def said(person: str, method: str, path: str, key: str) -> str:
    """The id of one call: update id, and the key of its stored answer."""
    return hashlib.sha256("\0".join((person, method, path, key)).encode()).hexdigest()[:40]


def _may_lead(char: str) -> bool:
    return unicodedata.category(char)[0] == "L" or unicodedata.category(char) == "Nd"


def _may_follow(char: str) -> bool:
    return unicodedata.category(char)[0] in ("L", "M") or unicodedata.category(char) == "Nd" or char in "._-"
