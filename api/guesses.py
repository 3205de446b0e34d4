"""The brake on guessed passwords: whoever fails too often waits, and nobody makes others wait for long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256

from limits import RateLimitItemPerMinute

from api.brake import Brake, neighbourhood

OF_ONE_NAME_FROM_ONE_PLACE = RateLimitItemPerMinute(5, 5)
OF_ONE_PLACE = RateLimitItemPerMinute(30, 5)
"""A plant may have one address for all its people: on a Monday morning some of them mistype."""
OF_ONE_NAME = RateLimitItemPerMinute(50, 15)
"""From everywhere together. Who signed in from their place before is not kept out by it."""
AT_ONCE = 2
"""Passwords judged at a time: each takes 64 MB and a twentieth of a second."""


class Guesses:
    """Of one process."""

    def __init__(self) -> None:
        self._pairs, self._places, self._names = map(Brake, (OF_ONE_NAME_FROM_ONE_PLACE, OF_ONE_PLACE, OF_ONE_NAME))
        self._turn = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Asked for before the question whether to wait, so that many at once do not all pass it."""
        async with self._turn:
            yield

    async def seconds_to_wait(self, name: str, address: str) -> int:
        pair = paired(name, address)
        return max(
            await self._pairs.seconds_to_wait("", pair),
            await self._places.seconds_to_wait("", address),
            await self._names.seconds_to_wait(pair, short(name)),
        )

    async def failed(self, name: str, address: str) -> None:
        await self._pairs.failed("", paired(name, address))
        await self._places.failed("", address)
        await self._names.failed("", short(name))

    def succeeded(self, name: str, address: str) -> None:
        self._names.succeeded(paired(name, address))


def paired(name: str, address: str) -> str:
    return f"{short(name)} {neighbourhood(address)}"


def short(name: str) -> str:
    """Whatever was typed, as long as any other, and never an address."""
    return f"name {sha256(name.encode('utf-8', 'replace')).hexdigest()[:32]}"
