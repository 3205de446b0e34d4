"""`jiaoqi up` itself: one on a home, ports of its own, a clean stop, and on it goes after any death."""

import json
import socket
import subprocess
from pathlib import Path

from tests.endtoend.people import jiaoqi
from tests.endtoend.plant import Plant
from tests.endtoend.stack import ANY_PORTS, JIAOQI, command, lives


def refused_up(home: Path, *options: str) -> str:
    """The one line of an `up` that does not start."""
    done = subprocess.run([JIAOQI, "up", "--home", home, *options], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_a_second_up_on_a_home_is_refused(plant: Plant) -> None:
    assert str(plant.stack.home) in refused_up(plant.stack.home, *ANY_PORTS)
    assert plant.stack.answers("/readyz") and plant.stack.answers("/healthz")


def test_a_busy_port_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for option in ("--port", "--temporal-port", "--temporal-ui-port", "--smtp-port", "--mailbox-port"):
            assert str(port) in refused_up(tmp_path / "home", *ANY_PORTS, option, str(port))
    assert not (tmp_path / "home" / "stack.json").exists()


def test_no_stack_no_command(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    command(tmp_path / "home", "order", "list", exits=3)
    command(tmp_path / "home", "people", "list")


def test_stopped_and_started_it_goes_on_where_it_was(hurried: Plant) -> None:
    order, stack = hurried.enter().confirmed(), hurried.stack
    children = [stack.pid(name) for name in stack.children]
    assert stack.stop() == 0
    assert not any(lives(pid) for pid in children) and not (stack.home / "stack.json").exists()
    stack.start()
    order.finished().ends("completed", "full")
    assert "Traceback" not in stack.errors()


def test_people_are_managed_while_it_runs(plant: Plant) -> None:
    home = plant.stack.home
    command(home, "people", "add", "guest", "--email", "guest@plant.example", "--department", "quality")
    token = command(home, "people", "token", "guest").strip()
    assert token.startswith("jq_") and "\n" not in token
    listed = {person["id"]: person for person in json.loads(command(home, "people", "list", "--json"))}
    assert listed["guest"]["departments"] == ["quality"]
    jiaoqi("people", "remove", "guest", "--home", str(home))
    assert "guest" not in {person["id"] for person in plant.person("boss").every("/people")}


def test_a_policy_that_is_wrong_is_refused_before_anything_starts(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('version = "x"\n[order]\nbufer = "1d"\n')
    assert "bufer" in refused_up(tmp_path / "home", *ANY_PORTS, "--policy", str(policy))
