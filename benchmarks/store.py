"""The store at a thousand and at a million orders, on SQLite and on PostgreSQL: does a page cost the same?

It takes some ten minutes at a million and ten gigabytes of temporary files.
Calls alternate between the small and the large store, so that what else the machine does slows both.
"""

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import create_engine, select

from activities.store import Person, Store, StoreAway
from activities.store.tables import ORDER
from benchmarks import asks, seeding
from benchmarks.figures import Spread
from benchmarks.reading import Reader, serving
from benchmarks.seeding import BUSY, Seeded
from tests.store import cluster
from workflows.types.words import Department

SMALL, LARGE = 1_000, 1_000_000
OFTEN, PATIENCE, AT_LEAST = 400, 4.0, 20
"""Repetitions of one ask; fewer, once they have taken so many seconds together, but at least so many."""
WARMING, PERSISTENCE = 5, 20
FLUSHES = 300
DURABLE = {"fsync": "on", "max_wal_size": "4GB", "shared_buffers": "256MB"}
"""As a plant would run it; everything else is PostgreSQL's default."""

PATHS = ("/tasks", "/tasks?assignee=me", "/orders", "/orders?status=open&risk=late")
"""What people look at most."""

Figures = dict[str, dict[str, Any]]
"""By what was asked: `small` and `large` with p50 and p99 in milliseconds, and the ratio of their p99."""


def measure(
    orders: int = LARGE, small: int = SMALL, databases: tuple[str, ...] = ("sqlite", "postgresql")
) -> Iterator[dict[str, Any]]:
    """Figures by database, after each all so far. Raises FileNotFoundError where PostgreSQL is asked for and is not installed."""
    found: dict[str, Any] = {"orders": [small, orders], "open": [*map(seeding.open_of, (small, orders))]}
    found["left_out"] = seeding.LEFT_OUT
    for database in databases:
        with ExitStack() as stack:
            urls = stack.enter_context(sqlite() if database == "sqlite" else postgresql())
            began, now = time.monotonic(), datetime.now(UTC)
            few, many = (seeding.seed(url, size, now) for url, size in zip(urls, (small, orders), strict=True))
            found[database] = {"seeding_seconds": round(time.monotonic() - began), "asks": compare(few, many, now)}
        yield found


@contextmanager
def sqlite() -> Iterator[tuple[str, str]]:
    with tempfile.TemporaryDirectory(prefix="jiaoqi-bench-") as folder:
        yield f"sqlite:///{folder}/small.db", f"sqlite:///{folder}/large.db"


@contextmanager
def postgresql() -> Iterator[tuple[str, str]]:
    bin_dir = cluster.binaries()
    if bin_dir is None:
        raise FileNotFoundError("PostgreSQL is not installed: there is neither /usr/lib/postgresql nor initdb on the path")
    with cluster.running(bin_dir, **DURABLE) as server:
        yield server.create(), server.create()


def compare(small: Seeded, large: Seeded, now: datetime) -> Figures:
    with closing(Store.open(small.url)) as few, closing(Store.open(large.url)) as many:
        every = [{**dict(asks.lists(one, now)), **dict(asks.single(one, numbers(one), now))} for one in (few, many)]
        found = {name: timed([one[name] for one in every if name in one]) for name in every[1]}
        found |= over_http(few, many)
        writes = [dict(asks.flushes(one, now)) for one in (few, many)]
        return found | {name: timed([one[name] for one in writes], FLUSHES, FLUSHES) for name in writes[0]}


def numbers(store: Store) -> list[str]:
    """Some orders from anywhere; all are looked through, for which the store's own connections have no time."""
    with create_engine(store.database.engine.url).connect() as connection:
        every = [row.order_no for row in connection.execute(select(ORDER.c.order_no))]
    return random.Random(1).sample(every, min(len(every), 1_000))


def over_http(few: Store, many: Store) -> Figures:
    """The inbox as its owner gets it: by an API process of its own over each store, with nothing behind it."""
    with ExitStack() as stack:
        readers = [stack.enter_context(reading(one)) for one in (few, many)]
        return {f"through HTTP: {path}": timed([reader.asking(path) for reader in readers]) for path in PATHS}


@contextmanager
def reading(store: Store) -> Iterator[Reader]:
    store.people.put(Person(id=BUSY, name="Anna", departments=(Department.SALES,)))
    with serving(store.database.engine.url.render_as_string(hide_password=False)) as url:
        yield Reader(url, store.people.new_token(BUSY))


def timed(calls: list[asks.Ask], often: int = OFTEN, at_least: int = AT_LEAST) -> dict[str, Any]:
    """The same asked of one store or two, in turn."""
    for call in calls:
        for n in range(0 if at_least == often else WARMING):
            warm(call, n)
    waits: list[list[float]] = [[] for _ in calls]
    began = time.perf_counter()
    while len(waits[0]) < often and (len(waits[0]) < at_least or time.perf_counter() - began < PATIENCE):
        for call, spent in zip(calls, waits, strict=True):
            start = time.perf_counter()
            call(len(spent))
            spent.append(time.perf_counter() - start)
    spreads = [Spread.of_seconds(spent) for spent in waits]
    found: dict[str, Any] = dict(zip(("small", "large") if len(calls) == 2 else ("large",), map(asdict, spreads), strict=True))
    return found | ({"ratio": spreads[1].p99 / spreads[0].p99} if len(calls) == 2 else {})


def warm(call: asks.Ask, n: int) -> None:
    """What nobody has asked for yet comes from the disk, and may take longer than the store waits: then it is asked again."""
    for _ in range(PERSISTENCE):
        try:
            call(n)
            return
        except StoreAway:
            continue
