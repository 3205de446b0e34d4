"""A small plant that teaches: its courses, and who passed them when."""

from datetime import date, datetime

from activities.store import Store
from activities.store.training import Course
from tests.store.plant import NOW
from workflows.types.words import Department

INSPECTION = Course("inspection", "Final inspection", Department.QUALITY, 24)
SAFETY = Course("safety", "安全講習", None, None)


def taught(store: Store, course: str, held_on: date, at: datetime = NOW, by: str = "quality-head", **passed: bool | None) -> int:
    """A session, and who passed it; `_` in names is written for `-`."""
    said = f"{course} {held_on} {len(store.training.sessions())}"
    session = store.training.plan(course, held_on, "Dr. Lin", said, by, at)
    store.training.record(session, {name.replace("_", "-"): how for name, how in passed.items()}, by, at)
    return session
