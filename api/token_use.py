"""When tokens were last used: known to some ten minutes, and no request ever waits for its being written down."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from time import monotonic

from activities.store import Store, StoreAway
from api.threads import Threads

EXACT = 600.0
"""Seconds."""
MOST_TOKENS = 10_000

log = logging.getLogger("jiaoqi.api")


class TokenUse:
    """Of one process. Asked with each request, so kept to one look-up."""

    def __init__(self, store: Store, threads: Threads, now: Callable[[], datetime]) -> None:
        self._store, self._threads, self._now = store, threads, now
        # By Python's salted hash, as the brake knows them: a copy of the memory tells no token.
        self._noted: dict[int, float] = {}
        self._writing: set[asyncio.Task[None]] = set()

    def note(self, token: str) -> None:
        last = self._noted.get(hash(token))
        if last is not None and monotonic() - last < EXACT:
            return
        if last is None and len(self._noted) >= MOST_TOKENS:
            del self._noted[next(iter(self._noted))]
        self._noted[hash(token)] = monotonic()
        task = asyncio.create_task(self._write(token, self._now()))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _write(self, token: str, now: datetime) -> None:
        try:
            await self._threads.run(self._store.people.token_used, token, now)
        except StoreAway as error:
            self._noted.pop(hash(token), None)
            log.info("when a token was used could not be noted: %s", error)
