"""The pages about orders in a real browser: entered, found, looked at, changed, printed, imported; also without scripts."""

import re
import uuid
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.endtoend import dates
from tests.endtoend.plant import Plant
from tests.pages.browsing import PHONE, Windows, picture


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_an_order_is_entered_with_two_lines_and_then_cancelled(windows: Windows, scripts: bool) -> None:
    page = windows.of("sales1", scripts=scripts)
    number = f"P-{uuid.uuid4().hex[:8]}"
    page.goto("/orders")
    page.get_by_role("link", name="Enter an order").click()
    page.locator("[name=order_no]").fill(number)
    page.locator("[name='customer/name']").fill("聯宏精密 <b>股份</b>")
    page.locator("[name='lines/0/product_model']").fill("JQ-7")
    page.locator("[name='lines/0/quantity']").fill("120")
    page.get_by_role("button", name="Another row").click()
    expect(page.locator("[name=order_no]")).to_have_value(number)
    page.locator("[name='lines/1/product_model']").fill("JQ-8")
    page.locator("[name='lines/1/quantity']").fill("5")
    page.locator("[name=requested_date]").fill(dates.day(30))
    picture(page, f"entering-{scripts}")
    page.locator("form#order-form").get_by_role("button", name="Enter the order").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{number} · 聯宏精密 <b>股份</b>")
    expect(page.get_by_role("link", name="Confirm the order")).to_be_visible()
    page.locator("#do-cancel summary").click()
    page.locator("#do-cancel [name=reason]").fill("entered by mistake")
    page.get_by_role("button", name="Show what would follow").last.click()
    expect(page.get_by_text("Task cancelled: Confirm the order")).to_be_visible()
    picture(page, f"cancelling-{scripts}")
    page.get_by_role("button", name="Yes: Cancel the order").click()
    expect(page.get_by_text("cancelled").first).to_be_visible()
    expect(page.locator("#history")).to_contain_text("Order closed")


def test_what_is_wrong_is_marked_beside_its_field(windows: Windows) -> None:
    page = windows.of("sales1")
    page.goto("/orders/new")
    page.locator("[name=order_no]").fill("not a number!")
    page.locator("[name='customer/name']").fill("X")
    page.locator("[name='lines/0/product_model']").fill("JQ")
    page.locator("[name='lines/0/quantity']").fill("1")
    page.locator("[name=requested_date]").fill(dates.day(30))
    page.locator("form#order-form").get_by_role("button", name="Enter the order").last.click()
    wrong = page.locator("[name=order_no]")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_value("not a number!")
    described = wrong.get_attribute("aria-describedby")
    expect(page.locator(f"[id='{described}']")).to_contain_text("letters, digits")
    picture(page, "entering-refused")
    check(page)


def test_the_list_narrows_while_one_types_and_is_kept(windows: Windows, plant: Plant) -> None:
    one, other = plant.enter(customer={"name": "Aurora Optics"}), plant.enter(120, 4).confirmed()
    page = windows.of("sales1")
    page.goto("/orders")
    expect(page.locator("#found")).to_contain_text(other.number)
    page.locator("#q").fill("aurora")
    expect(page.locator("#found")).not_to_contain_text(other.number)
    expect(page.locator("#found")).to_contain_text(one.number)
    assert "q=aurora" in page.url
    page.locator("[name=name]").fill("Aurora's")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("link", name="★ Aurora's")).to_be_visible()
    page.goto("/orders")
    picture(page, "orders")
    check(page)
    page.get_by_role("link", name="★ Aurora's").click()
    expect(page.locator("#found")).not_to_contain_text(other.number)
    page.get_by_role("button", name="Remove Aurora's").click()
    expect(page.get_by_role("link", name="★ Aurora's")).to_have_count(0)


