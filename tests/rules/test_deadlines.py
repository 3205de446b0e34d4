"""When a task is due, and from when on it is due soon (contract §3)."""

from typing import Any

import pytest

from tests.rules.samples import CALENDAR, DEFAULT, at, day, order, policy, shipment, task, work
from workflows.rules import deadlines
from workflows.rules.calendar import Calendar
from workflows.types.slack import Interval
from workflows.types.words import Kind, Priority

PLANNED = {"planned_start": at("25 08:00"), "expected_completion": at("27 15:00")}


# Opened on Friday the 20th at 09:00, unless said otherwise.
@pytest.mark.parametrize(
    ("kind", "changes", "due"),
    [
        (Kind.CONFIRM_ORDER, {}, "23 09:00"),
        (Kind.MAKE_PLAN, {}, "23 09:00"),
        (Kind.INSPECT, {}, "23 09:00"),
        (Kind.REWORK, {}, "24 09:00"),
        (Kind.DECIDE_DISPOSITION, {}, "20 14:00"),
        (Kind.ACCEPT, {}, "20 14:00"),
        (Kind.PLAN_SHIPMENT, {}, "20 14:00"),
        (Kind.COLLECT_FEEDBACK, {}, "27 09:00"),
        (Kind.DECIDE_PROMISE, {}, "20 14:00"),
        (Kind.READY_MATERIALS, PLANNED, "25 08:00"),
        (Kind.READY_PEOPLE, PLANNED, "25 08:00"),
        (Kind.READY_MATERIALS, {**PLANNED, "work": work(eta_due={Kind.READY_MATERIALS: at("26 17:00")})}, "26 17:00"),
        (Kind.READY_PEOPLE, {**PLANNED, "work": work(eta_due={Kind.READY_MATERIALS: at("26 17:00")})}, "25 08:00"),
        (Kind.PRODUCE, PLANNED, "27 15:00"),
        (Kind.DISPATCH, {"shipment": shipment("24 11:00", day(25))}, "24 11:00"),
        (Kind.SIGN_OFF, {"shipment": shipment("24 11:00", day(25))}, "26 17:00"),
        # An arrival on Sunday ends with Friday's work; the grace is Monday.
        (Kind.SIGN_OFF, {"shipment": shipment("24 11:00", day(29))}, "30 17:00"),
    ],
)
def test_each_kind_is_due_by_its_own_rule(kind: Kind, changes: dict[str, Any], due: str) -> None:
    assert deadlines.due_at(kind, order(**changes), at("20 09:00"), CALENDAR) == at(due)


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (Kind.READY_MATERIALS, {"planned_start": at("20 08:00")}),
        (Kind.PRODUCE, {"expected_completion": at("19 17:00")}),
        (Kind.PRODUCE, {"expected_completion": at("20 09:30")}),
        (Kind.DISPATCH, {"shipment": shipment("20 08:00", day(20))}),
    ],
)
def test_nothing_is_due_before_its_opening_and_the_minimum(kind: Kind, changes: dict[str, Any]) -> None:
    assert deadlines.due_at(kind, order(**changes), at("20 09:00"), CALENDAR) == at("20 10:00")


def test_the_minimum_is_working_time() -> None:
    assert deadlines.due_at(Kind.PRODUCE, order(expected_completion=at("20 08:00")), at("20 16:30"), CALENDAR) == at("23 08:30")


def test_around_the_clock_a_day_is_a_day() -> None:
    always = policy("[plant]\naround_the_clock = true")
    due = deadlines.due_at(Kind.CONFIRM_ORDER, order(governed_by=always), at("20 20:00"), Calendar.of(always.plant))
    assert due == at("21 20:00")


