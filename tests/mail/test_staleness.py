"""What has been overtaken is not told any more."""

from datetime import timedelta
from typing import Any

import pytest

from activities.mail.staleness import is_stale
from tests.mail.samples import NOW, notice, order, task
from workflows.types.orders import Promise
from workflows.types.words import OrderStatus, TaskStatus

OF_TASK: dict[str, Any] = {"task_id": "JQ-1.inspect.1"}


@pytest.mark.parametrize(
    ("of_notice", "of_task", "stale"),
    [
        ({}, {}, False),
        ({}, {"status": TaskStatus.COMPLETED}, True),
        ({}, {"status": TaskStatus.CANCELLED}, True),
        # Only rungs are overtaken by rungs.
        ({}, {"escalation_level": 3, "ladder_round": 2}, False),
        ({"level": 2}, {"escalation_level": 1}, False),
        ({"level": 2}, {"escalation_level": 2}, False),
        ({"level": 2}, {"escalation_level": 3}, True),
        ({"level": 2}, {"escalation_level": 2, "ladder_round": 1}, True),
        ({"level": 1, "ladder_round": 1}, {"escalation_level": 0, "ladder_round": 2}, True),
        ({"level": 1, "ladder_round": 1}, {"escalation_level": 1, "ladder_round": 1}, False),
    ],
)
def test_a_notice_of_a_task(of_notice: dict[str, Any], of_task: dict[str, Any], stale: bool) -> None:
    told = notice("overdue", "assignee", **OF_TASK | of_notice)
    assert is_stale(told, order(), task(**of_task)) is stale


def test_a_task_that_is_gone_was_never_asked() -> None:
    assert is_stale(notice("overdue", "assignee", **OF_TASK), order(), None)


def test_what_is_about_no_task_stays() -> None:
    assert not is_stale(notice("order_released", "production"), order(status=OrderStatus.CANCELLED), None)


@pytest.mark.parametrize("status", OrderStatus)
def test_a_holds_end_is_told_while_the_hold_stands(status: OrderStatus) -> None:
    assert is_stale(notice("hold_ended", "sales"), order(status=status), None) is (status is not OrderStatus.ON_HOLD)


@pytest.mark.parametrize("kind", ["at_risk", "late"])
def test_a_warning_is_about_the_promise_that_it_was_told_of(kind: str) -> None:
    promises = tuple(
        Promise(revision=revision, date=order().requested_date, reason=None, by="sales1", at=NOW) for revision in (1, 2)
    )
    told = notice(kind, "sales", data={"revision": "1"})
    assert not is_stale(told, order(promises=promises[:1]), None)
    assert is_stale(told, order(promises=promises), None)
    assert is_stale(told, order(promises=promises[:1], status=OrderStatus.CANCELLED), None)
    assert not is_stale(told, order(promises=promises[:1], status=OrderStatus.ON_HOLD), None)


def test_silence_is_not_told_once_there_was_a_report() -> None:
    told = notice("silent", "head", **OF_TASK)
    assert not is_stale(told, order(), task())
    assert not is_stale(told, order(), task(reported_at=NOW - timedelta(hours=9)))
    assert is_stale(told, order(), task(reported_at=NOW + timedelta(minutes=1)))
