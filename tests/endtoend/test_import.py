"""Files of orders are entered as anybody's are (R5): real, dirty data, compared with a reading of our own.

JIAOQI_TEST_LONG=1: the whole file instead of its first 40 orders; 20 of them instead of 3 are driven to their end.
"""

import contextlib
import csv
import io
import os
import re
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from jiaoqi.cli.main import run
from tests.endtoend import dates
from tests.endtoend.order import Order
from tests.endtoend.plant import Plant
from tests.endtoend.stack import JIAOQI, command
from tests.endtoend.waiting import until

LONG = bool(os.environ.get("JIAOQI_TEST_LONG"))
LIMIT, DRIVEN = (None, 20) if LONG else (40, 3)
PATIENCE = 1800.0
"""Seconds for the whole file on a busy machine."""
AS_SALES = ("--as", "sales1")


@dataclass
class Expected:
    """An order as a person would read it from the file."""

    customer: tuple[str, str]
    lines: list[tuple[str, str]] = field(default_factory=list)
    days: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether every line has a quantity and a date, and the order no more lines than one may have."""
        quantities = all(re.fullmatch("[1-9][0-9]{0,8}|1000000000", quantity) for _, quantity in self.lines)
        return quantities and all(map(day, self.days)) and len(self.lines) <= 200


def day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read(file: Path, limit: int | None) -> tuple[dict[str, Expected], timedelta]:
    """The first orders of the file, and the days by which all of its dates are shifted."""
    found: dict[str, Expected] = {}
    every: list[date] = []
    with file.open(newline="", encoding="utf-8-sig") as text:
        for row in csv.DictReader(text):
            if known := day(row["Scheduled Delivery Date"]):
                every.append(known)
            number = row["PO / SO #"]
            if number not in found and len(found) == limit:
                continue
            order = found.setdefault(number, Expected((row["Country"], row["Project Code"])))
            order.lines.append((row["Item Description"].strip(), row["Line Item Quantity"]))
            order.days.append(row["Scheduled Delivery Date"])
    return found, dates.today() - min(every)


def compare(order: Mapping[str, Any], expected: Expected, shift: timedelta) -> None:
    assert order["customer"]["name"] == " ".join(expected.customer)
    assert [(line["product_model"], str(line["quantity"])) for line in order["lines"]] == expected.lines
    assert order["requested_date"] == (max(map(date.fromisoformat, expected.days)) + shift).isoformat()
    assert (order["created_by"], order["owner"], order["stage"]) == ("sales1", "sales1", "confirm")


@pytest.mark.shared_data
def test_a_file_of_real_orders_is_entered_once_and_can_be_worked_on(plant: Plant, shared_data: Path) -> None:
    file = shared_data / "scms-orders.csv"
    read_here, shift = read(file, LIMIT)
    good = {number: order for number, order in read_here.items() if order.is_good}
    refused = len(read_here) - len(good)
    options = (file, *AS_SALES, "--mapping", "scms", "--rebase", *(("--limit", str(LIMIT)) if LIMIT else ()))
    exits = 1 if refused else 0
    told = command(plant.stack.home, "import", *options, exits=exits, timeout=PATIENCE)
    assert f"{len(good)} entered, 0 already there, {refused} refused" in told
    there = {order["order_no"]: order for order in plant.person("sales1").every("/orders") if order["order_no"] in read_here}
    assert there.keys() == good.keys()
    assert sum(len(order["lines"]) for order in there.values()) == sum(len(order.lines) for order in good.values())
    for number, order in there.items():
        compare(order, good[number], shift)
    again = command(plant.stack.home, "import", *options, exits=exits, timeout=PATIENCE)
    assert f"0 entered, {len(good)} already there, {refused} refused" in again
    for number in list(good)[:DRIVEN]:
        driven_to_its_end(plant, number)


def driven_to_its_end(plant: Plant, number: str) -> None:
    order = Order(plant, {"order_no": number})
    assert order.open_kinds() == {"confirm_order"}
    order.entered_elsewhere().finished().ends("completed", "full")


def said(plant: Plant, *arguments: str | Path, exits: int = 0) -> tuple[str, str]:
    """What an import in this process writes; starting one takes longer than a few orders do."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run(["import", *map(str, arguments), "--home", str(plant.stack.home)])
    assert status == exits, out.getvalue() + err.getvalue()
    return out.getvalue(), err.getvalue()


