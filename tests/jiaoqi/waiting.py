"""Waiting in tests: for what happens soon, never longer."""

import asyncio
import time
from collections.abc import Callable


async def soon(happened: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.02)
