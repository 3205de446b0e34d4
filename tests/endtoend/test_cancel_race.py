"""Somebody answers a task in the same instant in which the order is cancelled: whichever comes first, nothing is half done.

JIAOQI_TEST_LONG=1: two hundred rounds on each database instead of twenty.
"""

import os
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.endtoend import comparing, engine
from tests.endtoend.order import Deed, Order, straight
from tests.endtoend.people import FIRST_OF, Person, problem
from tests.endtoend.plant import Plant
from tests.endtoend.waiting import until

LONG = bool(os.environ.get("JIAOQI_TEST_LONG"))
ROUNDS, DISPATCHES = (200, 20) if LONG else (20, 3)
CANCELLED = "the customer withdrew"


@dataclass(frozen=True)
class Said:
    person: Person
    path: str
    body: dict[str, Any]
    key: str = field(default_factory=lambda: uuid.uuid4().hex)


class Two:
    """Whoever answers and whoever cancels, each at a client of their own, started together."""

    def __init__(self, plant: Plant, clients: ExitStack, pool: ThreadPoolExecutor) -> None:
        self.plant = plant
        self._pool = pool
        self._start = threading.Barrier(2)
        self._clients = [clients.enter_context(httpx.Client(timeout=30, trust_env=False)) for _ in range(2)]

    def race(self, order: Order, kind: str) -> tuple[httpx.Response, httpx.Response]:
        """What the answer was told, and what the cancellation; what was acknowledged is noted with the order."""
        task = order.task(kind)
        outcome, fields = straight(kind)
        answering = self._at(0, FIRST_OF[task["department"]])
        calls = (
            Said(answering, f"/tasks/{task['id']}/complete", {"outcome": outcome, "fields": fields}),
            Said(self._at(1, "sales1"), f"{order.path}/cancel", {"reason": CANCELLED}),
        )
        told = list(self._pool.map(self._say, calls))
        for answer, said in zip(told, calls, strict=True):
            if answer.status_code == 200:
                order.acknowledged[said.key] = Deed(said.person.name, said.path)
        return told[0], told[1]

    def _at(self, n: int, name: str) -> Person:
        return self.plant.person(name).at(self._clients[n])

    def _say(self, said: Said) -> httpx.Response:
        self._start.wait(20)
        return said.person.say(said.path, said.body, said.key)


@pytest.fixture(scope="module", params=["plant", "the_plant_on_postgresql"], ids=["sqlite", "postgresql"])
def two(request: pytest.FixtureRequest) -> Iterator[Two]:
    plant: Plant = request.getfixturevalue(request.param)
    plant.put_right()
    with ExitStack() as clients, ThreadPoolExecutor(2) as pool:
        yield Two(plant, clients, pool)


def test_an_answer_and_a_cancellation_at_once(two: Two) -> None:
    seen: Counter[str] = Counter()
    for n in range(ROUNDS):
        order, kind = (two.plant.enter(), "confirm_order") if n % 2 else (two.plant.enter().confirmed(), "make_plan")
        answered, cancelled = two.race(order, kind)
        assert cancelled.status_code == 200, cancelled.text
        seen[first_of(order, kind, answered)] += 1
        is_over(order, "cancelled")
    assert sum(seen.values()) == ROUNDS, seen


def first_of(order: Order, kind: str, answered: httpx.Response) -> str:
    """Either the answer came first, and the cancellation ended what it had opened; or it found the order cancelled."""
    types = [(event["type"], event["task_id"]) for event in order.events()]
    task = order.tasks(kind=kind)[0]
    if answered.status_code == 200:
        assert task["status"] == "completed"
        assert types.index(("task_completed", task["id"])) < types.index(("order_closed", None))
        return "answered"
    assert answered.json()["code"] in ("task-closed", "order-closed"), answered.text
    problem(answered, 409, answered.json()["code"])
    assert task["status"] == "cancelled"
    assert ("task_completed", task["id"]) not in types
    return "cancelled"


def test_goods_that_leave_and_a_cancellation_at_once(two: Two) -> None:
    """Exactly one of the two: goods that have left are not cancelled, and cancelled ones do not leave."""
    for _ in range(DISPATCHES):
        order = two.plant.enter().accepted()
        order.plan_shipment()
        left, cancelled = two.race(order, "dispatch")
        if left.status_code == 200:
            problem(cancelled, 409, "already-dispatched")
            order.signed().satisfied()
            is_over(order, "completed")
        else:
            assert cancelled.status_code == 200, cancelled.text
            assert left.json()["code"] in ("task-closed", "order-closed"), left.text
            is_over(order, "cancelled")


def is_over(order: Order, status: str) -> None:
    """Store and workflow agree, nothing is open, and the workflow has come to its end."""
    order.ends(status, "full" if status == "completed" else "undelivered")
    comparing.equal(order)
    until(lambda: engine.is_completed(order.plant.stack, order.number), f"{order.number} has ended", within=30)
