"""Clients that drive orders side by side and write down what each call was told: ok, refused or unknown."""

import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.endtoend import comparing
from tests.endtoend.order import Deed, Order, straight
from tests.endtoend.people import FIRST_OF
from tests.endtoend.plant import Plant
from tests.endtoend.waiting import until

IN_TIME = 15.0
"""Seconds within which the API answers, whatever is away; the contract's figure."""
OVERLOADED = 5.0
"""What a machine that runs other tests too may add."""


PAUSE = 0.3
"""Seconds between two attempts of a client."""


class Interrupted(Exception):
    """The stack went away under the client."""


@dataclass
class Call:
    """A POST, and what it was told; unknown until it is answered."""

    by: str
    path: str
    body: dict[str, Any]
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    told: str = "unknown"
    detail: str = ""
    answers: list[tuple[int, float]] = field(default_factory=list)
    """The status of each answer to it, and the seconds that it took."""

    def make(self, order: Order) -> str:
        began = time.monotonic()
        try:
            answer = order.plant.person(self.by).say(self.path, self.body, self.key)
        except httpx.TransportError:
            return "unknown"
        self.answers.append((answer.status_code, time.monotonic() - began))
        if answer.status_code == 503:
            assert int(answer.headers["retry-after"]) > 0, "who is sent away is told when to come again"
        if answer.status_code in (200, 201):
            self.told = "ok"
            order.acknowledged[self.key] = Deed(self.by, self.path)
        elif answer.status_code != 503:
            self.told, self.detail = "refused", answer.text
        return self.told


class Client:
    """Enters orders and answers whatever they ask, until it is told to stop or loses touch."""

    def __init__(self, plant: Plant, stop: threading.Event) -> None:
        self.plant, self.stop = plant, stop
        self.orders: list[Order] = []
        self.calls: list[tuple[Order, Call]] = []
        self.patient = False
        """Whether it repeats what it has no answer to, with the same key."""
        self.looked_in_vain = 0

    def run(self) -> None:
        while not self.stop.is_set():
            order = Order(self.plant, self.plant.body(60))
            try:
                self._drive(order)
            except (Interrupted, httpx.TransportError):
                return

    def _drive(self, order: Order) -> None:
        self.orders.append(order)
        self._call(order, Call("sales1", "/orders", order.body))
        while not self.stop.is_set() and (tasks := self._look(order)):
            outcome, fields = straight(tasks[0]["kind"])
            body = {"outcome": outcome, "fields": fields}
            self._call(order, Call(FIRST_OF[tasks[0]["department"]], f"/tasks/{tasks[0]['id']}/complete", body))

    def _look(self, order: Order) -> list[dict[str, Any]]:
        answer = self._read(order)
        while answer is None and self.patient and not self.stop.is_set():
            self.looked_in_vain += 1
            time.sleep(PAUSE)
            answer = self._read(order)
        if answer is None:
            raise Interrupted
        return list(answer["open_tasks"])

    def _read(self, order: Order) -> dict[str, Any] | None:
        """The order, if it can be read now."""
        try:
            answer = self.plant.person("quality2").get(order.path)
        except httpx.TransportError:
            return None
        return dict(answer.json()) if answer.status_code == 200 else None

    def _call(self, order: Order, call: Call) -> None:
        self.calls.append((order, call))
        call.make(order)
        if call.told == "unknown" and self.patient:
            settle(order, call)
        if call.told == "unknown":
            raise Interrupted


def settle(order: Order, call: Call) -> None:
    """Repeats a call with its key until it is known what became of it."""
    until(lambda: call.make(order) != "unknown", f"an answer to {call}", within=120, every=PAUSE)


@contextmanager
def busy(plant: Plant, clients: int, patient: bool = False) -> Iterator[list[Client]]:
    """So many clients at work; at the end all of them have stopped, none by an error of its own."""
    stop = threading.Event()
    crew = [Client(plant, stop) for _ in range(clients)]
    for client in crew:
        client.patient = patient
    with ThreadPoolExecutor(clients) as pool:
        working: list[Future[None]] = [pool.submit(client.run) for client in crew]
        try:
            yield crew
        finally:
            stop.set()
        for each in working:
            each.result(180)


def acknowledged(crew: list[Client]) -> int:
    return sum(call.told == "ok" for client in crew for _, call in client.calls)


def at_work(crew: list[Client], calls: int) -> None:
    until(lambda: acknowledged(crew) > calls, f"{calls} calls are acknowledged", within=60)


def nothing_is_missing(crew: list[Client]) -> None:
    """What was acknowledged before is there; then whoever has no answer repeats the call, and every order comes to its end."""
    calls = [pair for client in crew for pair in client.calls]
    assert [call for _, call in calls if call.told == "refused"] == []
    for order in {order.number: order for order, call in calls if call.told == "ok"}.values():
        lost = order.acknowledged.keys() - {event["key"] for event in order.events()}
        if lost:
            pytest.fail(f"{order.number}: acknowledged, and not there: {[order.acknowledged[key] for key in lost]}")
    for order, call in calls:
        if call.told == "unknown":
            settle(order, call)
            assert call.told == "ok", call
    for order in orders_of(crew):
        comparing.equal(order)
        order.audit()
        order.finished().ends("completed", "full")


def orders_of(crew: list[Client]) -> list[Order]:
    return [order for client in crew for order in client.orders]


def all_in_time(crew: list[Client]) -> None:
    """Nobody waited for an answer longer than the contract allows."""
    slow = [call for client in crew for _, call in client.calls if any(s > IN_TIME + OVERLOADED for _, s in call.answers)]
    assert slow == []
