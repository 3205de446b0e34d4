"""`jiaoqi figures`: the same numbers as the API's, and again after a rebuild."""

import json
from contextlib import closing
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, Self

import pytest
from typing_extensions import override

from activities import store
from activities.figures.keeping import count_everything
from activities.figures.report import NAMES
from activities.store import Store
from jiaoqi.cli.main import run
from tests.figures import walks

PERIOD = ("--from", "2025-11-01", "--to", "2026-12-31")


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Of a store that a variable names."""
    store.migrate(url := f"sqlite:///{tmp_path / 'store.db'}")
    with closing(Store.open(url)) as filled:
        walks.fill(filled, 3)
        count_everything(filled, lambda: walks.NOW)
    monkeypatch.setenv("JIAOQI_DATABASE_URL", url)
    monkeypatch.setenv("JIAOQI_HOME", str(tmp_path))
    return url


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert run(["figures", *PERIOD, "--json", *arguments]) == 0
    found = json.loads(capsys.readouterr().out)
    del found["as_of"]
    return found


def test_a_rebuild_ends_with_the_same_numbers(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = told(capsys)
    assert [figure["name"] for figure in before["figures"]] == list(NAMES)
    assert (before["wanted"]["start"], before["wanted"]["end"]) == ("2025-11-01", "2027-01-01")
    assert before["figures"][0]["of"] > 0
    assert run(["figures", "rebuild"]) == 0
    assert capsys.readouterr().out == "3 orders counted\n"
    assert told(capsys) == before


def test_a_table_for_people(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["figures", *PERIOD, "--basis", "requested", "--department", "quality"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.startswith("2025-11-01 - 2026-12-31, ")
    assert [line.split()[0] for line in lines[2 : 2 + len(NAMES)]] == list(NAMES)


class LateInTheEvening(datetime):
    """The last of November in London, and the first of December already at the plant."""

    @classmethod
    @override
    def now(cls, tz: tzinfo | None = None) -> Self:
        return cls(2026, 11, 30, 20, tzinfo=UTC)


def test_this_month_is_the_plants(url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jiaoqi.cli.figures.datetime", LateInTheEvening)
    assert run(["figures"]) == 0
    assert capsys.readouterr().out.startswith("2026-12-01 - 2026-12-31, ")


def test_no_period_is_a_mistake(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["figures", "--from", "2026-05-02", "--to", "2026-05-01"]) == 2
    assert "lies before" in capsys.readouterr().err
