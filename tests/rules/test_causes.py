"""What ate an order's slack, told from its events: values by hand, in working hours (R10, R13)."""

from datetime import date
from typing import Any

import pytest

from tests.rules.samples import CALENDAR, DEFAULT, at, day, facts, shipment, task, work
from workflows.rules import causes, fold
from workflows.types import events as e
from workflows.types.events import Event
from workflows.types.orders import Amendment, Hold, Promise
from workflows.types.slack import Blame, read, written
from workflows.types.state import OrderState
from workflows.types.words import Kind

# A working day has 8 h, 08:00-12:00 and 13:00-17:00. Allowances: plan 8 h, readiness 8 h, produce 40 h, inspect 8 h,
# accept 4 h, plan_shipment 4 h, dispatch 8 h, transit 16 h; rework 16 h. The 20th of November 2026 is a Friday, the 4th of
# December as well.

POLICIES = {"pinned": DEFAULT}
Told = tuple[str, Any]


def told(*what: Told, now: str) -> list[tuple[str, Kind | None, int, float]]:
    """Tells an order's events at their instants; what is to blame at `now`."""
    found = causes.causes(after(*what), CALENDAR, at(now))
    return [(cause.blame.value, cause.kind, cause.n, cause.hours) for cause in found]


def after(*what: Told) -> OrderState:
    entered = Event(seq=1, at=at("20 08:00"), actor="sales1", data=e.OrderEntered(order=facts(), policy="pinned"))
    rest = [Event(seq=seq, at=at(when), actor="x", data=data) for seq, (when, data) in enumerate(what, start=2)]
    return fold.fold([entered, *rest], POLICIES)


def promised(when: str, on: date, revision: int = 1) -> Told:
    return when, e.Promised(promise=Promise(revision=revision, date=on, reason=None, by="sales1", at=at(when)))


def opened(kind: Kind, when: str, n: int = 1) -> Told:
    return when, e.TaskOpened(task=task(kind, opened=when, n=n, id=f"T-1.{kind}.{n}"))


def done(kind: Kind, when: str, outcome: str = "done", n: int = 1) -> Told:
    return when, e.TaskCompleted(task_id=f"T-1.{kind}.{n}", outcome=outcome)


def plan(when: str, completion: str) -> Told:
    return when, e.PlanMade(planned_start=at(when), expected_completion=at(completion), duration=3600)


def moved(when: str, completion: str, blame: Blame, kind: Kind = Kind.PRODUCE) -> Told:
    return when, e.ExpectedCompletionMoved(expected_completion=at(completion), reason="x", blame=blame, kind=kind)


def rounds(when: str, n: int) -> Told:
    return when, e.WorkMoved(work=work(rework_rounds=n))


PLANNING = (promised("20 09:00", day(9, 12)), opened(Kind.MAKE_PLAN, "20 09:00"))
# In time, but for 63 h from Monday 09:00 on, where the promise had left 48 for readiness and producing.
PLANNED = (*PLANNING, done(Kind.MAKE_PLAN, "23 09:00", "plan"), plan("23 09:00", "12-02 17:00"))
GETTING_READY = (*PLANNED, opened(Kind.READY_MATERIALS, "23 09:00"))
SHORT = (*GETTING_READY, moved("24 09:00", "12-04 17:00", Blame.SHORTAGE, Kind.READY_MATERIALS))
PRODUCING = (*SHORT, done(Kind.READY_MATERIALS, "25 09:00", "ready"), opened(Kind.PRODUCE, "25 09:00"))
# A plan that takes what the promise had left: 48 h from Monday 09:00 on.
AS_ALLOWED = (*PLANNING, done(Kind.MAKE_PLAN, "23 09:00", "plan"), plan("23 09:00", "12-01 09:00"))
MAKING = (*AS_ALLOWED, opened(Kind.PRODUCE, "23 09:00"))
INSPECTING = (*MAKING, done(Kind.PRODUCE, "12-01 09:00"), opened(Kind.INSPECT, "12-01 09:00"))
# After three of the eight hours: a round of rework.
REWORKING = (
    *INSPECTING,
    done(Kind.INSPECT, "12-01 12:00", "fail"),
    rounds("12-01 12:00", 1),
    opened(Kind.REWORK, "12-01 12:00"),
)
REINSPECTING = (*REWORKING, done(Kind.REWORK, "12-02 12:00", "reworked"), opened(Kind.INSPECT, "12-02 12:00", 2))
ACCEPTING = (*INSPECTING, done(Kind.INSPECT, "12-01 12:00", "pass"), opened(Kind.ACCEPT, "12-01 13:00"))
SHIPPING = (*ACCEPTING, done(Kind.ACCEPT, "12-01 17:00", "accept"), opened(Kind.PLAN_SHIPMENT, "12-02 08:00"))


