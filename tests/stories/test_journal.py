"""What happened is in the store when it is acknowledged, once, whatever is away meanwhile (design §2)."""

import asyncio

from tests.rules.samples import order
from tests.stories.plant import CAST, Plant, Refused
from workflows.journal import Journal
from workflows.types import commands as c
from workflows.types.words import Department


async def test_an_answer_and_the_task_that_it_opens_are_one_transaction(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    (flush,) = [flush for flush in plant.journal.flushes if "task_completed" in {event.type for event in flush.events}]
    assert [event.type for event in flush.events if event.type.startswith("task_")] == ["task_completed", "task_opened"]
    assert {task.kind for task in flush.tasks} == {"confirm_order", "make_plan"}
    assert flush.order.stage == "plan"


async def test_what_an_acknowledged_call_did_can_be_read(plant: Plant) -> None:
    await plant.enter(100)
    seq = await plant.say("complete", plant.answering("confirm_order", "reject", reason="withdrawn"))
    assert plant.shelf.events[seq - 1].type == "task_completed"
    assert plant.row.status == "cancelled"


async def test_while_the_store_is_away_an_answer_waits_and_comes_when_it_is_back(plant: Plant) -> None:
    await plant.enter(100)
    version = plant.row.version
    plant.journal.is_away = True
    said = plant.answering("confirm_order", "confirm", promised_date=plant.day(60), channel="phone")
    answer = asyncio.create_task(plant.say("complete", said))
    # Once locally, then as an activity that operators see.
    await plant.until(lambda: plant.journal.refused >= 2, "the second attempt")
    assert not answer.done()
    assert plant.row.version == version
    plant.journal.is_away = False
    await answer
    assert plant.open_kinds() == ["make_plan"]


async def test_what_is_said_while_the_store_is_away_is_written_in_order(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    await plant.planned()
    plant.journal.is_away = True
    kinds = ("ready_people", "ready_equipment", "ready_materials")
    answers = [asyncio.create_task(plant.say("complete", plant.answering(kind, "ready"))) for kind in kinds]
    await plant.until(lambda: plant.journal.refused >= 2, "the second attempt")
    plant.journal.is_away = False
    await asyncio.gather(*answers)
    assert plant.open_kinds() == ["produce"]


async def test_an_attempt_that_history_never_confirmed_heals(plant: Plant) -> None:
    await plant.enter(100)
    plant.journal.breaks_after_writing = 1
    await plant.confirmed()
    plant.journal.breaks_after_writing = 2
    await plant.planned()
    assert len({flush.first_seq for flush in plant.journal.flushes}) < len(plant.journal.flushes)


async def test_what_an_undone_attempt_left_behind_is_swept_away(plant: Plant) -> None:
    await plant.enter(100)
    await plant.settle()
    # A worker died after writing an answer that history never heard of.
    ghost = plant.shelf.events[-1].model_copy(update={"seq": plant.row.version + 1})
    beyond = ghost.model_copy(update={"seq": ghost.seq + 1})
    plant.shelf.events += [ghost, beyond]
    task = plant.task("confirm_order")
    plant.shelf.tasks["ghost"] = task.model_copy(update={"id": "ghost"})
    await plant.confirmed()
    assert plant.open_kinds() == ["make_plan"]
    assert "ghost" not in plant.shelf.tasks


async def test_the_same_call_said_twice_is_done_once(plant: Plant) -> None:
    await plant.enter(100)
    said = plant.answering("confirm_order", "confirm", promised_date=plant.day(60), channel="phone")
    first = await plant.say("complete", said)
    # The engine would know the id again; the order knows it too.
    assert await plant.say("complete", said, update_id="another") == first
    assert plant.types.count("promised") == 1


async def test_the_same_call_said_twice_at_once_is_done_once(plant: Plant) -> None:
    await plant.enter(100)
    said = plant.answering("confirm_order", "confirm", promised_date=plant.day(60), channel="phone")
    one, other = await asyncio.gather(plant.say("complete", said, "one"), plant.say("complete", said, "other"))
    assert one == other
    assert plant.n("make_plan") == 1


async def test_two_people_answer_two_tasks_at_once(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    await plant.planned()
    await asyncio.gather(*(plant.answer(kind, "ready") for kind in ("ready_people", "ready_equipment", "ready_materials")))
    assert plant.open_kinds() == ["produce"]


async def test_of_two_people_who_answer_one_task_one_wins(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    people = [c.Actor(id=name, departments=(Department.PRODUCTION,)) for name in ("production1", "production2")]
    plans = [
        plant.answering("make_plan", "plan", by=actor, planned_start=plant.at(1), expected_completion=plant.at(3))
        for actor in people
    ]
    results = await asyncio.gather(*(plant.say("complete", plan) for plan in plans), return_exceptions=True)
    (no,) = [result for result in results if isinstance(result, Refused)]
    winner = plant.past("make_plan")
    assert no.code == "task-closed"
    assert no.refusal.extra["completed_by"] == winner.completed_by
    assert winner.completed_by in ("production1", "production2")
    assert winner.completed_at is not None
    assert no.refusal.extra["completed_at"] == f"{winner.completed_at:%Y-%m-%dT%H:%M:%S.%fZ}"


async def both_at_once(plant: Plant, kind: str, first: c.Said, then: c.Said, updates: tuple[str, str]) -> list[object]:
    """Two calls that reach the order together, while it is busy writing something else."""
    plant.journal.takes = 0.4
    busy = asyncio.create_task(plant.extend(kind, plant.at(5)))
    await asyncio.sleep(0.15)
    plant.journal.takes = 0.0
    one = asyncio.create_task(plant.say(updates[0], first))
    await asyncio.sleep(0.05)
    other = asyncio.create_task(plant.say(updates[1], then))
    await busy
    return list(await asyncio.gather(one, other, return_exceptions=True))


def cancelling(plant: Plant) -> c.CancelOrder:
    return c.CancelOrder(actor=CAST[Department.SALES], ref=plant.ref(), reason="customer withdrew")


async def test_goods_that_leave_while_sales_cancels_have_left(plant: Plant) -> None:
    await plant.enter(100)
    await plant.accepted()
    await plant.plan_shipment()
    leave = plant.answering("dispatch", "dispatched", override_reason="x")
    _, no = await both_at_once(plant, "dispatch", leave, cancelling(plant), ("complete", "cancel"))
    assert isinstance(no, Refused) and no.code == "already-dispatched"
    assert (plant.row.status, plant.open_kinds()) == ("open", ["sign_off"])


async def test_an_order_confirmed_while_it_is_cancelled_was_confirmed_first(plant: Plant) -> None:
    await plant.enter(100)
    confirm = plant.answering("confirm_order", "confirm", promised_date=plant.day(60), channel="phone")
    await both_at_once(plant, "confirm_order", confirm, cancelling(plant), ("complete", "cancel"))
    await plant.settle()
    assert (plant.row.status, plant.row.promised) == ("cancelled", plant.day(60))
    assert plant.types.index("promised") < plant.types.index("order_closed")
    assert "customer" in {name for notice in plant.mails("order_cancelled") for name in notice.to}


async def test_nobody_answers_what_is_cancelled_at_the_same_time(plant: Plant) -> None:
    await plant.enter(100)
    plant.mail.is_away = True
    confirm = plant.answering("confirm_order", "confirm", promised_date=plant.day(60), channel="phone")
    _, no = await both_at_once(plant, "confirm_order", cancelling(plant), confirm, ("cancel", "complete"))
    assert isinstance(no, Refused) and no.code == "task-closed"
    assert (plant.row.status, plant.row.promised) == ("cancelled", None)


async def test_a_promise_may_be_moved_the_moment_it_is_given(plant: Plant) -> None:
    await plant.enter(100)
    confirm = plant.answering("confirm_order", "confirm", promised_date=plant.day(60), channel="phone")
    move = c.RepromiseOrder(
        actor=CAST[Department.SALES], ref=plant.ref(), promised_date=plant.day(70), reason="x", customer_agreed=True
    )
    results = await both_at_once(plant, "confirm_order", confirm, move, ("complete", "repromise"))
    # Refused as not confirmed yet, or taken as the second revision; never half of each.
    refused = [result for result in results if isinstance(result, Refused)]
    assert [no.code for no in refused] in ([], ["not-confirmed"])
    assert len(plant.row.promises) == 2 - len(refused)


async def test_an_unknown_task_is_not_known_yet(plant: Plant) -> None:
    await plant.enter(100)
    assert (await plant.refused(plant.answer("inspect", "pass"))).code == "unknown-here"


async def test_each_event_says_who_spoke_and_for_whom(plant: Plant) -> None:
    await plant.enter(100)
    stand_in = c.Actor(id="sales2", departments=(Department.SALES,), on_behalf_of={Department.SALES: "sales1"})
    await plant.answer("confirm_order", "confirm", by=stand_in, promised_date=plant.day(60), channel="phone")
    event = plant.events("task_completed")[0]
    assert (event.actor, event.on_behalf_of) == ("sales2", "sales1")
    await plant.planned()
    assert plant.events("task_completed")[1].on_behalf_of is None


async def test_while_mail_is_away_orders_go_on(plant: Plant) -> None:
    plant.mail.is_away = True
    await plant.enter(100)
    await plant.accepted()
    await plant.shipped()
    await plant.signed()
    await plant.answer("collect_feedback", "answered", csat=5, channel="phone")
    assert (plant.row.status, plant.row.stage, plant.mails()) == ("completed", "closed", [])


async def test_the_workflow_ends_though_its_mail_is_not_out_and_it_goes_out_all_the_same(plant: Plant) -> None:
    await plant.enter(100)
    plant.mail.is_away = True
    await plant.cancel()
    assert await plant.ends() == "cancelled"
    assert plant.mail.kinds() == []
    plant.mail.is_away = False
    await plant.settle()
    assert plant.mail.kinds() == ["order_cancelled"]


async def test_a_notice_that_goes_dead_is_reported_once(plant: Plant) -> None:
    plant.mail.dead |= {"customer", "sales"}
    await plant.enter(100)
    await plant.confirmed()
    await plant.settle()
    assert [(notice.to, notice.data["recipient"]) for notice in plant.mails("undeliverable")] == [(("sales",), "customer")]


async def test_mail_to_staff_that_goes_dead_is_reported_to_their_head(plant: Plant) -> None:
    plant.mail.dead.add("warehouse")
    await plant.enter(100)
    await plant.confirmed()
    await plant.settle()
    (report,) = plant.mails("undeliverable")
    assert report.to == ("head_of:warehouse",)
    assert CAST[Department.WAREHOUSE].id not in report.to


async def test_an_order_does_not_start_afresh_before_it_has_looked_at_what_time_brought() -> None:
    journal = Journal(order(seq=7), [])
    assert journal.is_quiet
    journal.nudge()
    assert not journal.is_quiet
