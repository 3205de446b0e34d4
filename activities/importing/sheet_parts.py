"""What a sheet's part of a workbook holds, looked at as bytes before a library makes objects of all of it."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

from openpyxl.reader.excel import ExcelReader

from activities.importing.tables import FileCannotBeRead

FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
MOST_CELLS, MOST_ROWS = 1_000_000, 100_000
"""Of one sheet. Whoever formats whole columns or rows makes cells and rows of nothing, which cost what full ones do."""
SIZED = re.compile(rb"<(?:\w+:)?dimension[\s/>]")
CHUNK = 1 << 20


def parts(file: Path) -> dict[str, str]:
    """Where in the archive each sheet stands."""
    reader = ExcelReader(file, read_only=True, keep_links=False)
    with closing(reader.archive):
        reader.read_manifest()
        reader.read_workbook()
        found = {sheet.name: relation.target for sheet, relation in reader.parser.find_sheets()}
        return {name: part for name, part in found.items() if part in reader.valid_files}


def is_sized(file: Path, part: str) -> bool:
    """Whether it says at its beginning how large it is; else the library looks for that until the last row."""
    return SIZED.search(next(chunks(file, part))) is not None


def check_extent(file: Path, part: str, sheet: str) -> None:
    """Refuses a sheet that would be read for minutes, as soon as that is known. Raises FileCannotBeRead."""
    cells = rows = 0
    for chunk in chunks(file, part):
        cells, rows = cells + len(CELL.findall(chunk)), rows + len(ROW.findall(chunk))
        if cells > MOST_CELLS:
            raise too_large(file, sheet, MOST_CELLS, "cells")
        if rows > MOST_ROWS:
            raise too_large(file, sheet, MOST_ROWS, "rows")


def too_large(file: Path, sheet: str, most: int, what: str) -> FileCannotBeRead:
    cure = "delete what is empty to the right of the table and below it, or save the sheet as CSV"
    return FileCannotBeRead(file, f"sheet {sheet!r} has more than {most:,} {what}, those that are only formatted too; {cure}")


def has_formulas(file: Path, part: str) -> bool:
    return any(FORMULA.search(chunk) for chunk in chunks(file, part))


def chunks(file: Path, part: str) -> Iterator[bytes]:
    """A part piece by piece, no tag of it cut in two."""
    with ZipFile(file) as archive, archive.open(part) as content:
        begun = b""
        while piece := content.read(CHUNK):
            whole, mark, begun = (begun + piece).rpartition(b"<")
            yield whole
            begun = mark + begun
        yield begun
