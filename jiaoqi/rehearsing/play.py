"""Plays a past order along the straight path; its course says when each step was done, the rules what comes of that."""

from dataclasses import dataclass
from functools import cached_property

from jiaoqi.rehearsing import statements
from jiaoqi.rehearsing.course import Course, Lost, Pace, laid_out
from jiaoqi.rehearsing.past import PastOrder
from jiaoqi.rehearsing.running import Running, Told, entered
from workflows.rules.calendar import EPOCH, Calendar
from workflows.types import events as e
from workflows.types.policy import Policy
from workflows.types.words import READINESS, Department, Kind, Priority


@dataclass(frozen=True)
class Governed:
    """A policy for orders of one priority, and the working time that it means."""

    policy: Policy
    calendar: Calendar

    @cached_property
    def pace(self) -> Pace:
        """How long a plant takes that uses its allowances in full."""
        return Pace.of(entered("-", EPOCH.date(), EPOCH, self.policy), self.calendar)


@dataclass(frozen=True)
class Rules:
    """A policy as it is rehearsed, with its public holidays for the years of the file."""

    version: str
    by_priority: dict[Priority, Governed]

    @classmethod
    def of(cls, policy: Policy) -> "Rules":
        calendar = Calendar.of(policy.plant)
        return cls(policy.version, {each: Governed(policy.for_priority(each), calendar) for each in Priority})


@dataclass(frozen=True)
class Played:
    """One order under one policy."""

    order: PastOrder
    course: Course
    told: dict[Lost, Told]
    """By where the order lost its time."""


def played(order: PastOrder, rules: Rules, plant: Rules) -> Played:
    """What would have come of an order under `rules`; the plant worked as `plant` allows, whatever it is rehearsed under."""
    governed, pace = rules.by_priority[order.priority], plant.by_priority[order.priority].pace
    told: dict[Lost, Told] = {}
    for lost in Lost:
        course = laid_out(order, pace, lost)
        told[lost] = next(iter(told.values())) if told and course.kept_plan else through(order, course, governed)
    return Played(order, course, told)


def through(order: PastOrder, course: Course, governed: Governed) -> Told:
    """From the entry to the signature; what the customer said later is not known."""
    state = entered(order.order_no, order.promised, course.entered, governed.policy)
    running = Running(state, governed.calendar)
    do(running, course, Kind.CONFIRM_ORDER, outcome="confirm")
    confirm(running, order)
    do(running, course, Kind.MAKE_PLAN, outcome="plan")
    running.record(statements.plan(order.promised, state, governed.calendar, running.now))
    do(running, course, *READINESS, outcome="ready")
    do(running, course, Kind.PRODUCE, outcome="done")
    do(running, course, Kind.INSPECT, outcome="pass")
    do(running, course, Kind.ACCEPT, outcome="accept")
    do(running, course, Kind.PLAN_SHIPMENT, outcome="plan")
    arrange(running, order)
    do(running, course, Kind.DISPATCH, outcome="dispatched")
    running.record(e.GoodsDispatched(shipped_at=running.now))
    do(running, course, Kind.SIGN_OFF, outcome="signed")
    running.record(e.GoodsDelivered(delivered=order.delivered))
    running.open(Kind.COLLECT_FEEDBACK)
    running.tell("feedback_request", "customer")
    return running.told


def do(running: Running, course: Course, *kinds: Kind, outcome: str) -> None:
    """Asks, lets time pass until the answer, and takes it."""
    tasks = [running.open(kind) for kind in kinds]
    announce(running, kinds[0])
    running.review()
    running.pass_until(course.done[kinds[0]])
    for task in tasks:
        running.close(task, outcome)


def announce(running: Running, kind: Kind) -> None:
    """What people are told when a question is put."""
    if kind is Kind.DISPATCH:
        running.tell("shipping_notice", "customer", "sales")
    if kind is Kind.SIGN_OFF:
        running.tell("sign_off_request", "customer")


def confirm(running: Running, order: PastOrder) -> None:
    running.record(e.Promised(promise=statements.promise(order.promised, running.now)))
    running.tell("order_confirmed", "customer")
    running.tell("order_released", Department.PRODUCTION)
    running.tell("order_released", Department.WAREHOUSE)


def arrange(running: Running, order: PastOrder) -> None:
    """A shipment that arrives too late has sales asked, whatever it answered before."""
    shipment = statements.shipment(order.promised, running.state, running.calendar, running.now)
    running.record(e.ShipmentArranged(shipment=shipment))
    if shipment.arrival > order.promised:
        running.record(e.ForecastBroken(reason=f"planned arrival {shipment.arrival}, promised {order.promised}"))
