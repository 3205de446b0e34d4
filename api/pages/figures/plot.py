"""Where a trend is drawn: months from left to right, values from the ground up; pixels, and no words."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

WIDE, HIGH = 800, 260
LEFT, RIGHT, TOP, FOOT = 78, 74, 26, 34
"""Room around the drawing: for the scale, for the target, for the months."""
TICKS = 5
"""Lines of the scale, about."""
STEPS = (1, 2, 2.5, 5, 10)
NARROWEST = 34
"""Pixels that a month needs for its name to be read."""
SPARK_WIDE, SPARK_HIGH, SPARK_EDGE = 96, 26, 4


class Point(NamedTuple):
    n: int
    """Of the month, from 0."""
    x: float
    y: float
    value: float


class Tick(NamedTuple):
    y: float
    value: float


@dataclass(frozen=True)
class Plot:
    """A line through the months that have a value; where one has none the line is broken."""

    values: Sequence[float | None]
    target: float | None = None
    is_share: bool = False
    wide: float = WIDE
    high: float = HIGH
    edges: tuple[float, float, float, float] = (LEFT, RIGHT, TOP, FOOT)

    @cached_property
    def scale(self) -> tuple[float, float, float]:
        """From where to where, and by which steps."""
        known = [value for value in (*self.values, self.target) if value is not None] or [0.0]
        low, most = min(known), max(known)
        if not self.is_share:
            low = min(0.0, low)
        step = nice((most - low or abs(most) or 1.0) / (TICKS - 1))
        bottom, top = math.floor(low / step + 1e-9) * step, math.ceil(most / step - 1e-9) * step
        if self.is_share:
            bottom, top = max(0.0, bottom), min(1.0, top)
        if top - bottom < step / 2:
            # One value only, again and again: it lies in the middle, or at the end of what a share can be.
            bottom, top = (max(0.0, bottom - step), min(1.0, top + step)) if self.is_share else (bottom - step, top + step)
        return bottom, top, step

    @property
    def ticks(self) -> list[Tick]:
        bottom, top, step = self.scale
        lines = (bottom + n * step for n in range(round((top - bottom) / step) + 1))
        return [Tick(self.y(value), round(value, 6)) for value in lines if value <= top + step / 1000]

    @property
    def points(self) -> list[Point]:
        return [Point(n, self.x(n), self.y(value), value) for n, value in enumerate(self.values) if value is not None]

    @property
    def lines(self) -> list[str]:
        """What an SVG polyline is drawn by, one for each run of months without a gap."""
        return [" ".join(f"{point.x:g},{point.y:g}" for point in run) for run in self._runs() if len(run) > 1]

    @property
    def target_y(self) -> float | None:
        return None if self.target is None else self.y(self.target)

    @property
    def every(self) -> int:
        """Each how manyeth month is named."""
        return max(1, math.ceil(NARROWEST * len(self.values) / max(1.0, self.right - self.left)))

    @property
    def left(self) -> float:
        return self.edges[0]

    @property
    def right(self) -> float:
        return self.wide - self.edges[1]

    @property
    def ground(self) -> float:
        return self.high - self.edges[3]

    def x(self, n: int) -> float:
        """One month alone stands in the middle."""
        part = n / (len(self.values) - 1) if len(self.values) > 1 else 0.5
        return round(self.left + part * (self.right - self.left), 1)

    def y(self, value: float) -> float:
        bottom, top, _ = self.scale
        top_edge = self.edges[2]
        return round(self.ground - (value - bottom) / (top - bottom) * (self.ground - top_edge), 1)

    def _runs(self) -> Iterator[list[Point]]:
        run: list[Point] = []
        for point in self.points:
            if run and point.n != run[-1].n + 1:
                yield run
                run = []
            run.append(point)
        if run:
            yield run


def spark(values: Sequence[float | None], target: float | None, is_share: bool) -> Plot:
    """The same without any words, to stand in a row of a table."""
    return Plot(values, target, is_share, SPARK_WIDE, SPARK_HIGH, (SPARK_EDGE,) * 4)


def nice(step: float) -> float:
    """The next larger one by which people count."""
    size = 10.0 ** math.floor(math.log10(step))
    return next(each * size for each in STEPS if each * size >= step * (1 - 1e-9))
