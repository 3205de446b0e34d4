"""Tables for a terminal: columns as wide as what stands in them, Chinese characters counted as the two that they take."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from jiaoqi.cli.speaking import named, worded

GAP = "  "


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The rows below their head, in the terminal's language; None is a dash."""
    cells = [[worded(name) for name in head], *([written(cell) for cell in row] for row in rows)]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    return "\n".join(GAP.join(map(padded, row, widths)).rstrip() for row in cells)


def written(cell: object) -> str:
    return "-" if cell is None or cell == "" else named(cell) if isinstance(cell, StrEnum) else str(cell)


def width(text: str) -> int:
    return sum(of_character(char) for char in text)


def of_character(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def padded(text: str, to: int) -> str:
    return text + " " * (to - width(text))


def minute(at: datetime | None, zone: str) -> str | None:
    """An instant as the clock in the plant shows it, to the minute."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if at else None
