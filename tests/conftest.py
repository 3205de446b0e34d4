"""What holds for all tests: no plant's settings leak in, and where CI says so nothing is skipped unnoticed."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

NO_SKIP = bool(os.environ.get("JIAOQI_NO_SKIP"))
SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"

# A developer's own stack must neither be found nor be touched by a test.
for variable in [name for name in os.environ if name.startswith(("TEMPORAL_", "JIAOQI_"))]:
    if variable != "JIAOQI_NO_SKIP" and not variable.startswith("JIAOQI_TEST_"):
        del os.environ[variable]


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
