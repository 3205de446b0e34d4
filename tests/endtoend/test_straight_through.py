"""One order from entry to feedback, and all that must be seen of it on the way."""

from tests.endtoend import dates
from tests.endtoend.order import ASKED, CONFIRMED, SHIPPED, Order
from tests.endtoend.people import problem
from tests.endtoend.plant import Plant


def test_straight_through(plant: Plant) -> None:
    order = plant.enter(120, 30, ship_to="新竹市東區 1 號")
    entered_as_sales_said(order)
    promised = dates.day(25)
    order.confirmed(promised)
    assert order.now()["dates"]["promised"] == order.now()["dates"]["first_promised"] == promised
    order.planned()
    assert order.open_kinds() == {"ready_materials", "ready_equipment", "ready_people"}
    order.made_ready()
    made_and_inspected(order)
    order.plan_shipment()
    order.dispatch_in_time()
    assert order.now()["stage"] == "sign_off" and order.task("sign_off")["quantities"] == {"1": 120, "2": 30}
    order.signed().satisfied()
    ended = order.ends("completed", "full")
    assert (ended["dates"]["delivered"], ended["risk"], ended["rework_rounds"]) == (dates.day(), "on_track", 0)
    order.told(*CONFIRMED, *SHIPPED, *ASKED)
    refused_once_it_is_closed(order)


def entered_as_sales_said(order: Order) -> None:
    entered = order.now()
    assert (entered["stage"], entered["status"], entered["delivery"]) == ("confirm", "open", "pending")
    assert (entered["created_by"], entered["owner"], entered["priority"]) == ("sales1", "sales1", "normal")
    assert (entered["risk"], entered["slack_hours"], entered["dates"]["promised"]) == (None, None, None)
    assert [line["unit"] for line in entered["lines"]] == ["pcs", "pcs"] and entered["customer"]["language"] == "en"
    order.refused_words(409, "not-confirmed", "repromise", promised_date=dates.day(9), reason="x", customer_agreed=True)


def made_and_inspected(order: Order) -> None:
    assert order.now()["stage"] == "produce" and order.task("produce")["quantities"] == {"1": 120, "2": 30}
    order.report(percent=40, note="first shift")
    order.answer("produce", "done", scrap={"2": 1}, comment="second shift helped")
    assert order.task("inspect")["quantities"] == {"1": 120, "2": 30}
    order.answer("inspect", "pass", inspected={"1": 12})
    order.refused(422, "invalid", "accept", "accept", accepted={"1": 119, "2": 30})
    order.answer("accept", "accept")


def refused_once_it_is_closed(order: Order) -> None:
    order.refused_words(409, "order-closed", "cancel", reason="too late")
    done = order.tasks(kind="produce")[0]
    told = problem(order.try_answer(done["id"], "done", by="production1"), 409, "task-closed")
    assert (told["completed_by"], told["completed_at"]) == ("production1", done["completed_at"])
