"""Files as people save them: what is read of a CSV file, and what is refused with a reason."""

from datetime import date
from pathlib import Path

import pytest

from jiaoqi.importing import BUILT_IN, PLAIN, FileCannotBeRead, FileOrder, Mapping, RowFault, gather, read, rebased

HEAD = "order_no,customer,product_model,quantity,requested_date"
ROW = "PO-1,Acme,Pump,3,2026-12-18"
SCMS_HEAD = "PO / SO #,Country,Project Code,Item Description,Line Item Quantity,PO Sent to Vendor Date,Scheduled Delivery Date"
LINE = {"product_model": "Pump", "quantity": 3}
BODY = {"order_no": "PO-1", "customer": {"name": "Acme"}, "lines": [LINE], "requested_date": "2026-12-18"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "orders.csv"


def orders(file: Path, content: bytes | str, mapping: Mapping = PLAIN) -> list[FileOrder]:
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return gather(read(file, mapping), mapping)


@pytest.mark.parametrize(
    "content",
    [
        f"{HEAD}\n{ROW}\n",
        f"{HEAD}\n{ROW}",
        f"\ufeff{HEAD}\n{ROW}\n",
        f"{HEAD}\r\n{ROW}\r\n",
        f"{HEAD}\n\n{ROW}\n,,,,\n",
        f"{HEAD}\n{ROW},\n".replace("date\n", "date,\n"),
        f"{HEAD};\n{ROW};\n".replace(",", ";"),
        f"{HEAD}\n{ROW}\n".replace(",", "\t"),
        f"{HEAD},note\n{ROW}\n",
        f"{HEAD},colour\n{ROW},red\n",
        f"{HEAD}\n{ROW}\n".replace(",", " , "),
        f'{HEAD}\n{ROW.replace("Acme", chr(34) + "Acme" + chr(34))}\n',
    ],
)
def test_an_order_is_the_same_however_it_is_saved(file: Path, content: str) -> None:
    (found,) = orders(file, content)
    assert (found.body, found.faults) == (BODY, ())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (f"{HEAD}\nPO-1,M\xfcller,Pump,3,2026-12-18\n".encode("latin-1"), "line 2 is not UTF-8; save it as CSV UTF-8"),
        (f"{HEAD}\n{ROW}\n".encode("utf-16"), "line 1 is not UTF-8; save it as CSV UTF-8"),
        (b"PK\x03\x04rest", "spreadsheets can't be imported yet; save it as CSV UTF-8"),
        (b"order_no,customer,product_model,quantity\n", "has no column 'requested_date'"),
        (f"{HEAD},note,note\n".encode(), "has two columns 'note'"),
        (f'{HEAD}\n"PO-1,Acme,Pump,3,2026-12-18\n'.encode(), "line 2: unexpected end of data"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(file: Path, content: bytes, reason: str) -> None:
    with pytest.raises(FileCannotBeRead) as refused:
        orders(file, content)
    assert str(refused.value) == f"{file}: {reason}"
    assert refused.value.exit_code == 2


def test_a_file_without_rows_has_no_orders(file: Path) -> None:
    assert orders(file, HEAD) == []


def test_texts_keep_commas_quotes_lines_and_every_script(file: Path) -> None:
    (found,) = orders(file, f'{HEAD},note\nPO-1,"大同, 精密 ""A""",Pump,3,2026-12-18,"first\nsecond"\n')
    assert found.body["customer"] == {"name": '大同, 精密 "A"'}
    assert found.body["note"] == "first\nsecond"


def test_rows_of_one_number_are_lines_of_one_order_wherever_they_stand(file: Path) -> None:
    rows = ("PO-1,Acme,Pump,3,2026-12-18", "PO-2,Bolt,Nut,1,2026-12-19", "po-1,,Valve,2,")
    found = orders(file, "\n".join((HEAD, *rows)))
    assert [each.order_no for each in found] == ["PO-1", "PO-2"]
    assert found[0].body["lines"] == [LINE, {"product_model": "Valve", "quantity": 2}]
    assert [row.number for row in found[0].rows] == [2, 4]


def test_what_is_said_of_an_order_stands_where_the_json_has_it(file: Path) -> None:
    head = f"{HEAD},email,language,unit,customer_ref,ship_to,priority"
    (found,) = orders(file, f"{head}\n{ROW},a@acme.example,zh-Hant,set,REF-1,Dock 3,rush\n")
    assert found.body == BODY | {
        "customer": {"name": "Acme", "email": "a@acme.example", "language": "zh-Hant"},
        "lines": [LINE | {"unit": "set"}],
        "customer_ref": "REF-1",
        "ship_to": "Dock 3",
        "priority": "rush",
    }


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        (("PO-1,Acme,Pump,3,18.12.2026",), (2, "requested_date", "'18.12.2026' is no date; write YYYY-MM-DD")),
        (("PO-1,Acme,Pump,3,2026-02-30",), (2, "requested_date", "'2026-02-30' is no date; write YYYY-MM-DD")),
        ((ROW, "PO-1,Bolt,Nut,1,"), (3, "customer", "differs from row 2 of the same order")),
        ((ROW, "PO-1,,Nut,1,2026-12-19"), (3, "requested_date", "differs from row 2 of the same order")),
        ((",Acme,Pump,3,2026-12-18",), (2, "order_no", "is missing")),
        ((f"{ROW},extra",), (2, "", "has more cells than the head has columns")),
    ],
)
def test_a_row_that_is_wrong_is_named_with_its_column(file: Path, rows: tuple[str, ...], fault: tuple[int, str, str]) -> None:
    (found,) = orders(file, "\n".join((HEAD, *rows)))
    assert found.faults == (RowFault(*fault),)


