"""Who is shown what of the orders: noted behind each answer in memory, and written down a second later, many at a time."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from time import monotonic

from starlette.types import Scope

from activities.store import Store, StoreAway
from activities.store.access_log import Access
from activities.store.keys import order_key, plain
from api.looks import READER, SHOWN, Reader, Shown, reader_of, shown_by
from api.threads import Threads

SOON, AT_ONCE = 1.0, 200
"""Seconds until what was noted is written, or so many of them."""
AGAIN_AFTER = 60.0
"""Seconds in which the same look of the same reader is one: programs ask every second, and pages reload."""
AWAY_FOR = 5.0
"""Seconds until a store that was away is tried again."""
MOST_KEPT, MOST_KNOWN = 20_000, 10_000
LONGEST_DETAIL = 200

log = logging.getLogger("jiaoqi.api")


class Readers:
    """Of one process. What is not written yet when it is killed is lost: a second's, or what came while the store was away."""

    def __init__(self, store: Store, threads: Threads, now: Callable[[], datetime]) -> None:
        self._store, self._threads, self._now = store, threads, now
        self._waiting: list[Access] = []
        self._known: dict[tuple[Reader, Shown], float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None

    def answered(self, scope: Scope, status: int) -> None:
        """After each answer, so kept to one look-up for those that show nothing of an order."""
        if scope["method"] != "GET" or status not in (200, 304):
            return
        shown = scope.get(SHOWN) or shown_by(scope)
        if shown is None:
            return
        reader = scope.get(READER) or reader_of(scope)
        if reader is not None and self._is_new(reader, shown):
            self._note(reader, shown)

    async def finish(self) -> None:
        """Writes what waits; a store that is away now keeps nothing of it."""
        if self._timer:
            self._timer.cancel()
        if self._writing:
            await self._writing
        await self._write(is_last=True)

    def _is_new(self, reader: Reader, shown: Shown) -> bool:
        look, now = (reader, shown), monotonic()
        if not shown.is_export and now - self._known.get(look, -AGAIN_AFTER) < AGAIN_AFTER:
            return False
        self._known.pop(look, None)
        self._known[look] = now
        if len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]
        return True

    def _note(self, reader: Reader, shown: Shown) -> None:
        about = order_key(shown.order_no) if shown.order_no else ""
        detail = plain(shown.detail[:LONGEST_DETAIL])
        self._waiting.append(Access(self._now(), reader.person, shown.what, about, detail, reader.how, reader.door))
        if self._writing is None and len(self._waiting) >= AT_ONCE:
            self._begin()
        elif self._writing is None and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SOON, self._begin)

    def _begin(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer, self._writing = None, asyncio.get_running_loop().create_task(self._write())
        self._writing.add_done_callback(self._written)

    def _written(self, _: asyncio.Task[None]) -> None:
        self._writing = None
        if self._waiting and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(AWAY_FOR, self._begin)

    async def _write(self, *, is_last: bool = False) -> None:
        while batch := self._waiting[:AT_ONCE]:
            del self._waiting[: len(batch)]
            try:
                await self._threads.run(self._store.access_log.write, batch)
            except StoreAway as error:
                if is_last:
                    log.warning("who was shown what could not be noted any more, %d times: %s", len(batch), error)
                    continue
                self._waiting = (batch + self._waiting)[-MOST_KEPT:]
                return
            except RuntimeError:
                return  # the process stops, and with it the threads
