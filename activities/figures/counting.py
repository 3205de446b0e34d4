"""What stands behind a figure: its orders or tasks one by one, and what each counts as."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement

from activities.figures import facts as f
from activities.figures.facts import Heard, Inspected, Mark
from activities.figures.words import Basis, Counted
from activities.store.figure_tables import FIGURE_FACT
from workflows.types.words import Department

HOUR = 3_600_000_000
"""Microseconds."""
TASKS = (f.TASK, f.INSPECTION, f.REWORK, f.FIRST_ANSWER, f.PROMISE_ANSWER, f.NOTICE, f.FEEDBACK)
"""Measures whose facts are of one task each."""

Said = Callable[[Any, date], dict[str, Any]]
"""What a row counts as."""


@dataclass(frozen=True)
class Behind:
    """Which facts a figure is made of."""

    measure: str
    says: Said
    only: tuple[ColumnElement[bool], ...] = ()

    def counted(self, row: Any, today: date) -> Counted:
        told = {"order_no": row.order_no, "customer": row.customer_name, "day": row.day, "part": row.part, "of": row.of}
        if self.measure in TASKS:
            told["task_id"] = f"{row.order_no}.{row.item}"
        return Counted.model_validate({**told, **self.says(row, today)})


def behind(name: str, basis: Basis, department: Department | None) -> Behind:
    """The facts behind one of the figures."""
    if name in DATED:
        return Behind(f.DUE + basis, DATED[name])
    if name == "stage_on_time" and department is not None:
        return Behind(f.TASK, task, (FIGURE_FACT.c.what == department.value,))
    return OTHERS[name]


def by_date(wanted: Mark, kept: str, broken: str) -> Said:
    """Of an order that was due."""

    def says(row: Any, today: date) -> dict[str, Any]:
        marks = Mark(row.marks)
        days = {"value": days_late(row, today)}
        if (fate := undelivered(marks)) is not None:
            return {"counts_as": fate, "part": 0, **days}
        is_kept = wanted in marks
        return {"counts_as": kept if is_kept else broken, "part": int(is_kept), **days}

    return says


def undelivered(marks: Mark) -> str | None:
    if Mark.CANCELLED in marks:
        return "cancelled"
    if Mark.OPEN in marks:
        return "open_late"
    return None if Mark.DELIVERED in marks else "undelivered"


def days_late(row: Any, today: date) -> int | None:
    if Mark.OPEN in Mark(row.marks):
        return int((today - row.day).days)
    return None if row.value is None or Mark.DELIVERED not in Mark(row.marks) else int(row.value)


def late(row: Any, today: date) -> dict[str, Any]:
    """Days are what is summed up of it."""
    days = days_late(row, today) or 0
    return {**by_date(Mark.ON_TIME, "on_time", "late")(row, today), "part": days}


def revised(row: Any, today: date) -> dict[str, Any]:
    fate = undelivered(Mark(row.marks) | Mark.DELIVERED) if Mark.CANCELLED in Mark(row.marks) else None
    return {"counts_as": fate or ("kept" if row.part else "revised"), "value": row.value}


def inspected(row: Any, today: date) -> dict[str, Any]:
    return {"counts_as": "passed" if Inspected.PASSED in Inspected(row.marks) else "failed"}


def right(row: Any, today: date) -> dict[str, Any]:
    return {"counts_as": "right" if row.part else "not_right"}


def reworked(row: Any, today: date) -> dict[str, Any]:
    return {"counts_as": "reworked"}


def lasted(row: Any, today: date) -> dict[str, Any]:
    return {"counts_as": "answered" if row.measure != f.CYCLE else "delivered", "value": row.value / HOUR}


def task(row: Any, today: date) -> dict[str, Any]:
    counts_as = "in_time" if row.part else "open_late" if row.is_open else "late"
    return {"counts_as": counts_as, "department": row.what}


def noticed(row: Any, today: date) -> dict[str, Any]:
    if row.value is None:
        return {"counts_as": "no_notice"}
    return {"counts_as": "enough" if row.part else "short", "value": row.value / HOUR}


def satisfied(row: Any, today: date) -> dict[str, Any]:
    marks = Heard(row.marks)
    if Heard.ANSWERED not in marks:
        return {"counts_as": "no_answer", "of": 0}
    return {"counts_as": "satisfied" if Heard.SATISFIED in marks else "not_satisfied", "value": row.value}


def recommends(row: Any, today: date) -> dict[str, Any]:
    marks = Heard(row.marks)
    if Heard.NPS not in marks:
        return {"counts_as": "no_answer", "part": 0, "of": 0}
    if Heard.PROMOTER in marks:
        return {"counts_as": "promoter", "part": 1}
    return {"counts_as": "detractor", "part": -1} if Heard.DETRACTOR in marks else {"counts_as": "passive", "part": 0}


DATED: dict[str, Said] = {
    "on_time": by_date(Mark.ON_TIME, "on_time", "late"),
    "in_full": by_date(Mark.IN_FULL, "in_full", "short"),
    "otif": by_date(Mark.ON_TIME | Mark.IN_FULL, "otif", "not_otif"),
    "perfect_order": by_date(f.PERFECT, "perfect", "not_perfect"),
    "tardiness": late,
}
IS_FIRST = FIGURE_FACT.c.marks.bitwise_and(int(Inspected.FIRST)) != 0
OTHERS = {
    "promise_stability": Behind(f.PROMISES, revised),
    "first_pass_yield": Behind(f.INSPECTION, inspected, (IS_FIRST,)),
    "right_first_time": Behind(f.FIRST_ROUND, right),
    "rework_rate": Behind(f.REWORK, reworked),
    "first_answer": Behind(f.FIRST_ANSWER, lasted),
    "promise_answer": Behind(f.PROMISE_ANSWER, lasted),
    "cycle_time": Behind(f.CYCLE, lasted),
    "stage_on_time": Behind(f.TASK, task),
    "notice_lead": Behind(f.NOTICE, noticed),
    "csat": Behind(f.FEEDBACK, satisfied),
    "nps": Behind(f.FEEDBACK, recommends),
}
