"""Lists as Excel files: what is in them, and that nothing that people typed is a formula."""

import asyncio
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import httpx
import pytest
from openpyxl import Workbook, load_workbook

from api.pages.orders import book as orders_book
from api.pages.visitors import COOKIE
from tests.api.board_plant import TODAY, planned, told
from tests.api.looking import Looker
from tests.api.plant import NOW, Plant
from workflows.types.orders import Customer, Line
from workflows.types.words import Risk

DAY = timedelta(days=1)
EVIL = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "#REF!", "=cmd|' /C calc'!A0")


def opened(answer: httpx.Response) -> Workbook:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    return load_workbook(BytesIO(answer.content))


def table(book: Workbook, n: int) -> list[dict[str, Any]]:
    header, *rows = book.worksheets[n].iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


async def exported(plant: Plant, path: str = "/orders.xlsx") -> Workbook:
    page = Looker(plant, "sales1")
    await page.look(path)
    return opened(page.answer)


async def test_orders_and_their_lines(plant: Plant) -> None:
    lines = (Line(product_model="Pump 7", quantity=120), Line(product_model="閥 2", quantity=10, unit="set"))
    planned(plant.store, "PO-1", 1, 4, promised=TODAY + 9 * DAY, risk=Risk.AT_RISK, slack_hours=2.5, lines=lines)
    page = Looker(plant, "sales1")
    await page.look("/orders.xlsx")
    assert page.answer.headers["content-disposition"] == 'attachment; filename="orders-2027-03-01.xlsx"'
    book = opened(page.answer)
    (row,) = table(book, 0)
    assert book.sheetnames == ["Orders", "Lines", "About this file"]
    assert (row["Order"], row["Customer"], row["Risk"], row["Slack, working hours"]) == ("PO-1", "Kaohsiung Fab", "at risk", 2.5)
    assert row["Promised date"] == datetime(2027, 3, 10) and row["Requested date"] == datetime(2026, 12, 24)  # noqa: DTZ001
    assert row["Expected completion (Asia/Taipei)"] == datetime(2027, 3, 5, 10)  # noqa: DTZ001
    assert (row["Delivered"], row["Open tasks"]) == (None, "Produce (Production)")
    assert [list(line.values()) for line in table(book, 1)] == [["PO-1", 1, "Pump 7", 120, "pcs"], ["PO-1", 2, "閥 2", 10, "set"]]
    sheet = book.worksheets[0]
    assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref == "A1:Y2" and sheet["H2"].is_date
    about = {row[0]: row[1] for row in book.worksheets[2].iter_rows(values_only=True)}
    assert about["Orders"] == 1 and about["Is this all?"] == "Yes" and about["As of"] == told(NOW)


async def test_the_same_filters_as_the_list(plant: Plant) -> None:
    planned(plant.store, "PO-1", 1, 4, promised=TODAY + 9 * DAY, risk=Risk.LATE)
    planned(plant.store, "PO-2", 1, 4, promised=TODAY + 2 * DAY)
    for query, found in (
        ("risk=late", ["PO-1"]),
        ("due_before=2027-03-05", ["PO-2"]),
        ("q=po-2", ["PO-2"]),
        ("status=completed", []),
        ("stage=produce&sort=promised&customer=&risk=", ["PO-2", "PO-1"]),
    ):
        assert [row["Order"] for row in table(await exported(plant, f"/orders.xlsx?{query}"), 0)] == found, query
    page = Looker(plant, "sales1")
    for query in ("status=lost", "cursor=x", "x=1"):
        await page.look(f"/orders.xlsx?{query}")
        assert page.answer.status_code == 422


async def test_what_was_typed_is_never_a_formula(plant: Plant) -> None:
    for n, text in enumerate(EVIL):
        planned(
            plant.store, f"PO-{n}", 1, 4, customer=Customer(name=text), lines=(Line(product_model=text, quantity=1),), note=text
        )
    book = await exported(plant, "/orders.xlsx?sort=order_no")
    for n, text in enumerate(EVIL, start=2):
        for cell in (book.worksheets[0].cell(n, 2), book.worksheets[0].cell(n, 25), book.worksheets[1].cell(n, 3)):
            assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


