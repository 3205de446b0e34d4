"""XLSX workbooks: each kind of cell, each kind of workbook, and what is none."""

from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from time import monotonic
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from activities.importing import FileCannotBeRead, FileOrder, Mapping, RowFault, gather, opened, survey
from activities.importing.mapping_file import PLAIN, parse

HEAD = ("order_no", "customer", "product_model", "quantity", "requested_date", "note")
ROW = (1001, "大同", "Pump", 3, date(2026, 12, 18), "soon")
BODY = {
    "order_no": "1001",
    "customer": {"name": "大同"},
    "lines": [{"product_model": "Pump", "quantity": 3}],
    "requested_date": "2026-12-18",
    "note": "soon",
}
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "orders.xlsx"


def workbook(*rows: tuple[Any, ...]) -> Workbook:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    return book


def orders(file: Path, book: Workbook | bytes, mapping: Mapping = PLAIN, sheet: str | None = None) -> list[FileOrder]:
    if isinstance(book, bytes):
        file.write_bytes(book)
    else:
        book.save(file)
    opened_file = opened(file, mapping, sheet=sheet)
    return list(gather(opened_file, survey(opened_file)))


def changed(book: Workbook, *changes: tuple[str, str, str]) -> bytes:
    """The workbook with texts replaced in its parts, as other programs write them."""
    plain, other = BytesIO(), BytesIO()
    book.save(plain)
    with ZipFile(plain) as source, ZipFile(other, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            text = source.read(name)
            for part, before, after in changes:
                if name == part:
                    assert before.encode() in text, f"{part} has no {before}: {text.decode()}"
                    text = text.replace(before.encode(), after.encode())
            target.writestr(name, text)
    return other.getvalue()


def replaced(position: int, value: object) -> tuple[Any, ...]:
    return (*ROW[:position], value, *ROW[position + 1 :])


@pytest.mark.parametrize(
    "row",
    [
        ROW,
        replaced(0, "1001"),
        replaced(0, 1001.0),
        replaced(3, 3.0),
        replaced(3, "3"),
        replaced(4, datetime(2026, 12, 18)),  # noqa: DTZ001 - spreadsheets know no zones
        replaced(4, datetime(2026, 12, 18, 16, 30)),  # noqa: DTZ001
        replaced(4, "2026-12-18"),
        (*ROW, None, None, "beside the table"),
    ],
)
def test_a_cell_counts_as_what_it_is(file: Path, row: tuple[Any, ...]) -> None:
    (found,) = orders(file, workbook(HEAD, row))
    assert (found.body, found.faults) == (BODY, ())


def test_a_workbook_of_the_epoch_of_1904_has_the_same_dates(file: Path) -> None:
    book = workbook(HEAD, ROW)
    book.epoch = CALENDAR_MAC_1904
    assert [found.body for found in orders(file, book)] == [BODY]


@pytest.mark.parametrize(
    ("position", "value", "text"),
    [
        (3, 2.5, "2.5"),
        (3, True, "TRUE"),
        (0, 0.5, "0.5"),
        (5, time(8, 30), "08:30:00"),
        (5, timedelta(hours=30), "1 day, 6:00:00"),
    ],
)
def test_what_is_something_else_is_written_out(file: Path, position: int, value: object, text: str) -> None:
    (found,) = orders(file, workbook(HEAD, replaced(position, value)))
    body = found.body
    assert (body["lines"][0]["quantity"] if position == 3 else body[HEAD[position]]) == text


def test_dates_in_cells_need_no_format_of_the_mapping(file: Path) -> None:
    columns = "".join(f'{field} = "{field}"\n' for field in HEAD[:5])
    mapping = parse(f'[columns]\n{columns}[dates]\nformats = ["%d.%m.%Y"]\n', "m.toml")
    both = orders(file, workbook(HEAD, ROW, (1002, *replaced(4, "18.12.2026")[1:])), mapping)
    assert [(found.body["requested_date"], found.faults) for found in both] == [("2026-12-18", ())] * 2


def test_rows_have_the_numbers_that_the_spreadsheet_shows(file: Path) -> None:
    book = workbook((), HEAD, ROW, (), (), replaced(4, "soon"))
    (found,) = orders(file, book)
    assert [row.number for row in found.rows] == [3, 6]
    assert found.faults[0] == RowFault(6, "requested_date", "'soon' is no date; write YYYY-MM-DD")


def test_empty_rows_at_the_end_are_nothing(file: Path) -> None:
    book = workbook(HEAD, ROW)
    sheet = book.worksheets[0]
    sheet.cell(2000, 3).number_format = "0.00"
    sheet.cell(2001, 1).value = "   "
    assert [found.body for found in orders(file, book)] == [BODY]


def test_rows_beyond_the_size_that_a_workbook_claims_are_read(file: Path) -> None:
    content = changed(workbook(HEAD, ROW), ("xl/worksheets/sheet1.xml", 'ref="A1:F2"', 'ref="A1:B1"'))
    assert [found.body for found in orders(file, content)] == [BODY]


def test_a_mark_in_the_last_column_of_each_row_is_not_waited_for(file: Path) -> None:
    book = workbook(HEAD, *(replaced(0, number) for number in range(1000, 2000)))
    for row in range(1, 1002):
        book.worksheets[0].cell(row, 16_384).number_format = "0.00"
    begin = monotonic()
    found = orders(file, book)
    # Each row was made of 16,384 cells once: minutes.
    assert len(found) == 1000 and monotonic() - begin < 20
    assert len(found[0].rows[0].cells) == len(HEAD)


FIRST = "xl/worksheets/sheet1.xml"
FORMATTED_CELLS = '<row r="3">' + '<c r="A3" s="1"/>' * 1_000_000 + "</row>"
FORMATTED_ROWS = "".join(f'<row r="{number}" s="1" customFormat="1"/>' for number in range(3, 100_003))


@pytest.mark.parametrize(
    ("blank", "told"), [(FORMATTED_CELLS, "1,000,000 cells"), (FORMATTED_ROWS, "100,000 rows")], ids=["cells", "rows"]
)
def test_a_sheet_with_too_much_of_nothing_is_refused_at_once(file: Path, blank: str, told: str) -> None:
    book = workbook(HEAD, ROW)
    book.worksheets[0].title = "十一月"
    content = changed(book, (FIRST, "</sheetData>", f"{blank}</sheetData>"))
    begin = monotonic()
    with pytest.raises(FileCannotBeRead) as refused:
        orders(file, content)
    assert refused.value.reason.startswith(f"sheet '十一月' has more than {told}, those that are only formatted too; delete")
    assert monotonic() - begin < 10


def test_another_sheet_may_be_as_large_as_it_likes_if_it_says_so(file: Path) -> None:
    book = workbook(HEAD, ROW)
    book.create_sheet("data").append(ROW)
    other, size = "xl/worksheets/sheet2.xml", '<dimension ref="A1:F1" />'
    large = (other, "</sheetData>", f"{FORMATTED_ROWS}</sheetData>")
    assert [found.body for found in orders(file, changed(book, large))] == [BODY]
    with pytest.raises(FileCannotBeRead, match="sheet 'data' has more than 100,000 rows"):
        orders(file, changed(book, large, (other, size, "")))


def test_a_mark_in_the_last_row_of_a_sheet_is_not_waited_for(file: Path) -> None:
    book = workbook(HEAD, ROW)
    book.worksheets[0].cell(1_048_576, 3).number_format = "0.00"
    assert [found.body for found in orders(file, book)] == [BODY]


def test_a_row_that_no_spreadsheet_has_is_not_looked_for(file: Path) -> None:
    far = '<row r="999999999999"><c r="A999999999999"><v>1</v></c></row></sheetData>'
    with pytest.raises(FileCannotBeRead, match="is damaged"):
        orders(file, changed(workbook(HEAD, ROW), (FIRST, "</sheetData>", far)))


def test_of_merged_cells_the_first_has_the_value(file: Path) -> None:
    book = workbook(HEAD, ROW, (None, *replaced(2, "Valve")[1:]))
    book.worksheets[0].merge_cells("A2:A3")
    first, second = orders(file, book)
    assert (first.body, first.faults) == (BODY, ())
    assert second.faults == (RowFault(3, "order_no", "is missing"),)


def test_of_a_formula_the_saved_result_counts(file: Path) -> None:
    book = workbook(HEAD, replaced(3, "=1+2"))
    sheet = "xl/worksheets/sheet1.xml"
    (never,) = orders(file, book)
    reason = "is a formula without a value; save the file in a spreadsheet program"
    assert never.faults == (RowFault(2, "quantity", reason),)
    assert [found.body for found in orders(file, changed(book, (sheet, "<f>1+2</f><v />", "<f>1+2</f><v>3</v>")))] == [BODY]


@pytest.mark.parametrize(("position", "column"), [(0, "order_no"), (3, "quantity"), (5, "note")])
def test_an_error_in_a_cell_is_one_of_its_row(file: Path, position: int, column: str) -> None:
    (found,) = orders(file, workbook(HEAD, replaced(position, "#N/A")))
    assert found.faults == (RowFault(2, column, "holds the error #N/A"),)


def test_a_date_that_no_calendar_has_is_an_error_of_its_row(file: Path) -> None:
    book = workbook(HEAD, replaced(4, 99999999))
    book.worksheets[0].cell(2, 5).number_format = "yyyy-mm-dd"
    (found,) = orders(file, book)
    assert found.faults == (RowFault(2, "requested_date", "holds the error #VALUE!"),)


def test_an_error_where_nobody_reads_is_none(file: Path) -> None:
    assert [found.body for found in orders(file, workbook((*HEAD, "colour"), (*ROW, "#REF!")))] == [BODY]


def test_the_first_sheet_is_read_or_the_one_that_is_named(file: Path) -> None:
    book = workbook(HEAD, ROW)
    other = book.create_sheet("二月")
    other.append(HEAD)
    other.append(replaced(0, "OTHER"))
    assert [found.order_no for found in orders(file, book)] == ["1001"]
    assert [found.order_no for found in orders(file, book, sheet="二月")] == ["OTHER"]
    with pytest.raises(FileCannotBeRead, match="has no sheet 'March'; it has 'Sheet', '二月'"):
        orders(file, book, sheet="March")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04rest", "is no XLSX workbook, or damaged"),
        (OLD + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "is encrypted; save it without a password"),
        (OLD + b"\0" * 600, "is an old .xls workbook; save it as .xlsx"),
    ],
)
def test_what_is_no_workbook_is_refused_in_one_line(file: Path, content: bytes, reason: str) -> None:
    with pytest.raises(FileCannotBeRead) as refused:
        orders(file, content)
    assert str(refused.value) == f"{file}: {reason}"


