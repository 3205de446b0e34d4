"""How values look on a page, beyond what a language says of them: marks that stand beside words, never alone."""

from collections.abc import Callable, Mapping
from typing import Any

from api.pages.addresses import improvement_url, order_url, task_url
from api.pages.forms.places import place
from workflows.types.words import Lateness, OrderStatus, Risk, TaskStatus

MARKS: Mapping[str, str] = {
    Risk.ON_TRACK: "✓",
    Risk.AT_RISK: "▲",
    Risk.LATE: "✖",
    Lateness.EARLY: "✓",
    Lateness.DUE_SOON: "◔",
    Lateness.OVERDUE: "✖",
    OrderStatus.OPEN: "●",
    OrderStatus.ON_HOLD: "‖",
    OrderStatus.COMPLETED: "✓",
    OrderStatus.CANCELLED: "⊘",
    TaskStatus.OPEN: "●",
}
"""A sign for each state: colour is never alone, and neither is the sign."""


def mark(word: str | None) -> str:
    return MARKS.get(word or "", "")


FILTERS: dict[str, Callable[..., Any]] = {
    "order_url": order_url,
    "task_url": task_url,
    "improvement_url": improvement_url,
    "mark": mark,
    "place": place,
}
