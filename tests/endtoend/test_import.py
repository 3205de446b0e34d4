"""Files of orders are entered as anybody's are (R5): real, dirty data, compared with a reading of our own.

JIAOQI_TEST_LONG=1: the first 200 orders of the file instead of 40; 20 of them instead of 3 are driven to their end.
"""

import csv
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.endtoend import dates
from tests.endtoend.order import Order
from tests.endtoend.plant import Plant
from tests.endtoend.stack import command

LONG = bool(os.environ.get("JIAOQI_TEST_LONG"))
ORDERS, DRIVEN = (200, 20) if LONG else (40, 3)


@dataclass
class Expected:
    """An order as a person would read it from the file."""

    customer: tuple[str, str]
    lines: list[tuple[str, int]] = field(default_factory=list)
    days: list[date] = field(default_factory=list)


def read(file: Path) -> tuple[dict[str, Expected], timedelta]:
    """The first orders of the file, and the days by which all of its dates are shifted."""
    found: dict[str, Expected] = {}
    every: list[date] = []
    with file.open(newline="", encoding="utf-8-sig") as text:
        for row in csv.DictReader(text):
            every.append(date.fromisoformat(row["Scheduled Delivery Date"]))
            number = row["PO / SO #"]
            if number not in found and len(found) == ORDERS:
                continue
            order = found.setdefault(number, Expected((row["Country"], row["Project Code"])))
            order.lines.append((row["Item Description"].strip(), int(row["Line Item Quantity"])))
            order.days.append(every[-1])
    return found, dates.today() - min(every)


def imported(plant: Plant, file: Path) -> str:
    options = ("--mapping", "scms", "--rebase", "--limit", str(ORDERS), "--as", "sales1")
    return command(plant.stack.home, "import", file, *options, timeout=500)


def compare(order: Mapping[str, Any], expected: Expected, shift: timedelta) -> None:
    assert all(part in order["customer"]["name"] for part in expected.customer), order["customer"]
    assert [(line["product_model"], line["quantity"]) for line in order["lines"]] == expected.lines
    assert order["requested_date"] == (max(expected.days) + shift).isoformat()
    assert (order["created_by"], order["owner"], order["stage"]) == ("sales1", "sales1", "confirm")


@pytest.mark.shared_data
def test_a_file_of_real_orders_is_entered_once_and_can_be_worked_on(plant: Plant, shared_data: Path) -> None:
    file = shared_data / "scms-orders.csv"
    expected, shift = read(file)
    assert f"{ORDERS} entered, 0 already there, 0 refused" in imported(plant, file)
    there = {order["order_no"]: order for order in plant.person("sales1").every("/orders", q="SCMS-")}
    assert there.keys() == expected.keys()
    for number, order in there.items():
        compare(order, expected[number], shift)
    assert f"0 entered, {ORDERS} already there, 0 refused" in imported(plant, file)
    assert len(plant.person("sales1").every("/orders", q="SCMS-")) == ORDERS
    for number in list(expected)[:DRIVEN]:
        driven_to_its_end(plant, number)


def driven_to_its_end(plant: Plant, number: str) -> None:
    order = Order(plant, {"order_no": number})
    assert order.open_kinds() == {"confirm_order"}
    order.entered_elsewhere().finished().ends("completed", "full")
