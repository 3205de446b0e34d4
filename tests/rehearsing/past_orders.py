"""Past orders for the tests: by the built-in policy in Taipei, entered on Monday 2026-11-02, promised for Friday 2026-11-27."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from activities import policy_file
from jiaoqi.rehearsing.past import PastOrder
from jiaoqi.rehearsing.play import Rules
from workflows.types.words import Priority

TAIPEI = ZoneInfo("Asia/Taipei")
RULES = Rules.of(policy_file.default())


def rules(text: str) -> Rules:
    return Rules.of(policy_file.parse(f'version = "test"\n{text}'))


def at(text: str) -> datetime:
    """`20 09:00`: November 2026 in the plant's zone; `12-01 09:00` in another month."""
    day, clock = text.split()
    month, _, number = day.rpartition("-")
    when = datetime.fromisoformat(f"2026-{month or '11'}-{int(number):02} {clock}")
    return when.replace(tzinfo=TAIPEI).astimezone(UTC)


def november(number: int) -> date:
    return date(2026, 11, number)


def past(
    delivered: date,
    *,
    entered: date | None = date(2026, 11, 2),
    promised: date = date(2026, 11, 27),
    recorded: date | None = None,
    priority: Priority = Priority.NORMAL,
) -> PastOrder:
    return PastOrder("P-1", entered, promised, delivered, recorded or delivered, delivered > promised, priority)
