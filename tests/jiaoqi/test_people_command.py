"""`jiaoqi people` as a shell meets it, with no stack running."""

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from activities.store import Store
from jiaoqi.cli.main import jiaoqi, run
from jiaoqi.settings import Settings
from workflows.types.words import MailWish

UNFIT = ("", "me", "system", "customer", "a,b", "a/b", "a\tb", "a b", "a\u200bb", "x" * 65)
ADD = ("people", "add", "wang", "--email", "wang@plant.example")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def call(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(jiaoqi, [*arguments, "--home", str(home)])


def done(home: Path, *arguments: str) -> str:
    result = call(home, *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def everybody(home: Path) -> Any:
    return json.loads(done(home, "people", "list", "--json"))


def test_who_is_added_is_listed(home: Path) -> None:
    assert done(home, *ADD, "--department", "quality", "--head", "quality", "--admin", "--language", "zh-Hant") == ""
    assert everybody(home) == [
        {
            "id": "wang",
            "name": "wang",
            "email": "wang@plant.example",
            "language": "zh-Hant",
            "departments": ["quality"],
            "head_of": ["quality"],
            "admin": True,
            "away": None,
        }
    ]
    (_, line) = done(home, "people", "list").splitlines()
    assert line.split() == ["wang", "wang@plant.example", "head", "of", "quality,", "admin", "-"]


def test_who_is_added_again_is_who_was_said_last(home: Path) -> None:
    done(home, *ADD, "--department", "quality", "--admin")
    done(home, *ADD, "--department", "sales", "--department", "supply_chain")
    (wang,) = everybody(home)
    assert (wang["departments"], wang["admin"]) == (["sales", "supply_chain"], False)


def test_an_absence_has_a_substitute_and_outlives_an_update(home: Path) -> None:
    done(home, *ADD, "--department", "sales")
    done(home, "people", "add", "chen", "--email", "chen@plant.example", "--department", "sales")
    done(home, "people", "away", "wang", "--from", "2026-12-24", "--to", "2026-12-31", "--substitute", "chen")
    done(home, *ADD, "--department", "sales")
    away = {"from": "2026-12-24", "to": "2026-12-31", "substitute": "chen"}
    assert [person["away"] for person in everybody(home)] == [None, away]
    assert "2026-12-24 to 2026-12-31, substitute chen" in done(home, "people", "list")


def test_a_department_without_head_or_anybody_is_told(home: Path) -> None:
    first = call(home, *ADD, "--department", "sales")
    assert first.stderr == ("jiaoqi: nobody in production, quality, warehouse, supply_chain, management; no head in sales\n")
    for department in ("sales", "production", "quality", "warehouse", "supply_chain", "management"):
        last = call(home, "people", "add", f"{department}-head", "--email", "head@plant.example", "--head", department)
    assert last.stderr == ""
    assert "no head in management" not in call(home, "people", "list").stderr
    assert "nobody in management" in call(home, "people", "remove", "management-head").stderr


def test_a_token_is_all_that_is_printed_and_signs_in_until_its_person_is_removed(home: Path) -> None:
    done(home, *ADD, "--department", "sales")
    token = done(home, "people", "token", "wang").removesuffix("\n")
    assert token.startswith("jq_")
    store = Store.open(Settings.load(home, {}).database_url)
    person = store.people.by_token(token)
    assert person and person.id == "wang"
    done(home, "people", "remove", "wang")
    assert store.people.by_token(token) is None
    assert everybody(home) == []
    store.close()


@pytest.mark.parametrize(
    "arguments",
    [
        ADD,
        (*ADD, "--department", "finance"),
        (*ADD, "--department", "sales", "--language", "de"),
        ("people", "add", "wang", "--department", "sales"),
        ("people", "add", "wang", "--email", "nowhere", "--department", "sales"),
        ("people", "add", "wang", "--email", "wang@plant.example\nBcc: all@plant.example", "--department", "sales"),
        *(("people", "add", name, *ADD[3:], "--admin") for name in UNFIT),
        ("people", "token", "nobody"),
        ("people", "remove", "nobody"),
        ("people", "away", "nobody", "--from", "2026-12-24", "--to", "2026-12-31", "--substitute", "nobody else"),
        ("people", "away", "wang", "--from", "2026-12-31", "--to", "2026-12-24", "--substitute", "chen"),
        ("people", "away", "wang", "--from", "2026-12-24", "--to", "2026-12-31", "--substitute", "wang"),
        ("people", "away", "wang", "--from", "24.12.2026", "--to", "2026-12-31", "--substitute", "chen"),
    ],
)
def test_what_cannot_be_meant_is_a_matter_of_usage(
    home: Path, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*arguments, "--home", str(home)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(("Usage: ", "jiaoqi: "))


def test_a_store_that_is_away_is_no_stack(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JIAOQI_DATABASE_URL", "postgresql://user:secret@127.0.0.1:1/jiaoqi")
    assert run(["people", "list", "--home", str(home)]) == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("jiaoqi: the store does not answer: ")
    assert "secret" not in line
    assert not home.exists()


def test_a_new_password_is_printed_once_and_signs_everybody_out(home: Path) -> None:
    done(home, *ADD, "--department", "sales")
    first = done(home, "people", "password", "wang").removesuffix("\n")
    store = Store.open(Settings.load(home, {}).database_url)
    assert store.sessions.is_password("wang", first)
    now = datetime.now(UTC)
    secret = store.sessions.begin("wang", "", now)
    second = done(home, "people", "password", "wang").removesuffix("\n")
    assert first != second and len(second) >= 20
    assert not store.sessions.is_password("wang", first)
    assert store.sessions.is_password("wang", second)
    assert store.sessions.find(secret, now) is None
    store.close()


def test_a_password_can_be_chosen_if_it_is_long_enough_and_not_the_name(home: Path) -> None:
    done(home, *ADD, "--department", "sales")

    def choose(password: str) -> Result:
        words = ["people", "password", "wang", "--prompt", "--home", str(home)]
        return CliRunner().invoke(jiaoqi, words, input=f"{password}\n{password}\n")

    assert choose("too short").exit_code == 2
    chosen = choose("長い合い言葉 ﾃｽﾄ 1")
    assert (chosen.exit_code, chosen.stdout) == (0, "")
    store = Store.open(Settings.load(home, {}).database_url)
    # As another keyboard writes the same.
    assert store.sessions.is_password("wang", "長い合い言葉 テスト １")
    store.close()


def test_nobody_unknown_gets_a_password(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["people", "password", "nobody", "--home", str(home)]) == 2
    assert capsys.readouterr().err == "jiaoqi: there is no nobody in the register\n"


def test_who_is_removed_and_comes_back_has_no_old_password(home: Path) -> None:
    done(home, *ADD, "--department", "sales")
    old = done(home, "people", "password", "wang").removesuffix("\n")
    done(home, "people", "remove", "wang")
    done(home, *ADD, "--department", "sales")
    store = Store.open(Settings.load(home, {}).database_url)
    assert not store.sessions.is_password("wang", old)
    store.close()


def test_a_wish_for_mail_is_kept_until_another_is_said(home: Path) -> None:
    def wish() -> object:
        with closing(Store.open(Settings.load(home, {}).database_url)) as store:
            return store.people.every()[0].mail

    done(home, *ADD, "--department", "sales")
    assert wish() is MailWish.INSTANT
    done(home, *ADD, "--department", "sales", "--mail", "digest")
    done(home, *ADD, "--department", "sales", "--language", "zh-Hant")
    assert wish() is MailWish.DIGEST
    assert "mail" not in everybody(home)[0]
