"""Reads a file by a mapping: each row as the fields of an order."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from activities.importing.csv_table import CsvTable
from activities.importing.mapping import Mapping
from activities.importing.report_form import is_report, meant
from activities.importing.tables import FileCannotBeRead, Record, Table, Unreadable
from activities.importing.workbook import WorkbookTable, is_workbook
from workflows import ids


class Row(NamedTuple):
    """One row of a file."""

    number: int
    fields: dict[str, str]
    """A field whose cells are all empty is left out."""
    cells: Sequence[str]
    unreadable: dict[str, str]
    """By field: why it can't be read."""
    is_shifted: bool
    """Whether its cells stand in wrong columns."""

    @property
    def order_key(self) -> str:
        """What rows of the same order share; a row without a number stands for itself."""
        number = self.fields.get("order_no")
        return ids.order_id(number) if number else f"row {self.number}"


class OrderFile:
    """A file whose head has what the mapping asks for; read again for each call, a row at a time."""

    def __init__(self, file: Path, table: Table, mapping: Mapping) -> None:
        self._table, self.mapping, self.delimiter = table, mapping, table.delimiter
        first = next(table.records(), None)
        if first is None:
            raise FileCannotBeRead(file, "is empty")
        self._is_report = is_report(first.cells)
        self.head = self._read(first)
        check_head(file, self.head, mapping)
        self._places = {
            field: [self.head.index(column) for column in columns if column in self.head]
            for field, columns in mapping.columns.items()
        }

    def rows(self) -> Iterator[Row]:
        """Every row that is not empty. Raises FileCannotBeRead."""
        records = self._table.records()
        next(records, None)
        return map(self._row, records)

    def _row(self, record: Record) -> Row:
        cells = self._read(record)
        fields, unreadable = {}, {}
        for field, places in self._places.items():
            # A row may be shorter than the head: spreadsheets leave out empty cells at its end.
            parts = [cells[place] for place in places if place < len(cells) and cells[place]]
            if wrong := next((part for part in parts if isinstance(part, Unreadable)), None):
                unreadable[field] = str(wrong)
            elif parts:
                fields[field] = " ".join(parts)
        is_shifted = self._table.cells_can_shift and any(cells[len(self.head) :])
        return Row(record.number, fields, cells, unreadable, is_shifted)

    def _read(self, record: Record) -> Sequence[str]:
        return [meant(cell) for cell in record.cells] if self._is_report else record.cells


def opened(
    file: Path, mapping: Mapping, *, sheet: str | None = None, encoding: str | None = None, delimiter: str | None = None
) -> OrderFile:
    """The file, known by what it holds: a workbook or CSV. Raises FileCannotBeRead."""
    try:
        return OrderFile(file, table(file, mapping, sheet, encoding, delimiter), mapping)
    except OSError as error:
        raise FileCannotBeRead(file, error.strerror or str(error)) from error


def table(file: Path, mapping: Mapping, sheet: str | None, encoding: str | None, delimiter: str | None) -> Table:
    if not file.exists():
        raise FileCannotBeRead(file, "there is no such file")
    if not file.is_file():
        # It is read more than once.
        raise FileCannotBeRead(file, "is not a plain file")
    if not is_workbook(file):
        if sheet is not None:
            raise FileCannotBeRead(file, "--sheet: this is no workbook")
        return CsvTable(file, encoding, delimiter, mapping.used)
    if encoding or delimiter:
        raise FileCannotBeRead(file, "--encoding and --delimiter are for CSV; this is a workbook")
    return WorkbookTable(file, sheet, mapping.date_formats[0])


def check_head(file: Path, head: Sequence[str], mapping: Mapping) -> None:
    for field, columns in mapping.columns.items():
        for column in columns:
            if column not in head and field not in mapping.optional:
                raise FileCannotBeRead(file, f"has no column {column!r}")
    if twice := next((column for column in mapping.used if head.count(column) > 1), None):
        raise FileCannotBeRead(file, f"has two columns {twice!r}")
