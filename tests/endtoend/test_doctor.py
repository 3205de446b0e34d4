"""The doctor on a whole stack: what somebody did to its store, its workflows, its mail and its people is found or healed."""

import contextlib
import io
import json
import os
import re
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from jiaoqi.cli.main import run
from tests.endtoend import comparing, engine
from tests.endtoend.mails import Sink, times
from tests.endtoend.order import CONFIRMED, Order
from tests.endtoend.plant import Plant, written
from tests.endtoend.stack import TEMPORAL, Stack
from tests.endtoend.waiting import until

POLICY = """
version = "doctor"
[plant]
around_the_clock = true
[order]
minimum = "1s"
notice_lead = "1s"
[tasks.make_plan]
allowance = "3s"
[[ladder]]
name = "remind"
at = "-1s"
to = ["assignee"]
[[ladder]]
name = "overdue"
at = "0s"
to = ["assignee", "head"]
[[ladder]]
name = "critical"
at = "1s"
to = ["management"]
"""
"""Whoever does not plan within three seconds is reminded, asked again and reported; everything else has time."""

LONG = bool(os.environ.get("JIAOQI_TEST_LONG"))
UNKNOWN = "gone@customer.example"
TABLES = ("customer_order", "order_line", "event", "task", "reply")


class Picky(Sink):
    """A mail server that knows one address less."""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == UNKNOWN:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str

    @property
    def report(self) -> Any:
        return json.loads(self.out)

    def of(self, order: Order) -> list[tuple[str, bool]]:
        """The order's findings by name, and whether each is healed."""
        found = self.report["findings"]
        return [
            (each["kind"], each["healed"]) for each in found if (each["order_no"] or "").casefold() == order.number.casefold()
        ]


def doctor(plant: Plant, *arguments: str) -> Done:
    return jiaoqi(plant.stack.home, "doctor", *arguments)


def jiaoqi(home: Path, *arguments: str) -> Done:
    """In this process: another interpreter for each call would take most of the time."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run([*arguments, "--home", str(home)])
    return Done(status, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def ill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """A plant of its own, whose data these stories damage."""
    home = tmp_path_factory.mktemp("ill")
    with Picky() as sink:
        stack = Stack(home, policy=written(home, POLICY), environment={"JIAOQI_SMTP_URL": sink.url})
        with Plant(stack, sink) as plant:
            yield plant


def sql(plant: Plant, statement: str, *values: Any) -> int:
    """Behind everybody's back; the number of rows that it changed."""
    with closing(sqlite3.connect(plant.stack.home / "jiaoqi.db", timeout=10)) as database, database:
        return database.execute(statement, values).rowcount


def key(order: Order) -> str:
    return order.number.casefold()


def operate(plant: Plant, *arguments: str) -> None:
    """What operators do with Temporal's own command."""
    argv = [str(TEMPORAL), *arguments, "--address", plant.stack.temporal_address]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def terminate(order: Order) -> None:
    operate(order.plant, "workflow", "terminate", "--workflow-id", engine.workflow_id(order.number), "--reason", "a test")


def test_a_healthy_plant_has_no_findings(ill: Plant) -> None:
    order = ill.enter(10, 20)
    order.confirmed().planned()
    ill.enter(5).confirmed().planned().made_ready().finished()
    done = doctor(ill)
    assert (done.status, done.err) == (0, ""), done.out
    assert done.out == "1 orders looked at, 1 compared with their workflow: nothing found\n"
    assert doctor(ill, "--all", "--json").report == {"orders": 2, "compared": 1, "found": 0, "healed": 0, "findings": []}


def test_a_row_that_was_rolled_back_is_healed(ill: Plant) -> None:
    order = ill.enter(10)
    with closing(sqlite3.connect(ill.stack.home / "jiaoqi.db")) as database:
        columns = ("stage", "last_seq", "confirmed_seq", "fence", "body")
        select = f"SELECT {', '.join(columns)} FROM customer_order WHERE order_id = ?"  # noqa: S608 - our own names
        before = database.execute(select, (key(order),)).fetchone()
    quiet(order.confirmed())
    changes = ", ".join(f"{column} = ?" for column in columns)
    sql(ill, f"UPDATE customer_order SET {changes} WHERE order_id = ?", *before, key(order))  # noqa: S608
    assert order.now()["stage"] == "confirm"
    done = doctor(ill, "--json")
    assert (done.status, done.of(order)) == (1, [("store-differed", True)]), done.out
    assert order.now()["stage"] == "plan"
    comparing.equal(order)
    assert doctor(ill).status == 0


