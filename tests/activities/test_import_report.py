"""The report of refused rows: it names the reasons, hurts no spreadsheet, and once mended it can be imported."""

import csv
from pathlib import Path

import pytest
from openpyxl import Workbook

from activities.importing import FileCannotBeRead, OrderFile, Outcome, RowFault, Tally, Verdict, gather, opened, survey
from activities.importing.mapping_file import PLAIN, parse
from activities.importing.report import check_place, write
from activities.importing.report_form import harmless, meant

HEAD = "order_no,customer,product_model,quantity,requested_date"
REASONS = ["import_row", "import_column", "import_reason"]


def reported(file: OrderFile, to: Path, *refused: RowFault) -> list[list[str]]:
    """The report's records when the orders of these rows are refused, all others entered."""
    tally = Tally()
    for order in gather(file, survey(file)):
        faults = tuple(fault for fault in refused if fault.row in {row.number for row in order.rows})
        tally.add(Verdict(order, Outcome.REFUSED if faults else Outcome.ENTERED, faults))
    write(to, file, tally)
    with to.open(newline="", encoding="utf-8-sig") as text:
        return list(csv.reader(text, delimiter=file.delimiter))


def test_all_rows_of_a_refused_order_are_there_in_the_order_of_the_file(tmp_path: Path) -> None:
    file, to = tmp_path / "orders.csv", tmp_path / "report.csv"
    rows = ["A-1,Acme,Pump,0,2027-03-31", "A-2,Acme,Pump,1,2027-03-31", "A-3,Acme,Pump,1,2027-03-31", "a-1,,Nut,2,soon"]
    file.write_text("\n".join((HEAD, *rows)).replace(",", ";"))
    faults = (RowFault(2, "quantity", "is 0"), RowFault(5, "quantity", "is odd"), RowFault(5, "quantity", "is few"))
    found = reported(opened(file, PLAIN), to, *faults, RowFault(4, "order_no", "is bad"))
    assert found == [
        [*REASONS, *HEAD.split(",")],
        ["2", "quantity", "is 0", *rows[0].split(",")],
        ["4", "order_no", "is bad", *rows[2].split(",")],
        ["5", "quantity", "is few; is odd", *rows[3].split(",")],
    ]
    only_first = reported(opened(file, PLAIN), to, faults[0])
    assert [record[:3] for record in only_first[1:]] == [
        ["2", "quantity", "is 0"],
        ["5", "", "row 2 of the same order is refused"],
    ]
    assert to.read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("cell", ["=1+1", "+49 30", "-3", "@name", "'quoted", "''", "\tx", "plain", "", "1-2", "大同"])
def test_a_cell_is_harmless_and_still_means_the_same(cell: str) -> None:
    assert not harmless(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert meant(harmless(cell)) == cell


def test_a_mended_report_says_what_the_file_said(tmp_path: Path) -> None:
    file, to = tmp_path / "orders.csv", tmp_path / "report.csv"
    file.write_text(f"{HEAD},note\nA-1,=HYPERLINK(\"x\"),'Pump',0,2027-03-31,-5\n")
    (_, record) = reported(opened(file, PLAIN), to, RowFault(2, "quantity", "=is 0"))
    assert record[2] == "'=is 0"
    assert record[4:6] == ['\'=HYPERLINK("x")', "''Pump'"]
    to.write_text(to.read_text(encoding="utf-8-sig").replace(",0,", ",7,"))
    again = opened(to, PLAIN)
    (order,) = gather(again, survey(again))
    assert order.faults == ()
    assert order.body["customer"] == {"name": '=HYPERLINK("x")'}
    assert order.body["lines"] == [{"product_model": "'Pump'", "quantity": 7}]
    assert order.body["note"] == "-5"


def test_the_report_of_a_workbook_is_read_by_the_same_mapping(tmp_path: Path) -> None:
    file, to = tmp_path / "orders.xlsx", tmp_path / "report.csv"
    columns = "".join(f'{field} = "{field}"\n' for field in HEAD.split(","))
    mapping = parse(f'[columns]\n{columns}[dates]\nformats = ["%d.%m.%Y"]\n', "m.toml")
    book = Workbook()
    book.worksheets[0].append(HEAD.split(","))
    book.worksheets[0].append([1001.0, "Acme", "#N/A", 3, "31.03.2027"])
    book.save(file)
    (_, record) = reported(opened(file, mapping), to, RowFault(2, "product_model", "holds the error #N/A"))
    assert record[3:] == ["1001", "Acme", "", "3", "31.03.2027"]


def test_a_report_has_a_place_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(HEAD)
    check_place(tmp_path / "report.csv", file)
    for place, reason in ((file, "choose another"), (tmp_path, "Is a directory"), (tmp_path / "no" / "r.csv", "No such file")):
        with pytest.raises(FileCannotBeRead, match=reason):
            check_place(place, file)