def test_everybody_sees_where_an_order_stands(windows: Windows, plant: Plant) -> None:
    order = plant.enter(120, 40, note="handle with care", ship_to="Hsinchu, dock 4", priority="rush").producing()
    order.report(percent=40, note="half way")
    order.say("repromise", promised_date=dates.day(28), reason="the customer asked", customer_agreed=True)
    order.say("hold", reason="no power", until=dates.day(3), by="production-head")
    page = windows.of("quality1")
    page.goto(f"/orders/{order.number.lower()}")
    for words in ("Production", "the customer asked", "no power", "Progress reported", "half way", "Hsinchu, dock 4"):
        expect(page.locator("main")).to_contain_text(words)
    expect(page.locator("[aria-current=step]")).to_contain_text("Production")
    expect(page.locator("#do-cancel")).to_have_count(0)
    picture(page, "order")
    check(page)
    page.goto(f"/orders/{order.number}?lang=zh-Hant")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant")
    picture(page, "order-zh-Hant")
    phone = windows.of("sales1", size=PHONE)
    phone.goto(f"/orders/{order.number}")
    assert fits(phone)
    phone.locator("#do-amend summary").click()
    assert fits(phone)
    picture(phone, "order-phone")
    check(phone)
    phone.goto("/orders")
    assert fits(phone)
    picture(phone, "orders-phone")


def test_the_printed_sheet_leads_to_what_is_to_be_done(windows: Windows, plant: Plant) -> None:
    order = plant.enter(120, 40, ship_to="Hsinchu, dock 4").confirmed()
    page = windows.of("production1")
    page.goto(f"/orders/{order.number}/sheet?in=zh-Hans")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    code = page.locator(".sheet img")
    assert code.evaluate("image => image.complete && image.naturalWidth > 0"), "the browser draws the code"
    check(page)
    page.emulate_media(media="print")
    expect(page.locator("header")).to_be_hidden()
    picture(page, "sheet")
    page.emulate_media(media="screen")
    page.goto(f"/orders/{order.number}/now")
    assert page.url.endswith(f"/tasks/{order.number}.make_plan.1")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_file_is_looked_at_before_it_is_entered(windows: Windows, tmp_path: Path, scripts: bool) -> None:
    stem, file = f"F-{uuid.uuid4().hex[:6]}", tmp_path / "訂單.csv"
    day = dates.day(30)
    rows = [f"{stem}-1,聯宏精密,JQ-1,10,{day}", f"{stem}-2,Aurora,JQ-2,many,{day}", f"{stem}-1,聯宏精密,JQ-3,4,{day}"]
    file.write_text("\n".join(["order_no,customer,product_model,quantity,requested_date", *rows]), encoding="utf-8-sig")
    page = windows.of("sales1", scripts=scripts)
    page.goto("/orders/import")
    picture(page, "import-choosing")
    page.locator("[name=file]").set_input_files(file)
    page.get_by_role("button", name="Look at its rows").click()
    arrived(page, "would be entered")
    expect(page.locator("h1")).to_contain_text("訂單.csv")
    picture(page, f"import-preview-{scripts}")
    if scripts:
        check(page)
    page.get_by_role("button", name="Enter these orders (1)").click()
    arrived(page, "Orders entered: 1")
    picture(page, f"import-done-{scripts}")
    page.goto(f"/orders?q={stem}")
    expect(page.locator("#found tbody tr")).to_have_count(1)


def arrived(page: Page, words: str) -> None:
    """Looks again, by itself or by the link, until the file is through."""
    page.wait_for_url(re.compile("/imports/"))
    for _ in range(20):
        if page.get_by_text(words).count():
            return
        page.wait_for_timeout(500)
        if page.get_by_role("link", name="Look again").count():
            page.get_by_role("link", name="Look again").click()
    expect(page.get_by_text(words).first).to_be_visible()


def check(page: Page) -> None:
    """Nothing that keeps anybody from using it."""
    found = [each for each in Axe().run(page).response["violations"] if each["impact"] in ("serious", "critical")]
    assert not found, [(each["id"], each["nodes"][0]["html"]) for each in found]


def fits(page: Page) -> bool:
    """Nothing has to be pushed sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"))
