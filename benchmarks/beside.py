"""Jiaoqi beside the bare engine: both on one Temporal server, in turn and in one run, so that only ratios count."""

import asyncio
import statistics
import time
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from benchmarks import floor, orders
from benchmarks.floor import Floor
from benchmarks.orders import Orders
from benchmarks.plant import Plant, plant
from tests.replay.record import record

CLIENTS = 20
STARTS = 3


def measure(rounds: int = 3, each: int = 100) -> dict[str, Any]:
    """Rounds of `each` orders on both sides; processor time in milliseconds an order, latencies in milliseconds."""
    starting = started()
    with plant() as here:
        # Neither side pays for what only the first orders of a server pay.
        beside(here, CLIENTS, CLIENTS)
        many = [beside(here, each, CLIENTS) for _ in range(rounds)]
        alone = [beside(here, each // 5, 1) for _ in range(rounds)]
        reading = orders.measure(here, each, CLIENTS, reading=True)
    return {
        "events": len(asyncio.run(record("straight_through")).history.events),
        "starting": starting,
        "throughput": told(many),
        "throughput_ratio": statistics.median(o.per_second / f.per_second for f, _, o in many),
        "alone": told(alone),
        "latency_ratio": statistics.median(o.complete_ms.p50 / f.update_ms.p50 for f, _, o in alone),
        "reading": asdict(reading) | {"per_second": reading.per_second},
    }


def beside(here: Plant, count: int, clients: int) -> tuple[Floor, dict[str, float], Orders]:
    """The bare engine, what it used, and then as many of our orders."""
    before, ours_before = here.cpu(), time.process_time()
    bare = asyncio.run(floor.measure(here.stack.temporal_address, count, clients))
    used = {
        "temporal": (here.cpu()["temporal"] - before["temporal"]) / count * 1e3,
        "client and worker": (time.process_time() - ours_before) / count * 1e3,
    }
    return bare, used, orders.measure(here, count, clients)


def told(rounds: Iterable[tuple[Floor, dict[str, float], Orders]]) -> list[dict[str, Any]]:
    return [
        {
            "floor": asdict(bare) | {"per_second": bare.per_second, "cpu_ms": used},
            "orders": asdict(ours) | {"per_second": ours.per_second},
        }
        for bare, used, ours in rounds
    ]


def started() -> list[float]:
    """Seconds from the command to the ready line, on a home that was used before."""
    with plant() as here:
        seconds = []
        for _ in range(STARTS):
            here.stack.stop()
            began = time.perf_counter()
            here.stack.start()
            seconds.append(time.perf_counter() - began)
        return seconds