def saved(plant: Plant, order: Order) -> dict[str, list[tuple[Any, ...]]]:
    """What a backup has of an order."""
    with closing(sqlite3.connect(plant.stack.home / "jiaoqi.db")) as database:
        select = "SELECT * FROM {} WHERE order_id = ?"
        return {table: database.execute(select.format(table), (key(order),)).fetchall() for table in TABLES}


def put_back(plant: Plant, order: Order, backup: dict[str, list[tuple[Any, ...]]]) -> None:
    """Of this order, the store is as it was then."""
    with closing(sqlite3.connect(plant.stack.home / "jiaoqi.db", timeout=10)) as database, database:
        for table in reversed(TABLES):
            database.execute(f"DELETE FROM {table} WHERE order_id = ?", (key(order),))  # noqa: S608 - our own names
        for table, rows in backup.items():
            for row in rows:
                database.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608


def seen_by_people(order: Order) -> list[Any]:
    """Everything but the ETags, which only grow, and the slack, which shrinks."""
    gone = ("version", "slack_hours")
    tasks = sorted(order.tasks(), key=lambda task: str(task["id"]))
    return [{name: value for name, value in each.items() if name not in gone} for each in (order.now(), *tasks)] + order.events()


def quiet(order: Order) -> Order:
    """Every notice has come to its end, and whoever waits for that knows: nothing is written any more by itself."""
    until(lambda: waiting(order) == 0, "the outbox has nothing of it")
    assert order.untold() == []
    return order


def waiting(order: Order) -> int:
    """How many of its notices lie in the outbox."""
    with closing(sqlite3.connect(order.plant.stack.home / "jiaoqi.db")) as database:
        (count,) = database.execute("SELECT count(*) FROM outbox WHERE order_id = ?", (key(order),)).fetchone()
    return int(count)


def test_a_store_from_an_older_backup_gets_back_what_it_lacks(ill: Plant) -> None:
    order = ill.enter(10, 20)
    backup = saved(ill, order)
    order.confirmed()
    newer = ill.stack.home / "newer.toml"
    newer.write_text(POLICY.replace('"doctor"', '"doctor-2"'), encoding="utf-8")
    assert jiaoqi(ill.stack.home, "policy", "apply", str(newer)).status == 0
    wanted = seen_by_people(quiet(order.planned()))
    put_back(ill, order, backup)
    assert sql(ill, "DELETE FROM policy WHERE body LIKE '%doctor-2%'") == 1
    assert len(order.events()) < 5
    done = doctor(ill, "--json")
    assert (done.status, sorted(done.of(order))) == (1, [("events-missing", True), ("store-differed", True)]), done.out
    assert seen_by_people(order) == wanted
    assert order.finished().now()["status"] == "completed"
    assert doctor(ill, "--all").status == 0


def test_an_order_that_was_closed_after_the_backup_is_closed_again(ill: Plant) -> None:
    order = ill.enter(10)
    backup = saved(ill, order)
    order.confirmed().planned().finished()
    until(lambda: engine.described(ill.stack, order.number)["workflowExecutionInfo"]["status"].endswith("COMPLETED"), "its end")
    wanted = seen_by_people(quiet(order))
    for forgotten in (backup, {}):
        put_back(ill, order, forgotten)
        done = doctor(ill, "--json")
        ((kind, healed),) = done.of(order)
        assert (kind, healed) == ("workflow-completed" if forgotten else "order-missing", True)
        assert seen_by_people(order) == wanted
    assert doctor(ill, "--all").status == 0


