"""What somebody typed opens nothing, runs nothing and turns nothing in a real browser."""

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.endtoend.plant import Plant
from tests.pages.browsing import Windows, picture

EVIL = "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">\"' onfocus=alert(1) autofocus x='"
TURNED = "Fab \u202e\u2066 nets"
NAME = f"{TURNED} {EVIL}"
BRACES = "{{7*7}}${7*7}"
PAGES = ("", "/sheet")


@pytest.mark.parametrize("scripts", [True, False])
def test_no_dialog_opens_and_no_script_runs(plant: Plant, windows: Windows, scripts: bool) -> None:
    order = plant.enter(
        1,
        customer={"name": NAME},
        lines=[{"product_model": f"{BRACES} {EVIL}", "quantity": 3}],
        ship_to=f"{TURNED} {EVIL}",
        note=f"{BRACES} {EVIL}",
    )
    page = windows.of("sales1", scripts=scripts)
    opened: list[str] = []
    page.on("dialog", lambda dialog: hear(opened, dialog))
    for path in (
        "/orders",
        "/board",
        "/exceptions",
        f"/tasks/{order.number}.confirm_order.1",
        *(f"/orders/{order.number}{of}" for of in PAGES),
    ):
        page.goto(path)
        page.wait_for_load_state()
        is_untouched(page)
    expect(page.locator("body")).to_contain_text("<script>document.title='run'</script>")
    expect(page.locator("body")).to_contain_text(BRACES)
    picture(page, f"hostile-{scripts}")
    assert opened == []


def hear(opened: list[str], dialog: Dialog) -> None:
    opened.append(dialog.message)
    dialog.dismiss()


def is_untouched(page: Page) -> None:
    assert page.title() != "run"
    assert page.locator("img[src=x]").count() == 0
    assert page.locator("[onfocus], [onerror], script:not([src])").count() == 0
    assert "\u202e" not in page.locator("body").inner_text()


def test_what_is_typed_into_a_form_comes_back_as_text(windows: Windows) -> None:
    """Refused, and shown again with everything that was typed."""
    page = windows.of("sales1")
    opened: list[str] = []
    page.on("dialog", lambda dialog: hear(opened, dialog))
    page.goto("/orders/new")
    typed = {"order_no": f"{EVIL}", "customer/name": NAME, "ship_to": EVIL}
    for name, value in typed.items():
        page.locator(f"[name='{name}']").fill(value)
    # The server judges, not the browser.
    page.locator("#order-form").evaluate("form => { form.noValidate = true }")
    page.locator("#order-form p button").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.locator("[name='order_no']")).to_have_value(EVIL)
    is_untouched(page)
    assert opened == []
