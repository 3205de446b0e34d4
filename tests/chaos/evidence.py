"""All that the check looks at, gathered once when everything is quiet: a copy that can be kept, and tampered with."""

import asyncio
import gzip
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos import rows
from tests.chaos.breaking import Fault
from tests.chaos.diary import Call
from tests.chaos.engine import STUCK, Tool
from tests.chaos.person import Person
from tests.chaos.plant import Plant

UNFORESEEN = re.compile(r"^Traceback \(most recent call last\)|never retrieved|^panic:|^fatal error:")
"""In the log of any part: a program met something that it has no words for.

One line that says what is away is foreseen, and so is what PostgreSQL says of its own crash.
"""
CONTEXT = 60
"""Lines after a traceback's first, within which its error stands."""

Json = dict[str, Any]


@dataclass
class Order:
    """One order, as three witnesses know it: HTTP, the engine's tool, and the store's own rows elsewhere."""

    now: Json
    events: list[Json]
    tasks: list[Json]
    notices: list[Json]
    run: Json
    state: Json


@dataclass
class Evidence:
    seed: int
    store: str
    calls: list[Call] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    orders: dict[str, Order] = field(default_factory=dict)
    rows: dict[str, list[Json]] = field(default_factory=dict)
    mails: list[Json] = field(default_factory=list)
    runs: list[Json] = field(default_factory=list)
    stuck: list[Json] = field(default_factory=list)
    unfinished: dict[str, str] = field(default_factory=dict)
    outbursts: list[Json] = field(default_factory=list)
    """What UNFORESEEN found in the logs."""
    lines: dict[str, int] = field(default_factory=dict)
    """How many lines each log has."""
    exits: dict[str, list[int]] = field(default_factory=dict)
    """With which status each part ended, whenever it did."""
    real_disks: bool = True
    lag: float = 0.0
    """Seconds for which the rig itself stood still at worst: the machine was too busy for anybody to be on time."""

    def save(self, file: Path) -> None:
        with gzip.open(file, "wt", encoding="utf-8") as out:
            json.dump(asdict(self), out, ensure_ascii=False)

    @classmethod
    def load(cls, file: Path) -> "Evidence":
        with gzip.open(file, "rt", encoding="utf-8") as kept:
            known = json.load(kept)
        known["calls"] = [Call(**call) for call in known["calls"]]
        known["faults"] = [Fault(**{**fault, "targets": tuple(fault["targets"])}) for fault in known["faults"]]
        known["orders"] = {number: Order(**order) for number, order in known["orders"].items()}
        return cls(**known)


async def gather(plant: Plant, reader: Person, evidence: Evidence) -> Evidence:
    """Adds what the plant knows when everything is quiet."""
    tool = Tool(plant.engine_address)
    numbers = [order["order_no"] for order in await reader.every("/orders", sort="order_no")]
    # Cases are told of like orders, and must hold what orders hold.
    numbers += [case["number"] for case in await reader.every("/improvements")]
    found = await asyncio.gather(*(order(reader, tool, number) for number in numbers))
    evidence.orders = dict(zip(numbers, found, strict=True))
    evidence.rows = await asyncio.to_thread(rows.read, plant.store_url, plant.store)
    evidence.mails = plant.sink.mails
    evidence.runs = await tool.workflows()
    evidence.stuck = await tool.workflows(STUCK)
    read_logs(plant.logs.glob("*.log"), evidence)
    evidence.exits = {name: [status for _, status in part.deaths] for name, part in plant.parts.items()}
    evidence.real_disks = all(disk.is_mounted for disk in plant.disks.values())
    return evidence


async def order(reader: Person, tool: Tool, number: str) -> Order:
    path = f"/orders/{number}"
    return Order(
        now=await reader.surely(path),
        events=await reader.every(f"{path}/events"),
        tasks=await reader.every("/tasks", order_no=number),
        notices=await reader.every(f"{path}/notices"),
        run=await tool.described(number),
        state=await tool.state(number),
    )


def read_logs(files: Iterable[Path], evidence: Evidence) -> None:
    for file in sorted(files):
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        evidence.lines[file.stem] = len(lines)
        for number, line in enumerate(lines):
            if UNFORESEEN.search(line):
                what = error_of(lines[number : number + CONTEXT])
                evidence.outbursts.append({"log": file.stem, "line": number + 1, "what": what})


def error_of(lines: list[str]) -> str:
    """The line that names the error: the first behind the traceback that is not indented."""
    return next((line for line in lines[1:] if line and not line[0].isspace()), lines[0])[:300]
