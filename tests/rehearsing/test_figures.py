"""The figures of a rehearsal, each with what it is counted of, from a few orders whose fate is known."""

from datetime import datetime

import pytest

from activities import policy_file
from jiaoqi.rehearsing.course import Course, Lost
from jiaoqi.rehearsing.figures import Share, Warnings, days_before, figures, quantile, warnings
from jiaoqi.rehearsing.play import Played
from jiaoqi.rehearsing.post import Mail
from jiaoqi.rehearsing.running import Told
from tests.rehearsing.past_orders import RULES, at, november, past
from workflows.types.words import Priority, Risk

CALENDAR = RULES.by_priority[Priority.NORMAL].calendar
BOTH = (Risk.AT_RISK, Risk.LATE)


def fate(came: int, at_risk: str | None = None, late: str | None = None, promised: int = 27, mails: int = 0) -> Played:
    """An order delivered at the end of a day in November, told of then."""
    told = Told()
    told.mails[Mail("customer", "order_confirmed")] = mails
    told.warned = {kind: at(when) for kind, when in ((Risk.AT_RISK, at_risk), (Risk.LATE, late)) if when}
    order = past(november(came), promised=november(promised))
    course = Course(at("2 08:00"), {}, at(f"{came} 17:00"), kept_plan=came < promised)
    return Played(order, course, dict.fromkeys(Lost, told))


def of(*fates: Played, kinds: tuple[Risk, ...] = BOTH) -> Warnings:
    return warnings(fates, Lost.EVENLY, kinds, CALENDAR)


def test_a_warning_is_right_when_the_order_is_late_and_false_when_it_comes_in_time() -> None:
    found = of(fate(30, "20 08:00"), fate(30), fate(26, "20 08:00"), fate(26), fate(25))
    assert found == Warnings(Share(1, 2), (6.0, 6.0, 6.0), Share(1, 2))


def test_the_first_warning_counts() -> None:
    orders = fate(30, "20 08:00", "25 08:00"), fate(30, late="26 08:00")
    assert of(*orders).days_before == (2.0, 2.0, 6.0)
    assert of(*orders, kinds=(Risk.LATE,)).days_before == (2.0, 2.0, 3.0)


@pytest.mark.parametrize(
    ("told", "promised", "counts"),
    [
        ("26 17:00", 27, True),
        ("27 08:00", 27, False),
        ("27 17:01", 27, False),
        # The 28th is a Saturday: its promise can be kept until Friday 17:00.
        ("27 16:00", 28, True),
        ("27 17:00", 28, False),
    ],
)
def test_a_warning_on_the_promised_day_is_none(told: str, promised: int, counts: bool) -> None:
    assert of(fate(30, told, promised=promised)).in_time == Share(int(counts), 1)


def test_who_is_told_after_the_goods_have_come_was_not_warned() -> None:
    found = figures(policy_file.default(), [fate(26, late="27 17:01"), fate(25), fate(30, late="30 17:01")])
    assert found.told_late[Lost.EVENLY] == Warnings(Share(0, 1), (), Share(0, 0))
    assert found.unsigned == Share(1, 2)


def test_mails_are_counted_over_all_orders() -> None:
    found = figures(policy_file.default(), [fate(26, mails=3), fate(27, mails=5)])
    assert (found.mails[Mail("customer", "order_confirmed")], found.most, found.orders) == (8, 5, 2)
    assert found.tight == Share(1, 2)


@pytest.mark.parametrize(("share", "value"), [(0.1, 1), (0.5, 5), (0.9, 9)])
def test_a_quantile_is_one_of_the_values(share: float, value: float) -> None:
    assert quantile([float(n) for n in range(10, 0, -1)], share) == value


@pytest.mark.parametrize(("when", "days"), [("20 08:00", 6.0), ("26 13:00", 1.5), ("27 17:00", 0.0), ("30 12:00", -0.5)])
def test_days_before_are_working_days(when: str, days: float) -> None:
    told: datetime = at(when)
    assert days_before(fate(30), told, CALENDAR) == days