def ships(when: str, ship: str, arrival: date) -> Told:
    return when, e.ShipmentArranged(shipment=shipment(ship, arrival))


DISPATCHING = (
    *SHIPPING,
    done(Kind.PLAN_SHIPMENT, "12-02 10:00", "plan"),
    ships("12-02 10:00", "12-03 10:00", day(7, 12)),
    opened(Kind.DISPATCH, "12-02 10:00"),
)
ON_ITS_WAY = (
    *DISPATCHING,
    done(Kind.DISPATCH, "12-03 10:00", "dispatched"),
    ("12-03 10:00", e.GoodsDispatched(shipped_at=at("12-03 10:00"))),
    opened(Kind.SIGN_OFF, "12-03 10:00"),
)

NOBODY = [("promise", None, 0, 0)]


@pytest.mark.parametrize(
    ("what", "now", "found"),
    [
        # Open within its allowance.
        (PLANNING, "20 15:00", NOBODY),
        (PLANNING, "23 09:00", NOBODY),
        # Friday 7 h and Monday 4 h, of which 8 were allowed.
        (PLANNING, "23 12:00", [("step", Kind.MAKE_PLAN, 1, 3)]),
        (PLANNED, "23 09:00", [("plan", None, 0, 15)]),
        (AS_ALLOWED, "23 09:00", NOBODY),
        (SHORT, "24 09:00", [("shortage", Kind.READY_MATERIALS, 0, 16), ("plan", None, 0, 15)]),
        # What is won back is taken off the last word first.
        (
            (*SHORT, moved("24 10:00", "12-03 17:00", Blame.PROGRESS)),
            "24 10:00",
            [("plan", None, 0, 15), ("shortage", Kind.READY_MATERIALS, 0, 8)],
        ),
        # Readiness took longer than its day, but production's word stands for all of it.
        (PRODUCING, "12-04 17:00", [("shortage", Kind.READY_MATERIALS, 0, 16), ("plan", None, 0, 15)]),
        (
            (*PRODUCING, done(Kind.PRODUCE, "12-04 12:00")),
            "12-04 12:00",
            [("plan", None, 0, 15), ("shortage", Kind.READY_MATERIALS, 0, 12)],
        ),
        (MAKING, "12-01 09:00", NOBODY),
        (MAKING, "12-01 15:00", [("step", Kind.PRODUCE, 1, 5)]),
        ((*MAKING, done(Kind.PRODUCE, "12-01 15:00")), "12-01 15:00", [("step", Kind.PRODUCE, 1, 5)]),
        # The report includes what was late already; from then on the new word counts.
        ((*MAKING, moved("12-01 15:00", "12-02 10:00", Blame.PROGRESS)), "12-01 17:00", [("progress", None, 0, 9)]),
        (
            (*MAKING, moved("12-01 15:00", "12-02 10:00", Blame.PROGRESS)),
            "12-02 12:00",
            [("progress", None, 0, 9), ("step", Kind.PRODUCE, 1, 2)],
        ),
        # Nobody was ready when all should have been made.
        ((*AS_ALLOWED, opened(Kind.READY_PEOPLE, "23 09:00")), "12-01 11:00", [("step", Kind.READY_PEOPLE, 1, 2)]),
        # An inspection beyond its day.
        (INSPECTING, "12-02 11:00", [("step", Kind.INSPECT, 1, 2)]),
        (
            (*INSPECTING, done(Kind.INSPECT, "12-02 11:00", "pass"), opened(Kind.ACCEPT, "12-02 11:00")),
            "12-02 12:00",
            [("step", Kind.INSPECT, 1, 2)],
        ),
        (ACCEPTING, "12-01 17:00", NOBODY),
    ],
)
def test_on_the_straight_path_only_what_took_too_long_is_to_blame(what: tuple[Told, ...], now: str, found: list[Any]) -> None:
    assert told(*what, now=now) == found