# Opened on Friday at 09:00 and due on Monday at 09:00.
@pytest.mark.parametrize(
    ("ladder", "soon"),
    [
        ('{ name = "remind", at = "-2h", to = ["head"] }', "20 16:00"),
        ('{ name = "remind", at = "-4h", to = ["head"] }, { name = "hurry", at = "-1h", to = ["head"] }', "20 14:00"),
        # A rung before the opening: due soon from the opening on.
        ('{ name = "remind", at = "-5d", to = ["head"] }', "20 09:00"),
    ],
)
def test_due_soon_begins_with_the_first_rung_before_the_deadline(ladder: str, soon: str) -> None:
    governed = policy(f"ladder = [{ladder}]")
    assert deadlines.due_soon_at(Kind.CONFIRM_ORDER, governed, at("20 09:00"), at("23 09:00"), CALENDAR) == at(soon)


def test_without_such_a_rung_due_soon_is_the_last_fifth() -> None:
    governed = policy('ladder = [{ name = "overdue", at = "0s", to = ["head"] }]')
    soon = deadlines.due_soon_at(Kind.CONFIRM_ORDER, governed, at("20 09:00"), at("20 14:00"), CALENDAR)
    assert soon == at("20 13:00")
    late = deadlines.due_soon_at(Kind.CONFIRM_ORDER, governed, at("20 09:00"), at("20 08:00"), CALENDAR)
    assert late == at("20 08:00")


def test_a_kinds_own_ladder_decides_for_it_alone() -> None:
    governed = policy('[[tasks.inspect.ladder]]\nname = "early"\nat = "-1d"\nto = ["head"]')
    opened, due = at("20 09:00"), at("24 09:00")
    assert deadlines.due_soon_at(Kind.INSPECT, governed, opened, due, CALENDAR) == at("23 09:00")
    assert deadlines.due_soon_at(Kind.ACCEPT, DEFAULT, opened, due, CALENDAR) == at("23 16:00")


# Promised for Monday the 30th, until 17:00. By the policy the way takes two working days, so the goods must leave by Friday
# the 27th at 08:00. From there back: dispatch 8 h, plan_shipment 4, accept 4, inspect 8, produce 40, readiness 8.
@pytest.mark.parametrize(
    ("kind", "latest"),
    [
        (Kind.MAKE_PLAN, "16 08:00"),
        (Kind.READY_MATERIALS, "17 08:00"),
        (Kind.READY_PEOPLE, "17 08:00"),
        (Kind.PRODUCE, "24 08:00"),
        (Kind.INSPECT, "25 08:00"),
        (Kind.REWORK, "24 08:00"),
        (Kind.DECIDE_DISPOSITION, "24 08:00"),
        (Kind.ACCEPT, "25 13:00"),
        (Kind.DECIDE_SHORTAGE, "25 13:00"),
        (Kind.RESOLVE_REFUSAL, "25 13:00"),
        (Kind.PLAN_SHIPMENT, "26 08:00"),
        (Kind.DISPATCH, "27 08:00"),
        (Kind.SIGN_OFF, "30 17:00"),
    ],
)
def test_the_latest_finish_is_walked_back_from_the_promised_day(kind: Kind, latest: str) -> None:
    assert deadlines.latest_finish(kind, order(promised=day(30)), CALENDAR) == at(latest)
    assert deadlines.latest_finish(kind, order(), CALENDAR) is None


@pytest.mark.parametrize("kind", [Kind.COLLECT_FEEDBACK, Kind.DECIDE_PROMISE, Kind.DECIDE_AMENDMENT])
def test_the_promise_does_not_wait_for_what_is_asked_beside_or_after_it(kind: Kind) -> None:
    assert deadlines.latest_finish(kind, order(promised=day(30)), CALENDAR) is None
    assert deadlines.due_at(kind, order(promised=day(1)), at("20 09:00"), CALENDAR) > at("20 10:00")


