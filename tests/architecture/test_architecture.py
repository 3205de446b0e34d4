"""The house's rules that no single file can keep: arrows, purity, what is packed, what is pinned."""

import importlib
import inspect
import pkgutil
import subprocess
import sysconfig
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from temporalio import activity

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES: list[str] = PYPROJECT["tool"]["setuptools"]["packages"]
TOP_LEVEL = [name for name in PACKAGES if "." not in name]
LOCKS = ["requirements.lock", "requirements-dev.lock"]


def run(tool: str, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    program = Path(sysconfig.get_path("scripts")) / tool
    return subprocess.run([program, *arguments], cwd=ROOT, input=text, capture_output=True, text=True, check=False)


def test_imports_go_one_way() -> None:
    done = run("lint-imports", "--no-logo", "--no-cache")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "impure",
    [
        "from datetime import datetime\n\nnow = datetime.now()\n",
        "import datetime as dt\n\ntoday = dt.date.today()\n",
        "from datetime import UTC, datetime\n\nnow = datetime.now(UTC)\n",
        "import time\n\nnow = time.monotonic()\n",
        "from random import choice\n\nchosen = choice([1, 2])\n",
        "from uuid import uuid4\n\nchosen = uuid4()\n",
        "import os\n\nhome = os.environ['HOME']\n",
        "from os import getenv\n\nhome = getenv('HOME')\n",
        "text = open('policy.toml')\n",
        "from pathlib import Path\n\ntext = Path('policy.toml').read_text()\n",
        "import socket\n\nline = socket.socket()\n",
        "import subprocess\n\nsubprocess.run(['date'])\n",
        "import httpx\n\nanswer = httpx.get\n",
        "from sqlalchemy import select\n\nquery = select\n",
        "import asyncio\n\nwait = asyncio.wait_for\n",
    ],
)
def test_the_policy_is_pure_and_the_lint_that_says_so_has_teeth(impure: str) -> None:
    done = run("ruff", "check", "--stdin-filename", "workflows/rules/trap.py", "-", text=impure)
    assert done.returncode == 1
    assert "TID251" in done.stdout or "PTH123" in done.stdout


def test_the_policy_may_know_time_zones_and_instants_given_to_it() -> None:
    pure = (
        "from datetime import date, datetime, time\nfrom zoneinfo import ZoneInfo\n\n"
        'start = datetime.combine(date(2026, 11, 2), time(8), ZoneInfo("Asia/Taipei"))\n'
    )
    done = run("ruff", "check", "--stdin-filename", "workflows/rules/fine.py", "-", text=pure)
    assert done.returncode == 0, done.stdout


def test_no_file_of_the_policy_silences_its_bans() -> None:
    silenced = [path for path in (ROOT / "workflows").rglob("*.py") if "noqa: TID251" in path.read_text()]
    assert silenced == []


def packages_in_the_tree() -> Iterator[str]:
    for top in TOP_LEVEL:
        for init in sorted((ROOT / top).rglob("__init__.py")):
            yield ".".join(init.parent.relative_to(ROOT).parts)


def test_the_package_list_is_the_tree() -> None:
    assert sorted(PACKAGES) == sorted(packages_in_the_tree())


def test_every_file_of_a_package_is_packed() -> None:
    """An editable install hides what a wheel would lack."""
    patterns: dict[str, list[str]] = PYPROJECT["tool"]["setuptools"]["package-data"]
    folders = {package.replace(".", "/"): patterns.get(package, []) for package in PACKAGES}
    lacking = [file for file in files_of_packages() if not is_packed(file, folders)]
    assert lacking == []


def files_of_packages() -> Iterator[str]:
    for path in (path for top in TOP_LEVEL for path in (ROOT / top).rglob("*")):
        inside = path.relative_to(ROOT)
        leftover = any(part.startswith(".") or part == "__pycache__" for part in inside.parts)
        if path.is_file() and not leftover and path.name != "ruff.toml":
            yield str(inside)


def is_packed(file: str, folders: dict[str, list[str]]) -> bool:
    if file.endswith(".py") and str(Path(file).parent) in folders:
        return True
    return any(
        fnmatch(file, f"{folder}/{pattern.replace('**', '*')}") for folder, patterns in folders.items() for pattern in patterns
    )


@pytest.mark.parametrize("name", LOCKS)
def test_locks_name_no_address(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    assert [line for line in lines if "://" in line or line.startswith("-") or "@ " in line] == []


@pytest.mark.parametrize("name", LOCKS)
def test_locks_pin_every_package_with_hashes(name: str) -> None:
    entries = [line for line in (ROOT / name).read_text().replace("\\\n", "").splitlines() if line[:1].isalnum()]
    assert entries
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_what_runs_is_the_same_under_test() -> None:
    def pins(name: str) -> set[str]:
        return {line.split()[0] for line in (ROOT / name).read_text().splitlines() if line[:1].isalnum()}

    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def activity_name(method: object) -> str | None:
    # The SDK keeps what @activity.defn was told in this attribute and offers no public way to read it.
    definition = getattr(method, "__temporal_activity_definition", None)
    return definition.name if isinstance(definition, activity._Definition) else None


def ports() -> list[type]:
    module = importlib.import_module("workflows.ports")
    return [found for _, found in inspect.getmembers(module, inspect.isabstract) if found.__module__ == module.__name__]


def modules_under(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if ".migrations" not in found.name:
            yield importlib.import_module(found.name)


def implementations(port: type) -> list[type[Any]]:
    known = list(modules_under(importlib.import_module("activities")))
    members = {found for module in known for _, found in inspect.getmembers(module, inspect.isclass)}
    return [found for found in members if issubclass(found, port) and found is not port and not inspect.isabstract(found)]


@pytest.mark.parametrize("port", ports(), ids=lambda port: port.__name__)
def test_every_port_is_an_activity_and_its_implementation_has_the_same_name(port: type[Any]) -> None:
    found = implementations(port)
    assert found, f"nothing in activities implements {port.__name__}"
    for method in sorted(port.__abstractmethods__):
        declared = activity_name(getattr(port, method))
        assert declared, f"{port.__name__}.{method} is no activity"
        for implementation in found:
            assert activity_name(getattr(implementation, method)) == declared, implementation