@pytest.mark.parametrize(
    ("what", "now", "found"),
    [
        # 16 h of rework and 8 h of inspecting again, however much of it has passed.
        (REWORKING, "12-01 12:00", [("rework", None, 1, 24)]),
        (REWORKING, "12-01 17:00", [("rework", None, 1, 24)]),
        (REWORKING, "12-03 17:00", [("rework", None, 1, 28)]),
        # Mended within 8 h, inspected again within 4.
        (REINSPECTING, "12-02 12:00", [("rework", None, 1, 16)]),
        (REINSPECTING, "12-02 16:00", [("rework", None, 1, 16)]),
        (
            (*REINSPECTING, done(Kind.INSPECT, "12-02 17:00", "pass", 2), opened(Kind.ACCEPT, "12-02 17:00")),
            "12-03 10:00",
            [("rework", None, 1, 12)],
        ),
        # The second round.
        (
            (
                *REINSPECTING,
                done(Kind.INSPECT, "12-02 17:00", "fail", 2),
                rounds("12-02 17:00", 2),
                opened(Kind.REWORK, "12-02 17:00", 2),
            ),
            "12-03 08:00",
            [("rework", None, 2, 24), ("rework", None, 1, 12)],
        ),
        # Management decides for an hour, then the goods are made again: 8 + 8 + 40 + 8 h.
        (
            (*INSPECTING, done(Kind.INSPECT, "12-01 12:00", "fail"), opened(Kind.DECIDE_DISPOSITION, "12-01 12:00")),
            "12-01 14:00",
            [("decision", Kind.DECIDE_DISPOSITION, 1, 12)],
        ),
        (
            (
                *INSPECTING,
                done(Kind.INSPECT, "12-01 12:00", "fail"),
                opened(Kind.DECIDE_DISPOSITION, "12-01 12:00"),
                done(Kind.DECIDE_DISPOSITION, "12-01 14:00", "remake"),
                opened(Kind.MAKE_PLAN, "12-01 14:00", 2),
            ),
            "12-01 14:00",
            [("remake", None, 0, 65)],
        ),
        # Sales decides for an hour of four, the goods are accepted again after 8 + 8 + 40 + 8 + 4 h.
        (
            (*ACCEPTING, done(Kind.ACCEPT, "12-01 16:00", "short"), opened(Kind.DECIDE_SHORTAGE, "12-01 16:00")),
            "12-01 17:00",
            [("decision", Kind.DECIDE_SHORTAGE, 1, 4)],
        ),
        (
            (
                *ACCEPTING,
                done(Kind.ACCEPT, "12-01 16:00", "short"),
                opened(Kind.DECIDE_SHORTAGE, "12-01 16:00"),
                done(Kind.DECIDE_SHORTAGE, "12-01 17:00", "remake"),
                opened(Kind.MAKE_PLAN, "12-01 17:00", 2),
            ),
            "12-02 08:00",
            [("remake", None, 0, 69)],
        ),
        (
            (
                *ACCEPTING,
                done(Kind.ACCEPT, "12-01 16:00", "short"),
                opened(Kind.DECIDE_SHORTAGE, "12-01 16:00"),
                done(Kind.DECIDE_SHORTAGE, "12-01 17:00", "ship_part"),
                opened(Kind.PLAN_SHIPMENT, "12-01 17:00"),
            ),
            "12-02 10:00",
            [("decision", Kind.DECIDE_SHORTAGE, 1, 1)],
        ),
        # Refused on Friday noon; sales has a day, the warehouse half a day and a day, the way takes two.
        (
            (
                *ON_ITS_WAY,
                done(Kind.SIGN_OFF, "12-04 12:00", "refused"),
                ("12-04 12:00", e.ShipmentDropped(reason="x")),
                opened(Kind.RESOLVE_REFUSAL, "12-04 12:00"),
            ),
            "12-04 12:00",
            [("return", None, 0, 36), ("shipment", None, 0, 6)],
        ),
    ],
)
def test_a_detour_ate_all_the_time_that_it_took_and_will_take(what: tuple[Told, ...], now: str, found: list[Any]) -> None:
    assert told(*what, now=now) == found


