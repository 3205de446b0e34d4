"""Importing a whole real file, beside the bare engine on the same server; needs ../shared/data."""

import asyncio
import csv
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks import floor
from benchmarks.plant import plant
from jiaoqi.home import Home
from tests.endtoend.stack import JIAOQI

FILE = Path("../shared/data/scms-orders.csv")
FLOOR_ORDERS, CLIENTS = 200, 20
LONGEST = 3600.0


def is_possible() -> bool:
    return FILE.exists()


def measure(limit: int | None = None) -> dict[str, Any]:
    """Of the first `limit` orders of the file, or of all."""
    with plant() as here:
        bare = asyncio.run(floor.measure(here.stack.temporal_address, FLOOR_ORDERS, CLIENTS))
        options = ("--as", "sales1", "--mapping", "scms", "--rebase", *(("--limit", str(limit)) if limit else ()))
        began = time.perf_counter()
        done = subprocess.run(
            [JIAOQI, "import", FILE.resolve(), *options, "--home", here.stack.home],
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        seconds = time.perf_counter() - began
        assert done.returncode in (0, 1), done.stderr
        numbers = orders_of(FILE)[:limit]
        entered = len(set(map(str.casefold, numbers)) & known(here.stack.home))
    return {
        "orders": len(numbers),
        "entered": entered,
        "refused": len(numbers) - entered,
        "seconds": seconds,
        "per_second": entered / seconds,
        "floor_per_second": bare.per_second,
        "told": (done.stdout + done.stderr).strip().splitlines()[-1],
    }


def orders_of(file: Path) -> list[str]:
    """The order numbers, each once, as the file has them."""
    with file.open(newline="", encoding="utf-8-sig") as text:
        return list(dict.fromkeys(row["PO / SO #"] for row in csv.DictReader(text)))


def known(home: Path) -> set[str]:
    """What the store has, in one case."""
    with closing(sqlite3.connect(Home(home).path / "jiaoqi.db")) as store:
        return {number.casefold() for (number,) in store.execute("SELECT order_no FROM customer_order")}
