"""The brake on guessed tokens: an address that fails too often waits, and whoever is known passes."""

from ipaddress import IPv6Address, ip_address
from math import ceil
from time import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

FAILURES = RateLimitItemPerMinute(60)
"""What one address may fail: more than a misconfigured program needs to be noticed, less than fills logs."""
MOST_ADDRESSES = 1_000
"""Counted apart within a minute; all further ones share a count, so that no flood of addresses fills the memory."""
MOST_KNOWN = 10_000
OTHERS = "others"


class Brake:
    """Of one process. A token is too long to be guessed: this spares the store and the logs, no secret."""

    def __init__(self, allowed: RateLimitItem = FAILURES, most_addresses: int = MOST_ADDRESSES) -> None:
        self._allowed = allowed
        self._most_addresses = most_addresses
        self._storage = MemoryStorage()
        self._window = FixedWindowRateLimiter(self._storage)
        # Hashes, salted by Python for this process: a copy of the memory tells no token. Two tokens of
        # one hash cost a question to the store, no more.
        self._known: dict[int, None] = {}

    async def seconds_to_wait(self, token: str, address: str) -> int:
        """0 when the store may be asked. A token that was good before never waits for what its neighbours did."""
        if hash(token) in self._known or await self._window.test(self._allowed, self._counted_as(address)):
            return 0
        reset = (await self._window.get_window_stats(self._allowed, self._counted_as(address))).reset_time
        return max(1, ceil(reset - time()))

    async def failed(self, token: str, address: str) -> None:
        self._known.pop(hash(token), None)
        await self._window.hit(self._allowed, self._counted_as(address))

    def succeeded(self, token: str) -> None:
        """Asked for with each request, so kept to two look-ups."""
        if hash(token) not in self._known:
            if len(self._known) >= MOST_KNOWN:
                del self._known[next(iter(self._known))]
            self._known[hash(token)] = None

    def _counted_as(self, address: str) -> str:
        name = neighbourhood(address)
        counts = self._storage.storage
        if len(counts) < self._most_addresses or self._allowed.key_for(name) in counts:
            return name
        return OTHERS


def neighbourhood(address: str) -> str:
    """Who has one IPv6 address has all of its /64."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and not parsed.ipv4_mapped:
        return str(IPv6Address(int(parsed) >> 64 << 64))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
