"""The inbox and a task's page in a real browser: with a mouse, on a phone, without scripts, and left open for a while."""

from playwright.sync_api import Locator, Page, expect

from tests.endtoend import dates
from tests.endtoend.plant import Plant
from tests.pages.browsing import PASSWORD, PHONE, Windows, picture


def row(page: Page, number: str) -> Locator:
    return page.locator("tbody tr", has_text=number)


def test_from_the_list_to_the_answer(windows: Windows, plant: Plant) -> None:
    order = plant.enter(120, 30, ship_to="新竹科學園區 3 號碼頭", note="Call before delivery")
    page = windows.of("sales1")
    page.goto("/?q=nothing-is-like-that")
    expect(page.locator("#tools")).to_be_hidden()
    page.get_by_label("Order, customer or product").fill(order.number)
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("#tools"), "the list came by itself, and what can be done with it is there").to_be_visible()
    picture(page, "inbox")
    row(page, order.number).get_by_role("button", name="Claim").click()
    expect(page.get_by_role("status")).to_contain_text("Tasks that you hold from now on: 1")
    page.get_by_role("link", name="Held by me").click()
    row(page, order.number).get_by_role("link", name="Confirm the order").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(order.number)
    picture(page, "task-open")
    page.locator("summary", has_text="Confirmed with the customer").click()
    page.locator("#complete-confirm").get_by_label("Promised date").fill(dates.day(-3))
    page.locator("#complete-confirm").get_by_label("How it was agreed").fill("phone")
    # The browser itself knows that days that have passed cannot be promised; whoever tricks it is told by us.
    page.locator("#complete-confirm form").evaluate("form => form.noValidate = true")
    page.locator("#complete-confirm").get_by_role("button", name="Confirmed with the customer").click()
    expect(page.get_by_role("alert")).to_contain_text("Please correct")
    expect(page.locator("[aria-invalid=true]")).to_have_attribute("name", "fields/promised_date")
    picture(page, "task-refused")
    page.locator("#complete-confirm").get_by_label("Promised date").fill(dates.day(20))
    page.locator("#complete-confirm").get_by_role("button", name="Confirmed with the customer").click()
    expect(page.get_by_role("status")).to_contain_text("Your answer is on record")
    page.goto(f"/tasks/{order.number}.confirm_order.1")
    expect(page.locator("main")).to_contain_text("phone")
    picture(page, "task-answered")
    page.goto("/?view=others&q=" + order.number)
    expect(row(page, order.number).get_by_role("link", name="Plan production")).to_be_visible()


def test_on_a_phone_without_scripts(windows: Windows, plant: Plant) -> None:
    order = plant.enter(50)
    order.answer("confirm_order", "confirm", promised_date=dates.day(20), channel="phone")
    page = windows.of("production1", size=PHONE, scripts=False, language="zh-Hant")
    page.goto(f"/?lang=zh-Hant&q={order.number}")
    expect(page.locator("tbody tr")).to_have_count(1)
    picture(page, "inbox-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator("tbody tr a").first.click()
    page.locator("#complete-plan summary").click()
    page.locator("[name='fields/planned_start']").fill(dates.day(1) + "T08:00")
    page.locator("[name='fields/expected_completion']").fill(dates.day(5) + "T17:00")
    picture(page, "task-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator("#complete-plan form > p button").click()
    expect(page.get_by_role("status")).to_be_visible()
    assert order.open_kinds() == {"ready_materials", "ready_equipment", "ready_people"}


def test_the_slower_one_is_told_and_keeps_what_was_typed(windows: Windows, plant: Plant) -> None:
    order = plant.enter(10)
    task = f"/tasks/{order.number}.confirm_order.1"
    slow, fast = windows.of("sales1"), windows.of("sales-head")
    slow.goto(task)
    slow.locator("#complete-reject summary").click()
    slow.locator("[name='fields/reason']:visible").fill("They withdrew by letter of last week")
    fast.goto(task)
    fast.locator("#complete-confirm summary").click()
    fast.locator("#complete-confirm [name='fields/channel']").fill("mail")
    fast.locator("#complete-confirm form > p button").click()
    expect(fast.get_by_role("status")).to_be_visible()
    slow.locator("#complete-reject form > p button").click()
    expect(slow.get_by_role("alert")).to_contain_text("sales-head was faster")
    expect(slow.locator("textarea[readonly]")).to_have_value("They withdrew by letter of last week")
    picture(slow, "task-slower")
    assert order.now()["status"] == "open"


def test_a_list_left_open_refreshes_itself_and_takes_nothing_away(windows: Windows, plant: Plant) -> None:
    first = plant.enter(10)
    page = windows.stranger()
    page.clock.install()
    sign_in(page, "sales-head")
    page.goto("/")
    page.locator("summary", has_text="With the chosen tasks").click()
    row(page, first.number).get_by_role("checkbox").check()
    page.locator("[name='extend/reason']").fill("they are on holi")
    page.locator("[name='extend/reason']").focus()
    second = plant.enter(20)
    expect(row(page, second.number)).to_have_count(0)
    page.clock.run_for(61_000)
    expect(row(page, second.number)).to_have_count(1)
    page.keyboard.type("day")
    expect(page.locator("[name='extend/reason']")).to_have_value("they are on holiday")
    expect(row(page, first.number).get_by_role("checkbox")).to_be_checked()
    picture(page, "inbox-head")
    page.locator("[name='extend/due_at']").fill(dates.day(3) + "T10:00")
    page.locator("button[value=extend]").click()
    expect(page.get_by_role("status")).to_contain_text("Deadlines moved: 1")


def test_rows_are_added_on_the_page(windows: Windows, plant: Plant) -> None:
    order = plant.enter(40)
    page = windows.of("sales1")
    page.goto(f"/tasks/{order.number}.confirm_order.1")
    page.locator("#complete-revise summary").click()
    form = page.locator("#complete-revise")
    form.locator("[name='fields/reason']").fill("one more product")
    form.get_by_role("button", name="Another row").click()
    expect(form.locator("[name='fields/reason']")).to_have_value("one more product")
    form.locator("[name='fields/lines/1/product_model']").fill("JQ-9")
    form.locator("[name='fields/lines/1/quantity']").fill("7")
    picture(page, "task-rows")
    # Enter means the answer, not one row more.
    form.locator("[name='fields/lines/1/quantity']").press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    assert [line["quantity"] for line in order.now()["lines"]] == [40, 7]


def sign_in(page: Page, name: str) -> None:
    page.goto("/sign-in")
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button").click()
    page.wait_for_url("**/")
