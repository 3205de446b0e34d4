"""Who has work with an order hears that it will be late, once and why, and sales is asked with the earliest date (R8, R10)."""

from datetime import timedelta

from tests.endtoend import dates
from tests.endtoend.order import CONFIRMED, READINESS, members
from tests.endtoend.plant import Plant


def test_a_report_that_breaks_the_promise_is_told_with_its_cause(plant: Plant) -> None:
    start, done = dates.now() + timedelta(hours=2), dates.now() + timedelta(days=2)
    order = plant.enter().confirmed(dates.day(15)).planned(dates.written(start), dates.written(done))
    for kind in READINESS:
        order.answer(kind, "ready")
    produce = order.task("produce")
    # The end of the promised day, less two days of transit and the steps that follow: 1 d, 4 h, 4 h and 1 d.
    leaves = dates.read(f"{dates.day(15)}T16:00:00Z") - timedelta(days=4, hours=8)
    assert (dates.read(produce["latest_finish"]), produce["earliest"]) == (leaves, None)
    assert order.now()["risk"] == "on_track"
    order.report(percent=10, expected_completion=dates.written(done + timedelta(days=18)))
    asked = order.task("decide_promise")
    # 2 days until it should have been done, 18 more, and 4 days and 8 hours to the customer.
    arrives = (done + timedelta(days=22, hours=8)).astimezone(dates.PLANT).date()
    assert (asked["earliest"], asked["latest_finish"]) == (arrives.isoformat(), None)
    order.told(*CONFIRMED, *members("late", "production", "sales"))
    moved = [event for event in order.events() if event["type"] == "risk_moved"][-1]["data"]
    assert (moved["risk"], moved["causes"]) == ("late", [{"blame": "progress", "kind": None, "n": 0, "hours": 432.0}])
    for mail in [mail for mail in plant.mails(order.number) if mail.kind == "late"]:
        assert "432" in mail.text and f"{arrives:%a} {arrives.day} {arrives:%b %Y}" in mail.text
    order.answer("decide_promise", "repromise", promised_date=dates.day(40), reason="mould broken", customer_agreed=True)
    later = order.task("produce")
    stated = dates.read(dates.written(done + timedelta(days=18)))
    assert (dates.read(later["due_at"]), order.now()["risk"]) == (stated, "on_track")
    assert dates.read(later["latest_finish"]) == leaves + timedelta(days=25)
    promises = order.now()["promises"]
    assert [(each["revision"], each["date"], each["forecast"]) for each in promises][1:] == [
        (2, dates.day(40), arrives.isoformat())
    ]
    assert order.now()["dates"]["first_promised"] == dates.day(15)
    order.audit()
