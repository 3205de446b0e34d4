"""Days and instants of a plant, as bodies carry them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

PLANT = ZoneInfo("Asia/Taipei")


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    """In the plant's zone."""
    return now().astimezone(PLANT).date()


def day(days: float = 0) -> str:
    """The day so many days from now."""
    return (today() + timedelta(days=days)).isoformat()


def instant(**from_now: float) -> str:
    return written(now() + timedelta(**from_now))


def written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read(text: str) -> datetime:
    """An instant as the contract writes it: UTC, with Z."""
    assert text.endswith("Z"), text
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
