"""Where JIAOQI_NO_SKIP is set, a skip is a failure; only tests on absent example files may be skipped."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CASES = """
import pytest

def test_passes():
    pass

@pytest.mark.skip(reason="by mark")
def test_marked():
    pass

def test_in_the_middle():
    pytest.skip("in the middle")

@pytest.mark.xfail
def test_known_to_fail():
    assert False

@pytest.mark.shared_data
def test_on_example_files():
    assert False, "must not run without the files"
"""


def summary(folder: Path, no_skip: str) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=line"]
    # Without the plugins that other tests have installed: to import them takes longer than all that is asked here.
    environment = {**os.environ, "JIAOQI_NO_SKIP": no_skip, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()[-1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small project two levels below its root, with our conftest and no ../shared beside it."""
    tests = tmp_path / "main" / "tests"
    tests.mkdir(parents=True)
    shutil.copy(Path(__file__).parents[1] / "conftest.py", tests)
    (tests.parent / "pytest.ini").write_text("[pytest]\nmarkers = shared_data\n")
    (tests / "test_cases.py").write_text(CASES)
    return tests.parent


def test_a_skip_is_a_skip_for_a_developer(folder: Path) -> None:
    assert summary(folder, "").startswith("1 passed, 3 skipped, 1 xfailed")


def test_a_skip_is_a_failure_in_ci_but_for_absent_example_files(folder: Path) -> None:
    # A skip by mark comes before the test, so pytest calls its failure an error.
    assert summary(folder, "1").startswith("1 failed, 1 passed, 1 skipped, 1 xfailed, 1 error")


def test_a_skipped_module_is_an_error_in_ci(folder: Path) -> None:
    (folder / "tests" / "test_cases.py").write_text("import pytest\npytest.importorskip('no_such_module')\n")
    assert "1 error" in summary(folder, "1")
