"""What is read of past orders: which date counts, which order is late, and which cannot be rehearsed."""

import csv
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from activities.importing import FileCannotBeRead
from activities.importing.mapping import Mapping
from activities.importing.mapping_file import BUILT_IN, MappingIsWrong, parse
from jiaoqi.rehearsing import telling
from jiaoqi.rehearsing.past import (
    NO_DELIVERY,
    NO_NUMBER,
    NO_PROMISE,
    NOT_TRUE,
    TOO_LONG,
    PastFile,
    PastOrder,
    Unusable,
    opened_past,
)
from jiaoqi.rehearsing.telling import Found
from workflows.types.words import Priority

HEAD = "order_no,entered,promised,delivered,recorded,priority"
SCMS_HEAD = (
    "PO / SO #,PQ First Sent to Client Date,PO Sent to Vendor Date,Scheduled Delivery Date,Delivered to Client Date,"
    "Delivery Recorded Date"
)


def read(folder: Path, *rows: str, head: str = HEAD, mapping: Mapping = BUILT_IN["plain"], limit: int | None = None) -> PastFile:
    file = folder / "past.csv"
    file.write_text("\n".join((head, *rows)), encoding="utf-8")
    return PastFile(opened_past(file, mapping), limit)


def orders(folder: Path, *rows: str, head: str = HEAD, mapping: Mapping = BUILT_IN["plain"]) -> list[PastOrder | Unusable]:
    return list(read(folder, *rows, head=head, mapping=mapping).orders())


def test_an_order_is_promised_for_the_latest_day_of_its_lines_and_delivered_with_the_last(tmp_path: Path) -> None:
    rows = ("A,2026-11-03,2026-11-20,2026-11-19,2026-11-20,", "A,2026-11-02,2026-11-27,2026-11-25,2026-11-30,rush")
    assert orders(tmp_path, *rows) == [
        PastOrder(
            "A",
            date(2026, 11, 2),
            date(2026, 11, 27),
            date(2026, 11, 25),
            date(2026, 11, 30),
            was_late=False,
            priority=Priority.RUSH,
        )
    ]


def test_an_order_is_late_when_one_line_came_after_its_own_day(tmp_path: Path) -> None:
    (found,) = orders(tmp_path, "A,,2026-11-20,2026-11-21,,", "A,,2026-11-27,2026-11-26,,")
    assert isinstance(found, PastOrder)
    assert (found.was_late, found.promised, found.delivered) == (True, date(2026, 11, 27), date(2026, 11, 26))


@pytest.mark.parametrize(
    ("entry", "known"),
    [
        ("2026-11-04,2026-11-09", date(2026, 11, 9)),
        ("2026-11-04,N/A - From RDC", date(2026, 11, 4)),
        ("Pre-PQ Process,Date Not Captured", None),
        ("2026-12-04,N/A - From RDC", None),
    ],
)
def test_an_order_of_scms_was_entered_when_it_was_sent_to_the_vendor_else_quoted(
    tmp_path: Path, entry: str, known: date | None
) -> None:
    row = f"SCMS-1,{entry},2026-11-27,2026-11-27,2026-11-27"
    (found,) = orders(tmp_path, row, head=SCMS_HEAD, mapping=BUILT_IN["scms"])
    assert isinstance(found, PastOrder)
    assert found.entered == known


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (["A,,2026-11-27,,,"], NO_DELIVERY),
        (["A,,2026-11-27,2026-11-27,,", "A,,2026-11-27,soon,,"], NO_DELIVERY),
        (["A,,,2026-11-27,,"], NO_PROMISE),
        ([",,2026-11-27,2026-11-27,,"], NO_NUMBER),
        (["A,,2026-11-27,2026-11-27,,"] * 201, TOO_LONG),
    ],
)
def test_an_order_without_its_dates_is_left_out(tmp_path: Path, rows: list[str], reason: str) -> None:
    assert [found.reason for found in orders(tmp_path, *rows) if isinstance(found, Unusable)] == [reason]


@pytest.mark.parametrize(
    "row",
    [
        "A,,2026-11-27,9999-12-31,,",
        "A,,0001-01-01,2026-11-27,,",
        "A,,1969-12-31,1970-01-05,,",
        "A,,2026-11-27,2026-11-27,2101-01-01,",
        "A,,2004-11-27,2026-11-27,,",
    ],
)
def test_an_order_with_a_date_that_cannot_be_true_is_left_out(tmp_path: Path, row: str) -> None:
    assert orders(tmp_path, row) == [Unusable("A", NOT_TRUE)]


