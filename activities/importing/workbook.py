"""XLSX workbooks: each cell as the text that it means."""

import re
import warnings
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from itertools import repeat
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from typing_extensions import override

from activities.importing.tables import FileCannotBeRead, Record, Table, Unreadable

ZIPPED, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How an XLSX file begins; and one that is encrypted or of the format before it."""
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
DAMAGED = "is damaged; open it in a spreadsheet program and save it again"
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
CHUNK = 1 << 20
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
        with self._opened(values=True) as book:
            self._sheet = self._chosen(book, sheet)
        try:
            self._has_formulas = has_formulas(file)
        except BROKEN as error:
            raise FileCannotBeRead(file, DAMAGED) from error

    @override
    def records(self) -> Iterator[Record]:
        try:
            for number, (cells, formulas) in enumerate(zip(self._rows(values=True), self._formulas(), strict=False), start=1):
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
            yield from sheet.iter_rows()

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
            raise FileCannotBeRead(self._file, "is no XLSX workbook, or damaged") from error
        with closing(book):
            yield book

    def _chosen(self, book: Workbook, sheet: str | None) -> str:
        titles = [each.title for each in book.worksheets]
        if sheet is not None and sheet not in titles:
            raise FileCannotBeRead(self._file, f"has no sheet {sheet!r}; it has {', '.join(map(repr, titles))}")
        if not titles:
            raise FileCannotBeRead(self._file, "has no sheet with cells")
        return sheet or titles[0]


def has_formulas(file: Path) -> bool:
    with ZipFile(file) as archive:
        sheets = [name for name in archive.namelist() if "worksheets/" in name]
        return any(FORMULA.search(chunk) for name in sheets for chunk in chunks(archive, name))


def chunks(archive: ZipFile, name: str) -> Iterator[bytes]:
    """A member piece by piece, each with the end of the one before it."""
    with archive.open(name) as content:
        end = b""
        while piece := content.read(CHUNK):
            yield end + piece
            end = piece[-32:]


def is_workbook(file: Path) -> bool:
    """By what it holds, whatever it is called. Raises FileCannotBeRead for those that only a spreadsheet program reads."""
    with file.open("rb") as content:
        begin = content.read(4)
        if begin == OLE:
            is_encrypted = any(ENCRYPTED in piece for piece in iter(lambda: content.read(CHUNK), b""))
            what = "is encrypted; save it without a password" if is_encrypted else "is an old .xls workbook; save it as .xlsx"
            raise FileCannotBeRead(file, what)
    return begin == ZIPPED
