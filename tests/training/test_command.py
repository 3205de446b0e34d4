"""`jiaoqi training` as a shell meets it, with no stack running."""

import json
import shutil
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from activities.store import Store, migrate
from jiaoqi.cli.main import jiaoqi
from jiaoqi.home import Home
from tests.mail.samples import person
from tests.training.taught import INSPECTION
from workflows.types.words import Department

TODAY = datetime.now(UTC).astimezone(ZoneInfo("Asia/Taipei")).date()
YESTERDAY = str(TODAY - timedelta(days=1))
HELD = ("--held-on", YESTERDAY, "--trainer", "Dr. Lin")


class Shell:
    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *arguments: str, exits: int = 0) -> str:
        result = CliRunner().invoke(jiaoqi, [*arguments, "--home", str(self.home)], standalone_mode=False)
        # As `main.run` has it: a command's own status, or that of the failure it met.
        status = result.return_value or 0 if result.exception is None else getattr(result.exception, "exit_code", None)
        assert status == exits, (result.output, result.exception)
        return result.stdout if result.exception is None else str(result.exception)

    def certificates(self, *arguments: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self("training", "list", "--json", *arguments))
        return found


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a plant with three people and a course; made once, since a command makes a store in seconds."""
    home = tmp_path_factory.mktemp("taught") / "home"
    place = Home(home)
    place.make()
    migrate(place.store_url)
    with closing(Store.open(place.store_url)) as store:
        for one in (
            person("ann", Department.QUALITY),
            person("bob", head=Department.QUALITY),
            person("sam", head=Department.SALES),
        ):
            store.people.put(one)
        store.training.describe(replace(INSPECTION, months=1), "boss", datetime.now(UTC))
    return home


@pytest.fixture
def shell(founded: Path, tmp_path: Path) -> Shell:
    return Shell(Path(shutil.copytree(founded, tmp_path / "home")))


def test_courses_are_described_and_listed(shell: Shell) -> None:
    shell("training", "course", "inspection", "--department", "quality", "--retired", "--as", "bob")
    (found,) = json.loads(shell("training", "courses", "--json"))
    expected = {"id": "inspection", "title": "Final inspection", "department": "quality", "months": None, "retired": True}
    assert found == expected
    (_, line) = shell("training", "courses").splitlines()
    assert line.split() == ["inspection", "Final", "inspection", "quality", "-", "retired"]


def test_who_passed_is_entered_once_and_put_right(shell: Shell) -> None:
    said = ("training", "record", "inspection", *HELD)
    assert shell(*said, "--passed", "ann", "--failed", "bob", "--as", "bob") == "session 1: 2 entered\n"
    assert shell(*said, "--passed", "ann") == "session 1: 0 entered\n"
    standings = {one["person"]: one["standing"] for one in shell.certificates("--course", "inspection")}
    assert standings == {"ann": "ending", "bob": "missing"}
    assert shell(*said, "--absent", "ann", "--passed", "bob") == "session 1: 2 entered\n"
    standings = {one["person"]: one["standing"] for one in shell.certificates("--department", "quality")}
    assert standings == {"ann": "missing", "bob": "ending"}
    assert shell.certificates("--person", "sam") == []


def test_what_is_due_is_a_finding(shell: Shell) -> None:
    lines = shell("training", "due", exits=1).splitlines()
    assert [line.split() for line in lines[1:]] == [["ann", "inspection", "missing", "-"], ["bob", "inspection", "missing", "-"]]
    shell("training", "record", "inspection", *HELD, "--passed", "ann", "--passed", "bob")
    assert len(shell("training", "due", exits=1).splitlines()) == 3
    assert len(shell("training", "due", "--days", "7").splitlines()) == 1


REFUSED: tuple[tuple[tuple[str, ...], str], ...] = (
    (("record", "nothing", *HELD), "there is no course nothing"),
    (("record", "inspection", *HELD, "--passed", "zoe"), "there is no zoe in the register"),
    (("record", "inspection", *HELD, "--as", "sam"), "sessions are entered by the department's head"),
    (("record", "inspection", *HELD, "--passed", "ann", "--failed", "ann"), "somebody is named twice"),
    (("record", "inspection", "--held-on", str(TODAY + timedelta(days=9)), "--trainer", "L", "--passed", "ann"), "not held"),
    (("course", "Inspection", "--title", "x"), "write small letters, digits and hyphens"),
    (("course", "inspection", "--department", "sales", "--as", "bob"), "a course is described by"),
)


def test_what_does_not_fit_is_refused_in_a_line(shell: Shell) -> None:
    for arguments, why in REFUSED:
        assert why in shell("training", *arguments, exits=2), arguments
    assert {one["standing"] for one in shell.certificates()} == {"missing"}
