"""Plays the cards: breaks what they name, and mends it when their time is up."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.chaos import locking
from tests.chaos.cards import Card, Ground, Kind
from tests.chaos.links import Mode
from tests.chaos.plant import Plant
from tests.chaos.sink import Mood


@dataclass
class Fault:
    """A card as it was played."""

    kind: str
    name: str
    how: str
    targets: tuple[str, ...]
    began: float
    ended: float


class Breaker:
    def __init__(self, plant: Plant, file: Path) -> None:
        self.plant, self._file = plant, file
        self.faults: list[Fault] = []
        self._busy: dict[str, asyncio.Lock] = {}
        self._held: locking.Held | None = None

    async def play(self, hands: Sequence[Sequence[Card]]) -> None:
        await asyncio.gather(*(self._play(hand) for hand in hands))

    async def _play(self, hand: Sequence[Card]) -> None:
        for card in hand:
            await asyncio.sleep(card.pause)
            # Two cards about the same thing come one after the other; a part may die frozen, or behind a bad link.
            async with self._lock(card):
                await self._break(card)

    def _lock(self, card: Card) -> asyncio.Lock:
        what = f"{card.kind}/{card.targets[0]}" if card.kind is Kind.LINK else card.kind
        return self._busy.setdefault(what, asyncio.Lock())

    async def _break(self, card: Card) -> None:
        fault = Fault(card.kind, card.name, card.how, card.targets, began=time.time(), ended=0.0)
        self.faults.append(fault)
        try:
            if not await self._begin(card):
                self.faults.remove(fault)
            await asyncio.sleep(card.seconds)
        finally:
            await self._end(card)
            fault.ended = time.time()
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(fault)) + "\n")

    async def _begin(self, card: Card) -> bool:
        """Whether it took hold: a store that is down already cannot be locked."""
        plant = self.plant
        match card.kind:
            case Kind.KILL:
                for target in card.targets:
                    plant.parts[target].kill(card.seconds)
            case Kind.FREEZE:
                for target in card.targets:
                    plant.parts[target].freeze()
            case Kind.LINK:
                await plant.links[card.targets[0]].turn(Mode(card.how))
            case Kind.MAIL:
                await plant.sink.turn(Mood(card.how))
            case Kind.LOCK:
                self._held = await asyncio.to_thread(locking.hold, plant.store_url, plant.store)
                return self._held is not None
            case Kind.DISK:
                await asyncio.to_thread(plant.disks[card.targets[0]].fill, plant.writers(card.targets[0]))
        return True

    async def _end(self, card: Card) -> None:
        plant = self.plant
        match card.kind:
            case Kind.KILL:
                return
            case Kind.FREEZE:
                for target in card.targets:
                    plant.parts[target].thaw()
            case Kind.LINK:
                await plant.links[card.targets[0]].turn(Mode.PASS)
            case Kind.MAIL:
                await plant.sink.turn(Mood.WELL)
            case Kind.LOCK:
                if self._held:
                    await asyncio.to_thread(self._held.close)
            case Kind.DISK:
                plant.disks[card.targets[0]].clear(plant.writers(card.targets[0]))


def ground(plant: Plant) -> Ground:
    return Ground(tuple(plant.parts), tuple(plant.links), tuple(plant.disks))
