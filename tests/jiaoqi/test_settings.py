"""The environment goes first, then the stack that runs in the home, then the defaults."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jiaoqi.errors import NoStackIsRunning, SettingIsWrong
from jiaoqi.home import Home, StackNote
from jiaoqi.running import Running
from jiaoqi.settings import Settings

STACK = {
    "JIAOQI_DATABASE_URL": "postgresql+psycopg://plant/orders",
    "JIAOQI_SMTP_URL": "smtp://127.0.0.1:2025",
    "JIAOQI_PUBLIC_URL": "http://127.0.0.1:9000",
    "JIAOQI_TEMPORAL_UI_URL": "http://127.0.0.1:9233",
    "TEMPORAL_ADDRESS": "127.0.0.1:9733",
    "TEMPORAL_NAMESPACE": "default",
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def running(home: Home) -> Iterator[Home]:
    """A home in which a stack runs."""
    with home.taken():
        home.write(StackNote(up=Running.current(), url="", temporal_ui_url="", mailbox_url="", environment=STACK))
        yield home


def test_without_anything_the_store_is_in_the_home_and_the_rest_is_unknown(home: Home) -> None:
    settings = Settings.load(home.path, {})
    assert settings.database_url == f"sqlite:///{home.path}/jiaoqi.db"
    assert settings.mail_from == "Jiaoqi <jiaoqi@localhost>"
    with pytest.raises(NoStackIsRunning, match="TEMPORAL_ADDRESS is not set"):
        _ = settings.temporal_address
    with pytest.raises(NoStackIsRunning, match="JIAOQI_SMTP_URL is not set"):
        _ = settings.smtp_url


def test_a_running_stack_tells_where_everything_is(running: Home) -> None:
    settings = Settings.load(running.path, {})
    assert settings.database_url == STACK["JIAOQI_DATABASE_URL"]
    assert settings.temporal_address == "127.0.0.1:9733"
    assert settings.smtp_url == "smtp://127.0.0.1:2025"
    assert settings.public_url == "http://127.0.0.1:9000"


def test_a_stack_that_ran_here_once_tells_nothing(running: Home) -> None:
    last = running.note_file.read_text()
    other = Home(running.path.parent / "stopped")
    other.path.mkdir()
    other.note_file.write_text(last)
    with pytest.raises(NoStackIsRunning):
        _ = Settings.load(other.path, {}).temporal_address


def test_the_environment_goes_before_the_stack(running: Home) -> None:
    settings = Settings.load(running.path, {"JIAOQI_SMTP_URL": "smtps://mail.plant.example"})
    assert settings.smtp_url == "smtps://mail.plant.example"
    assert settings.temporal_address == "127.0.0.1:9733"


def test_who_names_a_temporal_means_its_own_credentials(running: Home) -> None:
    given = {"TEMPORAL_ADDRESS": "temporal.plant.example:7233", "TEMPORAL_API_KEY": "secret"}
    settings = Settings.load(running.path, given)
    assert settings.temporal == given
    assert "secret" not in repr(settings)


def test_an_empty_variable_is_none(home: Home) -> None:
    settings = Settings.load(home.path, {"JIAOQI_DATABASE_URL": "", "JIAOQI_MAIL_FROM": ""})
    assert settings.database_url.startswith("sqlite:///")
    assert settings.mail_from == "Jiaoqi <jiaoqi@localhost>"


def test_the_home_comes_from_the_option_then_the_environment(tmp_path: Path) -> None:
    environment = {"JIAOQI_HOME": str(tmp_path / "by variable")}
    assert Settings.load(None, environment).home == tmp_path / "by variable"
    assert Settings.load(tmp_path / "by option", environment).home == tmp_path / "by option"


def test_another_process_loads_the_same_settings(running: Home, tmp_path: Path) -> None:
    settings = Settings.load(running.path, {"JIAOQI_API_PORT": "9000"})
    assert Settings.load(tmp_path / "elsewhere", settings.environment() | {"PATH": "/bin"}).environment() == {
        **settings.environment(),
        "JIAOQI_HOME": str(tmp_path / "elsewhere"),
    }
    assert Settings.load(None, settings.environment()) == settings


@pytest.mark.parametrize("port", ["eight", "-1", "65536", "80.5"])
def test_a_port_is_a_number(home: Home, port: str) -> None:
    with pytest.raises(SettingIsWrong, match="JIAOQI_API_PORT"):
        Settings.load(home.path, {"JIAOQI_API_PORT": port})


def test_links_are_made_from_an_address_without_a_slash_at_its_end(home: Home) -> None:
    assert Settings.load(home.path, {"JIAOQI_PUBLIC_URL": "https://plant.example/"}).public_url == "https://plant.example"


@pytest.mark.parametrize("days", ["0", "-1", "90d", "3651", "1.5"])
def test_retention_is_a_number_of_days(home: Home, days: str) -> None:
    assert Settings.load(home.path, {"JIAOQI_RETENTION_DAYS": "30"}).retention == timedelta(days=30)
    with pytest.raises(SettingIsWrong, match="JIAOQI_RETENTION_DAYS must be a number of days from 1 to 3650"):
        Settings.load(home.path, {"JIAOQI_RETENTION_DAYS": days})


def test_a_policy_file_counts_since_it_was_written(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    settings = Settings.load(home.path, {"JIAOQI_POLICY_FILE": str(file)})
    with pytest.raises(SettingIsWrong, match="cannot be read"):
        settings.policy_text()
    file.write_text('version = "甲"', encoding="utf-8")
    written = datetime(2026, 11, 20, 8, tzinfo=UTC)
    os.utime(file, (written.timestamp(),) * 2)
    given = settings.policy_text()
    assert given == 'version = "甲"' and given.since == written
    os.utime(file, (4e9,) * 2)
    given = settings.policy_text()
    assert given and given.since <= datetime.now(UTC)
    assert Settings.load(home.path, {}).policy_text() is None


def test_without_a_word_on_it_the_namespace_is_temporal_s_own(running: Home) -> None:
    assert Settings.load(running.path, {"TEMPORAL_ADDRESS": "t:7233"}).temporal_namespace == "default"
    given = {"TEMPORAL_ADDRESS": "t:7233", "TEMPORAL_NAMESPACE": "plant"}
    assert Settings.load(running.path, given).temporal_namespace == "plant"
