"""What is wrong with an answer: faults in its fields, and what stands against it now (contract §2, §5)."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from tests.rules.samples import CALENDAR, at, day, facts, order, shipment, task, work
from workflows.rules import judgement
from workflows.rules.calendar import Calendar
from workflows.rules.faults import faults
from workflows.types import answers as a
from workflows.types.policy import Plant, Shift
from workflows.types.refusals import STATUS, Refusal, invalid
from workflows.types.state import OrderState
from workflows.types.words import Kind, Step

NOW = at("20 09:00")
GOODS = work(to_produce={"1": 100, "2": 20}, handed={"1": 100, "2": 20}, failed={"1": 10}, passed={"1": 100, "2": 20})


def judged(kind: Kind, outcome: str, fields: dict[str, Any], state: OrderState | None = None, now: Any = NOW) -> Refusal | None:
    """As the order judges it: read, then weighed."""
    state = state or order(work=GOODS)
    try:
        answer = a.read(kind, outcome, fields)
    except ValidationError as error:
        return invalid(*faults(error, "/fields"))
    return judgement.judge(answer, judgement.Case(task(kind, state), state, CALENDAR, now))


def pointers(refusal: Refusal | None) -> list[str]:
    return [fault.pointer for fault in refusal.errors] if refusal else []


PLAN = {"planned_start": "2026-11-23", "expected_completion": "2026-11-25"}
SHIP = {"mode": "road", "carrier": "Hsin Yun", "ship_at": "2026-11-24T10:00:00+08:00", "transit_days": 1}
SIGNED = {"signed_by": "Ms. Lin"}
FEEDBACK = {"csat": 5, "channel": "phone"}
CAUSE = {"cause": "blunt tool", "action": "change tools each week"}
ISSUE = {"kind": "service", "text": "rude", "department": "sales"}
ON_THE_WAY = order(Step.SIGN_OFF, day(30), work=work(sent={"1": 100, "2": 20}), shipment=shipment("18 10:00", day(19)))


@pytest.mark.parametrize(
    ("kind", "outcome", "fields", "wrong"),
    [
        (Kind.CONFIRM_ORDER, "confirm", {"promised_date": "2026-11-20", "channel": "phone"}, []),
        (Kind.CONFIRM_ORDER, "confirm", {"promised_date": "2046-11-20", "channel": "phone"}, []),
        (Kind.CONFIRM_ORDER, "confirm", {"promised_date": "2046-11-21", "channel": "phone"}, ["/fields/promised_date"]),
        (Kind.CONFIRM_ORDER, "confirm", {"promised_date": "2026-11-19", "channel": "phone"}, ["/fields/promised_date"]),
        (Kind.CONFIRM_ORDER, "confirm", {"promised_date": "2026-02-30", "channel": "phone"}, ["/fields/promised_date"]),
        (Kind.CONFIRM_ORDER, "confirm", {"promised_date": 20260220, "channel": "phone"}, ["/fields/promised_date"]),
        (Kind.CONFIRM_ORDER, "confirm", {"promised_date": "2026-12-01", "channel": "a\ud800"}, ["/fields/channel"]),
        (Kind.CONFIRM_ORDER, "revise", {"reason": "  "}, ["/fields/reason"]),
        (Kind.CONFIRM_ORDER, "revise", {"reason": "x", "lines": [{"product_model": "A"}]}, ["/fields/lines/0/quantity"]),
        (Kind.MAKE_PLAN, "plan", PLAN, []),
        (Kind.MAKE_PLAN, "plan", {**PLAN, "planned_start": "2026-11-23T08:00:00Z"}, []),
        (Kind.MAKE_PLAN, "plan", {**PLAN, "planned_start": "2026-11-23T08:00:00"}, ["/fields/planned_start"]),
        (Kind.MAKE_PLAN, "plan", {**PLAN, "planned_start": "2026-11-19"}, ["/fields/planned_start"]),
        (Kind.MAKE_PLAN, "plan", {**PLAN, "planned_start": "2026-11-26"}, ["/fields/expected_completion"]),
        (Kind.MAKE_PLAN, "plan", {**PLAN, "expected_completion": "2031-11-20"}, []),
        (Kind.MAKE_PLAN, "plan", {**PLAN, "expected_completion": "2031-11-21"}, ["/fields/expected_completion"]),
        (Kind.MAKE_PLAN, "cannot", {"reason": "x", "earliest": "2026-11-19"}, ["/fields/earliest"]),
        (Kind.READY_MATERIALS, "short", {"item": "steel", "eta": "2026-11-20"}, []),
        (Kind.READY_MATERIALS, "short", {"item": "steel", "eta": "2026-11-19"}, ["/fields/eta"]),
        (Kind.READY_MATERIALS, "short", {"item": "steel", "eta": "2026-11-23", "quantity": 0}, ["/fields/quantity"]),
        (Kind.PRODUCE, "done", {"good": {"1": 200}}, []),
        (Kind.PRODUCE, "done", {"good": {"1": 10**9 + 1}}, ["/fields/good/1"]),
        (Kind.PRODUCE, "done", {"good": {"3": 1}}, ["/fields/good/3"]),
        (Kind.PRODUCE, "done", {"scrap": {"2": 21}}, ["/fields/scrap/2"]),
        (Kind.INSPECT, "pass", {"inspected": {"1": 101}}, ["/fields/inspected/1"]),
        (Kind.INSPECT, "fail", {"failed": {"1": 5}, "defects": []}, []),
        (Kind.INSPECT, "fail", {"failed": {"1": 5}}, ["/fields/defects"]),
        (Kind.INSPECT, "fail", {"failed": {"1": 5}, "inspected": {"1": 4}, "defects": []}, ["/fields/failed/1"]),
        (Kind.INSPECT, "fail", {"failed": {"1": 5}, "inspected": {"2": 4}, "defects": []}, ["/fields/failed/1"]),
        (Kind.REWORK, "reworked", {"cause": "x", "corrective_action": "y", "scrap": {"1": 11}}, ["/fields/scrap/1"]),
        (Kind.REWORK, "reworked", {"cause": "x"}, ["/fields/corrective_action"]),
        (Kind.ACCEPT, "accept", {}, []),
        (Kind.ACCEPT, "accept", {"accepted": {"1": 100}}, ["/fields/accepted"]),
        (Kind.ACCEPT, "accept", {"accepted": {"1": 101, "2": 20}}, ["/fields/accepted/1"]),
        (Kind.ACCEPT, "short", {"accepted": {"1": 100}, "reason": "x"}, []),
        (Kind.ACCEPT, "short", {"accepted": {"1": 100, "2": 20}, "reason": "x"}, ["/fields/accepted"]),
        (Kind.DECIDE_SHORTAGE, "ship_part", {"reason": "x", "rest": "later"}, ["/fields/rest"]),
        (Kind.DECIDE_SHORTAGE, "ship_part", {"reason": "x", "rest": "never"}, ["/fields/rest"]),
        (Kind.PLAN_SHIPMENT, "plan", {**SHIP, "mode": "balloon"}, ["/fields/mode"]),
        (Kind.PLAN_SHIPMENT, "plan", {**SHIP, "transit_days": 366}, ["/fields/transit_days"]),
        (Kind.PLAN_SHIPMENT, "plan", {**SHIP, "transit_days": 1.0}, ["/fields/transit_days"]),
        (Kind.PLAN_SHIPMENT, "plan", {**SHIP, "ship_at": "2026-11-19"}, ["/fields/ship_at"]),
        (Kind.PLAN_SHIPMENT, "plan", {**SHIP, "accept_late": "yes"}, ["/fields/accept_late"]),
        (Kind.COLLECT_FEEDBACK, "answered", FEEDBACK, []),
        (Kind.COLLECT_FEEDBACK, "answered", {**FEEDBACK, "csat": 0}, ["/fields/csat"]),
        (Kind.COLLECT_FEEDBACK, "answered", {**FEEDBACK, "csat": 6}, ["/fields/csat"]),
        (Kind.COLLECT_FEEDBACK, "answered", {**FEEDBACK, "csat": 4.0}, ["/fields/csat"]),
        (Kind.COLLECT_FEEDBACK, "answered", {**FEEDBACK, "nps": 11}, ["/fields/nps"]),
        (Kind.COLLECT_FEEDBACK, "answered", {**FEEDBACK, "channel": "x" * 201}, ["/fields/channel"]),
        (Kind.COLLECT_FEEDBACK, "answered", {**FEEDBACK, "comment": "x" * 2001}, ["/fields/comment"]),
        (Kind.COLLECT_FEEDBACK, "answered", {**FEEDBACK, "issues": [{**ISSUE, "kind": "price"}]}, ["/fields/issues/0/kind"]),
        (
            Kind.COLLECT_FEEDBACK,
            "answered",
            {**FEEDBACK, "issues": [{**ISSUE, "department": "it"}]},
            ["/fields/issues/0/department"],
        ),
        (Kind.FIND_CAUSE, "analysed", {**CAUSE, "due": "2026-11-20"}, []),
        (Kind.FIND_CAUSE, "analysed", {**CAUSE, "due": "2026-11-19"}, ["/fields/due"]),
        (Kind.FIND_CAUSE, "analysed", {**CAUSE, "due": "9999-12-31"}, ["/fields/due"]),
        (Kind.PRODUCE, "done", {"good": {}}, ["/fields/good"]),
        (Kind.PRODUCE, "done", {"good": {"01": 5}}, ["/fields/good/01"]),
        (Kind.PRODUCE, "done", {"good": {"1": -1}}, ["/fields/good/1"]),
        (Kind.PRODUCE, "done", {"good": {"1": "5"}}, ["/fields/good/1"]),
        (Kind.DECIDE_PROMISE, "repromise", {"promised_date": "2026-12-01", "reason": "x", "customer_agreed": True}, []),
        (
            Kind.DECIDE_PROMISE,
            "repromise",
            {"promised_date": "2026-12-01", "reason": "x", "customer_agreed": False},
            ["/fields/approved_by"],
        ),
        (
            Kind.DECIDE_PROMISE,
            "repromise",
            {"promised_date": "2026-12-01", "reason": "x", "customer_agreed": False, "approved_by": "boss"},
            [],
        ),
    ],
)
def test_faults_are_named_by_their_field(kind: Kind, outcome: str, fields: dict[str, Any], wrong: list[str]) -> None:
    refusal = judged(kind, outcome, fields)
    assert pointers(refusal) == wrong
    assert refusal is None or refusal.code == "invalid"


@pytest.mark.parametrize(
    ("outcome", "fields", "wrong"),
    [
        ("signed", SIGNED, []),
        ("signed", {**SIGNED, "received": {"1": 101}}, ["/fields/received/1"]),
        ("signed", {**SIGNED, "damaged": {"2": 21}}, ["/fields/damaged/2"]),
        ("signed", {**SIGNED, "received_on": "2026-11-18"}, []),
        ("signed", {**SIGNED, "received_on": "2026-11-17"}, ["/fields/received_on"]),
        ("signed", {**SIGNED, "received_on": "2026-11-21"}, ["/fields/received_on"]),
        ("refused", {"reason": "x"}, []),
        ("refused", {"reason": "x", "quantities": {"1": 0}}, ["/fields/quantities"]),
        ("refused", {"reason": "x", "quantities": {"1": 101}}, ["/fields/quantities/1"]),
    ],
)
def test_what_the_customer_signs_for(outcome: str, fields: dict[str, Any], wrong: list[str]) -> None:
    assert ON_THE_WAY.shipment is not None
    left = ON_THE_WAY.shipment.model_copy(update={"shipped_at": at("18 11:00")})
    state = ON_THE_WAY.model_copy(update={"shipment": left})
    assert pointers(judged(Kind.SIGN_OFF, outcome, fields, state)) == wrong


@pytest.mark.parametrize(
    ("stated", "wrong"),
    [
        ("2026-11-20", []),
        ("2026-11-21", ["/fields/shipped_at"]),
        ("2021-11-20", []),
        ("2021-11-19T12:00:00+08:00", ["/fields/shipped_at"]),
        ("0001-01-01", ["/fields/shipped_at"]),
    ],
)
def test_goods_leave_neither_in_the_future_nor_in_another_age(stated: str, wrong: list[str]) -> None:
    fields = {"shipped_at": stated, "override_reason": "x"}
    assert pointers(judged(Kind.DISPATCH, "dispatched", fields)) == wrong


def test_accepting_counts_with_what_was_accepted_before_and_what_is_no_longer_owed() -> None:
    goods = work(passed={"1": 40}, accepted={"1": 50, "2": 20}, dropped={"1": 10})
    assert judged(Kind.ACCEPT, "accept", {}, order(work=goods)) is None
    owed = order(work=goods.model_copy(update={"dropped": {}}))
    assert pointers(judged(Kind.ACCEPT, "accept", {}, owed)) == ["/fields/accepted"]


# What stands against it.


@pytest.mark.parametrize(
    ("promised", "transit", "latest"),
    [
        (day(25), 1, None),
        (day(24), 1, "2026-11-23T09:00:00Z"),
        # The Sunday before is no working day: the goods leave by Friday's end.
        (day(24), 2, "2026-11-20T09:00:00Z"),
    ],
)
def test_a_shipment_arrives_by_the_promise(promised: date, transit: int, latest: str | None) -> None:
    state = order(Step.PLAN_SHIPMENT, promised)
    refusal = judged(Kind.PLAN_SHIPMENT, "plan", {**SHIP, "transit_days": transit}, state)
    assert (refusal.extra["latest_ship_at"] if refusal else None) == latest
    assert refusal is None or refusal.code == "breaks-promise"
    assert judged(Kind.PLAN_SHIPMENT, "plan", {**SHIP, "transit_days": 99, "accept_late": True}, state) is None


@pytest.mark.parametrize("hours", [(Shift(start=time(20), end=time(5)),), (Shift(start=time(0), end=time(0)),)])
def test_the_latest_instant_to_leave_is_one_that_is_not_refused(hours: tuple[Shift, ...]) -> None:
    nights = Calendar.of(Plant(name="Nights", time_zone="Asia/Taipei", country="", hours=hours, weekend=()))
    latest = judgement.latest_ship_at(day(24), 1, nights)
    assert latest == datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)
    answer = a.ShipmentPlanned(mode="road", carrier="Hsin Yun", ship_at=latest, transit_days=1)
    assert judgement.arrival(answer, nights) == day(24)


@pytest.mark.parametrize(
    ("noticed", "now", "fields", "code"),
    [
        (None, "20 16:00", {}, "notice-missing"),
        (None, "20 16:00", {"override_reason": "x"}, None),
        ("20 09:00", "20 13:59", {}, "notice-missing"),
        ("20 09:00", "20 14:00", {}, None),
        ("20 15:00", "21 23:00", {}, "notice-missing"),
        ("20 15:00", "23 10:00", {}, None),
    ],
)
def test_the_notice_lies_its_lead_before_the_dispatch(
    noticed: str | None, now: str, fields: dict[str, Any], code: str | None
) -> None:
    plan = shipment("24 10:00", day(25), noticed_at=at(noticed) if noticed else None)
    refusal = judged(Kind.DISPATCH, "dispatched", fields, order(Step.DISPATCH, shipment=plan), at(now))
    assert (refusal.code if refusal else None) == code


def test_a_fault_comes_before_what_stands_against_it() -> None:
    state = order(Step.PLAN_SHIPMENT, day(20))
    assert pointers(judged(Kind.PLAN_SHIPMENT, "plan", {**SHIP, "ship_at": "2026-11-19"}, state)) == ["/fields/ship_at"]


@pytest.mark.parametrize("kind", a.OUTCOMES)
def test_every_outcome_refuses_what_it_does_not_know(kind: Kind) -> None:
    for outcome in a.OUTCOMES[kind]:
        assert "/fields/surprise" in pointers(judged(kind, outcome, {"surprise": 1}))


def test_texts_are_trimmed_and_bounded() -> None:
    answer = a.read(Kind.CONFIRM_ORDER, "reject", {"reason": "  withdrawn \n"})
    assert answer == a.Reject(reason="withdrawn")
    assert judged(Kind.CONFIRM_ORDER, "reject", {"reason": "x" * 2000}) is None
    assert pointers(judged(Kind.CONFIRM_ORDER, "reject", {"reason": "x" * 2001})) == ["/fields/reason"]


def test_days_are_the_plants() -> None:
    """Friday 01:00 in Taipei is Thursday in UTC."""
    early = at("20 09:00") - timedelta(hours=8)
    yes = judged(Kind.CONFIRM_ORDER, "confirm", {"promised_date": "2026-11-20", "channel": "phone"}, now=early)
    no = judged(Kind.CONFIRM_ORDER, "confirm", {"promised_date": "2026-11-19", "channel": "phone"}, now=early)
    assert yes is None and pointers(no) == ["/fields/promised_date"]


def test_every_refusal_of_the_rules_has_a_status() -> None:
    codes = {"breaks-promise", "notice-missing", "invalid", "wrong-outcome", "stale", "task-closed", "order-on-hold"}
    assert codes <= set(STATUS)
    assert facts().ordered == {"1": 100, "2": 20}
