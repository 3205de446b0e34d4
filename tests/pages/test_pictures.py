"""The demo as a newcomer finds it: every page on a phone, and the pictures of the README (`make screenshots`)."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from jiaoqi.demo.furnish import PASSWORD
from tests.endtoend.mails import Mailbox
from tests.endtoend.stack import ROOT, Stack
from tests.endtoend.waiting import until
from tests.pages.browsing import CHROMIUM, PHONE, SCREENSHOTS, Windows
from tests.pages.letters import OURS

SMALL = 200_000
"""Bytes of a picture, at most: everybody who clones gets them all."""
PICTURES = {
    "inbox": ("production-head", "/?lang=en", 820),
    "task": ("production1", "/tasks/DEMO-5.rework.1?lang=en", 1000),
    "order": ("sales1", "/orders/DEMO-10?lang=en", 1000),
    "board": ("sales1", "/board?lang=en", 840),
    "exceptions": ("sales1", "/exceptions?lang=en", 580),
    "figures": ("boss", "/figures/departments?lang=en", 1000),
    "paper": ("production1", "/orders/DEMO-8/print/production_plan?in=en", 900),
    "order-zh-Hant": ("sales1", "/orders/DEMO-3?lang=zh-Hant", 1000),
}
"""By name: who looks, at what, and how much of it is shown."""
SIGNING = "signing-zh-Hans"
EVERYWHERE = (
    *("/", "/?view=mine", "/?view=others", "/?view=snoozed", "/orders", "/orders/new", "/orders/import", "/orders/DEMO-1"),
    *("/orders/DEMO-9", "/orders/DEMO-10", "/orders/DEMO-8?history=everything", "/orders/DEMO-4/sheet"),
    *("/orders/DEMO-8/signatures", "/tasks/DEMO-1.confirm_order.1", "/tasks/DEMO-10.decide_promise.1"),
    *("/tasks/DEMO-8.inspect.1", "/board", "/board?by=work_center", "/exceptions", "/people", "/people/boss", "/policy"),
    *("/improvements", "/improvements/new", "/orders/DEMO-8/documents", "/orders/DEMO-8/print/production_plan", "/archive"),
    *("/figures", "/figures/on_time", "/figures/departments", "/meetings", "/orders/DEMO-8/readers"),
    *("/policy/try", "/calendar", "/operations", "/me", "/training", "/training/courses", "/training/sessions"),
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """`jiaoqi up --demo`, with the built-in policy."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    stack = Stack(tmp_path_factory.mktemp("demo"))
    stack.options += ("--demo",)
    try:
        yield stack.start()
    finally:
        stack.end()


@pytest.fixture
def windows(browser: Browser, demo: Stack) -> Iterator[Windows]:
    windows = Windows(browser, demo.url, PASSWORD)
    yield windows
    windows.close()
    assert not windows.complaints, "the browser complained"


def test_every_page_of_the_demo_fits_a_phone_and_axe_finds_nothing_serious(windows: Windows) -> None:
    page = windows.of("admin", size=PHONE, color_scheme="dark")
    for address in EVERYWHERE:
        answer = page.goto(address)
        assert answer is not None and answer.status == 200, address
        expect(page.locator("h1")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), address
        found = Axe().run(page).response["violations"]
        assert not [each["id"] for each in found if each["impact"] in ("serious", "critical")], address


@pytest.mark.parametrize("name", PICTURES)
def test_the_readme_shows_what_there_is(windows: Windows, name: str) -> None:
    who, address, height = PICTURES[name]
    size: ViewportSize = {"width": 1280, "height": height}
    page = windows.of(who, size=size)
    page.goto(address)
    expect(page.locator("h1")).to_be_visible()
    keep(page, name)


def test_a_customer_signs_on_a_phone(windows: Windows, demo: Stack) -> None:
    page = windows.stranger(size=PHONE, language="zh-Hans")
    page.goto(signing_link(demo))
    page.locator("#signed [name='fields/signed_by']").fill("王先生")
    page.evaluate("document.activeElement.blur()")
    keep(page, SIGNING)


def test_the_readme_shows_nothing_else() -> None:
    shown = set(re.findall(r"\(docs/pictures/([\w-]+)\.png\)", (ROOT / "README.md").read_text("utf-8")))
    kept = {file.stem for file in (ROOT / "docs" / "pictures").glob("*.png")}
    assert shown <= kept == {*PICTURES, SIGNING}


def signing_link(demo: Stack) -> str:
    """From the mail that DEMO-7's customer got when the goods left."""
    mailbox = Mailbox(demo.mailbox_url)

    def found() -> str:
        mails = [mail for mail in mailbox.of("DEMO-7") if mail.kind == "sign_off_request"]
        return OURS.findall(mails[-1].text)[0] if mails else ""

    return until(found, "the request to sign has come")


def keep(page: Page, name: str) -> None:
    """What the window shows, small enough for a repository; kept where somebody asked for it."""
    image = page.screenshot()
    assert len(image) < SMALL, f"{name}: {len(image)} bytes"
    if SCREENSHOTS:
        folder = Path(SCREENSHOTS)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.png").write_bytes(image)
