"""The figures in front of a whole stack, in a real browser: an order is delivered, and the figures say so."""

from io import BytesIO

import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.endtoend import dates
from tests.endtoend.order import Order
from tests.endtoend.plant import Plant
from tests.endtoend.waiting import until
from tests.pages.browsing import PHONE, Windows, picture

CUSTOMER = "碁峰精密 <b>"


@pytest.fixture(scope="module")
def days() -> str:
    """From yesterday to after the day on which the order is due."""
    return f"from={dates.day(-1)}&to={dates.day(26)}"


@pytest.fixture(scope="module")
def done(plant: Plant, days: str) -> Order:
    """Reworked, delivered in time, and counted by the worker behind everybody's back."""
    order = plant.enter(100, customer={"name": CUSTOMER, "email": "buyer@customer.example"})
    order.produced().answer("inspect", "fail", failed={"1": 5}, defects=[{"code": "D1", "quantity": 5}])
    order.answer("rework", "reworked", cause="burr", corrective_action="deburred")
    order.finished()
    boss = plant.person("boss")
    start, end = (part.partition("=")[2] for part in days.split("&"))

    def counted() -> bool:
        told = boss.ask("/figures", start=start, end=end, customer=CUSTOMER)
        figures = {each["name"]: each for each in told["figures"]}
        return bool(figures["on_time"]["of"])

    until(counted, "the order is counted", within=60)
    return order


def row(page: Page, name: str) -> str:
    return page.locator("tbody tr", has=page.get_by_role("link", name=name, exact=True)).inner_text()


def fits(page: Page) -> bool:
    boxes = "[...document.querySelectorAll('html, main, .scroll, .plot-box')]"
    return bool(page.evaluate(f"{boxes}.every(box => box.scrollWidth <= box.clientWidth)"))


def test_from_all_figures_to_the_order_behind_one(windows: Windows, done: Order, days: str) -> None:
    page = windows.of("boss")
    page.get_by_role("link", name="Figures", exact=True).click()
    expect(page.locator("h1")).to_have_text("Figures")
    first, last = (part.partition("=")[2] for part in days.split("&"))
    page.get_by_label("First day").fill(first)
    page.get_by_label("Last day").fill(last)
    page.get_by_label("Customer").fill(CUSTOMER.upper())
    page.get_by_role("button", name="Show", exact=True).click()
    picture(page, "figures")
    assert "100.0%" in row(page, "Delivered on time") and "✓ target 95.0% reached" in row(page, "Delivered on time")
    assert "95 of 100" in row(page, "First pass yield") and "✖ target 98.0% missed" in row(page, "First pass yield")
    page.get_by_role("link", name="Delivered on time", exact=True).click()
    expect(page.locator("svg.plot .point")).to_have_count(1)
    picture(page, "figure")
    rows = page.locator("table", has_text="Counts as").locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("on time")
    rows.get_by_role("link", name=done.number).click()
    page.wait_for_url(f"**/orders/{done.number}")


def test_departments_lead_to_their_own_tasks(windows: Windows, done: Order, days: str) -> None:
    page = windows.of("quality-head")
    page.goto(f"/figures/departments?{days}&customer={CUSTOMER}")
    picture(page, "figures-departments")
    page.get_by_role("region", name="Quality").get_by_role("link", name="Tasks done in time").click()
    expect(page.get_by_role("link", name="Inspect", exact=True)).to_have_count(2)
    answer = page.request.get(f"/figures.xlsx?{days}")
    assert load_workbook(BytesIO(answer.body())).sheetnames[0] == "Figures"


def test_on_a_phone_in_the_dark_and_in_chinese(windows: Windows, done: Order, days: str) -> None:
    page = windows.of("boss", size=PHONE, scripts=False, color_scheme="dark")
    for n, address in enumerate(("/figures", "/figures/first_pass_yield", "/figures/departments")):
        page.goto(f"{address}?{days}&lang=zh-Hant")
        expect(page.locator("html")).to_have_attribute("lang", "zh-Hant")
        assert fits(page), address
        picture(page, f"figures-phone-{n}")
    page.emulate_media(media="print")
    expect(page.locator("h1")).to_be_visible()


@pytest.mark.parametrize("address", ["/figures", "/figures/on_time", "/figures/departments"])
def test_axe_finds_nothing_serious(windows: Windows, done: Order, days: str, address: str) -> None:
    page = windows.of("sales1")
    page.goto(f"{address}?{days}")
    found = Axe().run(page).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert not serious, [(one["id"], [node["html"] for node in one["nodes"]]) for one in serious]
