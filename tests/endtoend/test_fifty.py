"""Everything is killed in the middle of many running orders, while deadlines come due; afterwards nothing is missing.

Whoever had no answer repeats the call, with its key, all the while.

JIAOQI_TEST_LONG=1: fifty orders at once instead of seven.
"""

import os
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from tests.endtoend import dates
from tests.endtoend.clients import Call, Client, at_work, busy, nothing_is_missing, orders_of, settle
from tests.endtoend.order import Order
from tests.endtoend.plant import Plant
from tests.endtoend.policies import LADDER
from tests.endtoend.test_ladder import past, rungs
from tests.endtoend.waiting import until

RUNNING, FORGOTTEN = (44, 6) if os.environ.get("JIAOQI_TEST_LONG") else (5, 2)
"""Orders that people work on, and orders that nobody answers."""
ENOUGH = 5
"""Acknowledged calls an order before the crash, on average: some are at the beginning, some near their end."""
ON_THE_WIRE = 2
"""How often a mail may arrive that was on its way at the very moment of the crash: who sent it did not live to note that."""


def test_everything_is_killed_in_the_middle_of_many_orders(hurried: Plant) -> None:
    with busy(hurried, RUNNING, patient=True) as crew:
        at_work(crew, ENOUGH * RUNNING)
        with ThreadPoolExecutor(FORGOTTEN) as pool:
            forgotten = list(pool.map(entered, [hurried] * FORGOTTEN))
        os.kill(hurried.stack.pid("temporal"), signal.SIGKILL)
        hurried.stack.kill()
        killed_at = dates.now()
        past(max((order.first_task for order in forgotten), key=lambda task: str(task["due_at"])), "critical")
        hurried.stack.start()
    for order in forgotten:
        climbed_once(order, killed_at)
    nothing_is_missing(crew)
    each_rung_once(crew)
    no_mail_repeated([*forgotten, *orders_of(crew)])
    for order in forgotten:
        order.finished().ends("completed", "full")


def entered(plant: Plant) -> Order:
    """By a patient client, without a look at what it shows: on a busy machine it may have been reminded of already."""
    order = Order(plant, plant.body())
    settle(order, Call("sales1", "/orders", order.body))
    order.first_task = order.task("confirm_order")
    return order


def climbed_once(order: Order, killed_at: datetime) -> None:
    """Instants of its deadline have passed while nothing ran: each counts once, and of these only the last is told."""
    until(lambda: order.task("confirm_order")["escalation_level"] == len(LADDER), "the highest rung is reached", within=90)
    until(lambda: "critical" in kinds(order), "the last rung is told", within=90)
    recorded = [event["data"] for event in order.events() if event["type"] == "rung_reached"]
    assert [rung for data in recorded for rung in (*data["superseded"], data["rung"])] == list(LADDER)
    due_at = dates.read(order.first_task["due_at"])
    missed = {rung for rung, seconds in LADDER.items() if due_at + timedelta(seconds=seconds) > killed_at}
    assert kinds(order) & missed == missed & {"critical"}


def kinds(order: Order) -> set[str]:
    return {mail.kind for mail in rungs(order.plant.mails(order.number))}


def each_rung_once(crew: list[Client]) -> None:
    """Also of tasks that were answered late."""
    for order in orders_of(crew):
        recorded = [event for event in order.events() if event["type"] == "rung_reached"]
        reached = Counter((event["task_id"], rung) for event in recorded for rung in rungs_of(event["data"]))
        assert set(reached.values()) <= {1}, reached


def no_mail_repeated(orders: list[Order]) -> None:
    for order in orders:
        arrived = Counter(mail.message_id for mail in order.plant.mails(order.number))
        assert max(arrived.values(), default=0) <= ON_THE_WIRE, arrived


def rungs_of(reached: dict[str, Any]) -> list[str]:
    return [reached["rung"], *reached["superseded"]]
