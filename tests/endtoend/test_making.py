"""Material, equipment and people are ready in time (R9); what is short is asked again, and moves the expected completion."""

from datetime import datetime, time, timedelta

from tests.endtoend import dates
from tests.endtoend.order import ASKED, CONFIRMED, SHIPPED
from tests.endtoend.plant import Plant


def test_short_of_materials(plant: Plant) -> None:
    start, done = dates.now() + timedelta(days=1), dates.now() + timedelta(days=3)
    order = plant.enter().confirmed().planned(dates.written(start), dates.written(done))
    assert {task["due_at"][:19] for task in order.tasks(status="open")} == {dates.written(start)[:19]}
    eta = dates.day(6)
    order.refused(422, "invalid", "ready_materials", "short", item="wire", eta=dates.day(-1))
    order.answer("ready_materials", "short", item="wire 0.8", quantity=300, eta=eta)
    again = order.task("ready_materials")
    end_of_eta = datetime.combine(datetime.fromisoformat(eta).date() + timedelta(days=1), time(0), dates.PLANT)
    assert (again["n"], dates.read(again["due_at"])) == (2, end_of_eta)
    expected = dates.read(order.now()["dates"]["expected_completion"])
    assert abs(expected - (end_of_eta + (done - start))) < timedelta(seconds=1)
    order.answer("ready_equipment", "ready")
    order.answer("ready_people", "ready")
    assert order.open_kinds() == {"ready_materials"} and order.now()["stage"] == "plan"
    order.answer("ready_materials", "ready", note="came early")
    order.answer("produce", "done")
    order.answer("inspect", "pass")
    order.answer("accept", "accept")
    order.shipped().signed().satisfied().ends("completed", "full")
    order.told(*CONFIRMED, *SHIPPED, *ASKED)


def test_progress_moves_the_forecast(plant: Plant) -> None:
    order = plant.enter().producing()
    order.report(percent=60, note="good")
    order.report(percent=50, expected_completion=dates.instant(days=40))
    assert order.open_kinds() == {"produce", "decide_promise"} and order.now()["risk"] == "late"
    order.answer("produce", "done")
    answer = order.plant.person("quality1").say(f"/tasks/{order.task('inspect')['id']}/progress", {"percent": 10})
    assert answer.json()["code"] == "not-in-production"
    order.audit()


def test_a_task_that_somebody_holds(plant: Plant) -> None:
    order = plant.enter().producing()
    produce = f"/tasks/{order.task('produce')['id']}"
    assert plant.person("production1").say(f"{produce}/claim", {}).json()["assignee"] == "production1"
    told = order.refused(409, "task-held", "produce", "done", by="maker")
    assert told["assignee"] == "production1"
    given = plant.person("production-head").say(f"{produce}/assignee", {"person": "maker", "reason": "night shift"}, method="PUT")
    assert given.status_code == 200
    assert f"/tasks/{plant.person('maker').every('/tasks', assignee='me')[0]['id']}" == produce
    order.answer("produce", "done", by="maker")
    order.refused(403, "four-eyes", "inspect", "pass", by="maker")
    order.answer("inspect", "pass", by="quality2")
    order.audit()