@pytest.mark.parametrize(
    ("what", "now", "found"),
    [
        # From Wednesday 10:00 three days lead to Monday the 7th at 10:00; arriving that day, until 17:00, is 6 h later.
        (DISPATCHING, "12-02 10:00", [("shipment", None, 0, 6)]),
        # Planned anew, and compared with what the first plan had left: until the 9th at 17:00.
        (
            (
                *DISPATCHING,
                done(Kind.DISPATCH, "12-03 09:00", "replan"),
                ("12-03 09:00", e.ShipmentDropped(reason="x")),
                opened(Kind.PLAN_SHIPMENT, "12-03 09:00", 2),
                done(Kind.PLAN_SHIPMENT, "12-03 11:00", "plan", 2),
                ships("12-03 11:00", "12-08 10:00", day(9, 12)),
                opened(Kind.DISPATCH, "12-03 11:00", 2),
            ),
            "12-03 11:00",
            [("shipment", None, 0, 22)],
        ),
        # They should have left on Thursday at 10:00.
        (DISPATCHING, "12-03 15:00", [("shipment", None, 0, 6), ("step", Kind.DISPATCH, 1, 4)]),
        # They left in time, and should have been there on Monday the 7th.
        (ON_ITS_WAY, "12-08 10:00", [("shipment", None, 0, 6), ("step", Kind.SIGN_OFF, 1, 2)]),
    ],
)
def test_shipments_are_compared_with_what_the_promise_had_left(what: tuple[Told, ...], now: str, found: list[Any]) -> None:
    assert told(*what, now=now) == found


def test_who_cannot_plan_loses_the_time_and_what_the_earliest_date_is_too_late() -> None:
    cannot = (*PLANNING, done(Kind.MAKE_PLAN, "20 15:00", "cannot"), opened(Kind.MAKE_PLAN, "20 15:00", 2))
    # 5 h until then, all for nothing.
    assert told(*cannot, now="20 15:00") == [("cannot", Kind.MAKE_PLAN, 0, 5)]
    # 82 h from then on, where 56 were left for planning, readiness and producing.
    stated = (
        *PLANNING,
        done(Kind.MAKE_PLAN, "20 15:00", "cannot"),
        moved("20 15:00", "12-04 17:00", Blame.CANNOT, Kind.MAKE_PLAN),
    )
    assert told(*stated, now="20 15:00") == [("cannot", Kind.MAKE_PLAN, 0, 31)]
    # The plan then is better by a day.
    better = (
        *stated,
        opened(Kind.MAKE_PLAN, "20 15:00", 2),
        done(Kind.MAKE_PLAN, "23 15:00", "plan", 2),
        plan("23 15:00", "12-03 17:00"),
    )
    assert told(*better, now="23 15:00") == [("cannot", Kind.MAKE_PLAN, 0, 23)]


HELD = (("20 10:00", e.Held(hold=Hold(reason="x", since=at("20 10:00"), until=at("24 17:00"), by="x"))),)
RESUMED = (("23 12:00", e.Resumed(reason="paid")),)


def test_held_time_is_the_holds_and_nobody_elses() -> None:
    # Friday 6 h and Monday 4 h; the plan had its clock running for one hour before.
    assert told(*PLANNING, *HELD, now="23 12:00") == [("hold", None, 0, 10)]
    assert told(*PLANNING, *HELD, *RESUMED, now="23 17:00") == [("hold", None, 0, 10)]
    assert told(*PLANNING, *HELD, *RESUMED, now="24 13:00") == [("hold", None, 0, 10), ("step", Kind.MAKE_PLAN, 1, 1)]


def test_a_hold_of_the_weekend_ate_nothing() -> None:
    over_the_weekend = Hold(reason="x", since=at("20 17:00"), until=at("22 17:00"), by="x")
    assert (
        told(*PLANNING, ("20 17:00", e.Held(hold=over_the_weekend)), ("23 08:00", e.Resumed(reason="x")), now="23 09:00")
        == NOBODY
    )


def test_held_production_is_late_only_by_what_it_was_late_without() -> None:
    hold = Hold(reason="x", since=at("12-01 11:00"), until=at("12-02 17:00"), by="x")
    # Two hours late, then held for 8 h, by which the completion moves, then another hour late.
    held = (
        ("12-01 11:00", e.Held(hold=hold)),
        ("12-02 11:00", e.Resumed(reason="x")),
        moved("12-02 11:00", "12-02 09:00", Blame.HOLD),
    )
    assert told(*MAKING, held[0], now="12-02 11:00") == [("hold", None, 0, 8), ("step", Kind.PRODUCE, 1, 2)]
    assert told(*MAKING, *held, now="12-02 12:00") == [("hold", None, 0, 8), ("step", Kind.PRODUCE, 1, 3)]


