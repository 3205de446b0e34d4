"""What the plan board shows of each order, and where: one under the other, or stacked by work center."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from activities.store.board import Strip
from api.pages.planning import gantt
from api.pages.planning.gantt import Bar, Span, Window, Work
from workflows.rules import dates
from workflows.rules.calendar import Calendar
from workflows.types.orders import OrderRow
from workflows.types.words import OrderStatus, Stage

NOT_MADE = (Stage.CONFIRM, Stage.PLAN, Stage.PRODUCE)
NAMELESS = "\U0010ffff"
"""Comes after every name of a work center."""


@dataclass(frozen=True)
class Line:
    """One order on the board, drawn and in words."""

    order: OrderRow
    work_center: str | None
    planned_start: datetime | None
    spans: list[Span]
    bars: list[Bar]
    promise_x: float | None = None
    requested_x: float | None = None
    shares_with: list[str] = field(default_factory=list)
    row: int = 0

    @property
    def is_overrun(self) -> bool:
        return any(span.work is Work.OVERRUN for span in self.spans)

    @property
    def is_late(self) -> bool:
        return any(span.is_late for span in self.spans)

    @property
    def busy(self) -> Span | None:
        """From when to when it is being made, or will be."""
        making = [span for span in self.spans if span.work in (Work.MAKE, Work.OVERRUN)]
        return Span(Work.MAKE, making[0].since, making[-1].until) if making else None

    @property
    def end(self) -> float:
        """Behind what is drawn of it."""
        return max((bar.end for bar in self.bars), default=gantt.LEFT)


class Lane(NamedTuple):
    """Rows that belong together: one order's, or one work center's."""

    name: str | None
    lines: list[Line]
    top: int
    rows: int


def drawn(strip: Strip, window: Window, calendar: Calendar, now: datetime) -> Line:
    order = strip.order
    start = dates.instant(strip.planned_start, calendar) if strip.planned_start else None
    until = window.night(order.promised) if order.promised else None
    spans = list(gantt.split(work(order, start, window, now), until))
    return Line(
        order=order,
        work_center=strip.work_center,
        planned_start=start,
        spans=spans,
        bars=gantt.bars(window, spans),
        promise_x=mark(order.promised, window),
        requested_x=mark(order.requested_date, window) if order.requested_date != order.promised else None,
    )


def work(order: OrderRow, start: datetime | None, window: Window, now: datetime) -> list[Span]:
    """What is done with the goods, as it is planned now."""
    spans = []
    is_made = order.stage not in NOT_MADE
    if start and order.expected_completion and start < order.expected_completion:
        spans.append(Span(Work.MADE if is_made else Work.MAKE, start, order.expected_completion))
        if not is_made and order.status is OrderStatus.OPEN and now > order.expected_completion:
            spans.append(Span(Work.OVERRUN, order.expected_completion, now))
    if order.planned_ship and order.planned_arrival:
        spans.append(Span(Work.SHIP, order.planned_ship, max(order.planned_ship, window.night(order.planned_arrival))))
    return spans


def mark(day: date | None, window: Window) -> float | None:
    """Where a day is marked, at its end: until then it can be kept."""
    return window.x(window.night(day)) if day and window.first <= day < window.first + timedelta(days=window.days) else None


# By work center.


def by_center(lines: list[Line]) -> list[Line]:
    """Work center by work center, each in turn; of every order who shares its work center with it, and when."""
    found: list[Line] = []
    for _, same_center in groupby(sorted(lines, key=lambda line: (center(line), line.bars[0].span.since)), key=center):
        some = [only_made(line) for line in same_center]
        busy = [(line.order.order_no, line.busy) for line in some if line.busy]
        shared = gantt.overlapping(busy) if some[0].work_center else {}
        found += [replace(line, shares_with=shared.get(line.order.order_no, [])) for line in some]
    return found


def only_made(line: Line) -> Line:
    """Without the shipment, which keeps no work center busy."""
    spans = [span for span in line.spans if span.work is not Work.SHIP]
    return replace(line, spans=spans, bars=[bar for bar in line.bars if bar.span.work is not Work.SHIP])


def center(line: Line) -> str:
    """What is no other name for the same; orders without any come last."""
    return line.work_center.casefold() if line.work_center else NAMELESS


def same(one: str | None, other: str) -> bool:
    return one is not None and one.casefold() == other.casefold()


def one_by_one(lines: list[Line]) -> list[Lane]:
    return [Lane(None, [line], gantt.HEAD + n * gantt.ROW, 1) for n, line in enumerate(lines)]


def stacked(lines: list[Line]) -> list[Lane]:
    """A lane for each work center, as many rows high as it takes for no bar to hide another."""
    lanes, top = [], gantt.HEAD
    for _, group in groupby(lines, key=center):
        some = list(group)
        rows = gantt.stacked([(line.bars[0].x, line.end) for line in some])
        placed = [replace(line, row=row) for line, row in zip(some, rows, strict=True)]
        lanes.append(Lane(some[0].work_center, placed, top, max(rows) + 1))
        top += lanes[-1].rows * gantt.ROW
    return lanes
