"""Past orders played by hand-made tables: who is told what, when, and what nobody could have known yet."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiaoqi.rehearsing.course import Lost
from jiaoqi.rehearsing.past import PastOrder
from jiaoqi.rehearsing.play import Played, Rules, played
from jiaoqi.rehearsing.post import Mail
from tests.rehearsing.past_orders import RULES, at, november, past, rules
from workflows.types.words import Priority, Risk

OWNER, CUSTOMER = "owner of the order", "customer"
STRAIGHT = Counter(
    {
        Mail(CUSTOMER, "order_confirmed"): 1,
        Mail("production", "order_released"): 1,
        Mail("warehouse", "order_released"): 1,
        Mail(CUSTOMER, "shipping_notice"): 1,
        Mail(OWNER, "shipping_notice"): 1,
        Mail(CUSTOMER, "sign_off_request"): 1,
        Mail(CUSTOMER, "feedback_request"): 1,
    }
)
REMINDED = Counter({Mail("warehouse", "remind"): 1})
"""Of the day on which the goods that wait must leave."""


def play(order: PastOrder, under: Rules = RULES, plant: Rules = RULES) -> Played:
    return played(order, under, plant)


def both(to: str, kind: str) -> Counter[Mail]:
    return Counter({Mail(to, kind): 1, Mail(f"head of {to}", kind): 1})


@pytest.mark.parametrize("lost", Lost)
def test_an_order_that_keeps_its_plan_is_no_trouble_to_anybody(lost: Lost) -> None:
    told = play(past(november(26))).told[lost]
    assert (told.mails, told.warned) == (STRAIGHT + REMINDED, {})


def test_production_that_takes_too_long_is_told_of_when_its_time_is_up() -> None:
    # Done by Friday 20 08:00 it would leave the buffer; by Monday 23 08:00 nothing.
    told = play(past(november(30))).told[Lost.MAKING]
    assert told.warned == {Risk.AT_RISK: at("20 08:00:01"), Risk.LATE: at("23 08:00:01")}
    # Reminded, overdue on Friday 20, escalated on Monday 23, critical on Tuesday 24; done on Wednesday 25 at noon. What
    # follows is due by what the promise leaves, an hour at the least.
    produce = Counter({Mail("production", "remind"): 1}) + both("production", "overdue")
    produce += Counter({Mail("head of production", "escalate"): 1, Mail(OWNER, "escalate"): 1, Mail("management", "critical"): 1})
    warnings = Counter({Mail(to, kind): 1 for to in ("production", OWNER) for kind in ("at_risk", "late")})
    after = both("quality", "overdue") + both("warehouse", "overdue") + both("warehouse", "overdue")
    assert told.mails == STRAIGHT + produce + warnings + after


def test_what_is_lost_on_the_way_shows_only_when_the_day_is_over() -> None:
    told = play(past(november(30))).told[Lost.ON_THE_WAY]
    assert told.warned == {Risk.LATE: at("27 17:00:01")}
    late = Counter({Mail("warehouse", "late"): 1, Mail(OWNER, "late"): 1})
    unsigned = Counter({Mail("warehouse", "remind"): 1}) + both("warehouse", "overdue")
    assert told.mails == STRAIGHT + REMINDED + late + unsigned


@settings(deadline=None, max_examples=10)
@given(st.integers(1, 60), st.integers(1, 60), st.sampled_from((Lost.MAKING, Lost.ON_THE_WAY)))
def test_a_warning_does_not_know_how_late_the_order_will_be(one: int, other: int, lost: Lost) -> None:
    """Of two orders that went the same way until somebody was told, nobody can say yet which will come first."""
    due = november(27).toordinal()
    first, second = (play(past(date.fromordinal(due + days))).told[lost].warned for days in (one, other))
    common = [kind for kind in first if kind in second]
    assert [first[kind] for kind in common] == [second[kind] for kind in common]
    assert Risk.LATE in common


def test_an_order_entered_too_late_for_the_policy_is_told_of_at_once() -> None:
    # Thirteen working days are asked for, there are five.
    told = play(past(november(27), entered=november(23))).told[Lost.EVENLY]
    assert told.warned[Risk.LATE] <= at("23 17:00")


def test_a_delivery_that_nobody_signed_for_is_late_all_the_same() -> None:
    told = play(past(november(26), recorded=date(2026, 12, 4))).told[Lost.EVENLY]
    assert told.warned == {Risk.LATE: at("27 17:00:01")}
    assert told.mails[Mail("management", "critical")] == 1


def test_a_policy_with_another_ladder_tells_others_of_the_same_past() -> None:
    loud = rules('[[ladder]]\nname = "shout"\nat = "0s"\nto = ["management", "production"]')
    quiet, told = (play(past(november(30)), under).told[Lost.MAKING] for under in (RULES, loud))
    assert told.warned == quiet.warned
    assert {mail.kind for mail in quiet.mails - told.mails} == {"remind", "overdue", "escalate", "critical"}
    assert told.mails[Mail("management", "shout")] == told.mails[Mail("production", "shout")] == 4


def test_a_policy_with_a_larger_buffer_warns_earlier_of_the_same_past() -> None:
    careful = rules('[order]\nbuffer = "3d"')
    usual, told = (play(past(november(30)), under).told[Lost.MAKING].warned for under in (RULES, careful))
    assert (usual[Risk.AT_RISK], told[Risk.AT_RISK]) == (at("20 08:00:01"), at("18 08:00:01"))
    assert usual[Risk.LATE] == told[Risk.LATE]


def test_a_policy_does_not_make_the_plant_any_faster() -> None:
    strict = rules('[tasks.confirm_order]\nallowance = "1h"')
    told = play(past(november(26)), strict).told[Lost.EVENLY]
    # Confirmed in four hours, as ever; nobody can be reminded two hours before a deadline of one hour.
    assert told.mails == STRAIGHT + REMINDED + both("sales", "overdue")


def test_a_department_that_wants_a_mail_for_each_task_gets_it() -> None:
    instant = rules('[departments.quality]\ntask_opened = "instant"')
    assert play(past(november(26)), instant).told[Lost.EVENLY].mails == STRAIGHT + REMINDED + Counter(
        {Mail("quality", "task_opened"): 1}
    )


def test_an_order_in_a_rush_goes_by_its_own_deadlines() -> None:
    rush = rules('[rush.tasks.inspect]\nallowance = "1h"')
    for priority, more in ((Priority.NORMAL, Counter[Mail]()), (Priority.RUSH, both("quality", "overdue"))):
        assert play(past(november(26), priority=priority), rush).told[Lost.EVENLY].mails == STRAIGHT + REMINDED + more