def test_the_slowest_readiness_check_counts_and_a_rush_has_its_own_allowances() -> None:
    governed = policy('[tasks.ready_people]\nallowance = "3d"\n[rush.tasks.dispatch]\nallowance = "4h"')
    assert deadlines.latest_finish(Kind.MAKE_PLAN, order(promised=day(30), governed_by=governed), CALENDAR) == at("12 08:00")
    rush = governed.for_priority(Priority.RUSH)
    assert deadlines.latest_finish(Kind.PLAN_SHIPMENT, order(promised=day(30), governed_by=rush), CALENDAR) == at("26 13:00")


@pytest.mark.parametrize(("transit_days", "latest"), [(0, "30 17:00"), (1, "27 17:00"), (3, "27 17:00"), (4, "26 17:00")])
def test_once_the_shipment_is_planned_its_own_transit_counts(transit_days: int, latest: str) -> None:
    planned = order(promised=day(30), shipment=shipment("23 10:00", day(24), transit_days=transit_days))
    assert deadlines.latest_finish(Kind.DISPATCH, planned, CALENDAR) == at(latest)


# Opened on Friday the 20th at 09:00, by its allowance due on Monday at 09:00.
@pytest.mark.parametrize(
    ("promised", "due"),
    [
        (30, "23 09:00"),
        (27, "23 09:00"),
        (26, "23 08:00"),
        # The latest finish has passed; the least that anybody has is an hour.
        (25, "20 10:00"),
        (2, "20 10:00"),
    ],
)
def test_a_task_is_due_when_the_promise_needs_it(promised: int, due: str) -> None:
    assert deadlines.due_at(Kind.INSPECT, order(promised=day(promised)), at("20 09:00"), CALENDAR) == at(due)


@pytest.mark.parametrize(
    ("kind", "changes", "due"),
    [
        (Kind.READY_PEOPLE, PLANNED, "25 08:00"),
        (Kind.PRODUCE, PLANNED, "27 15:00"),
        (Kind.DISPATCH, {"shipment": shipment("24 11:00", day(25))}, "24 11:00"),
        (Kind.SIGN_OFF, {"shipment": shipment("24 11:00", day(25))}, "26 17:00"),
    ],
)
def test_what_a_plan_has_set_stays_whatever_the_promise(kind: Kind, changes: dict[str, Any], due: str) -> None:
    assert deadlines.due_at(kind, order(promised=day(20), **changes), at("20 09:00"), CALENDAR) == at(due)


def test_held_working_time_is_added_to_the_allowance() -> None:
    # Friday 10:00 to Monday 10:00: 8 h.
    held = [Interval(since=at("20 10:00"), until=at("23 10:00"))]
    assert deadlines.due_at(Kind.INSPECT, order(past_holds=held), at("20 09:00"), CALENDAR) == at("24 09:00")
    assert deadlines.due_at(Kind.INSPECT, order(past_holds=held), at("23 09:00"), CALENDAR) == at("24 10:00")
    assert deadlines.due_at(Kind.INSPECT, order(past_holds=held), at("23 11:00"), CALENDAR) == at("24 11:00")
    assert deadlines.due_at(Kind.COLLECT_FEEDBACK, order(past_holds=held), at("20 09:00"), CALENDAR) == at("27 09:00")


def test_a_new_promise_moves_what_it_makes_due_otherwise_and_no_deadline_that_a_head_has_set() -> None:
    inspect, accept, produce = task(Kind.INSPECT), task(Kind.ACCEPT, is_extended=True), task(Kind.PRODUCE)
    tasks = {each.id: each for each in (inspect, accept, produce)}
    before = order(promised=day(25), tasks=tasks, expected_completion=at("20 15:00"))
    after = order(promised=day(30), tasks=tasks, expected_completion=at("20 15:00"))
    assert deadlines.moved(before, after, CALENDAR) == {inspect.id: at("23 09:00")}
    assert deadlines.moved(after, before, CALENDAR) == {inspect.id: at("20 10:00")}
    later = order(promised=day(1, 12), tasks=tasks, expected_completion=at("20 15:00"))
    assert deadlines.moved(after, later, CALENDAR) == {}
