"""Reads a CSV file by a mapping: each row as the fields of an order, with the number that a spreadsheet shows it by."""

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from jiaoqi.errors import JiaoqiError
from jiaoqi.importing.mapping import REQUIRED, Mapping

SPREADSHEET = b"PK\x03\x04"
DELIMITERS = ",;\t"
"""Spreadsheets write a semicolon where the comma is the decimal sign."""


class FileCannotBeRead(JiaoqiError):
    """Nothing of the file can be imported."""

    exit_code = 2

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(f"{file}: {reason}")


class Row(NamedTuple):
    """One row of a file, its number counted from 1 at the head."""

    number: int
    fields: dict[str, str]
    """Trimmed; a field whose cells are all empty is left out."""
    has_too_many_cells: bool = False


def read(file: Path, mapping: Mapping) -> list[Row]:
    """Every row that is not empty. Raises FileCannotBeRead."""
    text = text_of(file)
    if not text.strip():
        raise FileCannotBeRead(file, "is empty")
    first_line = text.partition("\n")[0]
    records = csv.reader(StringIO(text, newline=""), strict=True, delimiter=max(DELIMITERS, key=first_line.count))
    try:
        head = [name.strip() for name in next(records)]
        check_head(file, head, mapping)
        return list(rows(records, head, mapping))
    except csv.Error as error:
        raise FileCannotBeRead(file, f"line {records.line_num}: {error}") from error


def text_of(file: Path) -> str:
    content = file.read_bytes()
    if content.startswith(SPREADSHEET):
        raise FileCannotBeRead(file, "spreadsheets can't be imported yet; save it as CSV UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        # Guessing an older encoding would turn customers' names into others without a word.
        raise FileCannotBeRead(file, f"line {line} is not UTF-8; save it as CSV UTF-8") from error


def check_head(file: Path, head: list[str], mapping: Mapping) -> None:
    for field in REQUIRED:
        for column in mapping.columns.get(field, ()):
            if column not in head:
                raise FileCannotBeRead(file, f"has no column {column!r}")
    used = [column for columns in mapping.columns.values() for column in columns]
    if twice := next((column for column in used if head.count(column) > 1), None):
        raise FileCannotBeRead(file, f"has two columns {twice!r}")


def rows(records: Iterator[list[str]], head: list[str], mapping: Mapping) -> Iterator[Row]:
    places = {
        field: [head.index(column) for column in columns if column in head] for field, columns in mapping.columns.items()
    }
    for number, cells in enumerate(records, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        fields = {field: joined(cells, where) for field, where in places.items()}
        yield Row(number, {field: text for field, text in fields.items() if text}, len(cells) > len(head))


def joined(cells: list[str], where: list[int]) -> str:
    """A row may be shorter than the head: spreadsheets leave out empty cells at its end."""
    parts = (cells[place].strip() for place in where if place < len(cells))
    return " ".join(part for part in parts if part)