def test_what_somebody_did_to_rows_and_events_is_put_right(ill: Plant) -> None:
    order = quiet(ill.enter(10).confirmed().planned())
    wanted = seen_by_people(order)
    assert sql(ill, "DELETE FROM task WHERE order_id = ? AND status = 'open' AND kind = 'ready_people'", key(order)) == 1
    done = doctor(ill, "--json")
    assert done.of(order) == [("store-differed", True)]
    assert sql(ill, "DELETE FROM task WHERE order_id = ? AND kind = 'make_plan'", key(order)) == 1
    assert sql(ill, "DELETE FROM event WHERE order_id = ? AND seq IN (2, 5)", key(order)) == 2
    assert sql(ill, "UPDATE event SET data = replace(data, 'phone', 'fax') WHERE order_id = ?", key(order)) == len(order.events())
    assert sql(ill, "UPDATE customer_order SET due = '2020-01-01', status = 'cancelled' WHERE order_id = ?", key(order)) == 1
    done = doctor(ill, "--json")
    assert {healed for _, healed in done.of(order)} == {True}
    assert {kind for kind, _ in done.of(order)} >= {"events-missing"}
    assert seen_by_people(order) == wanted
    assert doctor(ill, "--all").status == 0


def test_a_terminated_order_is_told_of_rebuilt_and_finished(ill: Plant) -> None:
    order = ill.enter(10, 20).confirmed()
    order.told(*CONFIRMED)
    terminate(order)
    known = engine.state(ill.stack, order.number)
    done = doctor(ill, "--json")
    assert (done.status, done.of(order)) == (1, [("workflow-terminated", False)])
    assert f"jiaoqi doctor --rebuild {order.number}" in done.out
    assert order.try_answer(order.task("make_plan")["id"], "cannot", by="production1", reason="x").status_code == 503

    # Longer than all its rungs: after the outage only the highest is told.
    until(lambda: order.task("make_plan")["lateness"] == "overdue", "its deadline passes")
    rebuilt = doctor(ill, "--rebuild", order.number.lower())
    assert (rebuilt.status, rebuilt.err) == (0, "")
    assert rebuilt.out.startswith(f"{order.number} goes on from event {known['seq']}; asked: {order.number}.make_plan.1")
    now = engine.state(ill.stack, order.number)
    assert {name: now[name] for name in ("facts", "policy", "promises", "work", "counters", "closures", "done")} == {
        name: known[name] for name in ("facts", "policy", "promises", "work", "counters", "closures", "done")
    }
    until(lambda: ("critical", "boss@plant.example") in times(ill.mails(order.number)), "the highest rung is told")
    shown = engine.described(ill.stack, order.number)
    assert "make_plan" in json.dumps(shown) or shown["workflowExecutionInfo"]["status"].endswith("RUNNING")
    comparing.equal(order)
    order.finished().ends("completed", "full")
    assert doctor(ill).status == 0

    mails = ill.mails(order.number)
    assert len({mail.message_id for mail in mails}) == len(mails), times(mails)
    again = doctor(ill, "--rebuild", order.number)
    assert (again.status, again.err) == (1, f"jiaoqi: {order.number} is completed: a closed order needs no workflow\n")


def test_an_order_of_which_temporal_knows_nothing_is_rebuilt_from_its_events(ill: Plant) -> None:
    order = quiet(ill.enter(10, 20).confirmed())
    operate(ill, "workflow", "delete", "--workflow-id", engine.workflow_id(order.number), "--yes")
    until(lambda: doctor(ill, "--json").of(order) == [("workflow-missing", False)], "it is gone")
    backup = saved(ill, order)
    sql(ill, "DELETE FROM event WHERE order_id = ? AND seq IN (3, 4)", key(order))
    refused = doctor(ill, "--rebuild", order.number)
    assert refused.status == 1 and f"of its {len(order.events()) + 2} events 3–4 are not in the store" in refused.err
    put_back(ill, order, backup)
    assert doctor(ill, "--rebuild", order.number).status == 0
    assert engine.described(ill.stack, order.number)["workflowExecutionInfo"]["searchAttributes"]["indexedFields"].keys() >= {
        "Customer",
        "Stage",
        "PromiseDate",
    }
    comparing.equal(order)
    order.finished().ends("completed", "full")
    mails = ill.mails(order.number)
    assert len({mail.message_id for mail in mails}) == len(mails), times(mails)


