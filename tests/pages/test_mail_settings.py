"""People choose on their own page how their mail comes, with or without scripts, on a phone too."""

from playwright.sync_api import expect

from tests.pages.browsing import PHONE, Windows, picture


def test_whoever_wants_fewer_mails_says_so(windows: Windows) -> None:
    page = windows.of("quality2", size=PHONE, language="zh-Hant", scripts=False)
    page.goto("/me?lang=zh-Hant#mail")
    block = page.locator("#mail")
    picture(page, "mail-settings")
    block.locator("input[value=digest]").check()
    block.locator("button").click()
    expect(page.locator("#mail").get_by_role("status")).to_be_visible()
    expect(page.locator("#mail input[value=digest]")).to_be_checked()
    picture(page, "mail-settings-chosen")
    page.goto("/me?lang=en#mail")
    page.get_by_label("by a mail of their own, at once").check()
    page.locator("#mail button").click()
    expect(page.get_by_text("Your mail comes as you chose from now on.")).to_be_visible()
