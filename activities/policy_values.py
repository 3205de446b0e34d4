"""The single values of a policy file: what each may be, and what it means."""

import re
import unicodedata
from datetime import date, datetime, time
from functools import cache
from zoneinfo import available_timezones

import holidays

from activities.policy_reading import Reader, Refused, one_of, reader, shown
from workflows.types.policy import WEEKDAYS, Shift, Span, Timing, Unit
from workflows.types.words import Department

RECIPIENTS = tuple(dict.fromkeys(("assignee", "head", "sales", "management", "customer", *Department)))
CLOCK = r"([01][0-9]|2[0-3]):([0-5][0-9])"
OTHER_MAILS = (
    *("order_confirmed", "order_released", "task_opened", "shipping_notice", "sign_off_request", "feedback_request"),
    *("order_cancelled", "promise_moved", "at_risk", "late", "silent", "hold_ended", "undeliverable", "unowned"),
)


def text(limit: int) -> Reader:
    @reader
    def read(value: object) -> str:
        if not isinstance(value, str):
            raise Refused(f"{shown(value)} is not a text; write it in quotes")
        trimmed = value.strip()
        if not trimmed:
            raise Refused("is empty")
        if len(trimmed) > limit:
            raise Refused(f"is longer than {limit} characters")
        if any(unicodedata.category(char) == "Cc" for char in trimmed):
            raise Refused(f"{shown(value)} has control characters")
        return trimmed

    return read


@reader
def zone(value: object) -> str:
    return one_of(value, zones(), "a time zone")


@reader
def country(value: object) -> str:
    return "" if value == "" else one_of(value, countries(), "a country whose public holidays are known")


@reader
def stand_in(value: object) -> str:
    """A department, or "" for nobody."""
    return "" if value == "" else one_of(value, Department, "a department")


@reader
def task_opened(value: object) -> bool:
    return one_of(value, ("none", "instant"), "a way to be told") == "instant"


@reader
def offset(value: object) -> Span:
    return span_of(value)


@reader
def duration(value: object) -> Span:
    span = span_of(value)
    if span.count < 0:
        raise Refused(f"{shown(value)} is negative; only the at of a ladder may be")
    return span


def span_of(value: object) -> Span:
    match = re.fullmatch(r"(-?[0-9]+)([smhd])", value) if isinstance(value, str) else None
    if not match:
        raise Refused(f"{shown(value)} is not a duration; write a whole number and one of s m h d")
    # More digits would overflow the calendar; how many days are too many is judged when the working day is known.
    if len(match[1]) > 9:
        raise Refused(f"{shown(value)} is too long")
    return Span(count=int(match[1]), unit=Unit(match[2]))


@reader
def whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**9:
        return value
    raise Refused(f"{shown(value)} is not a whole number from 0 to 10⁹")


@reader
def share(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    raise Refused(f"{shown(value)} is not a share between 0 and 1")


@reader
def flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise Refused(f"{shown(value)} is neither true nor false")


@reader
def day(value: object) -> date:
    """A date of TOML's own, or the same in quotes."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise Refused(f'{shown(value)} is not a date; write it as "2027-02-11"')
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Refused(f"{shown(value)} is not a day of the calendar") from None


@reader
def shift(value: object) -> Shift:
    match = re.fullmatch(f"{CLOCK}-(?:{CLOCK}|(24):(00))", value) if isinstance(value, str) else None
    if not match:
        raise Refused(f'{shown(value)} are not hours; write them as "08:00-12:00"')
    start_hour, start_minute, end_hour, end_minute = (int(part) for part in match.groups() if part)
    return Shift(start=time(start_hour, start_minute), end=time(end_hour % 24, end_minute))


def timing(*, lead: str) -> Reader:
    """`lead` says what stands before the time: "weekday", "day", or "" for nothing. An empty text is never."""

    @reader
    def read(value: object) -> Timing | None:
        pattern = {"weekday": f"({'|'.join(WEEKDAYS)}) {CLOCK}", "day": f"([1-9]|1[0-9]|2[0-8]) {CLOCK}", "": f"(){CLOCK}"}[lead]
        if value == "":
            return None
        match = re.fullmatch(pattern, value) if isinstance(value, str) else None
        if not match:
            example = {"weekday": "mon 09:00", "day": "1 08:00", "": "07:00"}[lead]
            raise Refused(f'{shown(value)} is not a time for this; write it as "{example}", or "" for never')
        of, at = match[1], time(int(match[2]), int(match[3]))
        if lead == "weekday":
            return Timing(weekday=WEEKDAYS.index(of), at=at)
        return Timing(day=int(of), at=at) if lead == "day" else Timing(at=at)

    return read


@reader
def course(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value) and len(value) <= 64:
        return value
    raise Refused(f"{shown(value)} is not a course's id; write lowercase words joined by -")


@reader
def years(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 100:
        return value
    raise Refused(f"{shown(value)} is not a number of years from 1 to 100")


@reader
def address(value: object) -> str:
    if isinstance(value, str) and len(value) <= 200 and re.fullmatch(r"[^\s@<>,;]+@[^\s@<>,;]+", value):
        return value
    raise Refused(f"{shown(value)} is not a mail address")


@reader
def rung_name(value: object) -> str:
    if not isinstance(value, str) or len(value) > 64 or not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", value):
        raise Refused(f"{shown(value)} is not a rung's name; write lowercase words joined by _")
    # The name is the mail's kind: two kinds of mail under one name could not be told apart.
    if value in OTHER_MAILS:
        raise Refused(f"{shown(value)} is the kind of another mail; choose another name")
    return value


@cache
def zones() -> frozenset[str]:
    # What `localtime` is differs between machines.
    return frozenset(available_timezones() - {"localtime"})


@cache
def countries() -> frozenset[str]:
    """ISO codes of two or three letters."""
    return frozenset(holidays.list_supported_countries())
