"""What people may type: bounded texts, whole quantities, days and instants, read strictly."""

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema

LONGEST_NAME, LONGEST_TEXT, LONGEST_REFERENCE, LONGEST_UNIT = 200, 2_000, 64, 16
MOST = 1_000_000_000
FIRST_YEAR, LAST_YEAR = 1900, 9000

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})", re.ASCII)


def no_control_characters(text: str) -> str:
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in text):
        raise ValueError("control characters are not allowed")
    return text


def _text(longest: int) -> Any:
    limits = StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=longest)
    return Annotated[str, limits, AfterValidator(no_control_characters)]


Name = _text(LONGEST_NAME)
Text = _text(LONGEST_TEXT)
Reference = _text(LONGEST_REFERENCE)
UnitName = _text(LONGEST_UNIT)

Whole = Annotated[int, Field(strict=True, ge=0, le=MOST)]
Quantity = Annotated[int, Field(strict=True, ge=1, le=MOST)]
LineNumber = Annotated[str, StringConstraints(strict=True, pattern=r"^[1-9][0-9]{0,2}$")]
QuantityMap = Annotated[dict[LineNumber, Whole], Field(min_length=1)]
Flag = Annotated[bool, Field(strict=True)]


def read_day(value: object) -> object:
    """Only a date or `YYYY-MM-DD`: pydantic alone would take numbers and midnights."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        return _iso_day(value)
    raise ValueError("write a date as YYYY-MM-DD")


def read_instant(value: object) -> object:
    """Only an aware datetime or ISO text with an offset, in UTC from here on."""
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        value = _iso_instant(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return _in_utc(value)
    raise ValueError("write an instant as YYYY-MM-DDThh:mm:ss with an offset or Z")


def read_when(value: object) -> object:
    """An instant, or a date that stands for the end of that day's working time."""
    if isinstance(value, datetime):
        return read_instant(value)
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return read_day(value)
    return read_instant(value)


def _iso_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"there is no day {text}") from error


def _iso_instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise ValueError(f"there is no instant {text}") from error


def _in_utc(instant: datetime) -> datetime:
    # At the very edges no plant's zone can say which day it is.
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError(f"that instant lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return instant.astimezone(UTC)


Day = Annotated[date, BeforeValidator(read_day), WithJsonSchema({"type": "string", "format": "date"})]
Instant = Annotated[datetime, BeforeValidator(read_instant), WithJsonSchema({"type": "string", "format": "date-time"})]
When = Annotated[
    datetime | date,
    BeforeValidator(read_when),
    WithJsonSchema({"type": "string", "anyOf": [{"format": "date-time"}, {"format": "date"}]}),
]
"""An instant; a date means the end of that day's working time, which the plant's calendar knows."""
