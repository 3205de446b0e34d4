"""How far a morning looks ahead, in the plant's days."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from workflows.rules.calendar import DAY, Calendar
from workflows.types.policy import Plant


class Horizon(NamedTuple):
    """The last instants of today and of this week, which ends with Sunday."""

    day: date
    today: datetime
    week: datetime

    @classmethod
    def of(cls, day: date, plant: Plant) -> Self:
        # A night shift's day ends in the morning after it.
        today = max(Calendar.of(plant).end_of(day), midnight_after(day, plant))
        sunday = day + (6 - day.weekday()) * DAY
        return cls(day, today, max(today, midnight_after(sunday, plant)))


def midnight_after(day: date, plant: Plant) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(0), ZoneInfo(plant.time_zone))
