"""A meeting in front of a whole stack, in a real browser: its pack, what is decided, and the task that follows."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.endtoend import dates
from tests.endtoend.plant import Plant
from tests.pages.browsing import PHONE, Windows, picture


def is_fit(page: Page, what: str) -> None:
    """Everybody can use it, and nothing hangs out of a window."""
    found = Axe().run(page)
    assert found.violations_count == 0, f"{what}: {found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), what


def test_a_meeting_from_its_pack_to_a_task(windows: Windows, plant: Plant) -> None:
    late = plant.enter(100, customer={"name": "聯宏精密", "email": "buyer@customer.example"}).confirmed(dates.day(7))
    late.answer("make_plan", "plan", planned_start=dates.instant(days=4), expected_completion=dates.instant(days=10))
    page = windows.of("boss")
    page.get_by_role("link", name="Meetings").click()
    is_fit(page, "no packs yet")
    page.get_by_role("button", name="Make it").click()
    # It is shown by itself as soon as it is there.
    expect(page.get_by_role("heading", name="Decisions of last time")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("link", name=late.number)).to_be_visible()
    picture(page, "meeting")
    form = page.locator("form.stack")
    form.get_by_label("What is to be done").fill("Second shift on the press")
    form.get_by_label("Owner").select_option("production1")
    form.get_by_label("To be done by").fill(dates.day(3))
    form.get_by_role("button", name="Record it").click()
    expect(page.get_by_role("status")).to_contain_text("on record")
    expect(page.locator("#decisions")).to_contain_text("production1")
    is_fit(page, "decided")
    pack = page.url.partition("?")[0]
    for kind in ("monthly", "quarterly"):
        page.goto("/meetings")
        page.locator("select[name=kind]").select_option(kind)
        page.get_by_role("button", name="Make it").click()
        expect(page.get_by_role("heading", name="Decided at this meeting")).to_be_visible(timeout=30_000)
        is_fit(page, kind)
        picture(page, f"meeting-{kind}")
    page.goto(pack)
    page.locator("#decisions").get_by_role("link").click()
    expect(page.locator("main")).to_contain_text("Second shift on the press")
    phone = windows.of("quality-head", size=PHONE, language="zh-Hant", color_scheme="dark")
    phone.goto(pack)
    is_fit(phone, "on a phone")
    picture(phone, "meeting-phone")
    phone.goto("/meetings")
    is_fit(phone, "packs on a phone")
    picture(phone, "meetings-phone")
