"""People sign in with a password, stay where they wanted to go, and sign out."""

from playwright.sync_api import expect

from tests.pages.browsing import PASSWORD, Windows, picture


def test_who_signs_in_comes_where_they_wanted(windows: Windows) -> None:
    page = windows.stranger()
    page.goto("/?lang=zh-Hant")
    picture(page, "sign-in")
    assert page.url.endswith("/sign-in?next=/%3Flang%3Dzh-Hant")
    page.locator("input[name=name]").fill("sales1")
    page.locator("input[name=password]").fill("nonsense")
    page.locator("main button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant")
    expect(page.locator("header")).to_contain_text("sales1")
    picture(page, "home")


def test_who_signs_out_is_out(windows: Windows) -> None:
    page = windows.of("sales1")
    page.locator("header button").click()
    page.goto("/")
    assert "/sign-in" in page.url
