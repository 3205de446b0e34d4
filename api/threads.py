"""The threads that speak to the store: the event loop never waits for SQL."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

MOST = 16


class Threads:
    """Our own pool: bounded by what the store serves at once, and cheaper per call than the framework's."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(MOST, thread_name_prefix="store")

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The call's result; who stops waiting leaves it to end by itself."""
        if kwargs:
            return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: call(*args, **kwargs))
        return await asyncio.get_running_loop().run_in_executor(self._pool, call, *args)

    def close(self, *, wait: bool = False) -> None:
        """What waits is dropped; what is under way ends by itself, or is waited for."""
        self._pool.shutdown(wait=wait, cancel_futures=True)
