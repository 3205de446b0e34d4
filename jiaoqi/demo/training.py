"""What the people of the demo plant were taught: one certificate that runs out soon, one that has, and some that are missing."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from activities.store import Store
from activities.store.training import Course
from jiaoqi.demo.cast import CAST
from workflows.types.words import Department

INSPECTION = Course("final-inspection", "Final inspection 成品檢驗", Department.QUALITY, 24)
SAFETY = Course("safety", "Safety at work 作業安全", None, 12)
SOON = timedelta(days=20)
"""Before then a certificate runs out: within the month in which people are reminded."""
NOT_LATELY = ("production1", "warehouse1", "supply1")
"""Who missed this year's safety training; production1 has had last year's."""


@dataclass(frozen=True)
class Taught:
    course: Course
    held_on: date
    trainer: str
    by: str
    """Who has entered it."""
    passed: tuple[str, ...]
    failed: tuple[str, ...] = ()
    place: str = "Training room 2"

    @property
    def results(self) -> dict[str, bool | None]:
        return {**dict.fromkeys(self.passed, True), **dict.fromkeys(self.failed, False)}


def sessions(today: date) -> tuple[Taught, ...]:
    """Two of each course, the older one first."""
    most = tuple(role.id for role in CAST if role.department and role.id not in NOT_LATELY)
    return (
        Taught(INSPECTION, years_before(today + SOON, 2), "Dr. Lin", "quality-head", ("quality-head", "quality1"), ("quality2",)),
        Taught(INSPECTION, today - timedelta(days=120), "Dr. Lin", "quality-head", ("quality-head", "quality2")),
        Taught(SAFETY, years_before(today - SOON, 1), "Ms. Wu", "boss", ("production1", "production-head")),
        Taught(SAFETY, today - timedelta(days=90), "Ms. Wu", "boss", most, ("warehouse1",)),
    )


def teach(store: Store, today: date, now: datetime) -> None:
    """Only of courses that the plant does not know yet; described last, so that a demo that was cut short begins again."""
    there = {course.id for course in store.training.courses()}
    for n, one in enumerate(sessions(today)):
        if one.course.id not in there:
            number = store.training.plan(one.course.id, one.held_on, one.trainer, f"demo {n}", one.by, now, one.place)
            store.training.record(number, one.results, one.by, now)
    for course, by in ((INSPECTION, "quality-head"), (SAFETY, "boss")):
        store.training.describe(course, by, now, is_new=True)


def years_before(day: date, years: int) -> date:
    """Of the last days of a month the 28th: each year has it."""
    return day.replace(year=day.year - years, day=min(day.day, 28))
