"""An Excel file as it grows, row by row: what people typed stays text there, and is never a formula."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import IO

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DANGEROUS = re.compile(r"[=+\-@#\t\r]")
"""With these begins what a spreadsheet takes for a formula or an error, or takes for one when it is saved as CSV."""
NOT_IN_TITLES = re.compile(r"[\\*?:/\[\]]")
LONGEST_TITLE = 31
NARROW, WIDE = 10, 40

Value = str | int | float | date | datetime | None


class Sheet:
    """Its first row stays in sight."""

    def __init__(self, book: Workbook, title: str, header: Sequence[str], widths: Sequence[int] = ()) -> None:
        self._sheet = book.create_sheet(NOT_IN_TITLES.sub(" ", title)[:LONGEST_TITLE])
        self._sheet.freeze_panes = "A2"
        self._columns = len(header)
        for n, name in enumerate(header):
            wide = widths[n] if n < len(widths) else min(WIDE, max(NARROW, len(name) + 4))
            self._sheet.column_dimensions[get_column_letter(n + 1)].width = wide
        self.rows = 0
        self._sheet.append([self._head(name) for name in header])

    def add(self, values: Iterable[Value]) -> None:
        self._sheet.append([self._cell(value) if isinstance(value, str) else value for value in values])
        self.rows += 1

    def end(self) -> None:
        """Lets people filter by each column."""
        self._sheet.auto_filter.ref = f"A1:{get_column_letter(self._columns)}{self.rows + 1}"

    def _head(self, name: str) -> Cell:
        cell = WriteOnlyCell(self._sheet, name)
        cell.font = Font(bold=True)
        return cell

    def _cell(self, text: str) -> str | Cell:
        text = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text)
        if not DANGEROUS.match(text):
            return text
        cell = WriteOnlyCell(self._sheet, text)
        cell.data_type = "s"
        cell.quotePrefix = True
        return cell


class Book:
    def __init__(self) -> None:
        self._book = Workbook(write_only=True)
        self._sheets: list[Sheet] = []

    def sheet(self, title: str, header: Sequence[str], widths: Sequence[int] = ()) -> Sheet:
        self._sheets.append(Sheet(self._book, title, header, widths))
        return self._sheets[-1]

    def save(self, file: IO[bytes]) -> None:
        for sheet in self._sheets:
            sheet.end()
        self._book.save(file)

    def content(self) -> bytes:
        """All of a small one."""
        file = BytesIO()
        self.save(file)
        return file.getvalue()
