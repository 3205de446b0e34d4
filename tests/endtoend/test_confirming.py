"""Details and date are confirmed with the customer, who may change or withdraw the order (R6); a promise has revisions (R4)."""

from tests.endtoend import dates
from tests.endtoend.order import ASKED, CONFIRMED, SHIPPED, members
from tests.endtoend.people import problem
from tests.endtoend.plant import Plant


def test_revised_then_confirmed(plant: Plant) -> None:
    order = plant.enter(100)
    lines = [{"product_model": "JQ-9", "quantity": 80, "unit": "set"}]
    order.answer("confirm_order", "revise", lines=lines, requested_date=dates.day(40), reason="the customer changed their mind")
    revised = order.now()
    assert (revised["lines"], revised["requested_date"], revised["stage"]) == (lines, dates.day(40), "confirm")
    assert order.task("confirm_order")["n"] == 2
    order.accepted().shipped().signed().satisfied()
    assert order.ends("completed", "full")["dates"]["requested"] == dates.day(40)
    order.told(*CONFIRMED, *SHIPPED, *ASKED)


def test_rejected(plant: Plant) -> None:
    order = plant.enter()
    order.refused(403, "not-your-department", "confirm_order", "reject", by="production1", reason="no")
    order.refused(422, "wrong-outcome", "confirm_order", "done")
    told = order.refused(422, "invalid", "confirm_order", "reject", reason=" ", why="?")
    assert {error["pointer"] for error in told["errors"]} == {"/fields/reason", "/fields/why"}
    order.answer("confirm_order", "reject", reason="we do not make these")
    order.ends("cancelled", "undelivered")
    order.told(*members("order_cancelled", "sales"))


def test_promised_anew_by_word_of_sales(plant: Plant) -> None:
    order, later = plant.enter().producing(), dates.day(28)
    order.refused_words(403, "forbidden", "repromise", by="quality1", promised_date=later, reason="x", customer_agreed=True)
    order.refused_words(422, "invalid", "repromise", promised_date=later, reason="mould broken", customer_agreed=False)
    order.say("repromise", promised_date=later, reason="mould broken", customer_agreed=False, approved_by="boss")
    moved = order.now()
    first, second = moved["promises"]
    assert (first["revision"], second["revision"], first["date"], second["date"]) == (1, 2, dates.day(25), later)
    said = {"by": "sales1", "approved_by": "boss", "reason": "mould broken", "customer_agreed": False}
    assert {name: second[name] for name in said} == said
    assert (moved["dates"]["first_promised"], moved["dates"]["promised"]) == (dates.day(25), later)
    order.answer("produce", "done")
    order.answer("inspect", "pass")
    order.answer("accept", "accept")
    order.shipped().signed().satisfied().ends("completed", "full")
    order.told(*CONFIRMED, ("promise_moved", "customer"), *members("promise_moved", "production"), *SHIPPED, *ASKED)


def test_a_plan_that_breaks_the_promise_asks_sales_beside_the_going_work(plant: Plant) -> None:
    order = plant.enter().confirmed(dates.day(6)).planned(done=dates.instant(days=9))
    assert order.open_kinds() == {"ready_materials", "ready_equipment", "ready_people", "decide_promise"}
    assert order.now()["risk"] == "late" and order.now()["slack_hours"] < 0
    order.refused(422, "invalid", "decide_promise", "repromise", promised_date=dates.day(20), reason="x", customer_agreed=False)
    order.answer("decide_promise", "repromise", promised_date=dates.day(20), reason="Line 1 is full", customer_agreed=True)
    now = order.now()
    assert (now["risk"], now["dates"]["promised"], len(now["promises"])) == ("on_track", dates.day(20), 2)
    order.made_ready().answer("produce", "done")
    order.answer("inspect", "pass")
    order.answer("accept", "accept")
    order.shipped().signed().satisfied().ends("completed", "full")


def test_cannot_always_asks_sales_and_keeping_is_an_answer(plant: Plant) -> None:
    order = plant.enter().confirmed()
    order.answer("make_plan", "cannot", reason="the line is down", earliest=dates.day(3))
    assert order.open_kinds() == {"make_plan", "decide_promise"} and order.task("decide_promise")["stage"] == "plan"
    order.answer("decide_promise", "keep", reason="they will catch up")
    assert order.open_kinds() == {"make_plan"} and len(order.now()["promises"]) == 1
    order.planned().made_ready()
    order.answer("produce", "cannot", reason="a tool broke")
    assert order.open_kinds() == {"produce", "decide_promise"} and order.task("produce")["n"] == 2
    order.say("repromise", promised_date=dates.day(27), reason="a tool broke", customer_agreed=True)
    assert order.open_kinds() == {"produce"}
    assert [task["status"] for task in order.tasks(kind="decide_promise")].count("cancelled") == 1


def test_an_order_number_exists_once_in_any_case(plant: Plant) -> None:
    order, sales = plant.enter(key="entry-1"), plant.person("sales-head")
    taken = sales.say("/orders", {**order.body, "order_no": order.number.lower()})
    problem(taken, 409, "order-exists")
    repeated = plant.person("sales1").say("/orders", order.body, "entry-1")
    assert (repeated.status_code, repeated.headers["idempotent-replayed"]) == (201, "true")
    problem(plant.person("sales1").say("/orders", {**order.body, "note": "x"}, "entry-1"), 422, "idempotency-key-reused")
    assert sales.ask(f"/orders/{order.number.swapcase()}")["order_no"] == order.number
    order.audit()
