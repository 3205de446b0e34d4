"""Holds rows against the link that vouches for them, and says which are not what they were."""

from collections.abc import Iterator, Sequence

from activities.audit.chain import EVENTS, Link, Stored, seal
from activities.audit.findings import Discrepancy, Wrong, of_row, of_some, of_two


def compared(link: Link, rows: Sequence[Stored], name: str, *, is_end: bool) -> Iterator[Discrepancy]:
    """`is_end`: nothing of the order is there behind this link's last row, and nothing vouches for more."""
    sealed = seal(rows)
    if sealed == link.sealed:
        yield from gaps(link, name)
        return
    were, are = link.sealed.rows, sealed.rows
    gone = [key for key in were if key not in are]
    differ = [key for key in were if key in are and were[key] != are[key]]
    added = [key for key in are if key not in were]
    swapped = pairs(differ, were, are)
    for one, other in swapped:
        yield Discrepancy(Wrong.SWAPPED, of_two(link.source, name, one, other), link.source, name, (one, other), link.n)
    among = {key for pair in swapped for key in pair}
    cut = trailing(gone, list(were)) if is_end else []
    yield from one_by_one(link, name, Wrong.CHANGED, [key for key in differ if key not in among])
    yield from one_by_one(link, name, Wrong.DROPPED, [key for key in gone if key not in cut])
    if cut:
        yield Discrepancy(
            Wrong.TRUNCATED, of_row(Wrong.TRUNCATED, link.source, name, cut[0]), link.source, name, tuple(cut), link.n
        )
    yield from one_by_one(link, name, Wrong.ADDED, added)
    if not (gone or differ or added):
        # Their marks agree by chance; their digest does not.
        yield Discrepancy(
            Wrong.CHANGED, of_some(link.source, name, link.first, link.last), link.source, name, tuple(were), link.n
        )


def one_by_one(link: Link, name: str, wrong: Wrong, keys: Sequence[str]) -> Iterator[Discrepancy]:
    for key in keys:
        yield Discrepancy(wrong, of_row(wrong, link.source, name, key), link.source, name, (key,), link.n)


def gaps(link: Link, name: str) -> Iterator[Discrepancy]:
    """Events that were missing already when the chain came to them."""
    if link.source == EVENTS and link.size != link.last - link.first + 1:
        there = link.sealed.rows
        keys = [str(seq) for seq in range(link.first, link.last + 1) if str(seq) not in there]
        yield from one_by_one(link, name, Wrong.DROPPED, keys)


def pairs(differ: Sequence[str], were: dict[str, str], are: dict[str, str]) -> list[tuple[str, str]]:
    """Rows of which each has what the other had."""
    by_mark = {were[key]: key for key in differ}
    others = {key: by_mark.get(are[key]) for key in differ}
    return [(key, other) for key, other in others.items() if other and others.get(other) == key and int_or(key) < int_or(other)]


def int_or(key: str) -> tuple[int, str]:
    return (int(key), "") if key.isdecimal() else (0, key)


def trailing(gone: Sequence[str], every: Sequence[str]) -> list[str]:
    """Those gone from the end."""
    cut: list[str] = []
    for key in reversed(every):
        if key not in gone:
            break
        cut.insert(0, key)
    return cut
