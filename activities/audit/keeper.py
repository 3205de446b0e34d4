"""Takes in what has settled, link by link: orders' events first, then the house's own records."""

import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from time import sleep
from typing import NamedTuple

from activities.audit.chain import EVENTS, Keys, Link, Stored, begin, fingerprint, hand_on, seal
from activities.audit.heads import Head
from activities.failures import ForeseenFailure
from activities.store import Store
from activities.store.audit import BEFORE_ALL, Standing
from activities.store.audit_rows import HOUSE, Source
from activities.store.following import Behind

AT_ONCE = 100
"""Orders: what is written in one go must not keep others from writing."""
MOST_ROWS = 1_000
"""Of one link."""
SETTLED = timedelta(seconds=60)
"""After so long whoever was writing a record has ended, or was ended."""
SURE_AFTER = timedelta(days=1)
"""What was written last, and so long ago, needs no history to confirm it: an engine that comes back has done so by then."""

AGAIN = 0.1
"""Seconds."""

log = logging.getLogger("jiaoqi.audit")


class KeyIsAnother(ForeseenFailure):
    """The chain is made with a key that we do not have."""

    exit_code = 2

    def __init__(self, ours: str, its: str) -> None:
        super().__init__(f"the chain is made with the key {its}, which is not in the key's file; the newest there is {ours}")


class News(NamedTuple):
    """An order with something to take in."""

    behind: Behind
    standing: Standing

    def needs_history(self, now: datetime) -> bool:
        """Whether its last events are only known to be written, and a crash may just have undone them."""
        is_told = self.behind.upto <= self.standing.confirmed_seq
        return not is_told and now.timestamp() - self.standing.fence < SURE_AFTER.total_seconds()


class Draft(NamedTuple):
    """A link before it has its place."""

    source: str
    subject: str
    first: int
    last: int
    rows: Sequence[Stored]
    is_final: bool = False

    def behind(self, before: Link, key: bytes, at: str) -> Link:
        sealed = seal(self.rows)
        plain = (before.n + 1, at, self.source, self.subject, self.first, self.last, len(self.rows), self.is_final)
        link = Link(*plain, sealed.digest, sealed.marks)
        return link._replace(mac=link.coded(key, before.mac))


class Keeper:
    """Several may be at it: each link is put behind the last by one of them only, and the others look again."""

    def __init__(self, store: Store, key: bytes, older: Iterable[bytes] = ()) -> None:
        self._audit, self._key, self._keys = store.audit, key, Keys(key, older)
        self._seen: dict[str, tuple[int, datetime]] = {}
        """By source: the last record that could be seen, and when."""

    def begin(self) -> None:
        """Goes on with the newest key, whichever it was until now. Raises KeyIsAnother, and goes no further than it went."""
        if self._audit.link(1) is None:
            made = begin(self._key, instant(datetime.now(UTC)))
            self._audit.append(None, [made._replace(mac=made.coded(self._key, ""))], ())
        # Others may be putting links there: then again.
        while (before := self._audit.head()) and (key := self._key_of_now()) != self._key:
            if self._audit.append(before, [hand_on(before, key, self._key, instant(datetime.now(UTC)))], ()):
                log.warning("from link %d on the audit chain is made with the key %s", before.n + 2, fingerprint(self._key))
            else:
                sleep(AGAIN)

    def _key_of_now(self) -> bytes:
        """That the next link is made with; whoever has read the head before puts nothing behind a newer key's link."""
        links = self._audit.handed_on() or list(filter(None, [self._audit.link(1)]))
        name = links[-1].subject if links else fingerprint(self._key)
        if (key := self._keys.named(name)) is None:
            raise KeyIsAnother(fingerprint(self._key), name)
        return key

    def head(self, known: Head | None = None) -> Head | None:
        """Where the chain stands; whoever knew an earlier head is missed if that is not in it any more."""
        if known and ((link := self._audit.link(known.n)) is None or link.mac != known.mac):
            log.error("the audit chain was cut off or made anew: link %d is not the one that was exported", known.n)
        newest = self._audit.head()
        return Head.of(newest) if newest else None

    def news(self, now: datetime, but: Collection[str] = ()) -> list[News]:
        found = self._audit.behind(AT_ONCE, now, but)
        standing = self._audit.standing(each.order_id for each in found)
        return [News(each, standing[each.order_id]) for each in found if each.order_id in standing]

    def take_orders(self, news: Sequence[News], unsure: Collection[str], now: datetime) -> int:
        """How many links that made; of those unsure only what was confirmed."""
        before = self._audit.head()
        drafts = [draft for each in news if (draft := self._draft(each, is_sure=each.behind.order_id not in unsure))]
        taken = {draft.subject for draft in drafts}
        made = self._put(drafts, [each.behind for each in news if each.behind.order_id in taken], before, now)
        # The walk has passed them: who is not taken in now, be it that another worker was quicker, is met no more.
        first = [each.behind.order_id for each in news if each.behind.seq == 0]
        if unmet := [order_id for order_id in first if not made or order_id not in taken]:
            self._audit.meet(unmet)
        return made

    def look_from_the_start(self) -> None:
        """All orders are passed again: one whose row came late, or that was met and not taken in."""
        self._audit.following.from_the_start()

    def _draft(self, news: News, *, is_sure: bool) -> Draft | None:
        behind = news.behind
        sure = behind.upto if is_sure else min(behind.upto, news.standing.confirmed_seq)
        upto = max(behind.seq, min(sure, behind.seq + MOST_ROWS))
        is_final = behind.is_over and upto == behind.upto
        if upto == behind.seq and not is_final:
            return None
        rows = self._audit.events(behind.order_id, behind.seq, upto) if upto > behind.seq else []
        return Draft(EVENTS, behind.order_id, behind.seq + 1, upto, rows, is_final)

    def take_records(self, now: datetime) -> int:
        """The house's own; how many links that made."""
        return sum(1 for source in HOUSE for _ in self._records(source, now))

    def _records(self, source: Source, now: datetime) -> Iterator[None]:
        upto = self._settled(source, now)
        while upto > BEFORE_ALL:
            # Looked at before the records are: whoever takes them in meanwhile changes it, and our link is not put there.
            before, come = self._audit.head(), self._audit.come(source)
            rows, last = self._audit.records(source, come, upto, MOST_ROWS)
            if not rows or not self._put([Draft(source.name, "", max(come + 1, 0), last, rows)], (), before, now):
                return
            yield

    def _settled(self, source: Source, now: datetime) -> int:
        """Up to where no record can come before one that is there: what was seen a while ago, whatever clocks say."""
        place, since = self._seen.get(source.name, (BEFORE_ALL, now - SETTLED))
        if now - since < SETTLED:
            return BEFORE_ALL
        self._seen[source.name] = (self._audit.newest_place(source), now)
        return place

    def _put(self, drafts: Sequence[Draft], heads: Sequence[Behind], before: Link | None, now: datetime) -> int:
        if not drafts or before is None:
            return 0
        links, last, key = [], before, self._key_of_now()
        for draft in drafts:
            last = draft.behind(last, key, instant(now))
            links.append(last)
        return len(links) if self._audit.append(before, links, heads) else 0


def instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
