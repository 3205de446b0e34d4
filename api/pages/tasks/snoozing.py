"""Until when a task is hidden: for an hour, until the plant opens again, or until a day."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from workflows.rules.calendar import Calendar

HOUR, MORNING, DAY = "hour", "morning", "day"
A_MOMENT = timedelta(minutes=1)


def until(wish: str, typed_day: str, now: datetime, calendar: Calendar) -> str:
    """As `until` of the deed takes it; what is no day goes on as it was typed, for the deed to refuse."""
    match wish:
        case "hour":
            return (now + timedelta(hours=1)).isoformat()
        case "morning":
            return opening_after(calendar.day_of(now), calendar).isoformat()
    try:
        day = date.fromisoformat(typed_day)
        return opening_after(day - timedelta(days=1), calendar).isoformat()
    except (ValueError, OverflowError):
        return typed_day


def opening_after(day: date, calendar: Calendar) -> datetime:
    """When work begins after a day has ended."""
    return calendar.add(calendar.end_of(day), A_MOMENT) - A_MOMENT


def wish_of(typed: Mapping[str, str]) -> str:
    return typed.get("for", DAY)
