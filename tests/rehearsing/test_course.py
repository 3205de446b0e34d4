"""Past orders laid out by hand: 88 working hours of steps, 16 of way, half of the steps' time where nothing hinders.

From Monday 2 November 08:00 to the end of Thursday 26, a buffer before the promise, are 152 hours. Steps at their pace and
the way take 60 of them; goods wait 56 for production to begin, and 36 for the day on which they must leave.
"""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiaoqi.rehearsing.course import Course, Lost, Pace, laid_out
from jiaoqi.rehearsing.past import PastOrder
from tests.rehearsing.past_orders import RULES, at, november, past
from workflows.types.words import READINESS, Kind, Priority

PACE: Pace = RULES.by_priority[Priority.NORMAL].pace
KEPT = {
    Kind.CONFIRM_ORDER: "2 12:00",
    Kind.MAKE_PLAN: "2 17:00",
    **dict.fromkeys(READINESS, "12 12:00"),
    Kind.PRODUCE: "16 17:00",
    Kind.INSPECT: "17 12:00",
    Kind.ACCEPT: "17 15:00",
    Kind.PLAN_SHIPMENT: "17 17:00",
    Kind.DISPATCH: "24 17:00",
    Kind.SIGN_OFF: "26 17:00",
}
LEFT_AT_ONCE = {Kind.INSPECT: "25 17:00", Kind.ACCEPT: "26 10:00", Kind.PLAN_SHIPMENT: "26 12:00", Kind.DISPATCH: "26 17:00"}


def course(order: PastOrder, lost: Lost = Lost.EVENLY) -> Course:
    return laid_out(order, PACE, lost)


@pytest.mark.parametrize("lost", Lost)
def test_an_order_that_kept_its_plan_lost_nothing_anywhere(lost: Lost) -> None:
    found = course(past(november(26)), lost)
    assert found.done == {kind: at(when) for kind, when in KEPT.items()}
    assert (found.entered, found.arrived, found.kept_plan) == (at("2 08:00"), at("26 17:00"), True)


def test_who_came_early_began_early() -> None:
    found = course(past(november(24)))
    assert (found.done[Kind.READY_PEOPLE], found.done[Kind.DISPATCH]) == (at("10 12:00"), at("20 17:00"))
    assert found.kept_plan


def test_time_lost_in_production_leaves_nothing_to_wait_for() -> None:
    found = course(past(november(30)), Lost.MAKING)
    changed = KEPT | {Kind.PRODUCE: "25 12:00"} | LEFT_AT_ONCE | {Kind.SIGN_OFF: "30 17:00"}
    assert found.done == {kind: at(when) for kind, when in changed.items()}
    assert not found.kept_plan


def test_time_lost_on_the_way_changes_nothing_in_the_plant() -> None:
    found = course(past(november(30)), Lost.ON_THE_WAY)
    assert found.done == {kind: at(when) for kind, when in (KEPT | {Kind.SIGN_OFF: "30 17:00"}).items()}


def test_time_lost_evenly_is_lost_in_proportion_to_what_is_allowed() -> None:
    # 8 hours beyond the plan and 36 of waiting: half an hour for each hour of the 88 from readiness to the customer.
    found = course(past(november(27)), Lost.EVENLY)
    assert found.done[Kind.READY_MATERIALS] == at("12 17:00")
    assert found.done[Kind.PRODUCE] == at("19 17:00")
    assert found.done[Kind.INSPECT] == at("20 17:00")
    assert (found.done[Kind.DISPATCH], found.arrived) == (at("24 17:00"), at("27 17:00"))


def test_an_order_with_less_time_than_its_steps_had_them_all_done_faster() -> None:
    # 24 hours for what takes 60.
    found = course(past(november(4)))
    assert found.done[Kind.CONFIRM_ORDER] == at("2 09:36")
    assert found.done[Kind.DISPATCH] == at("4 09:36")


def test_who_entered_no_day_had_the_time_that_the_policy_asks_for() -> None:
    assert course(past(november(30), entered=None)).entered == PACE.calendar.add(at("26 17:00"), -PACE.whole) == at("10 08:00")
    assert course(past(november(20), entered=None)).entered == at("4 08:00")


def test_the_record_of_a_delivery_is_its_signature() -> None:
    found = course(past(november(26), recorded=date(2026, 12, 9)))
    assert (found.arrived, found.done[Kind.SIGN_OFF]) == (at("26 17:00"), at("12-09 17:00"))


@pytest.mark.parametrize(("came", "known"), [(28, "27 17:00"), (29, "30 08:00")])
def test_a_day_off_counts_as_the_working_day_before_if_that_keeps_the_promise(came: int, known: str) -> None:
    assert course(past(november(came), promised=november(28))).arrived == at(known)


days = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@settings(deadline=None)
@given(days, days, days, days, st.booleans(), st.sampled_from(Lost))
def test_the_steps_follow_one_another_from_the_entry_to_the_arrival(
    entered: date, promised: date, delivered: date, recorded: date, is_known: bool, lost: Lost
) -> None:
    first, last = min(entered, delivered), max(entered, delivered)
    order = past(last, entered=first if is_known else None, promised=promised, recorded=max(last, recorded))
    found = course(order, lost)
    instants = [found.entered, *(found.done[kind] for kind in PACE.allowed), found.arrived, found.done[Kind.SIGN_OFF]]
    assert instants == sorted(instants)
    # Half a second for each of the shares that are rounded down.
    assert (
        found.kept_plan or lost is not Lost.EVENLY or PACE.calendar.between(found.done[Kind.DISPATCH], found.arrived) >= PACE.way
    )
