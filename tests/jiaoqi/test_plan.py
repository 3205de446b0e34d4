"""A stack's layout: what is ours, what is replaced, and what each child is told."""

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jiaoqi.addresses import HOST, Ports
from jiaoqi.errors import PortIsBusy
from jiaoqi.home import Home
from jiaoqi.plan import Plan, StackPorts, plan, temporal_program, without_password

ANY = StackPorts(api=0, temporal=0, temporal_ui=0, smtp=0, mailbox=0)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def busy() -> Iterator[int]:
    with socket.create_server((HOST, 0)) as listener:
        yield listener.getsockname()[1]


def names(plan: Plan) -> list[str]:
    return [child.name for child in (*plan.servers, *plan.programs)]


def test_left_to_itself_a_stack_brings_everything(home: Home) -> None:
    planned = plan(home, ANY, {"PATH": "/bin"})
    assert names(planned) == ["temporal", "mailbox", "worker", "api"]
    for child in (*planned.servers, *planned.programs):
        assert child.environment["JIAOQI_HOME"] == str(home.path)
        assert child.environment["JIAOQI_DATABASE_URL"] == f"sqlite:///{home.path}/jiaoqi.db"
        assert child.environment["TEMPORAL_ADDRESS"].startswith("127.0.0.1:")
        assert child.environment["JIAOQI_SMTP_URL"].startswith("smtp://127.0.0.1:")
        assert child.environment["JIAOQI_PUBLIC_URL"] == planned.url
        assert child.environment["JIAOQI_API_HOST"] == "127.0.0.1"
        assert planned.url.endswith(child.environment["JIAOQI_API_PORT"])
        assert child.environment["PATH"] == "/bin"


def test_what_the_environment_names_is_not_started(home: Home) -> None:
    given = {
        "JIAOQI_SMTP_URL": "smtp://user:pass@mail.plant.example:587?starttls=1",
        "JIAOQI_DATABASE_URL": "postgresql+psycopg://db.plant.example/jiaoqi",
        "JIAOQI_PUBLIC_URL": "https://jiaoqi.plant.example",
        "TEMPORAL_ADDRESS": "temporal.plant.example:7233",
        "TEMPORAL_NAMESPACE": "plant",
    }
    planned = plan(home, ANY, given)
    assert names(planned) == ["worker", "api"]
    assert planned.programs[0].environment.items() >= given.items()
    assert planned.mailbox_url == "smtp://mail.plant.example:587?starttls=1"
    assert "unknown" in planned.temporal_ui_url
    assert planned.probes == (f"{planned.url}/readyz",)


def test_half_of_another_connection_does_not_leak_into_ours(home: Home) -> None:
    planned = plan(home, ANY, {"TEMPORAL_API_KEY": "secret", "TEMPORAL_NAMESPACE": "elsewhere", "TEMPORAL_TLS": "true"})
    for child in (*planned.servers, *planned.programs):
        assert "TEMPORAL_API_KEY" not in child.environment
        assert "TEMPORAL_TLS" not in child.environment
        assert child.environment["TEMPORAL_NAMESPACE"] == "default"


def test_the_policy_of_this_stack_goes_before_the_environments(home: Home, tmp_path: Path) -> None:
    given = {"JIAOQI_POLICY_FILE": str(tmp_path / "theirs.toml")}
    for policy_file, expected in ((None, "theirs.toml"), (tmp_path / "ours.toml", "ours.toml")):
        planned = plan(home, ANY, given, policy_file)
        assert planned.programs[1].environment["JIAOQI_POLICY_FILE"] == str(tmp_path / expected)


def test_an_api_in_the_users_folder_is_not_ours(home: Home) -> None:
    programs = plan(home, ANY, {}).programs
    assert [child.argv for child in programs] == [(sys.executable, "-P", "-m", "workers"), (sys.executable, "-P", "-m", "api")]


@pytest.mark.parametrize(
    ("part", "option"),
    [
        ("api", "--port"),
        ("temporal", "--temporal-port"),
        ("temporal_ui", "--temporal-ui-port"),
        ("smtp", "--smtp-port"),
        ("mailbox", "--mailbox-port"),
    ],
)
def test_a_busy_port_is_named_with_the_option_that_changes_it(home: Home, busy: int, part: str, option: str) -> None:
    wishes = StackPorts(**{**vars(ANY), part: busy})
    with pytest.raises(PortIsBusy, match=f"^port {busy} is busy; choose another with {option} "):
        plan(home, wishes, {})


def test_a_busy_port_of_a_replaced_part_does_not_matter(home: Home, busy: int) -> None:
    wishes = StackPorts(api=0, temporal=busy, temporal_ui=busy, smtp=busy, mailbox=busy)
    assert plan(home, wishes, {"TEMPORAL_ADDRESS": "t:7233", "JIAOQI_SMTP_URL": "smtp://m"}).servers == ()


def test_no_port_is_given_twice() -> None:
    ports = Ports()
    first = ports.take("--port", 0)
    with pytest.raises(PortIsBusy):
        ports.take("--smtp-port", first)


def test_the_temporal_program_is_the_installed_one() -> None:
    assert temporal_program().parent == Path(sys.executable).parent


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("smtp://mail:25", "smtp://mail:25"),
        ("smtp://user:p%40ss@mail:587?starttls=1", "smtp://mail:587?starttls=1"),
        ("smtps://user:p@ss@mail", "smtps://mail"),
    ],
)
def test_passwords_are_not_shown(url: str, shown: str) -> None:
    assert without_password(url) == shown
