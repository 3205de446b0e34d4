"""When silence from the shop floor is told of, and what held time is (R10, contract §5)."""

from datetime import timedelta
from typing import Any

import pytest

from tests.rules.samples import CALENDAR, at, order, policy, task
from workflows.rules import silence, standing
from workflows.types.orders import Hold
from workflows.types.slack import Interval
from workflows.types.words import Kind

# By the policy a working day of 8 h may pass without a report.


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "23 09:00"),
        ({"reported_at": at("20 14:00")}, "23 14:00"),
        ({"is_silence_told": True}, None),
    ],
)
def test_silence_counts_from_the_opening_or_the_last_report(changes: dict[str, Any], told: str | None) -> None:
    state = order()
    found = silence.told_at(task(Kind.PRODUCE, **changes), state, CALENDAR)
    assert found == (at(told) if told else None)


def test_only_production_reports() -> None:
    assert silence.told_at(task(Kind.REWORK), order(), CALENDAR) is None


def test_how_long_is_the_policys_to_say() -> None:
    state = order(governed_by=policy('[order]\nsilent_after = "2h"'))
    assert silence.told_at(task(Kind.PRODUCE, state), state, CALENDAR) == at("20 11:00")


# Held from Friday 11:00 until Monday 10:00: 7 h.
HELD = [Interval(since=at("20 11:00"), until=at("23 10:00"))]


@pytest.mark.parametrize(("reported", "told"), [("20 09:00", "23 17:00"), ("23 09:00", "24 10:00"), ("23 10:00", "24 10:00")])
def test_held_time_is_no_silence(reported: str, told: str) -> None:
    state = order(past_holds=HELD)
    assert silence.told_at(task(Kind.PRODUCE, reported_at=at(reported)), state, CALENDAR) == at(told)


@pytest.mark.parametrize(
    ("since", "until", "held"),
    [
        ("20 09:00", "20 11:00", 0),
        ("20 09:00", "20 15:00", 3),
        ("20 12:00", "23 09:00", 5),
        ("20 09:00", "24 17:00", 8),
        ("21 09:00", "22 09:00", 0),
        ("24 09:00", "25 09:00", 3),
    ],
)
def test_held_time_lies_within_the_holds_the_one_that_stands_included(since: str, until: str, held: int) -> None:
    # And again on Tuesday from 15:00 on.
    stands = Hold(reason="x", since=at("24 15:00"), until=at("27 09:00"), by="x")
    state = order(past_holds=[Interval(since=at("20 11:00"), until=at("23 09:00"))], hold=stands)
    hours = timedelta(hours=held)
    assert standing.held(state, CALENDAR, at(since), at(until)) == hours
    assert standing.ran(state, CALENDAR, at(since), at(until)) == CALENDAR.between(at(since), at(until)) - hours