def test_another_archive_is_no_workbook(file: Path) -> None:
    with ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    with pytest.raises(FileCannotBeRead, match="is no XLSX workbook, or damaged"):
        opened(file, PLAIN)


def test_a_damaged_sheet_is_told_before_anything_is_entered(file: Path) -> None:
    with pytest.raises(FileCannotBeRead, match="is damaged; open it in a spreadsheet program and save it again"):
        orders(file, changed(workbook(HEAD, ROW), ("xl/worksheets/sheet1.xml", "</sheetData>", "</sheet")))


@pytest.mark.parametrize(("book", "reason"), [(Workbook(), "is empty"), (workbook(("a", "b")), "has no column 'order_no'")])
def test_a_sheet_without_what_is_needed_is_refused(file: Path, book: Workbook, reason: str) -> None:
    with pytest.raises(FileCannotBeRead, match=reason):
        orders(file, book)


def test_options_for_the_other_kind_of_file_are_refused(file: Path) -> None:
    workbook(HEAD, ROW).save(file)
    with pytest.raises(FileCannotBeRead, match="--encoding and --delimiter are for CSV; this is a workbook"):
        opened(file, PLAIN, encoding="big5")
    file.write_text(",".join(HEAD))
    with pytest.raises(FileCannotBeRead, match="--sheet: this is no workbook"):
        opened(file, PLAIN, sheet="Sheet")
