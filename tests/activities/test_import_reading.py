"""Files as people save them: what is read of a CSV file, and what is refused with a reason."""

import tracemalloc
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from activities.importing import FileCannotBeRead, FileOrder, Mapping, RowFault, gather, opened, survey
from activities.importing.mapping_file import BUILT_IN, PLAIN

HEAD = "order_no,customer,product_model,quantity,requested_date"
ROW = "PO-1,Acme,Pump,3,2026-12-18"
SCMS_HEAD = "PO / SO #,Country,Project Code,Item Description,Line Item Quantity,PO Sent to Vendor Date,Scheduled Delivery Date"
LINE = {"product_model": "Pump", "quantity": 3}
BODY = {"order_no": "PO-1", "customer": {"name": "Acme"}, "lines": [LINE], "requested_date": "2026-12-18"}
BETTER = "name its encoding (--encoding big5, gb18030, cp1252 …), or save it as CSV UTF-8"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "orders.csv"


def orders(
    file: Path, content: bytes | str, mapping: Mapping = PLAIN, encoding: str | None = None, limit: int | None = None
) -> list[FileOrder]:
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    opened_file = opened(file, mapping, encoding=encoding)
    return list(gather(opened_file, survey(opened_file, limit)))


@pytest.mark.parametrize(
    "content",
    [
        f"{HEAD}\n{ROW}\n",
        f"{HEAD}\n{ROW}",
        f"\ufeff{HEAD}\n{ROW}\n",
        f"{HEAD}\r\n{ROW}\r\n",
        f"{HEAD}\r{ROW}\r",
        f"{HEAD}\n\n{ROW}\n,,,,\n",
        f"\n{HEAD}\n{ROW}\n",
        f"{HEAD}\n{ROW},\n".replace("date\n", "date,\n"),
        f"{HEAD}\n{ROW},,\n",
        f"{HEAD};\n{ROW};\n".replace(",", ";"),
        f"{HEAD}\n{ROW}\n".replace(",", "\t"),
        f"{HEAD},note\n{ROW}\n",
        f"{HEAD},colour\n{ROW},red\n",
        f"{HEAD},colour;red;green;blue;black;white\n{ROW},x\n",
        f"{HEAD}\n{ROW}\n".replace(",", " , "),
        f"{HEAD}\n{ROW.replace('Acme', chr(34) + 'Acme' + chr(34))}\n",
        f"{HEAD}\r\n{ROW}\r\n".replace(",", "\t").encode("utf-16"),
    ],
)
def test_an_order_is_the_same_however_it_is_saved(file: Path, content: str | bytes) -> None:
    (found,) = orders(file, content)
    assert (found.body, found.faults) == (BODY, ())


@pytest.mark.parametrize("encoding", ["big5", "gb18030", "utf-16-le", "utf-8"])
def test_an_encoding_is_taken_at_its_word(file: Path, encoding: str) -> None:
    (found,) = orders(file, f"{HEAD}\nPO-1,大同精密,Pump,3,2026-12-18\n".encode(encoding), encoding=encoding)
    assert found.body["customer"] == {"name": "大同精密"}


def test_a_date_that_no_shift_reaches_stays_the_last_day_there_is(file: Path) -> None:
    file.write_text(f"{HEAD}\n{ROW}\nPO-2,Acme,Pump,3,9999-12-31\n")
    opened_file = opened(file, PLAIN)
    found = gather(opened_file, survey(opened_file), timedelta(days=30))
    assert [order.body["requested_date"] for order in found] == ["2027-01-17", "9999-12-31"]


def test_one_date_in_two_spellings_is_one(file: Path) -> None:
    mapping = replace(PLAIN, date_formats=("%Y-%m-%d", "%d.%m.%Y"))
    again = ROW.replace("2026-12-18", "{}")
    (same,) = orders(file, f"{HEAD}\n{ROW}\n{again.format('18.12.2026')}\n", mapping)
    assert (same.faults, same.body["requested_date"]) == ((), "2026-12-18")
    (other,) = orders(file, f"{HEAD}\n{ROW}\n{again.format('19.12.2026')}\n", mapping)
    assert other.faults == (RowFault(3, "requested_date", "differs from row 2 of the same order"),)


