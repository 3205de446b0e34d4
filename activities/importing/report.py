"""Writes what was refused, as a file of the same kind: mended, it can be imported."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from activities.importing.gathering import RowFault
from activities.importing.reading import OrderFile
from activities.importing.report_form import HEAD, harmless
from activities.importing.tables import FileCannotBeRead, Unreadable
from activities.importing.tally import Tally


def check_place(report: Path, file: Path) -> None:
    """Whether a report can be written there, asked before anything is entered. Raises FileCannotBeRead."""
    if report.exists() and report.samefile(file):
        raise FileCannotBeRead(report, "--report: this is the file that is imported; choose another")
    try:
        report.open("a").close()
    except OSError as error:
        raise FileCannotBeRead(report, f"--report: can't be written: {error.strerror}") from error


def write(report: Path, file: OrderFile, tally: Tally) -> None:
    """All rows of every refused order, in the order of the file, which is read once more; CSV UTF-8."""
    # Excel takes a file without the mark for one in an older encoding.
    with report.open("w", encoding="utf-8-sig", newline="") as text:
        rows = csv.writer(text, delimiter=file.delimiter)
        rows.writerow((*HEAD, *written(file.head)))
        rows.writerows(refused(file, tally))


def refused(file: OrderFile, tally: Tally) -> Iterator[Sequence[object]]:
    faults = tally.by_row()
    for row in file.rows():
        if (first := tally.refused.get(row.order_key)) is not None:
            of_row = faults.get(row.number, [])
            columns, reasons = told(of_row) if of_row else ("", f"row {first} of the same order is refused")
            yield (row.number, harmless(columns), harmless(reasons), *written(row.cells))


def told(faults: Sequence[RowFault]) -> tuple[str, str]:
    return "; ".join(dict.fromkeys(fault.column for fault in faults)), "; ".join(fault.reason for fault in faults)


def written(cells: Sequence[str]) -> list[str]:
    """What could not be read is left empty: its reason stands beside it."""
    return ["" if isinstance(cell, Unreadable) else harmless(cell) for cell in cells]
