"""Faults that are decided by a seed: a call fails before it is done, fails after it was done, or takes its time."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import NamedTuple


class Fault(StrEnum):
    BEFORE = "before"
    """Nothing was done, and the caller is told so."""
    AFTER = "after"
    """It was done, and its answer was lost."""
    SLOW = "slow"
    """It is done late, now and then so late that the caller has given it up."""


class Odds(NamedTuple):
    """How many of a hundred calls meet which fault."""

    before: float
    after: float
    slow: float


class Pace(NamedTuple):
    """Seconds that a slow call takes, and of how many slow calls one is beyond all patience."""

    shortest: float = 0.02
    longest: float = 0.3
    hopeless: float = 2.3
    one_in: int = 6


class Injected(Exception):
    """What a call fails with where nobody asked for another error."""


class Faults:
    """The faults of one story. What the n-th call of a name meets depends on seed, story, name and n alone."""

    def __init__(self, seed: int, story: str, odds: dict[str, Odds], pace: Pace = Pace()) -> None:  # noqa: B008 - a constant
        self._seed, self._story, self._odds, self._pace = seed, story, odds, pace
        self._lock = threading.Lock()
        self._stopped = False
        self.calls: Counter[str] = Counter()
        self.injected: Counter[tuple[str, Fault]] = Counter()

    @contextmanager
    def around(self, call: str, failure: type[Exception] = Injected) -> Iterator[None]:
        """Does what is within, or not; raises `failure` instead of saying so, or after it was done."""
        fault, dice = self._next(call)
        if fault is Fault.BEFORE:
            raise failure(f"{call} was not done (a fault of the test)")
        if fault is Fault.SLOW:
            time.sleep(self._span(dice))
        yield
        if fault is Fault.AFTER:
            raise failure(f"{call} was done and does not say so (a fault of the test)")

    def count(self, call: str, *kinds: Fault) -> int:
        return sum(self.injected[call, kind] for kind in kinds or Fault)

    def stop(self) -> None:
        """From here on everything works: the story is over, and what came of it is looked at."""
        self._stopped = True

    def _next(self, call: str) -> tuple[Fault | None, random.Random]:
        with self._lock:
            self.calls[call] += 1
            dice = random.Random(f"{self._seed}/{self._story}/{call}/{self.calls[call]}")
            fault = None if self._stopped else self._thrown(call, dice)
            if fault:
                self.injected[call, fault] += 1
        return fault, dice

    def _thrown(self, call: str, dice: random.Random) -> Fault | None:
        odds = self._odds[call]
        throw = dice.uniform(0, 100)
        for fault, share in zip(Fault, odds, strict=True):
            if throw < share:
                return fault
            throw -= share
        return None

    def _span(self, dice: random.Random) -> float:
        if dice.randrange(self._pace.one_in) == 0:
            return self._pace.hopeless
        return dice.uniform(self._pace.shortest, self._pace.longest)


def table(stories: Sequence[Faults]) -> list[str]:
    """What was injected in all of them, a line for each call."""
    calls, injected = Counter[str](), Counter[tuple[str, Fault]]()
    for story in stories:
        calls += story.calls
        injected += story.injected
    rows = [f"{call:24}{calls[call]:8}" + "".join(f"{injected[call, fault]:8}" for fault in Fault) for call in sorted(calls)]
    return [f"{'call':24}{'calls':>8}" + "".join(f"{fault:>8}" for fault in Fault), *rows]
