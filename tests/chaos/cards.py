"""What breaks, when, and for how long: a deck of cards that the seed shuffles and deals."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import cycle

from tests.chaos import links, sink

HANDS = 2
"""So many faults at once, at most."""


class Kind(StrEnum):
    KILL = "kill -9"
    FREEZE = "freeze"
    LINK = "bad link"
    MAIL = "mail server"
    DISK = "full disk"
    LOCK = "locked store"


@dataclass(frozen=True)
class Card:
    """One fault. The targets are parts, links or disks."""

    kind: Kind
    how: str
    """The mode of a link, the mood of the mail server; of the others, the kind again."""
    targets: tuple[str, ...]
    seconds: float
    """How long it lasts; of a kill, how long the dead stay dead."""
    pause: float
    """Seconds of quiet before it, in its hand."""

    @property
    def name(self) -> str:
        """As it is counted."""
        return f"{self.kind}: {self.how}" if self.kind in (Kind.LINK, Kind.MAIL) else self.how


@dataclass(frozen=True)
class Ground:
    """What there is to break."""

    parts: tuple[str, ...]
    links: tuple[str, ...]
    disks: tuple[str, ...]


def deck(ground: Ground, seed: int) -> Iterator[Card]:
    """Endless: every fault on everything, kinds in turn, so that also a short run meets all kinds."""
    chance = random.Random(f"{seed}/deck")
    piles = [list(pile) for pile in every(ground)]
    for pile in piles:
        chance.shuffle(pile)
    heaps = [cycle(pile) for pile in piles if pile]
    while True:
        chance.shuffle(heaps)
        for heap in heaps:
            kind, how, targets = next(heap)
            shuffled = tuple(chance.sample(targets, len(targets)))
            yield Card(kind, how, shuffled, round(length(kind, chance), 2), round(chance.uniform(1.0, 5.0), 2))


def every(ground: Ground) -> Iterator[Sequence[tuple[Kind, str, tuple[str, ...]]]]:
    """The piles: links weigh more, since there are many of them, each with many ways to be bad."""
    groups = [*((part,) for part in ground.parts), *several(ground.parts)]
    yield [(Kind.KILL, f"kill -9 {called(group, ground)}", group) for group in groups]
    yield [(Kind.FREEZE, f"freeze {called(group, ground)}", group) for group in groups]
    ways = [(Kind.LINK, mode.value, (link,)) for link in ground.links for mode in links.BAD]
    yield ways[::2]
    yield ways[1::2]
    yield [(Kind.MAIL, mood.value, ()) for mood in sink.BAD]
    yield [*((Kind.DISK, f"disk of the {disk} full", (disk,)) for disk in ground.disks), (Kind.LOCK, "store locked", ("store",))]


def several(parts: Sequence[str]) -> list[tuple[str, ...]]:
    """Those that have a reason to go together, and all of them."""
    workers = tuple(part for part in parts if part.startswith("worker"))
    core = tuple(part for part in parts if part in ("store", "engine"))
    return [workers, ("engine", *workers), (*core, *workers), tuple(parts)]


def called(group: Sequence[str], ground: Ground) -> str:
    return "everything" if len(group) == len(ground.parts) else ", ".join(sorted({part.rstrip("12") for part in group}))


def length(kind: Kind, chance: random.Random) -> float:
    """Seconds. Most faults are short; some outlast every patience."""
    if kind is Kind.KILL:
        return chance.uniform(0.1, 4.0)
    if kind is Kind.DISK:
        return chance.uniform(2.0, 5.0)
    return chance.uniform(8.0, 16.0) if chance.random() < 0.2 else chance.uniform(1.0, 6.0)


def hands(ground: Ground, seed: int, seconds: float) -> list[list[Card]]:
    """What each hand plays, one card after the other, in so many seconds: all of it known beforehand."""
    dealt: list[list[Card]] = [[] for _ in range(HANDS)]
    clocks = [0.0] * HANDS
    for card in deck(ground, seed):
        hand = clocks.index(min(clocks))
        if clocks[hand] + card.pause + card.seconds > seconds:
            return dealt
        clocks[hand] += card.pause + card.seconds
        dealt[hand].append(card)
    raise AssertionError("the deck has no end")
