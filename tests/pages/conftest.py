"""One stack for all pages' tests of a process, and a browser for each file of them."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser

from activities.store import Store
from tests.endtoend.people import CAST
from tests.endtoend.plant import Plant, plant_at
from tests.endtoend.policies import ORDINARY
from tests.pages.browsing import CHROMIUM, PASSWORD, Windows, chromium

TOLD_OF_TASKS = """[departments.warehouse]
task_opened = "instant"
"""
"""One department's people have a mail of each new task, and by it a link."""
IMPROVED_AT_ONCE = """[improvements]
verify_after = "1s"
[tasks.find_cause]
allowance = "1s"
[[tasks.find_cause.ladder]]
name = "overdue"
at = "0s"
to = ["assignee", "head"]
"""
"""Whoever is to find a cause is reminded soon, and what was done has its effect at once."""


@pytest.fixture(scope="package")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """Its people have passwords."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with plant_at(tmp_path_factory.mktemp("pages"), ORDINARY + TOLD_OF_TASKS + IMPROVED_AT_ONCE) as plant:
        with closing(Store.open(str(plant.stack.note["environment"]["JIAOQI_DATABASE_URL"]))) as store:
            for name in CAST:
                store.sessions.set_password(name, PASSWORD, datetime.now(UTC))
        yield plant


@pytest.fixture(scope="module")
def browser(plant: Plant) -> Iterator[Browser]:
    """For one file only: while Playwright is there, no test of the same thread can have an event loop of its own."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def windows(browser: Browser, plant: Plant) -> Iterator[Windows]:
    windows = Windows(browser, plant.stack.url)
    yield windows
    windows.close()
    assert not windows.complaints, "the browser complained"