@pytest.mark.parametrize("sent_before", [False, True], ids=["after it is rebuilt", "though its workflow is gone"])
def test_notices_on_their_way_go_out_once(ill: Plant, sent_before: bool) -> None:
    assert ill.sink
    order = ill.enter(10)
    ill.sink.close()
    try:
        asked = set(order.confirmed().asked_notices())
        until(lambda: len(order.notices()) == len(CONFIRMED), "the notices wait")
        terminate(order)
        if sent_before:
            ill.sink.open()
            until(lambda: waiting(order) == 0, "they are sent", within=60)
        done = doctor(ill, "--rebuild", order.number)
    finally:
        ill.sink.open()
    # After an outage that was long enough a rung is asked for at once.
    assert re.search(rf"notices on their way: {'[01]' if sent_before else '3'}$", done.out), done
    until(lambda: not asked & set(order.untold()), "they are sent", within=60)
    assert {row["state"] for row in order.notices() if row["kind"] in ("order_confirmed", "order_released")} == {"sent"}
    order.planned().finished().ends("completed", "full")
    mails = ill.mails(order.number)
    assert len({mail.message_id for mail in mails}) == len(mails), times(mails)


def test_mail_that_waits_for_long_is_told(ill: Plant) -> None:
    assert ill.sink
    order = ill.enter(10)
    ill.sink.close()
    try:
        order.confirmed()
        assert of_kind(doctor(ill, "--json"), "mail-waits") is None
        asked = sql(ill, "UPDATE outbox SET at = datetime('now', '-11 minutes') || '.000000' WHERE order_id = ?", key(order))
        found = of_kind(doctor(ill, "--json"), "mail-waits")
        assert found["what"].startswith(f"{asked} notices are still to be told, the first since ") and not found["healed"]
    finally:
        ill.sink.open()
    quiet(order)
    assert of_kind(doctor(ill, "--json"), "mail-waits") is None
    order.finished().ends("completed", "full")


def test_what_needs_no_rebuilding_or_cannot_have_it_is_refused(ill: Plant) -> None:
    order = ill.enter(10)
    unknown = doctor(ill, "--rebuild", "NOWHERE-1")
    assert (unknown.status, unknown.err) == (2, "jiaoqi: there is no order 'NOWHERE-1'\n")
    running = doctor(ill, "--rebuild", order.number)
    assert (running.status, running.out) == (1, "")
    assert f"the workflow of {order.number} runs" in running.err
    terminate(order)
    sql(ill, "UPDATE task SET body = replace(body, '\"sales\"', '\"quality\"') WHERE order_id = ?", key(order))
    against = doctor(ill, "--rebuild", order.number)
    assert against.status == 1 and "department is quality, its events say sales" in against.err
    sql(ill, "UPDATE task SET body = replace(body, '\"quality\"', '\"sales\"') WHERE order_id = ?", key(order))
    sql(ill, "UPDATE customer_order SET fence = fence + 3600 WHERE order_id = ?", key(order))
    behind = doctor(ill, "--rebuild", order.number)
    assert behind.status == 1 and "ahead of the clock" in behind.err
    sql(ill, "UPDATE customer_order SET fence = fence - 3600 WHERE order_id = ?", key(order))
    # The closed tasks and the events that its history still knows come back with it.
    sql(ill, "DELETE FROM event WHERE order_id = ? AND seq = 2", key(order))
    assert doctor(ill, "--rebuild", order.number, "--json").status == 0
    order.finished().ends("completed", "full")


