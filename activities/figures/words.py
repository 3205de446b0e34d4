"""What figures are asked for by, and what they are told in."""

from datetime import date, datetime
from enum import StrEnum

from workflows.types.base import Message
from workflows.types.slack import Blame
from workflows.types.words import Department, Kind


class Basis(StrEnum):
    """By which date an order is due."""

    REQUESTED = "requested"
    FIRST = "first_promise"
    LAST = "last_promise"


class Wanted(Message):
    """Which orders and tasks are counted."""

    start: date
    end: date
    """Exclusive."""
    basis: Basis = Basis.LAST
    customer: str | None = None
    """The name, in any case."""
    product: str | None = None
    """The model, in any case: an order counts for each product on its lines."""
    department: Department | None = None
    """Of tasks: figures of orders do not change with it."""


class Unit(StrEnum):
    SHARE = "share"
    """0 to 1."""
    HOURS = "hours"
    """Working hours."""
    DAYS = "days"
    """Calendar days."""
    COUNT = "count"
    SCORE = "score"
    """NPS: -100 to 100."""


class Figure(Message):
    """One indicator. `value` is None where nothing was counted: nothing is a share of nothing."""

    name: str
    value: float | None
    part: float | int | None = None
    """The numerator."""
    of: int
    """The denominator."""
    unit: Unit
    more: dict[str, float | int] = {}
    """What belongs to it, by name: `median`, `p90`, `max`, `response_rate`, `cancelled` …"""


class LatenessCause(Message):
    """What ate the slack of the orders that count as late."""

    blame: Blame
    kind: Kind | None
    hours: float
    """Working hours over all these orders."""
    orders: int


class Report(Message):
    as_of: datetime
    wanted: Wanted
    figures: tuple[Figure, ...]
    causes: tuple[LatenessCause, ...] = ()
    """The most hours first."""

    def figure(self, name: str) -> Figure:
        """Raises KeyError."""
        for each in self.figures:
            if each.name == name:
                return each
        raise KeyError(name)


class Counted(Message):
    """One order or task behind a figure, and what it counted as."""

    order_no: str
    customer: str
    task_id: str | None = None
    department: Department | None = None
    day: date
    """By which it falls into the period."""
    counts_as: str
    """A word of the figure's: `on_time`, `late`, `open_late`, `undelivered`, `passed`, `failed`, `answered` …"""
    part: float | int | None = None
    of: int = 1
    value: float | None = None
    """Hours or days, where the figure has them."""
