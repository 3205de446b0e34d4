"""What holds for all tests: no plant's settings leak in, what takes long waits for `make thorough`, files are in memory, and
where CI says so nothing is skipped unnoticed."""

import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

NO_SKIP = bool(os.environ.get("JIAOQI_NO_SKIP"))
SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"

# A developer's own stack must neither be found nor be touched by a test.
for variable in [name for name in os.environ if name.startswith(("TEMPORAL_", "JIAOQI_"))]:
    if variable != "JIAOQI_NO_SKIP" and not variable.startswith("JIAOQI_TEST_"):
        del os.environ[variable]

THOROUGH: dict[str, tuple[str, ...]] = {
    "api/test_main.py": (),
    "api/test_sign_in_page.py::test_a_name_guessed": (),
    "api/test_sign_in_page.py::test_who_tries_many_names": (),
    "deploy/test_site.py": (),
    "endtoend/": ("test_straight_through.py",),
    "figures/test_keeping.py": (),
    "jiaoqi/test_cli_on_a_stack.py": (),
    "jiaoqi/test_doctor_at_an_engine.py": (),
    "jiaoqi/test_up.py": (),
    "languages/test_commands.py": (),
    "pages/": (),
    "reviews/test_outage.py": (),
    "reviews/test_year.py": (),
    "stories/test_digests.py": (),
    "stories/test_renewal.py": (),
    "stories/test_changes.py::test_whatever_is_changed": ("_the_order_goes_on_to_its_end[0]",),
    "stories/test_walks.py::": ("test_wherever_an_order_is_led_the_books_are_right[0]",),
    "strangers/": ("test_markup.py",),
}
"""What waits for `make thorough`, since it starts whole stacks, waits in real time or is one of many; and what of it is in
`make test` all the same. A single test of another folder is marked `thorough` itself."""

MEMORY, ROOM = Path("/dev/shm"), 4 * 2**30
if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
    # Databases wait for the disk at each commit for the sake of power cuts, which no test has: what is killed loses nothing here.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if is_thorough(item.nodeid.partition("tests/")[2]):
            item.add_marker("thorough")


def is_thorough(name: str) -> bool:
    """Of a test's name from this folder on."""
    for place, quick in THOROUGH.items():
        if name.startswith(place):
            return not name.removeprefix(place).startswith(quick)
    return False


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with the example files; a test that asks for it is marked `shared_data`."""
    return SHARED_DATA


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("shared_data") and not SHARED_DATA.exists():
        pytest.skip("../shared/data is absent")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    may_skip = item.get_closest_marker("shared_data") and not SHARED_DATA.exists()
    if report.skipped and not may_skip and not hasattr(report, "wasxfail"):
        _refuse(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.skipped:
        _refuse(report)
    return report


def _refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    if NO_SKIP:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"JIAOQI_NO_SKIP is set, and this was skipped: {reason}. Let .ci/run install what is missing."
