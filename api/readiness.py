"""Whether everything that the API needs answers."""

import asyncio

from activities.store import Store, StoreAway
from api.engine import Engine
from api.threads import Threads

FRESH = 1.0
"""Seconds for which one good look serves everybody who asks; who waits for readiness wants to know it at once."""


class Readiness:
    """Looks at most once a second while all is well, however many ask."""

    def __init__(self, store: Store, engine: Engine, threads: Threads) -> None:
        self._store, self._engine, self._threads = store, engine, threads
        self._turn = asyncio.Lock()
        self._well_at: float | None = None

    async def missing(self) -> list[str]:
        async with self._turn:
            clock = asyncio.get_running_loop().time
            if self._well_at is not None and clock() - self._well_at <= FRESH:
                return []
            store, engine = await asyncio.gather(self._store_is_away(), self._engine.missing())
            missing = ["store"] * store + engine
            self._well_at = None if missing else clock()
            return missing

    async def _store_is_away(self) -> bool:
        try:
            async with asyncio.timeout(5):
                await self._threads.run(self._store.ping)
        except (StoreAway, TimeoutError):
            return True
        return False
