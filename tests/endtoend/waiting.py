"""Waiting with a bound: for what must come by itself, never longer."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

PATIENCE = 20.0
"""Seconds; a machine that runs other tests too is slow."""


def until(look: Callable[[], Found], what: object = "", within: float = PATIENCE, every: float = 0.05) -> Found:
    """The first thing found that is not empty."""
    deadline = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < deadline, f"within {within} s this did not come: {what() if callable(what) else what}"
        time.sleep(every)
    return found


def stays(look: Callable[[], object], seconds: float, what: str) -> None:
    """It is so now and remains so."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert look(), what
        time.sleep(0.1)