async def test_more_than_a_page_and_no_more_than_is_allowed(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders_book, "AT_ONCE", 3)
    for n in range(10):
        planned(plant.store, f"PO-{n}", 1, 4)
    assert [row["Order"] for row in table(await exported(plant, "/orders.xlsx?sort=order_no"), 0)] == [
        f"PO-{n}" for n in range(10)
    ]
    monkeypatch.setattr(orders_book, "MOST_ORDERS", 6)
    book = await exported(plant, "/orders.xlsx?sort=order_no")
    assert [row["Order"] for row in table(book, 0)] == [f"PO-{n}" for n in range(6)]
    assert "No: there are more. Choose a narrower filter." in [row[1] for row in book.worksheets[2].iter_rows(values_only=True)]


async def test_in_the_readers_language(plant: Plant) -> None:
    planned(plant.store, "PO-1", 1, 4)
    book = await exported(plant, "/orders.xlsx?lang=zh-Hant")
    assert "客戶" in table(book, 0)[0]


async def test_exceptions(plant: Plant) -> None:
    planned(plant.store, "PO-1", 1, 4, promised=TODAY - DAY, risk=Risk.LATE, slack_hours=-9.0, customer=Customer(name="=1+1"))
    planned(plant.store, "PO-2", 1, 4, task={"is_silence_told": True})
    book = await exported(plant, "/exceptions.xlsx")
    late, silent = table(book, 0)
    assert (late["Exception"], late["Order"], late["Customer"], late["Days late"]) == ("late", "PO-1", "=1+1", 1)
    assert late["Promised date"] == datetime.combine(date(2027, 2, 28), datetime.min.time())
    assert book.worksheets[0]["C2"].data_type == "s" and silent["What to do next"] == "Report progress"
    assert [row["Order"] for row in table(await exported(plant, "/exceptions.xlsx?kind=silent"), 0)] == ["PO-2"]


async def test_exceptions_say_of_which_there_are_more(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(4):
        planned(plant.store, f"PO-{n}", 1, 4, promised=TODAY - n * DAY, risk=Risk.LATE, slack_hours=-9.0)
    planned(plant.store, "PO-9", 1, 4, task={"is_silence_told": True})
    read = plant.store.exceptions.read
    monkeypatch.setattr(plant.store.exceptions, "read", lambda wanted, now, today: read(wanted, now, today, 3))
    more = "Where a number has a +, there are more: only the worst of them are listed."
    first = [row["Exception"] for row in table(await exported(plant, "/exceptions.xlsx"), 0)]
    assert first == ["late", "late", "late", "no progress reported", "late 3+", more]
    first = [row["Exception"] for row in table(await exported(plant, "/exceptions.xlsx?kind=silent"), 0)]
    assert first == ["no progress reported"]


async def test_strangers_sign_in_first(plant: Plant) -> None:
    for path in ("/orders.xlsx", "/exceptions.xlsx", "/board", "/exceptions"):
        answer = await plant.client.get(f"http://plant.example{path}")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}")


async def test_who_fetches_a_file_slowly_keeps_nobody_from_theirs(plant: Plant) -> None:
    planned(plant.store, "PO-1", 1, 4, promised=TODAY + 9 * DAY)
    got = [asyncio.Event() for _ in range(4)]
    slow = [asyncio.create_task(fetched_in_part(plant, each)) for each in got]
    try:
        async with asyncio.timeout(10.0):
            await asyncio.gather(*(each.wait() for each in got))
            assert (await exported(plant)).worksheets
    finally:
        for each in slow:
            each.cancel()
        await asyncio.gather(*slow, return_exceptions=True)


async def fetched_in_part(plant: Plant, got: asyncio.Event) -> None:
    """Takes the first piece of the answer, and then no more."""
    cookie = f"{COOKIE}={plant.store.sessions.begin('sales1', 'a test', plant.now)}".encode()
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/orders.xlsx",
        "raw_path": b"/orders.xlsx",
        "query_string": b"",
        "headers": [(b"cookie", cookie), (b"host", b"plant.example")],
        "client": ("127.0.0.1", 1),
        "scheme": "http",
        "http_version": "1.1",
        "server": ("plant.example", 80),
        "root_path": "",
    }

    async def receive() -> dict[str, object]:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body" and message.get("body"):
            got.set()
            await asyncio.Event().wait()

    await plant.app(scope, receive, send)
