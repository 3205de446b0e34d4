"""The audit chain on a whole stack: it grows by itself, one flipped byte is found, and whoever read an order is on record."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from jiaoqi.cli.main import run
from tests.endtoend.order import Order
from tests.endtoend.plant import Plant
from tests.endtoend.waiting import until

TAKEN_IN = 40.0
"""Seconds: a look at the orders every ten, on a machine that runs other tests too."""


def test_one_flipped_byte_of_a_finished_order_is_found(plant: Plant, capsys: pytest.CaptureFixture[str]) -> None:
    home, order = plant.stack.home, finished(plant)
    until(lambda: links_of(home, order.number), "the order is in the chain", within=TAKEN_IN)
    status, told = audit(capsys, home, "verify", "--json")
    assert (status, told["findings"]) == (0, []) and told["rows"] > 0
    assert audit(capsys, home, "verify", "--json", "--order", order.number.lower())[1]["findings"] == []
    (home / "kept.jsonl").write_text(json.dumps(audit(capsys, home, "head")[1]) + "\n")
    flip(home, order.number, "customer", "cusTomer")
    status, told = audit(capsys, home, "verify", "--json", "--since", str(home / "kept.jsonl"))
    (found,) = told["findings"]
    assert (status, found["wrong"], found["subject"], found["keys"]) == (1, "changed", order.number, ["1"])
    flip(home, order.number, "cusTomer", "customer")
    assert audit(capsys, home, "verify", "--json")[0] == 0
    assert (home / "audit.key").stat().st_mode & 0o777 == 0o600
    exported = [json.loads(line) for line in (home / "audit-heads.jsonl").read_text().splitlines()]
    assert exported and exported[0]["n"] >= 1
    # Another key: the chain goes on with it once a worker is started anew.
    assert run(["audit", "rekey", "--home", str(home)]) == 0
    (found,) = audit(capsys, home, "verify", "--json")[1]["findings"]
    assert found["wrong"] == "key" and len((home / "audit.key").read_text().split()) == 2
    plant.stack.kill_part("worker")
    until(lambda: audit(capsys, home, "verify", "--json")[0] == 0, "the chain goes on with the newer key", within=TAKEN_IN)


def test_who_read_an_order_is_told_by_the_command(plant: Plant, capsys: pytest.CaptureFixture[str]) -> None:
    order = plant.enter(5)
    assert plant.person("quality1").get(f"/orders/{order.number}").status_code == 200
    home = plant.stack.home

    def readers() -> Any:
        return [each["person"] for each in audit(capsys, home, "readers", order.number, "--json")[1]]

    until(lambda: "quality1" in readers(), "who read it is on record")
    _, shown = audit(capsys, home, "readers", "--person", "quality1", "--json")
    assert ("order", order.number.lower(), "api") in [(each["what"], each["about"], each["how"]) for each in shown]


def finished(plant: Plant) -> Order:
    order = plant.enter(10)
    order.confirmed().planned()
    order.made_ready()
    order.answer("produce", "done")
    order.answer("inspect", "pass")
    order.answer("accept", "accept")
    order.plan_shipment()
    order.dispatch_in_time()
    order.signed().satisfied()
    order.ends("completed", "full")
    return order


def audit(capsys: pytest.CaptureFixture[str], home: Path, *arguments: str) -> tuple[int, Any]:
    capsys.readouterr()
    status = run(["audit", *arguments, "--home", str(home)])
    out = capsys.readouterr().out
    assert out, capsys.readouterr().err
    return status, json.loads(out)


def links_of(home: Path, order_no: str) -> list[Any]:
    with closing(sqlite3.connect(home / "jiaoqi.db")) as store:
        return store.execute("SELECT n FROM audit_link WHERE subject = ? AND first = 1", (order_no.lower(),)).fetchall()


def flip(home: Path, order_no: str, old: str, new: str) -> None:
    with closing(sqlite3.connect(home / "jiaoqi.db", timeout=10)) as store, store:
        given = (old, new, order_no.lower())
        done = store.execute("UPDATE event SET data = replace(data, ?, ?) WHERE order_id = ? AND seq = 1", given)
        assert done.rowcount == 1
