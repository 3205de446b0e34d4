"""Mail never blocks an order; what is still worth telling arrives once the mail server is back, the rest does not.

JIAOQI_TEST_LONG=1: also a whole minute, in which people work on many orders.
"""

import os
import time
from collections import Counter

import pytest

from tests.endtoend.clients import busy, nothing_is_missing, orders_of
from tests.endtoend.mails import Sink
from tests.endtoend.order import ASKED, CONFIRMED, SHIPPED, Order
from tests.endtoend.plant import Plant
from tests.endtoend.policies import LADDER
from tests.endtoend.waiting import until

LONG = bool(os.environ.get("JIAOQI_TEST_LONG"))
CLIENTS = 4
A_MINUTE = 60.0


def test_orders_go_on_while_no_mail_leaves(hurried: Plant) -> None:
    sink = hurried.sink
    assert sink
    sink.close()
    forgotten, late = hurried.enter(), hurried.enter()
    gone = hurried.enter().accepted().shipped().signed().satisfied()
    gone.ends("completed", "full")
    until(lambda: queued(late, "remind"), "the reminder waits")
    late.confirmed()
    until(lambda: queued(forgotten, "critical"), "the last rung waits")
    assert {row["state"] for order in (gone, late, forgotten) for row in order.notices()} <= {"queued", "stale"}
    sink.open()
    gone.told(*CONFIRMED, *SHIPPED, *ASKED)
    told_once(sink, late, overtaken="remind", sent={"order_confirmed", "order_released"})
    told_once(sink, forgotten, overtaken="escalate", sent={"critical"})


@pytest.mark.parametrize("tried", [False, True], ids=["at once", "after it has tried in vain"])
def test_a_killed_worker_leaves_its_mail_to_the_next(hurried: Plant, tried: bool) -> None:
    """The mail is written with the answer, and nobody takes it yet."""
    sink = hurried.sink
    assert sink
    sink.close()
    order = hurried.enter().confirmed()
    if tried:
        until(lambda: len(order.notices()) >= len(CONFIRMED), "the notices are on record")
    hurried.stack.kill_part("worker")
    assert sink.of(order.number) == []
    sink.open()
    hurried.stack.until_ready()
    once(sink, order)
    # A slow machine may have been reminded of the answer just before.
    assert sorted((row["kind"], row["to"]) for row in order.notices() if row["kind"] not in LADDER) == sorted(CONFIRMED)
    assert {row["state"] for row in order.notices() if row["kind"] not in LADDER} == {"sent"}
    order.finished().ends("completed", "full")
    once(sink, order)


if LONG:

    def test_orders_go_on_for_a_minute_without_mail(hurried: Plant) -> None:
        sink = hurried.sink
        assert sink
        sink.close()
        with busy(hurried, CLIENTS) as crew:
            time.sleep(A_MINUTE)
        nothing_is_missing(crew)
        assert {row["state"] for order in orders_of(crew) for row in order.notices()} <= {"queued", "stale"}
        sink.open()
        for order in orders_of(crew):
            once(sink, order)


def queued(order: Order, kind: str) -> bool:
    return any((row["kind"], row["state"]) == (kind, "queued") for row in order.notices())


def told_once(sink: Sink, order: Order, overtaken: str, sent: set[str]) -> None:
    """Each notice has come to its end; what was overtaken meanwhile never arrived, all else did once."""
    once(sink, order)
    rows = order.notices()
    assert {row["kind"] for row in rows if row["state"] == "sent"} == sent
    assert overtaken in {row["kind"] for row in rows if row["state"] == "stale"} <= LADDER.keys() - sent
    order.audit()


def once(sink: Sink, order: Order) -> None:
    """What is on record as sent has arrived, once, and nothing else has."""
    all_ended(order)
    on_record = {row["message_id"]: 1 for row in order.notices() if row["state"] == "sent"}
    assert Counter(mail.message_id for mail in sink.of(order.number)) == on_record


def all_ended(order: Order) -> None:
    # The courier pauses twice as long after each attempt, up to a minute; what a killed one had is free again after 40 s.
    until(lambda: not order.untold(), lambda: f"all notices have come to their end: {order.notices()}", within=90, every=0.2)
