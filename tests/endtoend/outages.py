"""What may be away for a while, and how: stopped, frozen or locked, and back again at the end."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from tests.endtoend.plant import Plant
from tests.endtoend.stack import signalled

HOLD = """
import sqlite3, sys
sqlite3.connect(sys.argv[1], isolation_level=None).execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""

Outage = Callable[[Plant], AbstractContextManager[None]]


@contextmanager
def postgres_stopped(plant: Plant) -> Iterator[None]:
    """At once, as in a crash; whoever was connected is cut off."""
    assert plant.cluster
    plant.cluster.stop(signal.SIGQUIT)
    try:
        yield
    finally:
        plant.cluster.start()


@contextmanager
def postgres_frozen(plant: Plant) -> Iterator[None]:
    """Connections stay, and nobody at the other end says anything."""
    assert plant.cluster
    with plant.cluster.frozen():
        yield


@contextmanager
def sqlite_locked(plant: Plant) -> Iterator[None]:
    """Another process is writing, and does not end."""
    argv = [sys.executable, "-c", HOLD, str(plant.stack.home / "jiaoqi.db")]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout and holder.stdout.readline() == b"held\n"
        yield


def frozen(part: str) -> Outage:
    """A part of the stack stands still."""

    @contextmanager
    def outage(plant: Plant) -> Iterator[None]:
        pid = plant.stack.pid(part)
        signalled(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            signalled(pid, signal.SIGCONT)

    return outage
