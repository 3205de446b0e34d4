"""The warehouse plans the shipment (R14), customer and sales have notice of it (R15), the customer signs or does not (R16)."""

from typing import Any

from tests.endtoend import dates
from tests.endtoend.order import ASKED, CONFIRMED, SHIPPED
from tests.endtoend.plant import Plant

NOTICED = SHIPPED[:2]


def test_replanned_before_it_left(plant: Plant) -> None:
    order = plant.enter().accepted()
    order.plan_shipment(ship_at=dates.instant(days=5))
    first = order.now()["dates"]
    assert first["planned_arrival"] > dates.day(6) and first["planned_ship"]
    order.answer("dispatch", "replan", reason="no truck")
    assert order.now()["dates"]["planned_ship"] is None
    order.plan_shipment(mode="rail", ship_at=dates.instant(days=6))
    order.dispatch_in_time()
    order.signed().satisfied().ends("completed", "full")
    order.told(*CONFIRMED, *NOTICED, *SHIPPED, *ASKED)


def test_an_arrival_after_the_promise_is_refused_or_asked_about(plant: Plant) -> None:
    order = plant.enter().accepted()
    late: dict[str, Any] = {"mode": "sea", "carrier": "Evergreen", "ship_at": dates.instant(days=5), "transit_days": 60}
    told = order.refused(409, "breaks-promise", "plan_shipment", "plan", **late)
    assert dates.read(told["latest_ship_at"]) < dates.now()
    short: dict[str, Any] = {**late, "transit_days": 10, "ship_at": dates.instant(days=20)}
    latest = order.refused(409, "breaks-promise", "plan_shipment", "plan", **short)["latest_ship_at"]
    assert dates.read(latest).astimezone(dates.PLANT).date().isoformat() in (dates.day(15), dates.day(16))
    order.answer("plan_shipment", "plan", **short, accept_late=True)
    assert order.open_kinds() == {"dispatch", "decide_promise"} and order.now()["risk"] == "late"
    order.answer("dispatch", "dispatched", override_reason="every day counts")
    order.signed().satisfied().ends("completed", "full")
    assert [task["status"] for task in order.tasks(kind="decide_promise")] == ["cancelled"]


def test_refused_in_part_and_redelivered(plant: Plant) -> None:
    order = plant.enter(100).accepted().shipped()
    order.refused(422, "invalid", "sign_off", "refused", reason="wet", quantities={"1": 101})
    order.answer("sign_off", "refused", reason="wet boxes", quantities={"1": 30})
    assert order.task("resolve_refusal")["quantities"] == {"1": 30} and order.now()["delivery"] == "pending"
    order.refused_words(409, "already-dispatched", "cancel", reason="70 have arrived")
    order.answer("resolve_refusal", "redeliver", reason="dried and packed anew")
    order.plan_shipment()
    assert order.task("dispatch")["quantities"] == {"1": 30}
    order.dispatch_in_time()
    order.signed(received={"1": 30}, damaged={"1": 1}, remarks="one box is dented").satisfied().ends("completed", "full")
    order.told(*CONFIRMED, *SHIPPED, *SHIPPED, *ASKED)


def test_less_received_than_sent_and_closed(plant: Plant) -> None:
    order = plant.enter(100).accepted().shipped().signed(received={"1": 95})
    assert order.task("resolve_refusal")["quantities"] == {"1": 5}
    order.answer("resolve_refusal", "close", reason="credited")
    order.satisfied().ends("completed", "short")


def test_lost_and_made_again(plant: Plant) -> None:
    order = plant.enter(100).accepted().shipped()
    order.answer("sign_off", "lost", reason="the ship sank")
    order.refused(422, "wrong-outcome", "resolve_refusal", "redeliver", reason="from where?")
    order.answer("resolve_refusal", "remake", reason="they wait")
    assert order.now()["stage"] == "plan"
    order.made_again().shipped().signed().satisfied().ends("completed", "full")
    order.told(*CONFIRMED, *SHIPPED, *SHIPPED, *ASKED)


def test_lost_and_closed_undelivered(plant: Plant) -> None:
    order = plant.enter(100).accepted().shipped()
    order.answer("sign_off", "lost", reason="the ship sank")
    order.answer("resolve_refusal", "close", reason="refunded")
    order.ends("completed", "undelivered")
    assert "collect_feedback" not in {task["kind"] for task in order.tasks()}
    order.told(*CONFIRMED, *SHIPPED)


def test_complaints_and_silence_are_both_feedback(plant: Plant) -> None:
    complained, silent = (plant.enter().accepted().shipped().signed() for _ in range(2))
    issue = {"kind": "delivery", "text": "two days late", "department": "warehouse"}
    complained.answer("collect_feedback", "answered", csat=2, channel="mail", issues=[issue])
    raised = [event for event in complained.events() if event["type"] == "issue_raised"]
    assert [{name: event["data"][name] for name in issue} for event in raised] == [issue]
    silent.answer("collect_feedback", "no_answer", note="three calls")
    for order in (complained, silent):
        order.ends("completed", "full")


def test_a_customer_without_address_is_told_by_hand(plant: Plant) -> None:
    order = plant.enter(customer={"name": "路邊店"}).accepted()
    order.plan_shipment()
    order.dispatch_in_time()
    order.signed().satisfied().ends("completed", "full")
    order.told(*CONFIRMED, *SHIPPED, *ASKED)
    assert {row["state"] for row in order.notices() if row["to"] == "customer"} == {"by_hand"}
