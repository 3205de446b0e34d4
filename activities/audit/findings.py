"""What a verification finds, each in one sentence."""

from enum import StrEnum
from typing import NamedTuple

from activities.audit.chain import EVENTS, Link


class Wrong(StrEnum):
    CHANGED = "changed"
    DROPPED = "dropped"
    SWAPPED = "swapped"
    TRUNCATED = "truncated"
    ADDED = "added"
    LINK = "link"
    HEAD = "head"
    KEY = "key"


class Discrepancy(NamedTuple):
    wrong: Wrong
    what: str
    """As people read it."""
    source: str = ""
    subject: str = ""
    """The order's number, where it is one's."""
    keys: tuple[str, ...] = ()
    """Of the rows: seqs of events, else ids."""
    n: int | None = None
    """Of the link."""


class Verified(NamedTuple):
    """What was looked at, and where the chain stands."""

    links: int = 0
    rows: int = 0
    waiting: int = 0
    """Events that the chain has not taken in yet: nothing vouches for them."""


def of_row(wrong: Wrong, source: str, order_no: str, key: str) -> str:
    if source == EVENTS:
        return {
            Wrong.CHANGED: f"order {order_no}: event {key} was changed",
            Wrong.DROPPED: f"order {order_no}: event {key} is gone",
            Wrong.TRUNCATED: f"order {order_no}: event {key} is gone, with all that followed",
            Wrong.ADDED: f"order {order_no}: event {key} was added",
        }[wrong]
    return {
        Wrong.CHANGED: f"{source}: row {key} was changed",
        Wrong.DROPPED: f"{source}: row {key} is gone",
        Wrong.ADDED: f"{source}: row {key} was added",
    }[wrong]


def of_two(source: str, order_no: str, key: str, other: str) -> str:
    if source == EVENTS:
        return f"order {order_no}: event {key} was swapped with {other}"
    return f"{source}: row {key} was swapped with {other}"


def of_some(source: str, order_no: str, first: int, last: int) -> str:
    if source == EVENTS:
        return f"order {order_no}: one of the events {first} to {last} was changed"
    return f"{source}: one of the rows {first} to {last} was changed"


def of_hole(source: str, order_no: str, first: int, last: int) -> str:
    if source == EVENTS:
        return f"order {order_no}: the link of the chain over events {first} to {last} is gone"
    return f"{source}: the link of the chain over rows {first} to {last} is gone"


def of_link(link: Link) -> str:
    n, source, order_no, first, last = link.n, link.source, link.subject, link.first, link.last
    if source == EVENTS:
        return f"link {n} of the chain was not made with the key: order {order_no}, events {first} to {last}"
    return f"link {n} of the chain was not made with the key: {source}, rows {first} to {last}"
