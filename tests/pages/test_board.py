"""The plan board, the exceptions and the Excel files in front of a whole stack, in a real browser."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.endtoend import dates
from tests.endtoend.order import Order
from tests.endtoend.plant import Plant
from tests.pages.browsing import PHONE, Windows, picture


@pytest.fixture(scope="module")
def busy(plant: Plant) -> dict[str, Order]:
    """Orders in several states of health, on two work centers."""
    names = {
        "in time": "聯宏精密",
        "close": "Kaohsiung Fab",
        "broken": "Łódź Pumps",
        "shipped": "聯宏精密",
        "short": "Kaohsiung Fab",
        "new": "Nantou Tools",
    }
    orders = {what: plant.enter(100, customer={"name": name, "email": "buyer@customer.example"}) for what, name in names.items()}
    orders["in time"].confirmed().planned(dates.instant(days=1), dates.instant(days=6)).made_ready()
    orders["close"].confirmed(dates.day(8)).planned(dates.instant(days=3), dates.instant(days=6)).made_ready()
    broken = orders["broken"].confirmed(dates.day(7))
    broken.answer(
        "make_plan",
        "plan",
        planned_start=dates.instant(days=4),
        expected_completion=dates.instant(days=10),
        work_center="Lathe 2",
    )
    orders["shipped"].confirmed(dates.day(9)).planned(dates.instant(hours=1), dates.instant(days=2)).made_ready().answer(
        "produce", "done"
    )
    orders["shipped"].answer("inspect", "pass")
    orders["shipped"].answer("accept", "accept")
    orders["shipped"].plan_shipment(ship_at=dates.instant(days=3), transit_days=4)
    orders["short"].confirmed().planned(dates.instant(days=2), dates.instant(days=5))
    orders["short"].answer("ready_materials", "short", item="steel", eta=dates.day(3))
    return orders


def rows(page: Page) -> dict[str, str]:
    """By order number."""
    found = page.locator("table.cards tbody tr").all()
    return {row.locator("td:nth-child(1) a").inner_text(): row.inner_text() for row in found}


def test_the_board_by_order_and_by_work_center(windows: Windows, busy: dict[str, Order]) -> None:
    page = windows.of("production-head")
    page.get_by_role("link", name="Plan board").click()
    picture(page, "board")
    told = rows(page)
    assert {order.number for order in busy.values()} <= told.keys()
    assert "planned behind it" in told[busy["broken"].number] and "Lathe 2" in told[busy["broken"].number]
    assert page.locator(f"svg.gantt a[href='/orders/{busy['new'].number}']").count() == 1
    page.get_by_label("Show by").select_option("work_center")
    page.get_by_label("Range").select_option("weeks")
    page.get_by_role("button", name="Show", exact=True).click()
    picture(page, "board-by-work-center")
    told = rows(page)
    assert "overlaps" in told[busy["in time"].number] and busy["close"].number in told[busy["in time"].number]
    assert "overlaps" not in told[busy["broken"].number] and busy["new"].number not in told
    page.get_by_role("link", name="Later ›").click()
    expect(page.locator(".now")).to_have_count(0)
    page.get_by_role("link", name="Today").click()
    expect(page.locator(".now")).to_have_count(1)


def test_in_the_dark_in_chinese_on_paper_and_on_a_phone(windows: Windows, busy: dict[str, Order]) -> None:
    page = windows.of("production-head", color_scheme="dark")
    page.goto("/board?range=quarter&lang=zh-Hant")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant")
    picture(page, "board-dark")
    page.emulate_media(media="print")
    expect(page.locator("svg .block").first).to_be_visible()
    picture(page, "board-on-paper")
    phone = windows.of("production-head", size=PHONE, scripts=False)
    phone.goto("/board")
    expect(phone.locator(".gantt-box")).to_be_hidden()
    assert busy["new"].number in rows(phone)
    assert phone.evaluate(
        "[...document.querySelectorAll('html, main, .scroll')].every(box => box.scrollWidth <= box.clientWidth)"
    )
    picture(phone, "board-phone")


@pytest.mark.parametrize("address", ["/board", "/board?by=work_center", "/exceptions"])
def test_axe_finds_nothing_serious(windows: Windows, busy: dict[str, Order], address: str) -> None:
    page = windows.of("sales1")
    page.goto(address)
    found = Axe().run(page).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert not serious, [(one["id"], [node["html"] for node in one["nodes"]]) for one in serious]


def test_exceptions_lead_to_what_is_to_be_done(windows: Windows, busy: dict[str, Order]) -> None:
    page = windows.of("sales1")
    page.get_by_role("link", name="Exceptions").click()
    picture(page, "exceptions")
    broken = page.locator("tbody tr", has_text=busy["broken"].number).first
    expect(broken).to_contain_text("✖ late")
    expect(broken).to_contain_text("Decide on the promised date")
    short = page.locator("tbody tr", has_text=busy["short"].number)
    expect(short).to_contain_text("steel, expected")
    broken.get_by_role("link", name="Decide on the promised date").click()
    page.wait_for_url(re.compile(r"/tasks/.*decide_promise\.1$"))
    page.goto("/exceptions?kind=blocked")
    expect(page.locator("tbody tr")).to_have_count(1)
    phone = windows.of("sales1", size=PHONE)
    phone.goto("/exceptions?lang=zh-Hans")
    assert phone.evaluate(
        "[...document.querySelectorAll('html, main, .scroll')].every(box => box.scrollWidth <= box.clientWidth)"
    )
    picture(phone, "exceptions-phone")


def test_orders_are_saved_as_an_excel_file(windows: Windows, busy: dict[str, Order], tmp_path: Path) -> None:
    page = windows.of("sales1")
    page.goto("/orders")
    answer = page.request.get("/orders.xlsx?q=nantou")
    assert re.search(r'filename="orders-\d{4}-\d\d-\d\d\.xlsx"', answer.headers["content-disposition"])
    book = load_workbook(BytesIO(answer.body()))
    assert [cell.value for cell in book.worksheets[0]["A"]] == ["Order", busy["new"].number]
