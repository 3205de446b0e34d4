"""A real Chromium: whoever looks at the pages has a window of their own, as large as what they hold in their hands."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
"""Root has no sandbox here, and no window asks for anything from outside."""
ALONE = ("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage")
DESK: ViewportSize = {"width": 1280, "height": 900}
TABLET: ViewportSize = {"width": 820, "height": 1180}
PHONE: ViewportSize = {"width": 390, "height": 844}
LOCALES = {"en": "en-GB", "zh-Hant": "zh-TW", "zh-Hans": "zh-CN"}
PASSWORD = "demo-of-tests"
SCREENSHOTS = os.environ.get("JIAOQI_TEST_SCREENSHOTS")
"""A folder: whoever wants to see what the tests see."""


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *ALONE])
        yield browser
        browser.close()


class Windows:
    """Opens windows in front of one stack; what goes wrong in any of them is remembered."""

    def __init__(self, browser: Browser, url: str, password: str = PASSWORD) -> None:
        self.browser, self.url, self.password = browser, url, password
        self.complaints: list[str] = []
        self._open: list[BrowserContext] = []

    def stranger(self, *, size: ViewportSize = DESK, language: str = "en", scripts: bool = True, **more: Any) -> Page:
        """Somebody who has not signed in."""
        context = self.browser.new_context(
            base_url=self.url, viewport=size, locale=LOCALES[language], java_script_enabled=scripts, **more
        )
        self._open.append(context)
        page = context.new_page()
        page.on("console", lambda message: self._heard(message.type, message.text))
        page.on("pageerror", lambda error: self._heard("error", str(error)))
        return page

    def of(self, name: str, **how: Any) -> Page:
        """Somebody of the plant, signed in with their password by the page itself, and now at their inbox."""
        page = self.stranger(**how)
        page.goto("/sign-in")
        page.locator("input[name=name]").fill(name)
        page.locator("input[name=password]").fill(self.password)
        page.locator("main button").click()
        page.wait_for_url(re.compile(r"/(\?.*)?$"))
        return page

    def close(self) -> None:
        for context in self._open:
            context.close()
        self._open.clear()

    def _heard(self, kind: str, words: str) -> None:
        # What the server refuses the browser notes as an error too, which it is not.
        if kind == "error" and "the server responded with a status of 4" not in words:
            self.complaints.append(words)


def picture(page: Page, name: str) -> None:
    """Keeps what is seen, for whoever asked to see it."""
    if SCREENSHOTS:
        folder = Path(SCREENSHOTS)
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}.png", full_page=True)
