"""An order is withdrawn as long as no goods have left; or it is held, and goes on (R6)."""

from datetime import timedelta

from tests.endtoend import dates
from tests.endtoend.order import CONFIRMED, members
from tests.endtoend.plant import Plant


def test_cancelled(plant: Plant) -> None:
    order = plant.enter().confirmed().planned()
    before = order.events()
    rehearsed = plant.person("sales1").say(f"{order.path}/cancel?dry_run=true", {"reason": "credit"})
    assert rehearsed.status_code == 200
    assert order.events() == before
    order.refused_words(403, "forbidden", "cancel", by="production1", reason="credit")
    order.refused_words(422, "invalid", "cancel")
    order.say("cancel", by="boss", reason="credit")
    order.ends("cancelled", "undelivered")
    assert {task["status"] for task in order.tasks() if task["kind"].startswith("ready_")} == {"cancelled"}
    asked = members("order_cancelled", "sales", "production", "supply_chain")
    order.told(*CONFIRMED, *asked, ("order_cancelled", "customer"))
    order.refused_words(409, "order-closed", "cancel", reason="again")


def test_not_cancelled_once_goods_have_left(plant: Plant) -> None:
    order = plant.enter().accepted().shipped()
    order.refused_words(409, "already-dispatched", "cancel", reason="too late")
    order.answer("sign_off", "lost", reason="the truck burned out")
    order.say("cancel", reason="everything was lost")
    order.ends("cancelled", "undelivered")


def test_held_and_resumed(plant: Plant) -> None:
    order = plant.enter().producing()
    task = order.task("produce")
    order.refused_words(403, "forbidden", "hold", by="quality-head", reason="x", until=dates.instant(days=1))
    order.refused_words(409, "not-on-hold", "resume", reason="x")
    order.say("hold", by="production-head", reason="credit check", until=dates.instant(days=1))
    held_at = dates.now()
    order.refused_words(409, "already-on-hold", "hold", reason="x", until=dates.instant(days=1))
    order.refused(409, "order-on-hold", "produce", "done")
    held = order.task("produce")
    assert (order.now()["status"], held["blocked"], held["lateness"]) == ("on_hold", "order-on-hold", None)
    order.say("resume", reason="paid")
    moved = dates.read(order.task("produce")["due_at"]) - dates.read(task["due_at"])
    assert timedelta(0) < moved <= dates.now() - held_at + timedelta(seconds=2)
    assert (order.now()["status"], order.now()["dates"]["promised"]) == ("open", dates.day(25))
    order.answer("produce", "done")
    order.answer("inspect", "pass")
    order.answer("accept", "accept")
    order.shipped().signed().satisfied().ends("completed", "full")


def test_goods_with_the_customer_are_signed_for_on_hold(plant: Plant) -> None:
    order = plant.enter().accepted().shipped()
    order.say("hold", reason="a complaint", until=dates.instant(days=1))
    assert order.task("sign_off")["blocked"] is None
    order.signed().satisfied().ends("completed", "full")
