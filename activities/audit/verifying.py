"""Goes through the chain and through everything that it vouches for, and tells what does not agree."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

from activities.audit.chain import BEGINNING, EVENTS, NEXT_KEY, Keys, Link, Stored, fingerprint
from activities.audit.comparing import compared
from activities.audit.findings import Discrepancy, Verified, Wrong, of_hole, of_link, of_row
from activities.audit.heads import Head
from activities.store import Store
from activities.store.audit import BEFORE_ALL, Some
from activities.store.audit_rows import HOUSE, Source

LINKS, ORDERS = 1_000, 100
"""That are read at a time."""

Progress = Callable[[int], None]


class Verification:
    """One run; what it has looked at by then is in `so_far`. Orders may go on meanwhile, and the chain with them."""

    def __init__(self, store: Store, key: bytes, progress: Progress = lambda links: None, older: Iterable[bytes] = ()) -> None:
        self._audit, self._keys, self._progress = store.audit, Keys(key, older), progress
        self._key = key
        """That the link looked at is made with."""
        self.so_far = Verified()

    def everything(self, heads: Iterable[Head] = ()) -> Iterator[Discrepancy]:
        """Raises StoreAway."""
        yield from self.chain(heads)
        yield from self.orders()
        yield from self.records()

    # The chain itself.

    def chain(self, heads: Iterable[Head] = ()) -> Iterator[Discrepancy]:
        expected: dict[int, Head] = {}
        # One number with two codes: the chain was made anew from there, and one of the two is missed.
        twice = [head for head in heads if expected.setdefault(head.n, head).mac != head.mac]
        before, n = "", 0
        while links := self._audit.links_behind(n, LINKS):
            for link in links:
                yield from self._follows(link, n, before)
                if (head := expected.pop(link.n, None)) and head.mac != link.mac:
                    yield lost(head, link.n)
                n, before = link.n, link.mac
            self.so_far = self.so_far._replace(links=self.so_far.links + len(links))
            self._progress(len(links))
        yield from (lost(head, head.n) for head in (*expected.values(), *twice))
        if self._key != self._keys.newest:
            its, mine = fingerprint(self._key), fingerprint(self._keys.newest)
            what = f"the chain is still made with the key {its}: no worker was started since {mine} is the newest"
            yield Discrepancy(Wrong.KEY, what, n=n)
        if n == 0 and not expected:
            yield Discrepancy(Wrong.LINK, "there is no audit chain yet: no worker has begun it")

    def _follows(self, link: Link, n: int, before: str) -> Iterator[Discrepancy]:
        if link.n == 1 and link.source == BEGINNING:
            self._key = self._keys.named(link.subject) or self._key
        if link.n != n + 1:
            first, last = n + 1, link.n - 1
            # What its code was made with is gone too: the next ones tell whether they are right.
            yield Discrepancy(Wrong.LINK, f"links {first} to {last} of the chain are gone", n=first)
        elif link.mac != link.coded(self._key, before):
            yield self._forged(link)
        if link.source == NEXT_KEY:
            yield from self._turns(link)

    def _turns(self, link: Link) -> Iterator[Discrepancy]:
        """The links behind this one are made with another key."""
        if key := self._keys.named(link.subject):
            self._key = key
            return
        n, its = link.n, link.subject
        what = f"behind link {n} the chain is made with the key {its}, which is not in the key's file"
        yield Discrepancy(Wrong.KEY, what, n=n)

    def _forged(self, link: Link) -> Discrepancy:
        mine = fingerprint(self._keys.newest)
        if link.n == 1 and link.source == BEGINNING and self._keys.named(link.subject) is None:
            its = link.subject
            return Discrepancy(Wrong.KEY, f"the chain was begun with the key {its}, and this one is {mine}", n=1)
        return Discrepancy(Wrong.LINK, of_link(link), link.source, "", (), link.n)

    # Orders.

    def orders(self) -> Iterator[Discrepancy]:
        behind: str | None = ""
        while behind is not None:
            some = self._audit.some_orders(behind, ORDERS)
            yield from self._some(some)
            behind = some.upto

    def one(self, order_no: str) -> Iterator[Discrepancy]:
        """One order: its links as well as its events."""
        some = self._audit.one_order(order_no)
        turns = list(filter(None, [self._audit.link(1), *self._audit.handed_on()]))
        for link in some.links:
            before = self._audit.link(link.n - 1)
            name = next((turn.subject for turn in reversed(turns) if turn.n < link.n), "")
            self._key = self._keys.named(name) or self._keys.newest
            if before is None or link.mac != link.coded(self._key, before.mac):
                yield self._forged(link)
        self.so_far = self.so_far._replace(links=len(some.links))
        yield from self._some(some)

    def _some(self, some: Some) -> Iterator[Discrepancy]:
        self._progress(len(some.links))
        links = {of: list(found) for of, found in groupby(some.links, lambda link: link.subject)}
        events = {of: [row for _, row in found] for of, found in groupby(some.events, lambda pair: pair[0])}
        for order_id in sorted({*links, *events, *some.orders}):
            name, last_seq = some.orders.get(order_id, (order_id, 0))
            yield from self._order(name, last_seq, links.get(order_id, []), events.get(order_id, []))

    def _order(self, name: str, last_seq: int, links: list[Link], events: list[Stored]) -> Iterator[Discrepancy]:
        come, is_final = 0, False
        by_link: dict[int, list[Stored]] = {link.n: [] for link in links}
        beyond = sort_out(events, links, by_link)
        for link in links:
            if link.first != come + 1:
                yield Discrepancy(Wrong.LINK, of_hole(EVENTS, name, come + 1, link.first - 1), EVENTS, name, (), link.n)
            is_end = link is links[-1] and not beyond
            yield from compared(link, by_link[link.n], name, is_end=is_end)
            come, is_final = link.last, link.is_final
        yield from self._tail(name, last_seq, come, beyond, is_final=is_final)
        self.so_far = self.so_far._replace(rows=self.so_far.rows + len(events) - len(beyond), waiting=self._waits(beyond))

    def _waits(self, beyond: list[Stored]) -> int:
        return self.so_far.waiting + len(beyond)

    def _tail(self, name: str, last_seq: int, come: int, beyond: list[Stored], *, is_final: bool) -> Iterator[Discrepancy]:
        """What no link vouches for yet: at least it must be what the order's row counts."""
        there = {row.key for row in beyond}
        for row in beyond:
            if is_final or not come < int(row.key) <= last_seq:
                yield Discrepancy(Wrong.ADDED, of_row(Wrong.ADDED, EVENTS, name, row.key), EVENTS, name, (row.key,))
        for seq in range(come + 1, last_seq + 1):
            if str(seq) not in there:
                yield Discrepancy(Wrong.DROPPED, of_row(Wrong.DROPPED, EVENTS, name, str(seq)), EVENTS, name, (str(seq),))

    # The house's own records.

    def records(self) -> Iterator[Discrepancy]:
        for source in HOUSE:
            yield from self._records(source)

    def _records(self, source: Source) -> Iterator[Discrepancy]:
        come = BEFORE_ALL
        for link in self._links_of(source):
            if come != BEFORE_ALL and link.first != come + 1:
                yield Discrepancy(Wrong.LINK, of_hole(source.name, "", come + 1, link.first - 1), source.name, "", (), link.n)
            rows = self._audit.house_rows(source, come, link.last)
            yield from compared(link, rows, "", is_end=False)
            self.so_far = self.so_far._replace(rows=self.so_far.rows + len(rows))
            self._progress(1)
            come = link.last

    def _links_of(self, source: Source) -> Iterator[Link]:
        behind: Link | None = None
        while links := self._audit.house_links(source, behind, LINKS):
            yield from links
            behind = links[-1]


def sort_out(events: list[Stored], links: list[Link], by_link: dict[int, list[Stored]]) -> list[Stored]:
    """Gives each event to the link that vouches for it; the others are told."""
    beyond: list[Stored] = []
    left = iter(links)
    link: Any = next(left, None)
    for row in events:
        seq = int(row.key)
        while link is not None and seq > link.last:
            link = next(left, None)
        (by_link[link.n] if link is not None and seq >= link.first else beyond).append(row)
    return beyond


def lost(head: Head, n: int) -> Discrepancy:
    at, code = head.at, head.mac[:16]
    what = f"link {n}, exported on {at} with the code {code}…, is not in the chain: it was cut off or made anew"
    return Discrepancy(Wrong.HEAD, what, n=n)
