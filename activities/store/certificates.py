"""Until when each person's courses count: the last session that they passed, and how long its course is good for."""

import calendar
from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, func, select

from activities.store.training_tables import ATTENDANCE, COURSE, TRAINING_SESSION

FOR_EVER = date.max
"""The last day of what never runs out."""

LATER = ATTENDANCE.alias()
OVERRULED = select(LATER.c.id).where(
    LATER.c.session == ATTENDANCE.c.session, LATER.c.person == ATTENDANCE.c.person, LATER.c.id > ATTENDANCE.c.id
)
COUNTS = ~OVERRULED.exists()
"""Of what was said about one person in one session, the last."""
NEWER = COURSE.alias()
NEWEST = ~select(NEWER.c.id).where(NEWER.c.course == COURSE.c.course, NEWER.c.id > COURSE.c.id).exists()
PASSED: Select[Any] = (
    select(ATTENDANCE.c.person, TRAINING_SESSION.c.course, func.max(TRAINING_SESSION.c.held_on).label("held_on"))
    .join_from(ATTENDANCE, TRAINING_SESSION, ATTENDANCE.c.session == TRAINING_SESSION.c.id)
    .where(ATTENDANCE.c.passed.is_(True), COUNTS)
    .group_by(ATTENDANCE.c.person, TRAINING_SESSION.c.course)
)
MONTHS = select(COURSE.c.course, COURSE.c.months).where(NEWEST)


def certificates(connection: Connection) -> dict[str, dict[str, date]]:
    """By person and course: the last day on which it counts."""
    months = {row.course: row.months for row in connection.execute(MONTHS)}
    found: dict[str, dict[str, date]] = defaultdict(dict)
    for row in connection.execute(PASSED):
        found[row.person][row.course] = last_day(row.held_on, months.get(row.course))
    return found


def last_day(held_on: date, months: int | None) -> date:
    """The same day of the month so many months later, or the last that the month has; it counts until its end."""
    if months is None:
        return FOR_EVER
    years, month = divmod(held_on.month - 1 + months, 12)
    year = held_on.year + years
    return date(year, month + 1, min(held_on.day, calendar.monthrange(year, month + 1)[1]))
