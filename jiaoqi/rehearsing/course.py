"""How a past order is laid out between the days that are known of it; docs/rehearsal.md says what is assumed, and why."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from jiaoqi.rehearsing.past import PastOrder
from workflows.rules import path
from workflows.rules.calendar import Calendar
from workflows.types.state import OrderState
from workflows.types.words import READINESS, Kind

NOTHING = timedelta(0)
SECOND = timedelta(seconds=1)
BEFORE_WORK = (Kind.CONFIRM_ORDER, Kind.MAKE_PLAN)
WORK = tuple(kind for kind in path.STRAIGHT if kind not in BEFORE_WORK)


class Lost(StrEnum):
    """Where an order lost the time that it took beyond its plan: no file says so, so each is tried."""

    MAKING = "in production"
    """The earliest that could have been noticed."""
    EVENLY = "evenly"
    """Every step from readiness on, and the way to the customer, took longer by the same share of its allowance."""
    ON_THE_WAY = "on the way"
    """Only after the goods had left: the latest."""


@dataclass(frozen=True)
class Course:
    """When each step of a past order was done; the same whatever policy it is rehearsed under."""

    entered: datetime
    done: dict[Kind, datetime]
    arrived: datetime
    kept_plan: bool
    """Whether nothing was lost; then it does not matter where."""


@dataclass(frozen=True)
class Pace:
    """What a plant allows for each step of the straight path and for the way, in its working time; and what it needs."""

    allowed: dict[Kind, timedelta]
    way: timedelta
    buffer: timedelta
    calendar: Calendar

    @classmethod
    def of(cls, state: OrderState, calendar: Calendar) -> "Pace":
        """By the policy of an order."""
        allowed = {kind: path.allowance(kind, state, calendar) for kind in path.STRAIGHT}
        return cls(allowed, path.transit(state, calendar), calendar.length(state.policy.order.buffer), calendar)

    @property
    def whole(self) -> timedelta:
        return sum(self.allowed.values(), self.way)

    @property
    def needed(self) -> dict[Kind, timedelta]:
        """A step that nothing hinders is done in half the time allowed for it."""
        return {kind: time / 2 for kind, time in self.allowed.items()}

    @property
    def reserve(self) -> timedelta:
        """What a plan that counts with the whole allowances has to spare between readiness and dispatch."""
        return sum((self.allowed[kind] - self.needed[kind] for kind in WORK), NOTHING)


class Frame(NamedTuple):
    """What is known of an order, in working time since its entry."""

    came: timedelta
    planned: timedelta
    """When the goods were to come: a buffer before the end of the promised day."""


def laid_out(order: PastOrder, pace: Pace, lost: Lost) -> Course:
    """Between the entry and the arrival, which are known, every step gets its time."""
    calendar = pace.calendar
    arrived = known_at(order.delivered, order.promised, calendar)
    planned = calendar.add(calendar.end_of(order.promised), -pace.buffer)
    # Who entered it is not known to have had more time than the policy asks for.
    entered = calendar.start_of(order.entered) if order.entered else calendar.add(min(arrived, planned), -pace.whole)
    arrived = max(arrived, entered)
    frame = Frame(calendar.between(entered, arrived), calendar.between(entered, planned))
    signed = max(arrived, known_at(order.recorded, order.promised, calendar))
    done = milestones(entered, times(frame, pace, lost), arrived, calendar)
    return Course(entered, done | {Kind.SIGN_OFF: signed}, arrived, frame.came <= max(frame.planned, fastest(pace)))


def fastest(pace: Pace) -> timedelta:
    return sum(pace.needed.values(), pace.way)


def times(frame: Frame, pace: Pace, lost: Lost) -> dict[Kind, timedelta]:
    """How long each step took; what is left of the time until the arrival was the way to the customer."""
    needed, least = pace.needed, fastest(pace)
    if frame.came < least:
        return {kind: time * (frame.came / least) for kind, time in needed.items()}
    spare, foreseen = frame.came - least, max(NOTHING, frame.planned - least)
    # Goods wait for the day on which production must begin, and then for the day on which they must leave.
    before_leaving = min(pace.reserve, spare, foreseen)
    before_work = max(NOTHING, min(spare, foreseen) - before_leaving)
    beyond = spare - before_work - before_leaving
    took = dict(needed)
    took[Kind.READY_MATERIALS] += before_work
    if not beyond or lost is Lost.ON_THE_WAY:
        took[Kind.DISPATCH] += before_leaving
        return took
    for kind, time in shares(beyond + before_leaving, pace, lost).items():
        took[kind] += time
    return took


def shares(time: timedelta, pace: Pace, lost: Lost) -> dict[Kind, timedelta]:
    """How the steps lost time between them; who comes too late after all had nothing left to wait for."""
    if lost is Lost.MAKING:
        return {Kind.PRODUCE: time}
    whole = sum((pace.allowed[kind] for kind in WORK), pace.way)
    # Whole seconds: a step that just keeps its deadline must not miss it by a rounding.
    return {kind: time * (pace.allowed[kind] / whole) // SECOND * SECOND for kind in WORK}


def milestones(entered: datetime, took: dict[Kind, timedelta], arrived: datetime, calendar: Calendar) -> dict[Kind, datetime]:
    """When each step was done, all counted from the entry, so that none gains or loses a night."""
    done: dict[Kind, datetime] = {}
    passed = NOTHING
    for kind, time in took.items():
        passed += time
        done[kind] = min(calendar.add(entered, passed), arrived)
    return done | dict.fromkeys(READINESS, done[Kind.READY_MATERIALS])


def known_at(day: date, promised: date, calendar: Calendar) -> datetime:
    """At the end of the day; on a day off the plant's time stands, so that only who has missed the promise is a day on."""
    return calendar.end_of(day) if calendar.is_working(day) or day <= promised else calendar.start_of(day)
