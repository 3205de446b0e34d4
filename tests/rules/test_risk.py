"""The forecast, the slack, the risk, and when sales must answer (design §3, contract §2)."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.rules.samples import CALENDAR, at, day, order, policy, shipment, task, work
from workflows.rules import risk
from workflows.rules.calendar import Calendar
from workflows.types.orders import Hold
from workflows.types.state import OrderState
from workflows.types.words import Kind, Risk, Step

SECOND = timedelta(seconds=1)

# Allowances of the default policy, in working days of 8 h: confirm 1, plan 1, readiness 1, produce 5, inspect 1, accept ½,
# plan_shipment ½, dispatch 1, transit 2; rework 2, decisions ½, resolve_refusal 1. The 20th is a Friday.


@pytest.mark.parametrize(
    ("step", "changes", "arrives"),
    [
        (Step.CONFIRM, {}, "12-09 09:00"),
        (Step.MAKE_PLAN, {}, "12-08 09:00"),
        (Step.GET_READY, {"expected_completion": at("24 12:00")}, "12-01 12:00"),
        (Step.PRODUCE, {"expected_completion": at("24 12:00")}, "12-01 12:00"),
        # What production said has passed: it is now at the earliest.
        (Step.PRODUCE, {"expected_completion": at("19 12:00")}, "27 09:00"),
        (Step.INSPECT, {"expected_completion": at("24 12:00")}, "27 09:00"),
        (Step.REWORK, {}, "12-01 09:00"),
        (Step.DISPOSE, {}, "27 14:00"),
        (Step.ACCEPT, {}, "26 09:00"),
        (Step.SETTLE_SHORTAGE, {}, "26 09:00"),
        (Step.PLAN_SHIPMENT, {}, "25 14:00"),
        (Step.DISPATCH, {"shipment": shipment("23 10:00", day(25))}, "25 17:00"),
        (Step.SIGN_OFF, {"shipment": shipment("23 10:00", day(29))}, "27 17:00"),
        (Step.RESOLVE_REFUSAL, {"work": work(returned={"1": 1})}, "26 14:00"),
        (Step.ASK_FEEDBACK, {"delivered": day(19)}, "19 17:00"),
        # An earliest date of who could not plan counts as long as it lies ahead.
        (Step.MAKE_PLAN, {"expected_completion": at("24 12:00")}, "12-01 12:00"),
        (Step.MAKE_PLAN, {"expected_completion": at("19 12:00")}, "12-08 09:00"),
    ],
)
def test_the_forecast_counts_what_is_still_to_be_done(step: Step, changes: dict[str, Any], arrives: str) -> None:
    assert risk.forecast(order(step, **changes), CALENDAR, at("20 09:00")) == at(arrives)


def producing(completion: str, promised: date, **changes: Any) -> OrderState:
    return order(Step.PRODUCE, promised, expected_completion=at(completion), **changes)


# Done on Friday the 20th at 17:00, the goods arrive a working week later.
@pytest.mark.parametrize(
    ("promised", "stands", "hours"),
    [
        (day(26), Risk.LATE, -8),
        (day(27), Risk.AT_RISK, 0),
        (day(28), Risk.AT_RISK, 0),
        (day(30), Risk.ON_TRACK, 8),
        (day(1, 12), Risk.ON_TRACK, 16),
    ],
)
def test_the_risk_is_the_slack_against_the_buffer(promised: date, stands: Risk, hours: float) -> None:
    state = producing("20 17:00", promised)
    assert risk.risk(state, CALENDAR, at("20 09:00")) is stands
    assert risk.slack_hours(state, CALENDAR, at("20 09:00")) == hours


def test_without_a_promise_there_is_no_risk() -> None:
    state = order(Step.CONFIRM)
    assert risk.risk(state, CALENDAR, at("20 09:00")) is None
    assert risk.slack_hours(state, CALENDAR, at("20 09:00")) is None
    assert risk.drifts_at(state, CALENDAR, at("20 09:00")) == ()


@pytest.mark.parametrize(
    ("arrival", "promised", "stands"),
    [
        (day(27), day(27), Risk.AT_RISK),
        (day(26), day(27), Risk.ON_TRACK),
        (day(28), day(27), Risk.LATE),
        # Both on days off: as days, though there is no working time between.
        (day(28), day(28), Risk.AT_RISK),
        (day(29), day(28), Risk.LATE),
    ],
)
def test_a_planned_arrival_is_compared_as_a_day(arrival: date, promised: date, stands: Risk) -> None:
    state = order(Step.DISPATCH, promised, shipment=shipment("24 10:00", arrival))
    assert risk.risk(state, CALENDAR, at("20 09:00")) is stands
    assert risk.breaks_promise(state, CALENDAR, at("20 09:00")) is (stands is Risk.LATE)


@pytest.mark.parametrize(
    ("now", "shipped", "arrives"),
    [
        # Planned to leave on Tuesday the 24th and to be there a day of transit later.
        ("23 09:00", None, day(25)),
        ("24 10:00", None, day(25)),
        # Late, but on the day that was planned; then not before the next working day.
        ("24 17:00", None, day(25)),
        ("24 17:01", None, day(26)),
        ("25 12:00", None, day(26)),
        ("27 17:00", None, day(28)),
        ("27 17:01", None, day(1, 12)),
        ("28 12:00", None, day(1, 12)),
        # Once they have left, they have.
        ("28 12:00", "24 09:00", day(25)),
        ("28 12:00", "26 18:00", day(27)),
    ],
)
def test_goods_that_have_not_left_come_a_transit_after_they_may_leave(now: str, shipped: str | None, arrives: date) -> None:
    plan = shipment("24 10:00", day(25), shipped_at=at(shipped) if shipped else None)
    state = order(Step.SIGN_OFF if shipped else Step.DISPATCH, day(30), shipment=plan)
    assert risk.forecast_day(state, CALENDAR, at(now)) == arrives


def test_goods_of_a_night_shift_leave_on_the_day_on_which_it_began() -> None:
    nights = policy('[plant]\nhours = ["20:00-04:00"]')
    calendar, plan = Calendar.of(nights.plant), shipment("24 22:00", day(25))
    state = order(Step.DISPATCH, day(30), governed_by=nights, shipment=plan)
    gone = state.model_copy(update={"shipment": plan.model_copy(update={"shipped_at": at("26 03:00")})})
    assert risk.forecast_day(state, calendar, at("26 03:00")) == risk.forecast_day(gone, calendar, at("26 03:00")) == day(26)
    assert risk.forecast_day(state, calendar, at("26 04:01")) == day(27)


def test_goods_that_stay_here_put_the_order_at_risk_and_then_late_by_time_alone() -> None:
    """Promised for Friday the 27th, a day of transit: on Wednesday evening there is less than a buffer left, then nothing."""
    state = order(Step.DISPATCH, day(27), shipment=shipment("23 10:00", day(24)))
    now, found = at("20 09:00"), []
    while now < at("30 09:00"):
        drifts = [each for each in risk.drifts_at(state, CALENDAR, now) if each + SECOND > now]
        now = min(drifts, default=at("30 09:00")) + SECOND
        found.append((risk.risk(state, CALENDAR, now), now - SECOND))
    assert found[:2] == [(Risk.AT_RISK, at("25 17:00")), (Risk.LATE, at("26 17:00"))]


@pytest.mark.parametrize(("now", "stands"), [("27 16:59", Risk.ON_TRACK), ("27 17:00", Risk.ON_TRACK), ("27 17:01", Risk.LATE)])
def test_a_promise_that_has_passed_is_late_until_the_goods_are_there(now: str, stands: Risk) -> None:
    on_its_way = order(Step.SIGN_OFF, day(27), shipment=shipment("24 10:00", day(26), shipped_at=at("24 10:00")))
    assert risk.risk(on_its_way, CALENDAR, at(now)) is stands
    there = order(Step.ASK_FEEDBACK, day(27), delivered=day(27))
    assert risk.risk(there, CALENDAR, at("30 10:00")) is Risk.ON_TRACK


@pytest.mark.parametrize(("delivered", "stands"), [(day(27), Risk.ON_TRACK), (day(28), Risk.LATE), (day(30), Risk.LATE)])
def test_what_is_delivered_was_in_time_or_late(delivered: date, stands: Risk) -> None:
    assert risk.risk(order(Step.ASK_FEEDBACK, day(27), delivered=delivered), CALENDAR, at("30 10:00")) is stands


# Drift.


@pytest.mark.parametrize(
    "state",
    [
        producing("20 17:00", day(2, 12)),
        producing("19 17:00", day(27), answered_forecast=at("27 09:00")),
        order(Step.INSPECT, day(27)),
        order(Step.DISPATCH, day(24), shipment=shipment("23 10:00", day(24))),
        order(Step.DISPATCH, day(2, 12), shipment=shipment("23 10:00", day(24), transit_days=0)),
        order(Step.DISPATCH, day(2, 12), shipment=shipment("28 10:00", day(2, 12), transit_days=4)),
        order(Step.DISPATCH, day(24), shipment=shipment("23 10:00", day(24)), answered_forecast=at("25 17:00")),
        order(Step.MAKE_PLAN, day(3, 12), expected_completion=at("25 17:00")),
        order(Step.MAKE_PLAN, day(10, 12)),
        producing("19 17:00", day(20), tasks={"T-1.decide_promise.1": task(Kind.DECIDE_PROMISE, earliest=day(27))}),
    ],
    ids=["producing", "kept", "inspecting", "shipping", "staying", "leaving", "shipping-kept", "earliest", "planning", "asked"],
)
def test_nothing_changes_by_time_alone_but_just_after_a_drift(state: OrderState) -> None:
    """Looked at every quarter of an hour for three weeks; what changes between two looks has a drift between them."""
    now, end = at("20 09:00"), at("12-11 09:00")

    def stands(when: Any) -> tuple[Risk | None, bool]:
        return risk.risk(state, CALENDAR, when), risk.must_ask_sales(state, CALENDAR, when)

    while now < end:
        later = now + timedelta(minutes=15)
        if stands(now) != stands(later):
            drifts = risk.drifts_at(state, CALENDAR, now)
            hit = [drift for drift in drifts if now - SECOND <= drift <= later]
            assert hit, f"{stands(now)} at {now}, {stands(later)} at {later}, drifts {drifts}"
            assert stands(max(hit) + SECOND) == stands(later) or max(hit) + SECOND > later
        now = later


# When sales must answer.


@pytest.mark.parametrize(
    ("changes", "must"),
    [
        ({}, False),
        ({"expected_completion": at("23 09:00")}, True),
        ({"expected_completion": at("23 09:00"), "answered_forecast": at("27 17:00")}, False),
        ({"expected_completion": at("23 16:00"), "answered_forecast": at("27 17:00")}, False),
        ({"expected_completion": at("23 17:00"), "answered_forecast": at("27 17:00")}, True),
        ({"must_ask": True}, True),
        ({"must_ask": True, "tasks": {"T-1.decide_promise.1": task(Kind.DECIDE_PROMISE)}}, False),
        ({"must_ask": True, "step": Step.ASK_FEEDBACK}, False),
        ({"must_ask": True, "promises": []}, False),
        ({"must_ask": True, "hold": Hold(reason="x", since=at("20 09:00"), until=at("24 09:00"), by="x")}, False),
    ],
)
def test_when_sales_must_answer(changes: dict[str, Any], must: bool) -> None:
    state = producing("20 17:00", day(27)).model_copy(update=changes)
    assert risk.must_ask_sales(state, CALENDAR, at("20 09:00")) is must


def test_before_the_first_plan_production_has_stated_nothing() -> None:
    state = order(Step.MAKE_PLAN, day(24))
    assert risk.risk(state, CALENDAR, at("20 09:00")) is Risk.LATE
    assert risk.must_ask_sales(state, CALENDAR, at("20 09:00")) is False


# The earliest date, for sales.


@pytest.mark.parametrize(
    ("changes", "earliest"),
    [
        # Done on Friday at 17:00, a working week later on Friday at 17:00.
        ({}, day(27)),
        # An hour later it is Monday; nobody promises a weekend that is not worked.
        ({"expected_completion": at("23 09:00")}, day(30)),
        ({"expected_completion": at("19 09:00")}, day(27)),
        ({"shipment": shipment("26 10:00", day(28)), "step": Step.DISPATCH}, day(28)),
        # It should have arrived already.
        ({"shipment": shipment("17 10:00", day(18), shipped_at=at("17 10:00")), "step": Step.SIGN_OFF}, day(20)),
        # It should have left already: with a day of transit it cannot be there today.
        ({"shipment": shipment("17 10:00", day(18)), "step": Step.DISPATCH}, day(21)),
    ],
)
def test_the_earliest_date_is_the_first_that_the_forecast_keeps(changes: dict[str, Any], earliest: date) -> None:
    state = producing("20 17:00", day(20)).model_copy(update=changes)
    found = risk.earliest(state, CALENDAR, at("20 09:00"))
    assert found == earliest
    assert not risk.would_break(found, state, CALENDAR, at("20 09:00"))


def test_a_shift_that_ends_after_midnight_belongs_to_the_day_before() -> None:
    nights = policy('[plant]\nhours = ["20:00-04:00"]')
    state = producing("20 21:00", day(20), governed_by=nights)
    # Five shifts of 8 h from Friday 21:00 on end in the night from Friday to Saturday, an hour into it; so does Friday's.
    calendar = Calendar.of(nights.plant)
    assert risk.forecast(state, calendar, at("20 20:00")) == at("27 21:00")
    later = state.model_copy(update={"expected_completion": at("21 02:00")})
    assert risk.forecast(later, calendar, at("20 20:00")) == at("28 02:00")
    assert risk.earliest(later, calendar, at("20 20:00")) == day(27)


def test_the_earliest_date_moves_by_time_alone_where_a_drift_says_so() -> None:
    asked = {"T-1.decide_promise.1": task(Kind.DECIDE_PROMISE, earliest=day(27))}
    state = producing("19 17:00", day(20), tasks=asked)
    # Five working days before the 27th end at 17:00 on the 20th: from then on the forecast is the 30th.
    assert at("23 08:00") in risk.drifts_at(state, CALENDAR, at("20 09:00"))
    assert risk.earliest(state, CALENDAR, at("23 08:00")) == day(27)
    assert risk.earliest(state, CALENDAR, at("23 08:01")) == day(30)


def test_nobody_promises_a_day_that_is_over_though_the_goods_may_arrive_on_its_evening() -> None:
    asked = {"T-1.decide_promise.1": task(Kind.DECIDE_PROMISE, earliest=day(20))}
    tonight = shipment("20 20:00", day(20), transit_days=0)
    state = order(Step.DISPATCH, day(19), shipment=tonight, tasks=asked)
    assert risk.earliest(state, CALENDAR, at("20 17:00")) == day(20)
    assert at("20 17:00") in risk.drifts_at(state, CALENDAR, at("20 09:00"))
    assert risk.earliest(state, CALENDAR, at("20 17:01")) == day(23)


# Who must know.


@pytest.mark.parametrize(
    ("before", "stands", "worse"),
    [
        (None, Risk.ON_TRACK, False),
        (None, Risk.AT_RISK, True),
        (None, Risk.LATE, True),
        (Risk.ON_TRACK, Risk.AT_RISK, True),
        (Risk.ON_TRACK, Risk.LATE, True),
        (Risk.AT_RISK, Risk.LATE, True),
        (Risk.AT_RISK, Risk.ON_TRACK, False),
        (Risk.LATE, Risk.AT_RISK, False),
        (Risk.LATE, Risk.ON_TRACK, False),
    ],
)
def test_what_is_a_worsening(before: Risk | None, stands: Risk, worse: bool) -> None:
    assert risk.is_worse(stands, before) is worse


@pytest.mark.parametrize(
    ("changes", "must"),
    [
        ({}, True),
        ({"has_worsened": False}, False),
        ({"warned": [Risk.AT_RISK]}, False),
        ({"warned": [Risk.LATE]}, True),
        # As it was promised, and then planned.
        ({"is_first_guess": True, "expected_completion": None}, False),
        ({"is_first_guess": True}, True),
        ({"expected_completion": None}, True),
        ({"hold": Hold(reason="x", since=at("20 09:00"), until=at("24 09:00"), by="x")}, False),
    ],
)
def test_each_worsening_is_told_once_for_a_promise_and_not_on_hold(changes: dict[str, Any], must: bool) -> None:
    state = producing("20 17:00", day(27), risk=Risk.AT_RISK, has_worsened=True).model_copy(update=changes)
    assert risk.must_warn(state) is must
