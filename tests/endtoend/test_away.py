"""The store, or a part of the stack, is away for a while, and people go on answering: nothing is lost, double or stuck.

Meanwhile an answer is either 503, in time and with Retry-After, or comes late; who does not know repeats with the same key.

JIAOQI_TEST_LONG=1: the store is away for half a minute instead of seconds, PostgreSQL also stopped, SQLite also locked; and
each part of the stack is frozen for ten seconds.
"""

import os
import time
from collections import Counter

import pytest

from tests.endtoend import engine
from tests.endtoend.clients import Client, acknowledged, all_in_time, at_work, busy, nothing_is_missing, orders_of
from tests.endtoend.outages import Outage, frozen, postgres_frozen, postgres_stopped, sqlite_locked
from tests.endtoend.plant import Plant
from tests.endtoend.test_mail_away import all_ended

LONG = bool(os.environ.get("JIAOQI_TEST_LONG"))
CLIENTS, AWAY = (8, 30.0) if LONG else (2, 4.0)
FROZEN = 10.0
NOTICEABLE = 1.5
"""All in seconds."""
COPIES = 2
"""Of a mail that was on the wire when the store went away and could not note that; no attempt after that sends it again."""
STUCK = "TemporalReportedProblems IS NOT NULL"

OUTAGES: dict[str, tuple[str, Outage, float]] = {
    "postgresql-frozen": ("on_postgresql", postgres_frozen, AWAY),
}
if LONG:
    OUTAGES |= {"sqlite-locked": ("hurried", sqlite_locked, AWAY)}
    OUTAGES |= {"postgresql-stopped": ("on_postgresql", postgres_stopped, AWAY)}
    OUTAGES |= {f"{part}-frozen": ("hurried", frozen(part), FROZEN) for part in ("api", "worker", "temporal")}


@pytest.mark.parametrize("name", OUTAGES)
def test_people_work_through_an_outage(name: str, request: pytest.FixtureRequest) -> None:
    fixture, outage, seconds = OUTAGES[name]
    works_through(request.getfixturevalue(fixture), outage, seconds)


def works_through(plant: Plant, outage: Outage, seconds: float) -> None:
    """People work before, during and after it."""
    with busy(plant, CLIENTS, patient=True) as crew:
        at_work(crew, 2 * CLIENTS)
        with outage(plant):
            time.sleep(seconds)
        at_work(crew, acknowledged(crew) + 2 * CLIENTS)
    assert felt(crew)
    all_in_time(crew)
    nothing_is_missing(crew)
    assert engine.temporal(plant.stack, "workflow", "list", "--query", STUCK) == []
    told_of_all(crew, plant)


def felt(crew: list[Client]) -> bool:
    """Somebody was sent away, or waited longer than ever when all is well."""
    answers = [answer for client in crew for _, call in client.calls for answer in call.answers]
    sent_away = any(client.looked_in_vain for client in crew)
    return sent_away or any(status == 503 or seconds > NOTICEABLE for status, seconds in answers)


def told_of_all(crew: list[Client], plant: Plant) -> None:
    """Every notice has come to its end, and whoever was to be told was, though the store was away."""
    assert plant.sink
    for order in orders_of(crew):
        all_ended(order)
        arrived = Counter(mail.message_id for mail in plant.sink.of(order.number))
        assert arrived.keys() == {row["message_id"] for row in order.notices() if row["state"] == "sent"}
        assert max(arrived.values(), default=0) <= COPIES, arrived