def test_a_file_that_says_its_encoding_is_believed(file: Path) -> None:
    (found,) = orders(file, f"\ufeff{HEAD}\nPO-1,大同,Pump,3,2026-12-18\n", encoding="gb18030")
    assert found.body["customer"] == {"name": "大同"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (f"{HEAD}\nPO-1,M\xfcller,Pump,3,2026-12-18\n".encode("latin-1"), f"line 2 is not UTF-8; {BETTER}"),
        (f"{HEAD}\n{ROW}\n".encode("utf-16")[:-1], f"is not UTF-16; {BETTER}"),
        (b"order_no,customer,product_model,quantity\n", "has no column 'requested_date'"),
        (f"{HEAD},note,note\n".encode(), "has two columns 'note'"),
        (f'{HEAD}\n"PO-1,Acme,Pump,3,2026-12-18\n'.encode(), "line 2: unexpected end of data"),
        (f"{HEAD}\nPO-1,{'x' * 200_000},Pump,3,2026-12-18\n".encode(), "line 2: field larger than field limit (131072)"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(file: Path, content: bytes, reason: str) -> None:
    with pytest.raises(FileCannotBeRead) as refused:
        orders(file, content)
    assert str(refused.value) == f"{file}: {reason}"
    assert refused.value.exit_code == 2


def test_the_wrong_encoding_is_told_with_the_line(file: Path) -> None:
    with pytest.raises(FileCannotBeRead, match="line 3 is not BIG5"):
        orders(file, f"{HEAD}\n{ROW}\n".encode() + b"PO-2,\xff\xff,Pump,3,2026-12-18\n", encoding="big5")


def test_a_file_that_is_not_there_is_told_so(file: Path) -> None:
    with pytest.raises(FileCannotBeRead, match="there is no such file"):
        opened(file, PLAIN)
    with pytest.raises(FileCannotBeRead, match="is not a plain file"):
        opened(file.parent, PLAIN)


def test_a_file_without_rows_has_no_orders(file: Path) -> None:
    assert orders(file, HEAD) == []


def test_texts_keep_commas_quotes_lines_and_every_script(file: Path) -> None:
    (found,) = orders(file, f'{HEAD},note\nPO-1,"大同, 精密 ""A""",Pump,3,2026-12-18,"first\nsecond"\n')
    assert found.body["customer"] == {"name": '大同, 精密 "A"'}
    assert found.body["note"] == "first\nsecond"


def test_rows_of_one_number_are_lines_of_one_order_wherever_they_stand(file: Path) -> None:
    rows = ("PO-1,Acme,Pump,3,2026-12-18", "PO-2,Bolt,Nut,1,2026-12-19", "po-1,,Valve,2,")
    found = {each.order_no: each for each in orders(file, "\n".join((HEAD, *rows)))}
    assert found.keys() == {"PO-1", "PO-2"}
    assert found["PO-1"].body["lines"] == [LINE, {"product_model": "Valve", "quantity": 2}]
    assert [row.number for row in found["PO-1"].rows] == [2, 4]


def test_of_an_order_with_too_many_lines_no_more_is_kept_than_has_it_refused(file: Path) -> None:
    (found,) = orders(file, "\n".join((HEAD, *[ROW] * 1000)))
    assert len(found.body["lines"]) == 201


@pytest.mark.parametrize(("limit", "numbers"), [(1, ["PO-1"]), (2, ["PO-1", "PO-2"]), (9, ["PO-1", "PO-2", "PO-3"])])
def test_a_limit_counts_order_numbers_in_the_order_of_the_file(file: Path, limit: int, numbers: list[str]) -> None:
    rows = [ROW, ",Acme,Pump,3,2026-12-18", ROW.replace("1", "2", 1), ROW.replace("1", "3", 1), ROW]
    found = orders(file, "\n".join((HEAD, *rows)), limit=limit)
    # The row without a number stands before the second number, so it is met with any limit.
    assert sorted(each.order_no for each in found) == ["", *numbers]
    assert {len(each.rows) for each in found if each.order_no == "PO-1"} == {2}


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
    'SCMS-1,Côte d\'Ivoire,104-CI-T01,"Nevirapine, 240 ml",1000,Date Not Captured,2006-11-14',
    "SCMS-2,Vietnam,108-VN-T01,Stavudine,10,2006-07-01,2006-08-11",
    "SCMS-1,Côte d'Ivoire,104-CI-T01,Lamivudine,5,N/A - From RDC,2-Dec-06",
)


def test_scms_files_ask_for_the_latest_date_of_an_orders_lines(file: Path) -> None:
    two, one = orders(file, "\n".join((SCMS_HEAD, *SCMS_ROWS)), BUILT_IN["scms"])
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
    _, one = orders(file, "\n".join((SCMS_HEAD, *rows)), BUILT_IN["scms"])
    assert one.faults == (RowFault(5, "Scheduled Delivery Date", "'Date Not Captured' is no date; write YYYY-MM-DD"),)


def test_rebasing_measures_from_the_earliest_date_of_any_row(file: Path) -> None:
    file.write_text("\n".join((SCMS_HEAD, *SCMS_ROWS)))
    opened_file = opened(file, BUILT_IN["scms"])
    surveyed = survey(opened_file, limit=1)
    # It is no date of the one order that the limit leaves.
    assert surveyed.earliest == date(2006, 8, 11)
    (one,) = gather(opened_file, surveyed, timedelta(days=7408))
    # 113 days from 2006-08-11 lies SCMS-1's latest.
    assert one.body["requested_date"] == (date(2006, 12, 2) + timedelta(days=7408)).isoformat()


def test_there_is_no_earliest_date_of_nothing(file: Path) -> None:
    file.write_text(HEAD)
    assert survey(opened(file, PLAIN)).earliest is None


def test_a_large_file_is_not_held_in_memory(file: Path) -> None:
    """Each order's two rows stand together, so that one at a time is incomplete."""
    rows = 2_000
    text = "x" * 20_000
    with file.open("w") as out:
        out.write(f"{HEAD},note\n")
        out.writelines(f"PO-{number // 2},Acme,Pump,3,2026-12-18,{text}\n" for number in range(rows))
    tracemalloc.start()
    opened_file = opened(file, PLAIN)
    found = sum(1 for _ in gather(opened_file, survey(opened_file)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == rows // 2
    assert peak < file.stat().st_size / 8
