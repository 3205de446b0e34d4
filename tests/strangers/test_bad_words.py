"""Words to orders and tasks that must not be heard."""

import json
from typing import Any

import pytest

from tests.endtoend import dates
from tests.strangers.bad import CLOSED, CONFIRM, GONE, OPEN, PLAN, WHY, Bad, changes_nothing
from tests.strangers.plant import BesiegedPlant

LATER = dates.instant(days=2)
TASK = f"/tasks/{CONFIRM}"


def answering(what: str, task: str, outcome: Any, fields: Any, pointer: str, code: str = "invalid", by: str = "sales1") -> Bad:
    return Bad(f"answer: {what}", f"/tasks/{task}/complete", {"outcome": outcome, "fields": fields}, 422, code, pointer, by)


def planning(what: str, start: str, end: str, pointer: str) -> Bad:
    fields = {"planned_start": start, "expected_completion": end}
    return answering(what, PLAN, "plan", fields, pointer, by="production1")


def holding(what: str, until: Any, pointer: str = "/until", **why: str) -> Bad:
    return Bad(f"hold: {what}", f"/orders/{OPEN}/hold", {**WHY, **why, "until": until}, 422, "invalid", pointer)


PROMISED = "/fields/promised_date"
SAYING = [
    answering("another task's outcome", CONFIRM, "plan", {}, "/outcome", "wrong-outcome"),
    answering("another task's field", CONFIRM, "reject", {**WHY, "csat": 5}, "/fields/csat"),
    answering("no such outcome", CONFIRM, "", {}, "/outcome", "wrong-outcome"),
    answering("an outcome in another case", CONFIRM, "Reject", WHY, "/outcome", "wrong-outcome"),
    answering("an outcome that is no text", CONFIRM, None, {}, "/outcome"),
    answering("fields that are no object", CONFIRM, "reject", [], "/fields"),
    answering("a missing field", CONFIRM, "reject", {}, "/fields/reason"),
    answering("a field nested 300 times", CONFIRM, "reject", {"reason": json.loads("[" * 300 + "]" * 300)}, "/fields/reason"),
    answering("promised for yesterday", CONFIRM, "confirm", {"promised_date": dates.day(-1), "channel": "phone"}, PROMISED),
    answering("promised for year 10000", CONFIRM, "confirm", {"promised_date": "10000-01-01", "channel": "phone"}, PROMISED),
    planning("a naive datetime", "2027-03-01T10:00:00", LATER, "/fields/planned_start"),
    planning("planned into year 9000", LATER, "9000-01-01T00:00:00Z", "/fields/expected_completion"),
    planning("planned backwards", dates.instant(days=3), LATER, "/fields/expected_completion"),
    holding("a naive datetime", "2027-03-01T10:00:00"),
    holding("an hour that no day has", "2027-03-01T25:00:00Z"),
    holding("an instant before all time", "0001-01-01T00:00:00+23:59"),
    holding("year 10000", "10000-01-01"),
    holding("the day before yesterday", dates.day(-2)),
    holding("in six years", dates.day(6 * 366)),
    holding("a number", 0),
    holding("null", None),
    holding("2,001 characters", LATER, "/reason", reason="x" * 2_001),
    holding("a reason of spaces", LATER, "/reason", reason=" \u3000"),
    Bad("extend: the past", f"{TASK}/extend", {"due_at": dates.instant(days=-1), **WHY}, 422, "invalid", "/due_at", "sales-head"),
    Bad("snooze: the past", f"{TASK}/snooze", {"until": dates.instant(days=-1)}, 422, "invalid", "/until"),
    Bad("assign: nobody", f"{TASK}/assignee", {"person": "none", **WHY}, 422, "invalid", "/person", "sales-head", method="PUT"),
    Bad("claim: for somebody", f"{TASK}/claim", {"person": "sales1"}, 422, "invalid", "/person"),
    Bad("cancel: a dry run of maybe", f"/orders/{OPEN}/cancel?dry_run=maybe", WHY, 422, "invalid", "/query/dry_run"),
    Bad("cancel: a closed order", f"/orders/{GONE}/cancel", WHY, 409, "order-closed"),
    Bad("hold: a closed order", f"/orders/{GONE}/hold", {**WHY, "until": LATER}, 409, "order-closed"),
    Bad("answer: a closed task", f"/tasks/{CLOSED}/complete", {"outcome": "reject", "fields": WHY}, 409, "task-closed"),
    Bad("claim: a closed task", f"/tasks/{CLOSED}/claim", {}, 409, "task-closed"),
    Bad("progress: before production", f"{TASK}/progress", {"percent": 5}, 409, "not-in-production"),
    Bad("claim: somebody else's task", f"/tasks/{PLAN}/claim", {}, 403, "not-your-department"),
]


@pytest.mark.parametrize("bad", SAYING, ids=str)
def test_bad_words_change_nothing(quiet: BesiegedPlant, bad: Bad) -> None:
    changes_nothing(quiet, bad)
