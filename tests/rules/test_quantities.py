"""Where the goods are: what each answer does to them, and laws that hold whatever people answer (contract §2)."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.samples import order, work
from workflows.rules import quantities as q
from workflows.types import answers as a
from workflows.types.orders import Line, Quantities, Work
from workflows.types.words import Kind

SIGNED = {"signed_by": "Ms. Lin"}
FAILED: dict[str, Any] = {"defects": ()}
REWORKED = {"cause": "blunt tool", "corrective_action": "tool changed"}


@pytest.mark.parametrize(
    ("some", "more", "both"),
    [
        ({}, {}, {}),
        ({"1": 2}, {"1": 3}, {"1": 5}),
        ({"2": 1}, {"1": 3}, {"1": 3, "2": 1}),
        ({"1": 0}, {"2": 0}, {}),
        ({"10": 1}, {"9": 1}, {"9": 1, "10": 1}),
    ],
)
def test_plus_leaves_no_zeros_and_keeps_the_lines_in_order(some: Quantities, more: Quantities, both: Quantities) -> None:
    assert list(q.plus(some, more).items()) == list(both.items())


@pytest.mark.parametrize(
    ("some", "less", "left"),
    [
        ({"1": 5}, {"1": 3}, {"1": 2}),
        ({"1": 5}, {"1": 5}, {}),
        ({"1": 5}, {"1": 9}, {}),
        ({"1": 5}, {"2": 9}, {"1": 5}),
    ],
)
def test_minus_never_goes_below_nothing(some: Quantities, less: Quantities, left: Quantities) -> None:
    assert q.minus(some, less) == left


@pytest.mark.parametrize(
    ("some", "needed", "enough"),
    [
        ({"1": 5, "2": 1}, {"1": 5}, True),
        ({"1": 4, "2": 9}, {"1": 5}, False),
        ({}, {"1": 0}, True),
        ({"1": 5}, {"1": 5, "2": 1}, False),
    ],
)
def test_there_is_enough_only_when_there_is_on_every_line(some: Quantities, needed: Quantities, enough: bool) -> None:
    assert q.covers(some, needed) is enough


@pytest.mark.parametrize(
    ("kind", "lies_before"),
    [
        (Kind.CONFIRM_ORDER, {"1": 100, "2": 20}),
        (Kind.MAKE_PLAN, {"1": 1}),
        (Kind.READY_MATERIALS, {"1": 1}),
        (Kind.PRODUCE, {"1": 1}),
        (Kind.INSPECT, {"1": 2}),
        (Kind.REWORK, {"1": 3}),
        (Kind.DECIDE_DISPOSITION, {"1": 3}),
        (Kind.ACCEPT, {"1": 4}),
        (Kind.DECIDE_SHORTAGE, {"1": 45, "2": 10}),
        (Kind.PLAN_SHIPMENT, {"1": 43}),
        (Kind.DISPATCH, {"1": 43}),
        (Kind.SIGN_OFF, {"1": 6}),
        (Kind.RESOLVE_REFUSAL, {"1": 8}),
        (Kind.DECIDE_PROMISE, {"1": 100, "2": 20}),
    ],
)
def test_each_task_shows_what_lies_before_it(kind: Kind, lies_before: Quantities) -> None:
    goods = work(
        to_produce={"1": 1},
        handed={"1": 2},
        failed={"1": 3},
        passed={"1": 4},
        accepted={"1": 50},
        received={"1": 7},
        sent={"1": 6},
        returned={"1": 8},
        dropped={"1": 5, "2": 10},
    )
    assert q.before(kind, order(work=goods)) == lies_before


def test_where_nothing_lies_every_line_says_so() -> None:
    assert q.before(Kind.ACCEPT, order()) == {"1": 0, "2": 0}


# What each answer does.


def test_what_is_produced_is_handed_over_and_scrap_is_only_recorded() -> None:
    made = q.produced(work(to_produce={"1": 10}, rework_rounds=3), a.Produced(scrap={"1": 4}), by="p1")
    assert (made.handed, made.to_produce, made.rework_rounds, made.makers) == ({"1": 10}, {}, 0, ("p1",))
    made = q.produced(work(to_produce={"1": 10}), a.Produced(good={"1": 12, "2": 0}), by="p1")
    assert made.handed == {"1": 12}


def test_what_was_handed_over_minus_what_failed_has_passed() -> None:
    seen = q.failed(work(handed={"1": 10, "2": 5}), a.Failed(failed={"1": 3}, inspected={"1": 4}, **FAILED))
    assert (seen.passed, seen.failed, seen.handed) == ({"1": 7, "2": 5}, {"1": 3}, {})


def test_rework_hands_over_what_failed_less_its_scrap() -> None:
    mended = q.reworked(work(failed={"1": 3}, passed={"1": 7}, makers=("p1",)), a.Reworked(scrap={"1": 1}, **REWORKED), by="p2")
    assert (mended.handed, mended.failed, mended.passed, mended.makers) == ({"1": 2}, {}, {"1": 7}, ("p1", "p2"))


def test_a_passed_inspection_ends_four_eyes() -> None:
    assert q.passed(work(handed={"1": 2}, passed={"1": 7}, makers=("p1",))) == work(passed={"1": 9})


def test_conceding_passes_what_failed_and_marks_it() -> None:
    conceded = q.conceded(work(failed={"1": 3}, passed={"1": 7}, makers=("p1",)))
    assert conceded == work(passed={"1": 10}, conceded=True)


def test_what_a_remake_replaces_no_longer_counts() -> None:
    failed = work(failed={"1": 3}, passed={"1": 7})
    assert q.remade_after_failing(failed) == work(to_produce={"1": 3}, passed={"1": 7}, is_remake=True)
    back = work(accepted={"1": 10}, received={"1": 6}, returned={"1": 4}, lost=True)
    assert q.remade_after_return(back) == work(to_produce={"1": 4}, accepted={"1": 6}, received={"1": 6}, is_remake=True)


def test_acceptance_counts_in_total() -> None:
    assert q.accepted(work(passed={"1": 5}, accepted={"1": 3}), None) == work(accepted={"1": 8})
    assert q.accepted(work(passed={"1": 5}, accepted={"1": 3}), {"1": 4}) == work(accepted={"1": 7})


def test_only_what_is_accepted_and_not_yet_signed_for_is_sent() -> None:
    assert q.sent(work(accepted={"1": 10, "2": 5}, received={"1": 10})).sent == {"2": 5}


def test_what_was_received_and_what_was_not() -> None:
    on_the_way = work(accepted={"1": 10}, sent={"1": 10})
    assert q.signed(on_the_way, a.Signed(**SIGNED)) == work(accepted={"1": 10}, received={"1": 10})
    part = q.signed(on_the_way, a.Signed(received={"1": 7}, damaged={"1": 1}, **SIGNED))
    assert (part.received, part.returned, part.damaged, part.sent) == ({"1": 7}, {"1": 3}, {"1": 1}, {})
    refused = q.refused(on_the_way, a.Refused(reason="x", quantities={"1": 2}))
    assert (refused.received, refused.returned) == ({"1": 8}, {"1": 2})
    assert q.refused(on_the_way, a.Refused(reason="x")).returned == {"1": 10}
    lost = q.lost(on_the_way)
    assert (lost.received, lost.returned, lost.lost) == ({}, {"1": 10}, True)


@pytest.mark.parametrize(
    ("received", "dropped", "state"),
    [
        ({}, {}, "undelivered"),
        ({"1": 100, "2": 20}, {}, "full"),
        ({"1": 100, "2": 21}, {}, "full"),
        ({"1": 100, "2": 19}, {}, "short"),
        ({"1": 100}, {"2": 20}, "short"),
    ],
)
def test_full_is_what_was_ordered_on_every_line(received: Quantities, dropped: Quantities, state: str) -> None:
    assert q.delivered_as(order(work=work(received=received, dropped=dropped))) == state


# Laws.

unhurried = settings(deadline=None)
LINES = ("1", "2")
maps = st.fixed_dictionaries({}, optional=dict.fromkeys(LINES, st.integers(0, 50)))


def some_of(limit: Quantities, draw: Callable[..., Any]) -> Quantities:
    return {line: draw(st.integers(0, most)) for line, most in limit.items() if draw(st.booleans())}


def goods(work: Work) -> Quantities:
    """All pieces that are somewhere in the plant, neither sent nor to be made."""
    return q.plus(q.plus(work.handed, work.failed), work.passed)


@st.composite
def inspections(draw: st.DrawFn) -> tuple[Work, Quantities]:
    """Goods after production and some rounds of inspection and rework, and all the scrap of the rework."""
    work = q.produced(q.start(Work(), {"1": 50, "2": 50}), a.Produced(good=draw(maps) or {"1": 1}), by="p1")
    scrap: Quantities = {}
    for _ in range(draw(st.integers(0, 4))):
        failed = some_of(work.handed, draw)
        if not any(failed.values()):
            break
        work = q.failed(work, a.Failed(failed=failed, **FAILED))
        lost = some_of(work.failed, draw)
        scrap = q.plus(scrap, lost)
        work = q.reworked(work, a.Reworked(scrap=lost or None, **REWORKED), by="p1")
    return work, scrap


@unhurried
@given(inspections())
def test_no_piece_is_lost_or_made_in_inspection_but_by_scrap(case: tuple[Work, Quantities]) -> None:
    work, scrap = case
    made = q.plus(goods(work), scrap)
    passed = q.passed(work)
    assert q.plus(passed.passed, scrap) == made
    assert (passed.handed, passed.failed) == ({}, {})


@unhurried
@given(inspections(), st.data())
def test_a_remake_asks_for_exactly_what_failed(case: tuple[Work, Quantities], data: st.DataObject) -> None:
    work, _ = case
    failed = some_of(work.handed, data.draw)
    before = goods(work)
    work = q.failed(work, a.Failed(failed=failed or {"1": 0}, **FAILED))
    remade = q.remade_after_failing(work)
    assert q.plus(goods(remade), remade.to_produce) == before
    assert goods(q.conceded(work)) == before


@unhurried
@given(st.data())
def test_deliveries_go_on_until_everything_is_received_whatever_is_refused(data: st.DataObject) -> None:
    ordered = {"1": 30, "2": 5}
    work = Work(accepted=ordered)
    for _ in range(6):
        work = q.sent(work)
        kept = some_of(work.sent, data.draw)
        work = q.signed(work, a.Signed(received=kept or {"1": 0}, **SIGNED))
        assert q.plus(work.received, work.returned) == ordered
        if data.draw(st.booleans()):
            work = q.redelivered(work)
        else:
            back = work.returned
            work = q.remade_after_return(work)
            assert work.to_produce == back == q.minus(ordered, work.accepted)
            # Made and accepted again.
            work = q.accepted(q.passed(q.produced(work, a.Produced(), by="p1")), None)
        assert work.accepted == ordered
    assert q.signed(q.sent(work), a.Signed(**SIGNED)).received == ordered


@unhurried
@given(maps, maps)
def test_taking_away_and_giving_back(some: Quantities, less: Quantities) -> None:
    left = q.minus(some, less)
    assert all(quantity > 0 for quantity in left.values())
    assert q.covers(q.plus(left, less), some)
    assert q.minus(q.plus(some, less), less) == q.plus(some, {})


# Other lines.


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        # Nothing made yet.
        ({"to_produce": {"1": 100, "2": 20}}, (60, 20), {"to_produce": {"1": 60, "2": 20}}),
        # More is wanted: only the difference is made.
        ({"accepted": {"1": 100, "2": 20}}, (120, 20), {"accepted": {"1": 100, "2": 20}, "to_produce": {"1": 20}}),
        # Less is wanted: what is too much counts no more, wherever it lies.
        ({"accepted": {"1": 100, "2": 20}}, (60, 20), {"accepted": {"1": 60, "2": 20}}),
        (
            {"accepted": {"1": 50}, "passed": {"1": 20}, "handed": {"1": 30}},
            (60, 20),
            {"accepted": {"1": 50}, "passed": {"1": 10}, "to_produce": {"2": 20}},
        ),
        # What failed is made anew.
        ({"passed": {"1": 90}, "failed": {"1": 10}}, (100, 20), {"passed": {"1": 90}, "to_produce": {"1": 10, "2": 20}}),
        # A line that goes takes along what was made for it; one that comes is made.
        ({"passed": {"1": 100, "2": 20}}, (100,), {"passed": {"1": 100}}),
        ({"passed": {"1": 100, "2": 20}}, (100, 20, 5), {"passed": {"1": 100, "2": 20}, "to_produce": {"3": 5}}),
        # What another order delivers this one need not.
        (
            {"accepted": {"1": 80}, "dropped": {"1": 20}},
            (110, 20),
            {"accepted": {"1": 80}, "dropped": {"1": 20}, "to_produce": {"1": 10, "2": 20}},
        ),
        # Less is wanted of a line of which something is no longer owed: that goes first.
        ({"dropped": {"1": 90}}, (60, 20), {"dropped": {"1": 50}, "to_produce": {"1": 10, "2": 20}}),
        ({"accepted": {"1": 50, "2": 20}, "dropped": {"1": 50}}, (50, 20), {"accepted": {"1": 50, "2": 20}}),
        # Readiness is asked anew, and no longer as for a remake.
        ({"unready": (Kind.READY_PEOPLE,), "is_remake": True}, (60, 20), {"to_produce": {"1": 60, "2": 20}}),
    ],
)
def test_with_other_lines_counts_what_they_still_ask_for(before: dict, wanted: tuple[int, ...], after: dict) -> None:
    state = order(work=work(**before))
    lines = tuple(Line(product_model=f"JQ-{n}", quantity=quantity) for n, quantity in enumerate(wanted))
    assert q.amended(state, lines) == work(**after)


def test_another_product_or_unit_is_another_line() -> None:
    state = order(work=work(passed={"1": 100, "2": 20}))
    lines = (Line(product_model="JQ-0", quantity=100, unit="set"), Line(product_model="JQ-X", quantity=20))
    assert q.amended(state, lines) == work(to_produce={"1": 100, "2": 20})
