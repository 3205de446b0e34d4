"""The command line as a shell meets it: exit status, one line on stderr, nothing else."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from jiaoqi.addresses import HOST
from jiaoqi.home import Home

ROOT = Path(__file__).parents[2]


def jiaoqi(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "jiaoqi", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, timeout=30, check=False)


def refused(done: subprocess.CompletedProcess[str], status: int) -> str:
    """The one line that a refused command says."""
    assert (done.returncode, done.stdout) == (status, "")
    (line,) = done.stderr.splitlines()
    return line


@pytest.mark.parametrize("command", ["up", "worker", "api", "migrate"])
def test_every_command_helps_and_takes_a_home(command: str) -> None:
    done = jiaoqi(command, "--help")
    assert done.returncode == 0
    assert "--home" in done.stdout


def test_an_unknown_command_is_a_matter_of_usage() -> None:
    assert jiaoqi("dance").returncode == 2


def test_a_second_up_on_a_home_is_refused(tmp_path: Path) -> None:
    with Home(tmp_path).taken():
        line = refused(jiaoqi("up", "--home", str(tmp_path)), 2)
    assert line == f"jiaoqi: a stack is already running in {tmp_path}; stop it, or choose another --home"


def test_a_busy_port_is_refused_and_the_home_is_free_again(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as listener:
        port = str(listener.getsockname()[1])
        line = refused(jiaoqi("up", "--home", str(tmp_path), "--port", port), 2)
    assert line == f"jiaoqi: port {port} is busy; choose another with --port (0 picks a free one)"
    assert not Home(tmp_path).is_taken


def test_an_address_of_no_mail_server_is_refused_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIAOQI_SMTP_URL", "http://mail.plant.example")
    ports = [each for name in ("--port", "--temporal-port", "--temporal-ui-port") for each in (name, "0")]
    line = refused(jiaoqi("up", "--home", str(tmp_path), *ports), 2)
    assert line.startswith("jiaoqi: the mail server's URL begins neither with smtp:// nor with smtps://; write smtp://")
    assert not Home(tmp_path).is_taken


def test_a_policy_that_is_wrong_is_refused_with_key_and_line_before_anything_starts(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('version = "1"\n[plant]\nflavour = "sweet"\n')
    line = refused(jiaoqi("up", "--home", str(tmp_path / "home"), "--policy", str(policy)), 2)
    assert line.startswith(f"jiaoqi: {policy}:3: plant.flavour: ")
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("command", ["worker", "api"])
def test_a_part_without_a_stack_says_what_is_missing(command: str, tmp_path: Path) -> None:
    line = refused(jiaoqi(command, "--home", str(tmp_path)), 3)
    assert line.startswith(f"jiaoqi: no stack is running in {tmp_path} and TEMPORAL_ADDRESS is not set")


@pytest.mark.parametrize(("command", "why"), [("worker", "the worker has not polled yet"), ("api", "the API is not ready: ")])
def test_a_part_can_be_asked_whether_it_is_well(command: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIAOQI_PULSE_FILE", str(tmp_path / "pulse"))
    monkeypatch.setenv("JIAOQI_API_PORT", "1")
    line = refused(jiaoqi(command, "--check", "--home", str(tmp_path)), 1)
    assert line.startswith(f"jiaoqi: {why}")


def test_a_reader_that_leaves_early_is_no_failure_worth_a_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "jiaoqi", "up", "--help"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        assert process.stderr.read() == ""


def test_a_home_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    line = refused(jiaoqi("up", "--home", str(tmp_path / "file" / "home")), 2)
    assert line == f"jiaoqi: {tmp_path}/file/home cannot be used as a home: Not a directory"
