"""Who was shown an order, in a real browser: with a table, on a phone, in Chinese."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.endtoend.plant import Plant
from tests.pages.browsing import PHONE, Windows, picture


def test_a_head_sees_who_was_shown_an_order(plant: Plant, windows: Windows) -> None:
    order = plant.enter(5, customer={"name": "聯宏精密", "email": "buyer@customer.example"})
    for who in ("quality1", "sales1"):
        assert plant.person(who).get(f"/orders/{order.number}").status_code == 200
    page = windows.of("quality-head")
    page.goto(f"/orders/{order.number}")
    page.get_by_role("link", name="Who saw it").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(order.number)
    page.wait_for_timeout(1500)
    page.reload()
    rows = page.get_by_role("row")
    by_program = rows.filter(has_text="Program, by a token").filter(has_text="The order")
    expect(by_program.filter(has_text="quality1")).to_have_count(1)
    expect(rows.filter(has_text="The order").filter(has_text="Page")).to_have_count(1)
    assert Axe().run(page).response["violations"] == []
    picture(page, "readers")
    phone = windows.of("quality-head", size=PHONE, language="zh-Hant")
    phone.goto(f"/orders/{order.number}/readers")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert Axe().run(phone).response["violations"] == []
    picture(phone, "readers-phone")
