"""XLSX workbooks: each cell as the text that it means."""

import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from itertools import repeat
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.utils.exceptions import InvalidFileException
from typing_extensions import override

from activities.importing.sheet_parts import CHUNK, check_extent, has_formulas, is_sized, parts
from activities.importing.tables import FileCannotBeRead, Record, Table, Unreadable

ZIPPED, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How an XLSX file begins; and one that is encrypted or of the format before it."""
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
NONE = "is no XLSX workbook, or damaged"
DAMAGED = "is damaged; open it in a spreadsheet program and save it again"
MOST_COLUMNS = 500
"""Among which the head is looked for."""
LAST_ROW = 1 << 20
"""No spreadsheet has a row behind it; a file that says so would be read for ever."""
EXACT = 10**15
"""Up to here a spreadsheet keeps every digit of a number."""
BROKEN = (
    *(BadZipFile, zlib.error, InvalidFileException, ParseError, KeyError, ValueError, TypeError, IndexError, AttributeError),
    *(EOFError, OverflowError, RuntimeError, SyntaxError),
)
"""What the library says of files that are no workbooks, or damaged; RuntimeError of parts that are encrypted or packed oddly."""


class WorkbookTable(Table):
    """One sheet; `date_format` is how its dates are written as text."""

    cells_can_shift = False

    def __init__(self, file: Path, sheet: str | None, date_format: str) -> None:
        # Of what it leaves aside (styles, validations) nothing is read anyway.
        warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")
        self._file, self._date_format = file, date_format
        check_opening(file, sheet)
        with self._opened(values=True) as book:
            self._sheet = self._chosen(book, sheet)
        try:
            self._has_formulas = has_formulas(file, parts(file)[self._sheet])
        except BROKEN as error:
            raise FileCannotBeRead(file, DAMAGED) from error
        self._width = MOST_COLUMNS
        # What stands beside the head nobody reads: a mark in the last column would make each row 16,384 cells wide.
        head = next(self.records(), None)
        self._width = reach(head.cells) if head else MOST_COLUMNS

    @override
    def records(self) -> Iterator[Record]:
        try:
            for number, (cells, formulas) in enumerate(zip(self._rows(values=True), self._formulas(), strict=False), start=1):
                if number > LAST_ROW:
                    raise FileCannotBeRead(self._file, DAMAGED)
                if all(cell is EMPTY_CELL for cell in cells):
                    # One mark in the last row of a sheet has a million of these before it.
                    continue
                texts = tuple(self._text(cell, *formula) for cell, *formula in zip(cells, *formulas, strict=False))
                if any(texts):
                    yield Record(number, texts)
        except BROKEN as error:
            raise FileCannotBeRead(self._file, DAMAGED) from error

    def _rows(self, *, values: bool) -> Iterator[tuple[Any, ...]]:
        with self._opened(values=values) as book:
            sheet = book[self._sheet]
            # What a workbook says of its size is often wrong, and rows beyond it would be lost.
            sheet.reset_dimensions()
            yield from sheet.iter_rows(max_col=self._width)

    def _formulas(self) -> Iterator[tuple[tuple[Any, ...], ...]]:
        """The rows again as formulas, where there are any: a cell without a value may be one that nobody calculated."""
        return ((row,) for row in self._rows(values=False)) if self._has_formulas else repeat(())

    def _text(self, cell: Any, formula: Any = None) -> str:
        if cell.data_type == "e":
            return Unreadable(f"holds the error {cell.value}")
        if cell.value is None:
            is_formula = formula is not None and formula.data_type == "f"
            return Unreadable("is a formula without a value; save the file in a spreadsheet program") if is_formula else ""
        return self._written(cell.value).strip()

    def _written(self, value: object) -> str:
        """What is a date and time counts as its date, a number without a fraction as a whole one."""
        match value:
            case bool():
                return str(value).upper()
            case date():
                return value.strftime(self._date_format)
            case float() if value.is_integer() and abs(value) < EXACT:
                return str(int(value))
        return str(value)

    @contextmanager
    def _opened(self, *, values: bool) -> Iterator[Workbook]:
        try:
            book = load_workbook(self._file, read_only=True, data_only=values, keep_links=False)
        except BROKEN as error:
            raise FileCannotBeRead(self._file, NONE) from error
        with closing(book):
            yield book

    def _chosen(self, book: Workbook, sheet: str | None) -> str:
        titles = [each.title for each in book.worksheets]
        if sheet is not None and sheet not in titles:
            raise FileCannotBeRead(self._file, f"has no sheet {sheet!r}; it has {', '.join(map(repr, titles))}")
        if not titles:
            raise FileCannotBeRead(self._file, "has no sheet with cells")
        return sheet or titles[0]


def check_opening(file: Path, wanted: str | None) -> None:
    """Before the library opens it: to do that it reads every sheet that doesn't say how large it is. Raises FileCannotBeRead."""
    try:
        sheets = parts(file)
        wanted = wanted or next(iter(sheets), None)
        for sheet, part in sheets.items():
            if sheet == wanted or not is_sized(file, part):
                check_extent(file, part, sheet)
    except BROKEN as error:
        raise FileCannotBeRead(file, NONE) from error


def reach(cells: Sequence[str]) -> int:
    """How many there are up to the last that is not empty."""
    return max(place for place, cell in enumerate(cells, start=1) if cell)


def is_workbook(file: Path) -> bool:
    """By what it holds, whatever it is called. Raises FileCannotBeRead for those that only a spreadsheet program reads."""
    with file.open("rb") as content:
        begin = content.read(4)
        if begin == OLE:
            is_encrypted = any(ENCRYPTED in piece for piece in iter(lambda: content.read(CHUNK), b""))
            what = "is encrypted; save it without a password" if is_encrypted else "is an old .xls workbook; save it as .xlsx"
            raise FileCannotBeRead(file, what)
    return begin == ZIPPED
