"""Passwords that stand in files: into which address they go, and what is refused in one line."""

from pathlib import Path

import pytest

from jiaoqi.errors import SettingIsWrong
from jiaoqi.home import Home
from jiaoqi.settings import Settings

STORE = "postgresql://jiaoqi@postgres:5432/jiaoqi"


def loaded(home: Path, **environment: str) -> Settings:
    return Settings.load(home, environment)


@pytest.mark.parametrize(
    ("content", "written"),
    [
        ("secret\n", "secret"),
        ("secret", "secret"),
        ("secret\r\n", "secret"),
        ("p:a/s@s#w%?rd", "p%3Aa%2Fs%40s%23w%25%3Frd"),
        ("密碼 1", "%E5%AF%86%E7%A2%BC%201"),
    ],
)
def test_a_password_goes_into_its_address_whatever_it_is_made_of(tmp_path: Path, content: str, written: str) -> None:
    file = tmp_path / "password"
    file.write_bytes(content.encode())
    settings = loaded(tmp_path, JIAOQI_DATABASE_URL=STORE, JIAOQI_DATABASE_PASSWORD_FILE=str(file))
    assert settings.database_url == f"postgresql://jiaoqi:{written}@postgres:5432/jiaoqi"
    assert "secret" not in repr(settings)


def test_the_mail_servers_password_too_and_each_its_own(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("one")
    (tmp_path / "two").write_text("two")
    settings = loaded(
        tmp_path,
        JIAOQI_DATABASE_URL=STORE,
        JIAOQI_DATABASE_PASSWORD_FILE=f"{tmp_path}/one",
        JIAOQI_SMTP_URL="smtp://jiaoqi@mail.plant.example:587?starttls=1",
        JIAOQI_SMTP_PASSWORD_FILE=f"{tmp_path}/two",
    )
    assert settings.database_url == "postgresql://jiaoqi:one@postgres:5432/jiaoqi"
    assert settings.smtp_url == "smtp://jiaoqi:two@mail.plant.example:587?starttls=1"


def test_what_the_file_has_goes_before_what_the_address_has(tmp_path: Path) -> None:
    """So a process that inherits the whole address and the file's name reads the same."""
    (tmp_path / "password").write_text("new")
    given = {"JIAOQI_DATABASE_URL": STORE, "JIAOQI_DATABASE_PASSWORD_FILE": f"{tmp_path}/password"}
    settings = Settings.load(tmp_path, given)
    assert Settings.load(tmp_path, given | settings.environment()) == settings


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "must hold one line, the password"),
        (b"\n", "must hold one line, the password"),
        (b"one\ntwo\n", "must hold one line, the password"),
        (b"\xff\xfe", "cannot be read: it is no text"),
    ],
)
def test_a_file_that_holds_no_password_is_told(tmp_path: Path, content: bytes | None, why: str) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingIsWrong) as told:
        loaded(tmp_path, JIAOQI_DATABASE_URL=STORE, JIAOQI_DATABASE_PASSWORD_FILE=str(file))
    assert str(told.value).startswith(f"JIAOQI_DATABASE_PASSWORD_FILE names {file}, which ") and why in str(told.value)
    assert "two" not in str(told.value)


@pytest.mark.parametrize("url", ["", "postgresql:///jiaoqi", "postgresql://postgres:5432/jiaoqi"])
def test_an_address_without_a_user_has_no_place_for_a_password(tmp_path: Path, url: str) -> None:
    (tmp_path / "password").write_text("secret")
    with pytest.raises(SettingIsWrong, match="JIAOQI_DATABASE_URL names no user whose password it could be"):
        loaded(tmp_path, JIAOQI_DATABASE_URL=url, JIAOQI_DATABASE_PASSWORD_FILE=f"{tmp_path}/password")


def test_the_stores_password_reaches_a_stack_that_replaces_its_own(tmp_path: Path) -> None:
    from jiaoqi.plan import StackPorts, plan

    (tmp_path / "password").write_text("secret")
    ports = StackPorts(api=0, temporal=0, temporal_ui=0, smtp=0, mailbox=0)
    given = {"JIAOQI_DATABASE_URL": STORE, "JIAOQI_DATABASE_PASSWORD_FILE": f"{tmp_path}/password"}
    planned = plan(Home(tmp_path / "home"), ports, given)
    worker = next(child for child in planned.programs if child.name == "worker")
    assert Settings.load(None, worker.environment).database_url == planned.settings.database_url