def test_dead_mail_and_tasks_that_nobody_can_do_are_told(ill: Plant) -> None:
    order = ill.enter(10, customer={"name": "Gone", "email": UNKNOWN}).confirmed()
    until(lambda: "dead" in {row["state"] for row in order.notices()}, "the mail is given up")
    until(lambda: ("undeliverable", "sales1@plant.example") in times(ill.mails(order.number)), "who should know is told")
    order.audit()
    for name in ("supply1", "supply-head"):
        assert jiaoqi(ill.stack.home, "people", "remove", name).status == 0
    order.planned()
    done = doctor(ill, "--json")
    assert sorted(done.of(order)) == [("mail-dead", False), ("task-unowned", False)], done.out
    by_kind = {each["kind"]: each for each in done.report["findings"] if each["order_no"] == order.number}
    assert by_kind["mail-dead"]["message_id"] in {row["message_id"] for row in order.notices()}
    assert "550" in by_kind["mail-dead"]["what"]
    assert by_kind["task-unowned"]["task_id"] == f"{order.number}.ready_materials.1"
    screen = doctor(ill)
    assert (screen.status, screen.err) == (1, "")
    for words in (
        "Tasks that nobody can do (",
        f"{order.number}.ready_materials.1",
        "--department supply_chain",
        "0 of them healed",
    ):
        assert words in screen.out
    assert (
        jiaoqi(ill.stack.home, "people", "add", "supply2", "--email", "s@plant.example", "--department", "supply_chain").status
        == 0
    )
    assert doctor(ill, "--json").of(order) == [("mail-dead", False)]


def test_an_engine_without_workers_and_without_the_orders(ill: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    order = ill.enter(10)
    operate(ill, "operator", "namespace", "create", "--namespace", "another")
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "another")
    monkeypatch.setenv("TEMPORAL_ADDRESS", ill.stack.temporal_address)
    done = doctor(ill, "--json")
    assert {each["kind"] for each in done.report["findings"] if each["order_no"] is None} == {"no-worker"}
    assert done.of(order) == [("workflow-missing", False)]
    assert (done.status, done.report["compared"]) == (1, 0)
    rebuild = doctor(ill, "--rebuild", order.number)
    assert rebuild.status == 3 and "is a worker running?" in rebuild.err


@pytest.mark.parametrize("missing", ["stack", "engine", "store"])
def test_without_a_stack_there_is_one_line(ill: Plant, missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jiaoqi.cli.doctor.PATIENCE", timedelta(0))
    home = ill.stack.home
    match missing:
        case "stack":
            home = tmp_path / "nowhere"
        case "engine":
            monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
        case "store":
            monkeypatch.setenv("JIAOQI_DATABASE_URL", f"sqlite:///{tmp_path / 'nowhere' / 'store.db'}")
    done = jiaoqi(home, "doctor")
    assert (done.status, done.out) == (3, "")
    (line,) = done.err.splitlines()
    assert line.startswith("jiaoqi: ")


if LONG:  # the engine takes two minutes to call a workflow stuck, and to notice that nobody polls

    def test_a_workflow_that_fails_again_and_again_is_told(ill: Plant) -> None:
        """Started by hand with an order that is none: its code fails before it does anything."""
        started = ("--type", "Order", "--workflow-id", "order-stuck-1", "--task-queue", "orders", "--task-timeout", "1s")
        operate(ill, "workflow", "start", *started, "--input", '{"facts": 1}')
        found = until(lambda: of_kind(doctor(ill, "--json"), "stuck"), "it is listed as stuck", within=240, every=5)
        assert (found["order_no"], found["healed"]) == ("stuck-1", False)
        assert "temporal workflow show -w order-stuck-1" in found["todo"]
        operate(ill, "workflow", "terminate", "--workflow-id", "order-stuck-1")

    def test_a_frozen_worker_is_told(ill: Plant) -> None:
        order = ill.enter(10)
        os.kill(ill.stack.pid("worker"), signal.SIGSTOP)
        try:
            assert ("no-answer", False) in doctor(ill, "--json").of(order)
            until(lambda: of_kind(doctor(ill, "--json"), "no-worker"), "nobody polls", within=240, every=5)
        finally:
            os.kill(ill.stack.pid("worker"), signal.SIGCONT)
        ill.stack.until_ready()
        assert doctor(ill, "--json").of(order) == []


def of_kind(done: Done, kind: str) -> Any:
    return next((each for each in done.report["findings"] if each["kind"] == kind), None)