@pytest.mark.parametrize(
    ("pointer", "place"),
    [
        ("/order_no", (2, "order_no")),
        ("/customer/name", (2, "customer")),
        ("/customer/email", (2, "email")),
        ("/lines/1/quantity", (3, "quantity")),
        ("/lines", (2, "order_no")),
        ("/requested_date", (2, "requested_date")),
        ("", (2, "order_no")),
    ],
)
def test_a_fault_of_the_order_is_one_of_the_row_that_it_comes_from(file: Path, pointer: str, place: tuple[int, str]) -> None:
    (found,) = orders(file, f"{HEAD}\n{ROW}\nPO-1,,Nut,many,\n")
    assert found.fault(pointer, "is wrong") == (*place, "is wrong")


def test_a_quantity_that_is_no_number_stays_as_written(file: Path) -> None:
    (found,) = orders(file, f"{HEAD}\nPO-1,Acme,Pump,3.0,2026-12-18\nPO-1,,Nut,,\n")
    assert [line.get("quantity") for line in found.body["lines"]] == ["3.0", None]


SCMS_ROWS = (
    "SCMS-1,Côte d'Ivoire,104-CI-T01,\"Nevirapine, 240 ml\",1000,Date Not Captured,2006-11-14",
    "SCMS-2,Vietnam,108-VN-T01,Stavudine,10,2006-07-01,2006-08-11",
    "SCMS-1,Côte d'Ivoire,104-CI-T01,Lamivudine,5,N/A - From RDC,2-Dec-06",
)


def test_scms_files_ask_for_the_latest_date_of_an_orders_lines(file: Path) -> None:
    one, two = orders(file, "\n".join((SCMS_HEAD, *SCMS_ROWS)), BUILT_IN["scms"])
    assert (one.faults, two.faults) == ((), ())
    assert one.body == {
        "order_no": "SCMS-1",
        "customer": {"name": "Côte d'Ivoire 104-CI-T01"},
        "lines": [
            {"product_model": "Nevirapine, 240 ml", "quantity": 1000},
            {"product_model": "Lamivudine", "quantity": 5},
        ],
        "requested_date": "2006-12-02",
    }
    assert one.fault("/requested_date", "has passed") == (4, "Scheduled Delivery Date", "has passed")
    assert one.fault("/customer/name", "is wrong") == (2, "Country + Project Code", "is wrong")


def test_a_delivery_date_that_was_not_captured_is_a_fault_of_its_row(file: Path) -> None:
    rows = (*SCMS_ROWS, "SCMS-1,Côte d'Ivoire,104-CI-T01,Nelfinavir,5,,Date Not Captured")
    one, _ = orders(file, "\n".join((SCMS_HEAD, *rows)), BUILT_IN["scms"])
    assert one.faults == (
        RowFault(5, "Scheduled Delivery Date", "'Date Not Captured' is no date; write YYYY-MM-DD"),
    )


def test_rebasing_makes_the_earliest_date_of_any_row_today(file: Path) -> None:
    found = rebased(orders(file, "\n".join((SCMS_HEAD, *SCMS_ROWS)), BUILT_IN["scms"]), date(2026, 11, 20))
    # 95 days from 2006-08-11 lie 2006-11-14, which is not SCMS-1's latest, and 113 its latest.
    assert [each.body["requested_date"] for each in found] == ["2027-03-13", "2026-11-20"]


def test_rebasing_nothing_is_nothing(file: Path) -> None:
    assert rebased(orders(file, HEAD), date(2026, 11, 20)) == []
