"""One link of the chain: which rows it vouches for, and the code that nobody makes without the key.

A link's digest is of its rows exactly as they are stored. Its marks are a little of each row's own digest: by them it is said
which row it was. Its code (HMAC-SHA256) is over all that and over the code of the link before.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable
from typing import NamedTuple

BEGINNING, EVENTS, NEXT_KEY = "beginning", "event", "key"
"""Of the first link, which says whose key the chain is made with; of those over orders' events; and of a link that is made with
one key and says with which the next ones are."""
MARK = 8
"""Hexadecimal digits of a row's digest: enough to tell rows apart where the link's own digest says that one differs."""


class Stored(NamedTuple):
    """One row as it is stored."""

    key: str
    """What it is called by: the seq of an event, the id of another row."""
    told: bytes
    """All its other columns."""


class Sealed(NamedTuple):
    """What a link keeps of its rows."""

    digest: str
    marks: str
    """`key:mark` of each row, in their order."""

    @property
    def rows(self) -> dict[str, str]:
        return dict(each.split(":") for each in self.marks.split())


class Link(NamedTuple):
    n: int
    """From 1, without gaps."""
    at: str
    """When it was made, UTC."""
    source: str
    subject: str
    """The order, where the rows are of one."""
    first: int
    last: int
    """Of the rows' places: seqs, ids, or instants in microseconds."""
    size: int
    is_final: bool
    """Nothing follows of this order any more."""
    digest: str
    marks: str
    mac: str = ""

    def coded(self, key: bytes, before: str) -> str:
        """Its code, behind a link with this one."""
        told = json.dumps([before, *self[:-1]], ensure_ascii=False, separators=(",", ":"))
        return hmac.new(key, told.encode(), hashlib.sha256).hexdigest()

    @property
    def sealed(self) -> Sealed:
        return Sealed(self.digest, self.marks)


def seal(rows: Iterable[Stored]) -> Sealed:
    whole, marks = hashlib.sha256(), []
    for row in rows:
        digest = hashlib.sha256(row.told)
        whole.update(f"{row.key}:".encode() + digest.digest())
        marks.append(f"{row.key}:{digest.hexdigest()[:MARK]}")
    return Sealed(whole.hexdigest(), " ".join(marks))


def begin(key: bytes, at: str) -> Link:
    """The first link of all."""
    nothing = seal(())
    return Link(1, at, BEGINNING, fingerprint(key), 0, 0, 0, False, nothing.digest, nothing.marks)


def hand_on(before: Link, key: bytes, newer: bytes, at: str) -> Link:
    """From this link on the newer key makes the codes; only whoever has the older one can say so."""
    nothing = seal(())
    link = Link(before.n + 1, at, NEXT_KEY, fingerprint(newer), 0, 0, 0, False, nothing.digest, nothing.marks)
    return link._replace(mac=link.coded(key, before.mac))


class Keys:
    """All that the chain was ever made with, the newest apart: it makes what is to come."""

    def __init__(self, newest: bytes, older: Iterable[bytes] = ()) -> None:
        self.newest = newest
        self._named = {fingerprint(key): key for key in (*older, newest)}

    def named(self, name: str) -> bytes | None:
        return self._named.get(name)


def fingerprint(key: bytes) -> str:
    """By which a key is known without being told."""
    return hmac.new(key, b"jiaoqi audit key", hashlib.sha256).hexdigest()[:16]