def test_production_that_was_late_when_the_promise_was_given_is_not_blamed_for_held_time() -> None:
    # It should have been done on the 1st at 09:00, is promised anew on the same day at 15:00, is late for an hour by that,
    # and then held for 16 h.
    hold = Hold(reason="x", since=at("12-01 16:00"), until=at("12-03 16:00"), by="x")
    held = (
        *MAKING,
        promised("12-01 15:00", day(20, 12), 2),
        ("12-01 16:00", e.Held(hold=hold)),
        ("12-03 16:00", e.Resumed(reason="x")),
        moved("12-03 16:00", "12-03 09:00", Blame.HOLD),
    )
    assert told(*held, now="12-03 16:00") == [("hold", None, 0, 16), ("step", Kind.PRODUCE, 1, 1)]
    assert told(*held, now="12-04 10:00") == [("hold", None, 0, 16), ("step", Kind.PRODUCE, 1, 4)]
    # Whoever says then when it will be done adds to that what is still to come.
    until_noon = moved("12-04 10:00", "12-04 12:00", Blame.PROGRESS)
    found = told(*held, until_noon, now="12-04 10:00")
    assert found == [("hold", None, 0, 16), ("progress", None, 0, 5), ("step", Kind.PRODUCE, 1, 1)]


def test_a_shipment_planned_anew_after_a_hold_is_not_blamed_for_it() -> None:
    hold = Hold(reason="x", since=at("12-03 10:00"), until=at("12-04 10:00"), by="x")
    again = (
        *DISPATCHING,
        ("12-03 10:00", e.Held(hold=hold)),
        ("12-04 10:00", e.Resumed(reason="x")),
        done(Kind.DISPATCH, "12-04 10:00", "replan"),
        ("12-04 10:00", e.ShipmentDropped(reason="x")),
        opened(Kind.PLAN_SHIPMENT, "12-04 10:00", 2),
        done(Kind.PLAN_SHIPMENT, "12-04 10:00", "plan", 2),
        ships("12-04 10:00", "12-07 10:00", day(8, 12)),
        opened(Kind.DISPATCH, "12-04 10:00", 2),
    )
    # From the 7th at 17:00 to the 8th: a day, as long as it was held.
    assert told(*again, now="12-04 10:00") == [("hold", None, 0, 8), ("shipment", None, 0, 6)]


def test_goods_on_their_way_lose_nothing_by_a_hold() -> None:
    hold = Hold(reason="x", since=at("12-03 11:00"), until=at("12-04 17:00"), by="x")
    assert told(*ON_ITS_WAY, ("12-03 11:00", e.Held(hold=hold)), now="12-04 17:00") == [("shipment", None, 0, 6)]


def test_a_hold_costs_goods_that_should_have_left_the_time_since() -> None:
    # They should have left on Thursday at 10:00, and may again on Friday at 11:00.
    hold = Hold(reason="x", since=at("12-02 11:00"), until=at("12-04 17:00"), by="x")
    held = (*DISPATCHING, ("12-02 11:00", e.Held(hold=hold)))
    assert told(*held, now="12-03 10:00") == [("shipment", None, 0, 6)]
    assert told(*held, now="12-03 14:00") == [("shipment", None, 0, 6), ("hold", None, 0, 3)]
    resumed = (*held, ("12-04 11:00", e.Resumed(reason="x")))
    assert told(*resumed, now="12-04 11:00") == [("hold", None, 0, 9), ("shipment", None, 0, 6)]
    assert told(*resumed, now="12-04 14:00") == [("hold", None, 0, 9), ("shipment", None, 0, 6), ("step", Kind.DISPATCH, 1, 2)]


def test_a_new_promise_begins_a_new_account() -> None:
    again = (*REWORKING, promised("12-01 16:00", day(20, 12), 2))
    assert told(*again, now="12-01 17:00") == NOBODY
    # The rework that was open then has its two days from then on: until Thursday at 16:00.
    assert told(*again, now="12-03 17:00") == [("step", Kind.REWORK, 1, 1)]


def test_an_amendment_that_leads_back_is_a_detour() -> None:
    amended = e.OrderAmended(amendment=Amendment(reason="more", by="sales1"), goes_back=True)
    withdrawn = ("12-01 10:00", e.TaskCancelled(task_id="T-1.inspect.1", reason="x"))
    again = (*INSPECTING, withdrawn, ("12-01 10:00", amended), opened(Kind.MAKE_PLAN, "12-01 10:00", 2))
    assert told(*again, now="12-01 10:00") == [("amendment", None, 0, 64)]


def test_before_the_promise_nobody_is_to_blame() -> None:
    assert causes.causes(after(opened(Kind.CONFIRM_ORDER, "20 08:00")), CALENDAR, at("27 08:00")) == ()


def test_causes_travel_as_text() -> None:
    found = causes.causes(after(*SHORT), CALENDAR, at("24 09:00"))
    assert read(written(found)) == found
