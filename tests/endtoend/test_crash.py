"""Whatever is killed while people work: nothing acknowledged is missing, nothing is there twice, every order goes on.

JIAOQI_TEST_LONG=1: four times as many clients; and three crashes of everything in a row, of which test_fifty has one.
"""

import os
import signal

from tests.endtoend.clients import acknowledged, at_work, busy, nothing_is_missing
from tests.endtoend.plant import Plant

LONG = bool(os.environ.get("JIAOQI_TEST_LONG"))
CLIENTS = 16 if LONG else 4
CRASHES = 3
ENOUGH = 8
"""Acknowledged calls a client before the crash, on average."""


def test_the_worker_is_killed_while_people_work(hurried: Plant) -> None:
    with busy(hurried, CLIENTS, patient=True) as crew:
        at_work(crew, CLIENTS)
        hurried.stack.kill_part("worker")
        at_work(crew, acknowledged(crew) + 2 * CLIENTS)
    nothing_is_missing(crew)


if LONG:

    def test_everything_is_killed_while_people_work(hurried: Plant) -> None:
        for _ in range(CRASHES):
            with busy(hurried, CLIENTS) as crew:
                at_work(crew, ENOUGH * CLIENTS)
                os.kill(hurried.stack.pid("temporal"), signal.SIGKILL)
                hurried.stack.kill()
            hurried.stack.start()
            nothing_is_missing(crew)