@pytest.mark.parametrize("entered", ["0001-01-01", "1969-12-31", "2004-11-27", "9999-12-31"])
def test_a_day_of_entry_that_cannot_be_true_is_not_known(tmp_path: Path, entered: str) -> None:
    (found,) = orders(tmp_path, f"A,{entered},2026-11-27,2026-11-27,,")
    assert isinstance(found, PastOrder) and found.entered is None


def test_the_mapping_says_how_urgent_orders_are_of_which_the_file_does_not(tmp_path: Path) -> None:
    mapping = replace(BUILT_IN["plain"], defaults={"priority": "rush", "customer": "X"})
    rows = (
        "A,,2026-11-27,2026-11-27,,",
        "B,,2026-11-27,2026-11-27,,normal",
        "C,,2026-11-27,2026-11-27,,normal",
        "C,,2026-11-27,2026-11-27,,",
    )
    found = [each.priority for each in orders(tmp_path, *rows, mapping=mapping) if isinstance(each, PastOrder)]
    assert found == [Priority.RUSH, Priority.NORMAL, Priority.NORMAL]


def test_what_was_not_recorded_was_recorded_when_it_came(tmp_path: Path) -> None:
    (found,) = orders(tmp_path, "A,2026-11-27,2026-11-26", head="order_no,requested_date,delivered")
    assert isinstance(found, PastOrder)
    assert (found.promised, found.recorded, found.entered) == (date(2026, 11, 27), date(2026, 11, 26), None)


def test_a_limit_counts_order_numbers_and_an_order_is_told_with_its_last_row(tmp_path: Path) -> None:
    rows = [f"{number},,2026-11-27,2026-11-27,," for number in ("A", "B", "A", "C")]
    assert [found.order_no for found in read(tmp_path, *rows, limit=2).orders()] == ["B", "A"]


def test_a_mapping_of_ones_own_says_where_the_past_stands(tmp_path: Path) -> None:
    columns = 'order_no = "No"\ncustomer = "C"\nproduct_model = "P"\nquantity = "Q"\nrequested_date = "Wanted"'
    mapping = parse(f'[columns]\n{columns}\n[dates]\nformats = ["%d.%m.%Y"]\n[past]\ndelivered = "Came"', "mine.toml")
    (found,) = orders(tmp_path, "A;27.11.2026;30.11.2026", head="No;Wanted;Came", mapping=mapping)
    assert isinstance(found, PastOrder)
    assert (found.promised, found.delivered, found.was_late) == (date(2026, 11, 27), date(2026, 11, 30), True)
    with pytest.raises(FileCannotBeRead, match="has no column 'Came'"):
        read(tmp_path, "A;27.11.2026", head="No;Wanted", mapping=mapping)


def test_a_mapping_that_knows_no_delivery_is_refused(tmp_path: Path) -> None:
    mapping = Mapping(columns=BUILT_IN["plain"].columns)
    with pytest.raises(MappingIsWrong, match=r"give it a table \[past\]"):
        read(tmp_path, mapping=mapping)


@pytest.mark.shared_data
def test_the_late_share_of_the_example_is_that_of_a_plain_count(shared_data: Path) -> None:
    file = shared_data / "scms-orders.csv"
    late: dict[str, bool] = {}
    with file.open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            due, came = (datetime.fromisoformat(row[name]) for name in ("Scheduled Delivery Date", "Delivered to Client Date"))
            number = row["PO / SO #"].casefold()
            late[number] = late.get(number, False) or came > due
    found = list(PastFile(opened_past(file, BUILT_IN["scms"])).orders())
    usable = [each for each in found if isinstance(each, PastOrder)]
    counted = Found(file.name, usable, [each for each in found if isinstance(each, Unusable)])
    assert (counted.late.n, counted.late.of) == (sum(late.values()), len(late))
    share = sum(late.values()) / len(late)
    told = {row[0]: row[1] for row in telling.about(counted)}
    assert told["delivered late (a line after its promised day)"] == f"{sum(late.values()):,} of {len(late):,}  {share:6.1%}"
