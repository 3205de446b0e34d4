"""Whatever is killed while people work: nothing acknowledged is missing, nothing is there twice, every order goes on.

JIAOQI_TEST_LONG=1: four times as many clients, three crashes of everything in a row.
"""

import os
import signal

import pytest

from tests.endtoend import comparing
from tests.endtoend.clients import Client, acknowledged, busy, settle
from tests.endtoend.plant import Plant
from tests.endtoend.waiting import until

LONG = bool(os.environ.get("JIAOQI_TEST_LONG"))
CLIENTS, CRASHES = (16, 3) if LONG else (4, 1)
ENOUGH = 8
"""Acknowledged calls a client before the crash, on average."""


def test_the_worker_is_killed_while_people_work(hurried: Plant) -> None:
    with busy(hurried, CLIENTS, patient=True) as crew:
        at_work(crew, CLIENTS)
        hurried.stack.kill_part("worker")
        at_work(crew, acknowledged(crew) + 2 * CLIENTS)
    nothing_is_missing(crew)


# What was acknowledged before the crash is judged by pytest.fail, which this does not excuse.
def test_everything_is_killed_while_people_work(hurried: Plant) -> None:
    for _ in range(CRASHES):
        with busy(hurried, CLIENTS) as crew:
            at_work(crew, ENOUGH * CLIENTS)
            os.kill(hurried.stack.pid("temporal"), signal.SIGKILL)
            hurried.stack.kill()
        hurried.stack.start()
        nothing_is_missing(crew)


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
    for order in (order for client in crew for order in client.orders):
        comparing.equal(order)
        order.audit()
        order.finished().ends("completed", "full")
