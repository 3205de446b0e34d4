"""Who is who and how the plant is run, in a real browser: one's own page, the register, policy, calendar and operations."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.endtoend import dates
from tests.endtoend.plant import Plant
from tests.endtoend.waiting import until
from tests.pages.browsing import PASSWORD, PHONE, Windows, picture

WITHIN = "[...document.querySelectorAll('html, main, .scroll')].every(box => box.scrollWidth <= box.clientWidth)"
UNREACHABLE = f"buyer@{'é' * 70}.example"
"""No name service can know this domain."""


def serious(page: Page) -> list[object]:
    found = [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


def test_somebody_new_comes_signs_in_and_changes_the_password(windows: Windows) -> None:
    admin = windows.of("admin")
    admin.get_by_role("link", name="People", exact=True).click()
    admin.locator("summary", has_text="Add somebody").click()
    picture(admin, "people-add")
    admin.get_by_label("Name to sign in with").fill("lin")
    admin.get_by_label("Name as people read it").fill("林小姐")
    admin.get_by_label("Mail").fill("lin@plant.example")
    admin.get_by_label("member of Supply chain").check()
    admin.get_by_role("button", name="Add").click()
    expect(admin.get_by_role("status")).to_contain_text("they need a password")
    admin.get_by_role("button", name="Make a new password").click()
    secret = admin.locator("code.secret").inner_text()
    picture(admin, "person")
    assert serious(admin) == []
    newcomer = windows.stranger(size=PHONE, scripts=False, language="zh-Hant")
    newcomer.goto("/sign-in?next=/me%3Flang%3Den")
    newcomer.locator("input[name=name]").fill("lin")
    newcomer.locator("input[name=password]").fill(secret)
    newcomer.locator("main button").click()
    expect(newcomer.get_by_role("heading", level=1)).to_have_text("林小姐")
    newcomer.get_by_label("Old password").fill(secret)
    newcomer.get_by_label("New password", exact=True).fill(PASSWORD)
    newcomer.get_by_label("New password again").fill(PASSWORD)
    newcomer.get_by_role("button", name="Change the password").click()
    expect(newcomer.get_by_role("status").first).to_contain_text("Your password is changed")
    assert newcomer.evaluate(WITHIN)
    picture(newcomer, "me-phone")
    admin.reload()
    admin.goto("/people/lin")
    admin.get_by_role("button", name="Remove 林小姐").click()
    newcomer.goto("/me")
    assert "/sign-in" in newcomer.url


def test_an_absence_and_a_token_of_ones_own(windows: Windows, plant: Plant) -> None:
    page = windows.of("supply1")
    page.get_by_role("link", name="supply1").click()
    page.get_by_label("First day").fill(dates.day(1))
    page.get_by_label("Last day").fill(dates.day(3))
    page.get_by_label("Who stands in").select_option("supply-head")
    page.get_by_role("button", name="Save the absence").click()
    expect(page.get_by_role("status").first).to_contain_text("on record")
    assert plant.person("supply1").ask("/me")["away"]["substitute"] == "supply-head"
    page.get_by_label("What it is for").fill("scanner at the gate")
    page.get_by_role("button", name="Make a token").click()
    assert page.locator("code.secret").inner_text().startswith("jq_")
    picture(page, "me")
    assert serious(page) == []
    page.goto("/people")
    expect(page.locator("tbody tr", has_text="supply1").last).to_contain_text(re.compile(r"\d{4} to "))
    picture(page, "people")
    assert serious(page) == []
    page.goto("/me")
    page.get_by_role("button", name="Take the absence off the record").click()
    expect(page.get_by_role("status").first).to_contain_text("You are back")


def test_a_policy_is_tried_and_applied_while_the_page_tells(windows: Windows, plant: Plant) -> None:
    order = plant.enter()
    admin = windows.of("admin")
    admin.goto("/policy/try")
    text = admin.get_by_label("policy.toml").input_value()
    admin.get_by_label("policy.toml").fill(text + '[tasks.confirm_orders]\nallowance = "3d"\n')
    admin.get_by_role("button", name="Try").click()
    expect(admin.get_by_role("alert")).to_contain_text("did you mean")
    picture(admin, "policy-refused")
    changed = text.replace('"end-to-end"', '"end-to-end, slower"') + '\n[tasks.confirm_order]\nallowance = "3d"\n'
    admin.get_by_label("policy.toml").fill(changed)
    admin.get_by_role("button", name="Try").click()
    expect(admin.locator("main")).to_contain_text("tasks.confirm_order.allowance: 1d → 3d")
    expect(admin.locator("main")).to_contain_text(f"{order.number}.confirm_order.1")
    picture(admin, "policy-tried")
    assert serious(admin) == []
    admin.get_by_role("button", name="Apply to new orders").click()
    expect(admin.get_by_role("status")).to_contain_text("end-to-end, slower governs new orders and", timeout=30_000)
    expect(admin.locator("main")).to_contain_text("✓ in force")
    picture(admin, "policy")
    assert serious(admin) == []
    adopted = [event for event in order.events() if event["type"] == "policy_adopted"]
    assert [event["actor"] for event in adopted] == ["admin"]
    # A stack that is started again goes on with it.
    assert (plant.stack.home / "policy.toml").read_text() == changed


@pytest.mark.parametrize("size", [None, PHONE], ids=["desk", "phone"])
def test_the_calendar_adds_working_time(windows: Windows, size: dict[str, int] | None) -> None:
    page = windows.of("boss", **({"size": size} if size else {}))
    page.goto("/calendar")
    page.get_by_label("From").fill(dates.day(1) + "T13:00")
    page.get_by_label("Working time").fill("4h")
    page.get_by_role("button", name="Work it out").click()
    expect(page.get_by_role("status")).to_contain_text("17:00")
    assert page.evaluate(WITHIN)
    picture(page, "calendar-phone" if size else "calendar")
    assert serious(page) == []


def test_operations_tell_how_it_goes_and_send_dead_mail_again(windows: Windows, plant: Plant) -> None:
    order = plant.enter(customer={"name": "聯宏精密", "email": UNREACHABLE})
    order.confirmed()
    until(lambda: "dead" in [each["state"] for each in notices(plant, order.number)], "the mail is given up")
    page = windows.of("sales1")
    page.get_by_role("link", name="Operations").click()
    expect(page.locator("#health")).to_contain_text("at work")
    mail = page.locator("#dead tbody tr", has_text=order.number)
    picture(page, "operations")
    assert serious(page) == []
    mail.get_by_label("Address").fill("buyer@customer.example")
    mail.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("status")).to_contain_text("on its way again")
    sent = ("order_confirmed", "sent")
    until(lambda: sent in [(each["kind"], each["state"]) for each in notices(plant, order.number)], "the mail is sent")
    view = page.get_by_role("link", name="Late orders").get_attribute("href") or ""
    assert page.request.get(view).ok
    phone = windows.of("sales1", size=PHONE, scripts=False)
    phone.goto("/operations")
    assert phone.evaluate(WITHIN)
    picture(phone, "operations-phone")


def notices(plant: Plant, number: str) -> list[dict[str, str]]:
    return plant.person("boss").every(f"/orders/{number}/notices")
