"""When a task is due, and from when on it is due soon (contract §3)."""

from typing import Any

import pytest

from tests.rules.samples import CALENDAR, DEFAULT, at, day, order, policy, shipment, work
from workflows.rules import deadlines
from workflows.rules.calendar import Calendar
from workflows.types.words import Kind

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
