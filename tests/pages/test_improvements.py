"""A complaint from a customer's link ends, through the ladder, in a verified improvement and a policy naming it (R18, R23)."""

import re

from playwright.sync_api import Page, expect

from tests.endtoend import dates
from tests.endtoend.plant import Plant
from tests.endtoend.waiting import until
from tests.pages.browsing import PHONE, Windows, picture
from tests.pages.hands import answer_form, fills, sends
from tests.pages.letters import answer_links

WRONG = "每第三件表面刮傷 <b>"


def test_a_complaint_after_delivery_ends_in_a_change_of_the_policy(plant: Plant, windows: Windows) -> None:
    order = plant.enter(120).accepted().shipped().signed()
    link = answer_links(order, "feedback_request")[1]
    assert order.satisfied().now()["status"] == "completed"
    complains(windows.stranger(size=PHONE), link)
    sales = windows.of("sales1")
    number = finds_it(sales, order.number)
    climbed(plant, f"{number}.find_cause.1")
    says(sales, f"{number}.find_cause.1", "hand_over", department="quality", reason="made here")
    quality = windows.of("quality1")
    climbed(plant, f"{number}.find_cause.2")
    says(quality, f"{number}.find_cause.2", "analysed", cause="worn jig", action="replace the jig", due=dates.day(1))
    says(quality, f"{number}.act.1", "done", note="replaced on Monday")
    verifies(windows.of("quality2"), number)
    quality.goto(f"/tasks/{number}.verify.1")
    expect(quality.get_by_role("main")).to_contain_text("Has had an effect")
    changes_the_policy(windows.of("admin"), number)
    on_a_phone = windows.of("boss", size=PHONE)
    on_a_phone.goto(f"/improvements/{number}")
    for told in (WRONG, "worn jig", "replace the jig", "verified as effective", "quality2", order.number):
        expect(on_a_phone.get_by_role("main")).to_contain_text(told)
    assert on_a_phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    picture(on_a_phone, "improvement-phone")


def climbed(plant: Plant, task: str) -> None:
    """The only rung, of which a task is another version: whoever has its form open would be asked to look again."""
    number = task.partition(".")[0]
    until(
        lambda: ("overdue", task) in {(mail.kind, mail.task) for mail in plant.mails(number)}, f"the ladder of {task} is climbed"
    )


def complains(page: Page, link: str) -> None:
    page.goto(link)
    page.locator("select[name=kind]").select_option("product")
    page.locator("textarea[name=text]").fill(WRONG)
    picture(page, "customer-complains")
    page.locator("main form button").last.click()
    expect(page.get_by_role("status")).to_be_visible()
    picture(page, "customer-complained")


def finds_it(page: Page, order_no: str) -> str:
    """From the order's page, which is closed."""
    page.goto(f"/orders/{order_no}")
    page.locator("#improvements a[href^='/improvements/imp:']").click()
    page.wait_for_url("**/improvements/imp:*")
    expect(page.get_by_role("main")).to_contain_text(WRONG)
    picture(page, "improvement")
    return page.url.rpartition("/")[2]


def says(page: Page, task: str, outcome: str, **fields: str) -> None:
    page.goto(f"/tasks/{task}")
    form = answer_form(page, outcome)
    fills(form, **fields)
    picture(page, f"case-{task.split('.')[1]}-{outcome}")
    sends(form)
    page.wait_for_url(re.compile(r"/\?did=complete"))


def verifies(page: Page, number: str) -> None:
    """Once there was time for an effect."""

    def is_asked() -> bool:
        page.goto(f"/improvements/{number}")
        return page.locator("a[href*='.verify.1']").count() > 0

    until(is_asked, "somebody is asked whether it had an effect")
    says(page, f"{number}.verify.1", "effective", note="no complaint for a month")


def changes_the_policy(page: Page, number: str) -> None:
    page.goto(f"/improvements/{number}")
    page.locator("a[href^='/policy/try?because=']").click()
    written = page.locator("textarea.file").input_value()
    page.locator("textarea.file").fill(f"{written}\n# jigs are looked at each month\n")
    page.locator("form[action='/policy/try'] button").click()
    page.locator("form[action='/policy/apply'] button").click()
    page.wait_for_url("**/policy")
    expect(page.locator(f"a[href='/improvements/{number}']").first).to_be_visible()
    page.goto(f"/improvements/{number}")
    page.locator("a[href^='/policy/applied/']").click()
    expect(page.get_by_role("main")).to_contain_text("jigs are looked at each month")
    expect(page.locator(f"main a[href='/improvements/{number}']")).to_be_visible()
