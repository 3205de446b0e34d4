"""CSV as it comes: whatever wrote it chose the encoding and the delimiter."""

import csv
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TextIO

from typing_extensions import override

from activities.importing.tables import FileCannotBeRead, Record, Table

DELIMITERS = ",;\t"
"""Spreadsheets write a semicolon where the comma is the decimal sign."""
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
"""How a file that names its encoding begins; Excel's "Unicode text" is UTF-16."""
ESCAPED = re.compile("[\ud800-\udfff]")
BETTER = "name its encoding (--encoding big5, gb18030, cp1252 …), or save it as CSV UTF-8"


class CsvTable(Table):
    """`wanted` are the columns by which the delimiter is known where none is given."""

    def __init__(self, file: Path, encoding: str | None, delimiter: str | None, wanted: Collection[str]) -> None:
        self._file = file
        # What a file says of itself is truer than what is said of it.
        self._encoding = marked(file) or encoding or "utf-8"
        self.delimiter = delimiter or max(DELIMITERS, key=lambda each: self._found(each, wanted))

    @override
    def records(self) -> Iterator[Record]:
        for number, cells in enumerate(self._parsed(self.delimiter), start=1):
            trimmed = tuple(cell.strip() for cell in cells)
            if any(trimmed):
                yield Record(number, trimmed)

    def _found(self, delimiter: str, wanted: Collection[str]) -> int:
        """How many of the columns that are wanted a delimiter lets appear."""
        try:
            head = next((cells for cells in self._parsed(delimiter) if any(map(str.strip, cells))), [])
        except FileCannotBeRead:
            return 0
        return len({cell.strip() for cell in head}.intersection(wanted))

    def _parsed(self, delimiter: str) -> Iterator[list[str]]:
        with self._file.open(encoding=self._encoding, newline="") as text:
            records = csv.reader(text, strict=True, delimiter=delimiter)
            try:
                yield from records
            except csv.Error as error:
                raise FileCannotBeRead(self._file, f"line {records.line_num}: {error}") from error
            except UnicodeError as error:
                raise FileCannotBeRead(self._file, self._undecodable()) from error

    def _undecodable(self) -> str:
        """Guessing another encoding would turn customers' names into others without a word."""
        # Only a reading that leaves out nothing but the wrong bytes can count the lines before them.
        with self._file.open(encoding=self._encoding, newline="", errors="surrogateescape") as text:
            line = first_wrong(text)
        return f"line {line} is not {self._encoding.upper()}; {BETTER}" if line else f"is not {self._encoding.upper()}; {BETTER}"


def marked(file: Path) -> str | None:
    """The encoding that a file says it is in."""
    with file.open("rb") as content:
        begin = content.read(3)
    return next((encoding for mark, encoding in MARKS.items() if begin.startswith(mark)), None)


def first_wrong(text: TextIO) -> int | None:
    try:
        return next((number for number, line in enumerate(text, start=1) if ESCAPED.search(line)), None)
    except UnicodeError:
        # UTF-16 that ends in the middle of a character: no line to name.
        return None
