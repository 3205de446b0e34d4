"""How texts are looked up: in one case, and never with what a database refuses."""

import re

from workflows import ids

LAST = "\U0010ffff"
"""Follows every character: what begins with a prefix lies between it and the prefix with this behind."""

_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


def plain(text: str) -> str:
    """The text, with what no database keeps replaced: looking for it finds nothing instead of failing."""
    return _UNKEEPABLE.sub("�", text)


def folded(text: str) -> str:
    """The text as prefixes of it are searched, in one case and one spelling: the same as of order numbers."""
    return ids.order_id(plain(text))


def order_key(order_no: str) -> str:
    return folded(order_no)


def task_key(task_id: str) -> str:
    """The id with the order's part in one case; the kind has only one."""
    number = ids.order_of_task(task_id)
    return plain(task_id) if number is None else order_key(number) + plain(task_id[len(number) :])
