"""Whether everything that the API needs answers."""

import asyncio

from activities.store import Store, StoreAway
from api.engine import Engine
from api.threads import Threads

FRESH = 1.0
"""Seconds for which one look serves everybody who asks."""


class Readiness:
    """Looks at most once a second, however many ask."""

    def __init__(self, store: Store, engine: Engine, threads: Threads) -> None:
        self._store, self._engine, self._threads = store, engine, threads
        self._turn = asyncio.Lock()
        self._seen: tuple[float, list[str]] | None = None

    async def missing(self) -> list[str]:
        async with self._turn:
            now = asyncio.get_running_loop().time()
            if self._seen is None or now - self._seen[0] > FRESH:
                store, engine = await asyncio.gather(self._store_is_away(), self._engine.missing())
                self._seen = (asyncio.get_running_loop().time(), ["store"] * store + engine)
            return self._seen[1]

    async def _store_is_away(self) -> bool:
        try:
            async with asyncio.timeout(5):
                await self._threads.run(self._store.ping)
        except (StoreAway, TimeoutError):
            return True
        return False
