"""The commands against a whole stack with the demo in it: what operations read, apply and import."""

import io
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, redirect_stderr, redirect_stdout
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.store import Store
from jiaoqi.cli.main import run
from jiaoqi.demo import furnish
from jiaoqi.home import Home
from jiaoqi.settings import Settings

PORTS = [word for part in ("", "temporal-", "temporal-ui-", "smtp-", "mailbox-") for word in (f"--{part}port", "0")]
PATIENCE = 120
"""Seconds; a machine that also runs other tests is slow."""
HEAD = "order_no,customer,product_model,quantity,requested_date"
SOON = (date.today() + timedelta(days=30)).isoformat()  # noqa: DTZ011 - far enough from any midnight


class Plant:
    """A stack that runs, as a shell beside it meets it."""

    def __init__(self, home: Path, folder: Path) -> None:
        self.home, self.folder = home, folder

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """In this process: starting another for each command would take most of the time."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            status = run([*arguments, "--home", str(self.home)])
        return subprocess.CompletedProcess(arguments, status, out.getvalue(), err.getvalue())

    def done(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def read(self, *arguments: str) -> Any:
        return json.loads(self.done(*arguments, "--json"))

    def file(self, name: str, *lines: str) -> str:
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n")
        return str(path)


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    folder = tmp_path_factory.mktemp("plant")
    home = folder / "home"
    with (folder / "stderr.txt").open("w") as stderr:
        command = [sys.executable, "-m", "jiaoqi", "up", "--demo", "--home", str(home), *PORTS]
        stack = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True)
    assert stack.stdout
    assert stack.stdout.readline().startswith("jiaoqi is ready"), (folder / "stderr.txt").read_text()
    yield Plant(home, folder)
    stack.send_signal(signal.SIGTERM)
    assert stack.wait(PATIENCE) == 0
    stack.stdout.close()
    assert "incomplete" not in (folder / "stderr.txt").read_text()


# What the demo brings, as `order` and `task` show it.


@pytest.mark.parametrize(
    ("order_no", "status", "stage", "kinds"),
    [
        ("DEMO-1", "open", "confirm", ["confirm_order"]),
        ("DEMO-2", "open", "plan", ["make_plan"]),
        ("DEMO-3", "open", "plan", ["ready_equipment", "ready_materials", "ready_people"]),
        ("DEMO-4", "open", "produce", ["produce"]),
        ("DEMO-5", "open", "inspect", ["rework"]),
        ("DEMO-6", "open", "ship", ["dispatch"]),
        ("DEMO-7", "open", "sign_off", ["sign_off"]),
        ("DEMO-8", "completed", "closed", []),
        ("DEMO-9", "on_hold", "plan", ["ready_equipment", "ready_materials", "ready_people"]),
        ("DEMO-10", "open", "plan", ["decide_promise", "ready_equipment", "ready_materials", "ready_people"]),
    ],
)
def test_the_demo_has_an_order_at_every_stage(plant: Plant, order_no: str, status: str, stage: str, kinds: list[str]) -> None:
    order = plant.read("order", "show", order_no.lower())
    assert (order["order_no"], order["status"], order["stage"]) == (order_no, status, stage)
    assert sorted(task["kind"] for task in order["open_tasks"]) == kinds


def test_an_order_is_shown_on_one_screen(plant: Plant) -> None:
    screen = plant.done("order", "show", "DEMO-5")
    for word in ("大同精密股份有限公司", "BRK-210 brake caliper", "80 pcs", "on_track, slack", "DEMO-5.rework.1", "Asia/Taipei"):
        assert word in screen


def test_orders_are_listed_by_what_they_are(plant: Plant) -> None:
    assert [order["order_no"] for order in plant.read("order", "list", "--risk", "late")] == ["DEMO-10"]
    assert [order["order_no"] for order in plant.read("order", "list", "--status", "completed", "--status", "on_hold")] == [
        "DEMO-9",
        "DEMO-8",
    ]
    assert len(plant.read("order", "list", "--limit", "3")) == 3
    head, *rows = plant.done("order", "list", "--stage", "confirm", "--risk", "late").splitlines()
    assert head.split() == ["ORDER", "CUSTOMER", "STATUS", "STAGE", "RISK", "REQUESTED", "PROMISED", "NEXT", "TASK"]
    assert rows == []


def test_tasks_are_listed_by_whose_they_are(plant: Plant) -> None:
    assert {task["kind"] for task in plant.read("task", "list", "--department", "warehouse")} == {"dispatch", "sign_off"}
    of_order = plant.read("task", "list", "--order", "demo-8")
    assert {task["status"] for task in of_order} == {"completed"}
    assert "DEMO-6.dispatch.1" in plant.done("task", "list")


def test_an_unknown_order_is_a_matter_of_usage(plant: Plant) -> None:
    shown = plant.run("order", "show", "DEMO-99")
    assert (shown.returncode, shown.stdout, shown.stderr) == (2, "", "jiaoqi: there is no order 'DEMO-99'\n")


@pytest.mark.parametrize("command", [("order", "list"), ("order", "show", "X"), ("task", "list"), ("policy", "show")])
def test_without_a_stack_there_is_nothing_to_read(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = Plant(tmp_path / "home", tmp_path).run(*command)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(f"jiaoqi: no stack is running in {tmp_path}/home")
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("command", [("import", "FILE", "--as", "sales1"), ("policy", "apply", "FILE")])
def test_an_engine_that_does_not_answer_is_no_stack(
    plant: Plant, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jiaoqi.cli.engine.PATIENCE", timedelta(0))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    file = plant.file("any.toml" if "apply" in command else "any.csv", 'version = "t"' if "apply" in command else HEAD)
    done = plant.run(*(file if word == "FILE" else word for word in command))
    assert done.returncode == 3
    (line,) = done.stderr.splitlines()
    assert line.startswith("jiaoqi: Temporal at 127.0.0.1:1 does not answer: ")


# Policy.


def adopted(plant: Plant, order_no: str) -> int:
    """How often an order has changed its policy, as its history tells."""
    with closing(Store.open(Home(plant.home).store_url)) as store:
        history = store.orders.events(order_no, after=0, limit=200, cursor=None).items
    return sum(event.type == "policy_adopted" for event in history)


def test_a_policy_is_shown_before_it_is_applied_and_applied_once(plant: Plant) -> None:
    file = plant.file("rework.toml", 'version = "t-1"', "[tasks.rework]", 'allowance = "4h"')
    before = plant.done("policy", "show")
    told = plant.done("policy", "apply", file, "--dry-run")
    assert "  version: built-in → t-1\n  tasks.rework.allowance: 2d → 4h\n" in told
    (move,) = [line for line in told.splitlines() if line.startswith("DEMO-5 ")]
    assert "DEMO-5.rework.1" in move
    assert plant.done("policy", "show") == before

    (due,) = [task["due_at"] for task in plant.read("order", "show", "DEMO-5")["open_tasks"]]
    for _ in range(2):
        assert "version t-1 governs new orders and 9 under way" in plant.done("policy", "apply", file, "--as", "admin")
    (now_due,) = [task["due_at"] for task in plant.read("order", "show", "DEMO-5")["open_tasks"]]
    assert now_due < due
    assert (adopted(plant, "DEMO-5"), adopted(plant, "DEMO-8")) == (1, 0)
    assert 'version = "t-1"' in plant.done("policy", "show")

    # Another, and back again: that is another application, not a repeat of the first.
    plant.done("policy", "apply", plant.file("other.toml", 'version = "t-2"'))
    plant.done("policy", "apply", file)
    assert adopted(plant, "DEMO-5") == 3


def test_a_policy_that_is_wrong_is_told_line_by_line_and_not_applied(plant: Plant) -> None:
    file = plant.file("wrong.toml", 'version = "t-9"', "[tasks.rework]", 'allowance = "soon"', 'colour = "red"')
    for command in ("check", "apply"):
        done = plant.run("policy", command, file)
        assert done.returncode == 1
        assert [line.split(":")[1:3] for line in done.stdout.splitlines()] == [
            ["3", " tasks.rework.allowance"],
            ["4", " tasks.rework.colour"],
        ]
    assert "t-9" not in plant.done("policy", "show")


def test_only_an_admin_is_named_for_a_policy(plant: Plant) -> None:
    done = plant.run("policy", "apply", plant.file("t.toml", 'version = "t"'), "--as", "boss")
    assert (done.returncode, done.stderr) == (2, "jiaoqi: boss is no admin, so may not apply a policy\n")


def test_a_policy_names_no_cause_that_is_not_on_record(plant: Plant) -> None:
    for unknown in ("imp:99", "DEMO-1"):
        done = plant.run("policy", "apply", plant.file("t.toml", 'version = "t"'), "--because", unknown)
        assert (done.returncode, done.stderr) == (2, f"jiaoqi: there is no improvement {unknown}\n")


# Import.


def test_a_file_is_imported_once(plant: Plant) -> None:
    rows = (f"IMP-1,大同精密,Pump,3,{SOON},a@acme.example", f"IMP-2,Bolt,Nut,1,{SOON},", "IMP-1,,Valve,2,,")
    file = plant.file("good.csv", f"{HEAD},email", *rows)
    assert plant.done("import", file, "--as", "sales1", "--dry-run") == "2 would be entered, 0 already there, 0 refused\n"
    assert plant.done("import", file, "--as", "sales1") == "2 entered, 0 already there, 0 refused\n"
    assert plant.done("import", file, "--as", "sales1") == "0 entered, 2 already there, 0 refused\n"
    assert plant.done("import", file, "--as", "admin") == "0 entered, 2 already there, 0 refused\n"
    # As on another day: the dates are others, the orders are the same.
    assert plant.done("import", file, "--as", "sales1", "--rebase") == "0 entered, 2 already there, 0 refused\n"
    order = plant.read("order", "show", "IMP-1")
    assert (order["created_by"], order["owner"], order["dates"]["requested"]) == ("sales1", "sales1", SOON)
    assert [(line["product_model"], line["quantity"]) for line in order["lines"]] == [("Pump", 3), ("Valve", 2)]


def test_an_order_is_imported_whole_or_not_at_all(plant: Plant) -> None:
    file = plant.file(
        "bad.csv",
        HEAD,
        f"BAD-1,Acme,Pump,3,{SOON}",
        "BAD-1,,Valve,2.5,",
        f"GOOD-1,Acme,Pump,3,{SOON}",
        f"BAD 2,Acme,,0,{SOON}",
        "BAD-3,Acme,Pump,3,2020-01-01",
        f"DEMO-1,Acme,Pump,3,{SOON}",
    )
    done = plant.run("import", file, "--as", "sales1")
    head, *rows, counts = done.stdout.splitlines()
    assert (done.returncode, counts) == (1, "1 entered, 0 already there, 4 refused")
    assert head.split() == ["ROW", "COLUMN", "REASON", "ORDER"]
    assert [row.split()[:2] for row in rows] == [
        ["3", "quantity"],
        ["5", "order_no"],
        ["5", "product_model"],
        ["5", "quantity"],
        ["6", "requested_date"],
        ["7", "order_no"],
    ]
    assert "was entered before, with other content" in rows[-1]
    assert plant.run("order", "show", "BAD-1").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--as", "quality1"), "quality1 may not import: orders are entered by sales"),
        (("--as", "nobody"), "there is no nobody in the register"),
        (("--as", "sales1", "--mapping", "mine.toml"), "--mapping: mine.toml is neither built in (plain, scms) nor a file"),
        (("--as", "sales1", "--mapping", "scms"), "has no column 'PO / SO #'"),
    ],
)
def test_an_import_that_cannot_be_meant_is_refused_in_one_line(plant: Plant, arguments: tuple[str, ...], reason: str) -> None:
    done = plant.run("import", plant.file("any.csv", HEAD, f"ANY-1,Acme,Pump,3,{SOON}"), *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert reason in line


@pytest.mark.shared_data
def test_real_orders_are_imported_with_their_dates_shifted(plant: Plant, shared_data: Path) -> None:
    command = ("import", str(shared_data / "scms-orders.csv"), "--as", "sales1", "--mapping", "scms", "--limit", "20")
    assert plant.done(*command, "--rebase") == "20 entered, 0 already there, 0 refused\n"
    assert plant.done(*command, "--rebase") == "0 entered, 20 already there, 0 refused\n"
    assert plant.run(*command).stdout.endswith("0 entered, 0 already there, 20 refused\n")


def test_the_demo_of_a_stack_that_starts_again_stays_as_it_is(plant: Plant) -> None:
    """Last, for it asks the demo again to furnish the plant that all other tests have changed."""
    before = plant.read("order", "list")
    stack = Home(plant.home).running_stack()
    assert stack
    furnish(Settings.load(plant.home), stack.url)
    assert plant.read("order", "list") == before
