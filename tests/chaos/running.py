"""One seed: a plant from nothing, some minutes of work while everything breaks, then quiet, and what there is to check."""

import asyncio
import logging
import random
import time
from pathlib import Path

import httpx

from tests.chaos import breaking, cards
from tests.chaos.changing import change
from tests.chaos.crew import AT_WORK, Worker
from tests.chaos.diary import Diary
from tests.chaos.entering import Entry, enter, enter_all, entries, order
from tests.chaos.evidence import Evidence, gather
from tests.chaos.person import PATIENCE, Person
from tests.chaos.plant import Plant
from tests.chaos.settling import Settler
from tests.endtoend.people import CAST

WARMING = 5.0
"""Seconds of work before the first fault."""
TICK = 0.2
log = logging.getLogger("jiaoqi.chaos")
SALES = ("sales1", "sales-head")


async def run(folder: Path, seed: int, store: str, minutes: float) -> Evidence:
    """Plays the seed and gathers the evidence; the folder keeps everything else."""
    plant, diary = Plant(folder, seed, store), Diary(folder / "calls.jsonl")
    evidence = Evidence(seed, store, calls=diary.calls)
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=20, keepalive_expiry=2)
    watching = asyncio.create_task(watch_the_clock(evidence))
    try:
        log.info("starting the plant")
        await plant.start()
        async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False, limits=limits) as client:
            everybody = {name: Person(name, plant, client, diary) for name in CAST}
            log.info("work, and faults")
            await break_while_they_work(plant, everybody, evidence, minutes * 60)
            log.info("%d calls made, %d faults played; quiet again", len(diary.calls), len(evidence.faults))
            await plant.calm()
            log.info("all parts answer; everything once more in quiet, then every order is driven to its end")
            await try_everything(everybody, seed)
            settler = Settler(everybody, diary, seed)
            await settler.settle()
            log.info("gathering what there is to check")
            evidence.unfinished = settler.unfinished
            await gather(plant, settler.reader, evidence)
        evidence.save(folder / "evidence.json.gz")
    finally:
        watching.cancel()
        await plant.stop()
    return evidence


async def break_while_they_work(plant: Plant, everybody: dict[str, Person], evidence: Evidence, seconds: float) -> None:
    stop = asyncio.Event()
    breaker = breaking.Breaker(plant, plant.folder / "faults.jsonl")
    evidence.faults = breaker.faults
    hands = cards.hands(breaking.ground(plant), plant.seed, seconds - WARMING)
    async with asyncio.TaskGroup() as group:
        group.create_task(
            enter_all(entries(plant.seed, seconds), *(everybody[name].at_another_desk("entering") for name in SALES))
        )
        for name in AT_WORK:
            group.create_task(Worker(everybody[name], everybody, plant.seed).work(stop))
        began = time.monotonic()
        await asyncio.sleep(WARMING)
        await breaker.play(hands)
        await asyncio.sleep(max(0.0, seconds - (time.monotonic() - began)))
        stop.set()


async def try_everything(everybody: dict[str, Person], seed: int) -> None:
    """However little the faults let through, each kind of call was made: on orders that are entered in quiet."""
    one, other = (everybody[name] for name in SALES)
    chance = random.Random(f"{seed}/quiet")
    for how in ("twin", "double"):
        body = order(f"C{seed}-{how}", chance)
        await enter(Entry(how, body, pause=0), one, other)
        for task in await one.every("/tasks", order_no=body["order_no"], status="open"):
            await Worker(one, everybody, seed).try_everything(task)
    await change(everybody, seed)


async def watch_the_clock(evidence: Evidence) -> None:
    """How long the rig itself stood still at worst."""
    while True:
        before = time.monotonic()
        await asyncio.sleep(TICK)
        evidence.lag = max(evidence.lag, time.monotonic() - before - TICK)
