"""The plan board: what is made and shipped when, by order or by work center, drawn on the server."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_date
from pydantic import BeforeValidator, Field
from starlette.responses import Response

from activities.languages import Tongue
from activities.store import BadCursor, OrderFilter
from activities.store.board import Strip
from api.forms import Form
from api.pages import filters
from api.pages.planning import gantt
from api.pages.planning.gantt import Window, Work
from api.pages.planning.lanes import Lane, Line, by_center, drawn, one_by_one, same, stacked
from api.pages.visitors import Visitor
from api.problems import invalid
from api.queries import FEW, Commas, Word, digits
from api.services import Services
from workflows.rules.calendar import Calendar
from workflows.types.refusals import Fault
from workflows.types.texts import Day
from workflows.types.words import UNDER_WAY, Risk

A_PAGE = 50
MOST = 2000
"""Orders that are looked through where no index leads: for a work center, and for who shares one."""
DAYS = {"weeks": 14, "month": 31, "quarter": 92}
BEFORE = 2
"""Days before today with which the board begins by itself."""
LONGEST = 24
"""Columns of a name beside the bars; a Chinese character takes two."""


class Asked(Form):
    by: Literal["order", "work_center"] = "order"
    range: Literal["weeks", "month", "quarter"] = "month"
    start: Day | None = Field(None, alias="from")
    q: Word | None = None
    work_center: Word | None = None
    risk: Annotated[tuple[Risk, ...], Commas, FEW] = ()
    cursor: Annotated[str, Field(max_length=2000)] | None = None
    page: Annotated[int, BeforeValidator(digits), Field(ge=1, le=MOST // A_PAGE)] = 1

    @property
    def needs_all(self) -> bool:
        return self.by == "work_center" or self.work_center is not None


class Tick(NamedTuple):
    day: date
    x: float
    width: float
    label: str
    is_closed: bool


class Plan(NamedTuple):
    """What was read, not yet drawn."""

    strips: list[Strip]
    next_cursor: str | None
    calendar: Calendar
    zone: ZoneInfo
    is_cut: bool


class Sight(NamedTuple):
    """What is seen of it."""

    window: Window
    lines: list[Line]
    lanes: list[Lane]
    unplanned: int
    has_more: bool
    """Further ones that no cursor leads to."""


async def show(visitor: Visitor) -> Response:
    asked = filters.read(Asked, visitor.request)
    plan, seen = await visitor.run(look, visitor.here, asked, visitor.now)
    window, last = seen.window, seen.lanes[-1] if seen.lanes else None
    return visitor.page(
        "board.html",
        asked=asked,
        seen=seen,
        plan=plan,
        zone=str(plan.zone),
        ticks=ticks(window, plan.calendar, visitor.tongue, asked),
        now_x=window.x(visitor.now) if window.shows(visitor.now) else None,
        height=last.top + last.rows * gantt.ROW if last else gantt.HEAD,
        size=gantt,
        short=short,
        risks=list(Risk),
        links=links(asked, seen, plan.next_cursor, visitor.request.url.path),
    )


def look(here: Services, asked: Asked, now: datetime) -> tuple[Plan, Sight]:
    plan = read(here, asked, now)
    window = window_of(asked, plan, now)
    lines = [drawn(strip, window, plan.calendar, now) for strip in plan.strips]
    shown, has_more = chosen(lines, asked)
    lanes = stacked(shown) if asked.by == "work_center" else one_by_one(shown)
    return plan, Sight(window, shown, lanes, sum(not line.spans for line in lines), has_more)


def read(here: Services, asked: Asked, now: datetime) -> Plan:
    """A page of orders by their promise, or as many as can be looked through at once."""
    wanted = OrderFilter(status=UNDER_WAY, risk=asked.risk, q=asked.q, sort="promised")
    policy = here.office.policy.pinned(now)
    try:
        found = here.store.board.read(wanted, MOST if asked.needs_all else A_PAGE, None if asked.needs_all else asked.cursor)
    except BadCursor as error:
        raise invalid(Fault(pointer="/query/cursor", message=str(error))) from None
    is_cut = asked.needs_all and found.next_cursor is not None
    next_cursor = None if asked.needs_all else found.next_cursor
    return Plan(found.items, next_cursor, Calendar.of(policy.plant), ZoneInfo(policy.plant.time_zone), is_cut)


def window_of(asked: Asked, plan: Plan, now: datetime) -> Window:
    first = asked.start or now.astimezone(plan.zone).date() - timedelta(days=BEFORE)
    if not date(1971, 1, 1) <= first <= date(9000, 1, 1):
        raise invalid(Fault(pointer="/query/from", message="is too far away"))
    return Window(first, DAYS[asked.range], plan.zone)


def chosen(lines: list[Line], asked: Asked) -> tuple[list[Line], bool]:
    """What this page shows, and whether there are further ones that no cursor leads to."""
    if not asked.needs_all:
        return lines, False
    if asked.work_center:
        lines = [line for line in lines if same(line.work_center, asked.work_center)]
    if asked.by == "work_center":
        lines = by_center([line for line in lines if any(bar.span.work is not Work.SHIP for bar in line.bars)])
    first = (asked.page - 1) * A_PAGE
    return lines[first : first + A_PAGE], len(lines) > first + A_PAGE


# What stands around it.


def ticks(window: Window, calendar: Calendar, tongue: Tongue, asked: Asked) -> list[Tick]:
    width = gantt.WIDE / window.days
    return [
        Tick(day, window.x(window.morning(day)), round(width, 1), label(day, tongue, asked), not calendar.is_working(day))
        for day in window.every_day()
    ]


def label(day: date, tongue: Tongue, asked: Asked) -> str:
    """As much as there is room for."""
    if asked.range == "weeks":
        return str(format_date(day, "EEE d" if tongue.is_english else "d日 EEEEE", tongue.locale))
    if asked.range == "month":
        return str(format_date(day, "d", tongue.locale))
    return str(format_date(day, "d MMM" if tongue.is_english else "M月d日", tongue.locale)) if day.weekday() == 0 else ""


def short(name: str, most: int = LONGEST) -> str:
    """Cut to what fits beside the bars."""
    columns = 0
    for n, character in enumerate(name):
        columns += 2 if ord(character) > 0x2E7F else 1
        if columns > most:
            return f"{name[:n]}…"
    return name


def links(asked: Asked, seen: Sight, next_cursor: str | None, here: str) -> dict[str, str | None]:
    """Further days, and further orders."""
    first, step = seen.window.first, timedelta(days=seen.window.days)
    onwards = {"cursor": next_cursor} if next_cursor else {"page": asked.page + 1} if seen.has_more else None
    is_first = asked.cursor is None and asked.page == 1
    # Which orders a work center has depends on the days: those of other days begin anew.
    anew = {"page": None} if asked.by == "work_center" else {}
    return {
        "earlier": filters.address(here, asked, **{"from": first - step}, **anew),
        "today": filters.address(here, asked, **{"from": None}, **anew),
        "later": filters.address(here, asked, **{"from": first + step}, **anew),
        "first": None if is_first else filters.address(here, asked, cursor=None, page=None),
        "next": filters.address(here, asked, **onwards) if onwards else None,
    }
