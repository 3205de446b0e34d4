"""A stack of the benchmark's own, its people, and what each of its processes has used."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.endtoend.people import dismiss, hire
from tests.endtoend.plant import written
from tests.endtoend.stack import Stack

POLICY = """
version = "benchmark"
[plant]
around_the_clock = true
[order]
notice_lead = "0s"
minimum = "1s"
"""
"""Everything else as the built-in policy has it: its ladder, its timers, its mails."""


class Plant:
    def __init__(self, stack: Stack, tokens: Mapping[str, str]) -> None:
        self.stack = stack
        self.tokens = tokens

    def cpu(self) -> dict[str, float]:
        """Seconds of processor time that each process of the stack has used so far, children included."""
        return {name: used_by(self.stack.pid(name)) for name in self.stack.children}


@contextmanager
def plant(environment: Mapping[str, str] | None = None, policy: str = POLICY) -> Iterator[Plant]:
    """`jiaoqi up` on a home of its own, which is gone afterwards; `environment` replaces parts of it."""
    with tempfile.TemporaryDirectory(prefix="jiaoqi-bench-") as folder:
        home = Path(folder)
        tokens = hire(home)
        stack = Stack(home, policy=written(home, policy), environment=environment)
        try:
            stack.start()
            yield Plant(stack, tokens)
        finally:
            stack.end()
            dismiss()


def used_by(pid: int) -> float:
    process = psutil.Process(pid)
    return sum(sum(each.cpu_times()[:2]) for each in (process, *process.children(recursive=True)))
