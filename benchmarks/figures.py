"""How figures are summed up."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Spread:
    """Milliseconds, by rank: the middle one, and the one that only one in a hundred exceeds."""

    p50: float
    p99: float
    count: int

    @classmethod
    def of_seconds(cls, waits: Iterable[float]) -> Self:
        """Raises ValueError where nothing was measured."""
        ranked = sorted(waits)
        if not ranked:
            raise ValueError("nothing was measured")
        return cls(ranked[len(ranked) // 2] * 1e3, ranked[int(len(ranked) * 0.99)] * 1e3, len(ranked))