HEAD = ("order_no", "customer", "product_model", "quantity", "requested_date")


def test_a_workbook_is_imported_and_what_was_refused_mended_in_its_report(plant: Plant, tmp_path: Path) -> None:
    file, mapping, report = tmp_path / "orders.xlsx", tmp_path / "mapping.toml", tmp_path / "report.csv"
    mapping.write_text("[columns]\n" + "".join(f'{name} = "{name.upper()}"\n' for name in HEAD))
    soon = date.fromisoformat(dates.day(30))
    book = Workbook()
    book.worksheets[0].append([name.upper() for name in HEAD])
    book.worksheets[0].append([70001.0, "聯宏精密", "JQ-1", 3.0, soon])
    book.worksheets[0].append([70002.0, "聯宏精密", "JQ-1", 0, soon])
    book.save(file)
    options = (*AS_SALES, "--mapping", str(mapping))
    assert said(plant, file, *options, "--dry-run", exits=1)[0].endswith("1 would be entered, 0 already there, 1 refused\n")
    told, _ = said(plant, file, *options, "--report", report, exits=1)
    assert told.splitlines()[1].split()[:2] == ["3", "QUANTITY"]
    assert told.endswith("1 entered, 0 already there, 1 refused\n")
    report.write_text(report.read_text(encoding="utf-8-sig").replace(",0,", ",5,"))
    assert said(plant, report, *options)[0] == "1 entered, 0 already there, 0 refused\n"
    (order,) = plant.person("sales1").every("/orders", q="70002")
    assert (order["lines"][0]["quantity"], order["requested_date"]) == (5, soon.isoformat())


def test_interrupted_an_import_tells_what_it_did_and_goes_on_when_asked_again(plant: Plant, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    numbers = [f"INT-{number}" for number in range(80)]
    file.write_text("\n".join([",".join(HEAD), *(f"{number},Acme,JQ-1,1,{dates.day(30)}" for number in numbers)]))
    sales = plant.person("sales1")
    argv = [str(JIAOQI), "import", str(file), *AS_SALES, "--home", str(plant.stack.home)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        until(lambda: sales.every("/orders", q="INT-"), "the first orders of the file are there")
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    entered = int(out.split()[0])
    assert (running.returncode, out) == (130, f"{entered} entered, 0 already there, 0 refused\n")
    assert err.strip() == "jiaoqi: interrupted; what was entered stays, import again to go on"
    assert 0 < entered == len(sales.every("/orders", q="INT-")) < len(numbers)
    rest = len(numbers) - entered
    assert said(plant, file, *AS_SALES)[0] == f"{rest} entered, {entered} already there, 0 refused\n"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("absent.csv",), "absent.csv: there is no such file"),
        (("orders.csv", "--mapping", "wrong.toml"), "wrong.toml:2: columns.colour: unknown field"),
        (("orders.csv", "--sheet", "March"), "orders.csv: --sheet: this is no workbook"),
        (("orders.csv", "--report", "orders.csv"), "--report: this is the file that is imported"),
    ],
)
def test_what_cannot_be_imported_is_told_in_one_line(
    plant: Plant, tmp_path: Path, arguments: tuple[str, ...], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "orders.csv").write_text(",".join(HEAD))
    columns = "".join(f'{name} = "{name}"\n' for name in HEAD)
    (tmp_path / "wrong.toml").write_text(f'[columns]\ncolour = "red"\n{columns}')
    monkeypatch.chdir(tmp_path)
    out, err = said(plant, *arguments, *AS_SALES, exits=2)
    assert (out, err.count("\n")) == ("", 1)
    assert reason in err
