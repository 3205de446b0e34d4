"""An order on hold: its clocks stand, what is with the customer goes on (contract §5)."""

from tests.stories.plant import CAST, HEADS, Plant
from workflows.types.words import Department


async def test_on_hold_nobody_completes_or_reports(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing()
    await plant.hold(days=3)
    assert plant.row.status == "on_hold"
    assert (plant.row.hold.reason, plant.row.hold.by) == ("credit check", "sales1")
    assert (await plant.refused(plant.answer("produce", "done"))).code == "order-on-hold"
    assert (await plant.refused(plant.report(percent=10))).code == "order-on-hold"


async def test_what_is_with_the_customer_goes_on(plant: Plant) -> None:
    await plant.on_the_way(100)
    due = plant.task("sign_off").due_at
    await plant.hold(days=30)
    await plant.pass_to("Fri 17:30")
    assert plant.rungs("sign_off") == ["remind", "overdue"]
    await plant.answer("sign_off", "refused", reason="wrong label", quantities={"1": 40})
    await plant.answer("resolve_refusal", "close", reason="agreed")
    assert plant.past("sign_off").due_at == due
    assert (plant.row.status, plant.open_kinds()) == ("on_hold", ["collect_feedback"])
    assert await plant.ends() == "completed"
    assert (plant.row.status, plant.row.hold) == ("completed", None)


async def test_held_working_time_moves_deadlines_and_completion_but_not_the_promise(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed("Wed+4")
    await plant.planned(plant.local("Tue 08:00"), plant.local("Fri 17:00"))
    await plant.made_ready()
    await plant.pass_to("Tue 09:00")
    await plant.hold(until=plant.local("Fri 17:00"))
    await plant.pass_to("Wed 11:00")
    assert plant.rungs("produce") == []
    await plant.resume()
    # From Tuesday 09:00 to Wednesday 11:00 the plant has worked for ten hours.
    assert plant.when(plant.task("produce").due_at) == "Tue+1 10:00"
    assert plant.when(plant.row.expected_completion) == "Tue+1 10:00"
    assert (plant.row.promised, plant.row.status, plant.row.hold) == (plant.date("Wed+4"), "open", None)


async def test_a_weekends_hold_moves_nothing(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    await plant.pass_to("Fri 18:00")
    due = plant.task("make_plan").due_at
    rungs = plant.rungs("make_plan")
    await plant.hold(days=10)
    await plant.pass_to("Sun 18:00")
    await plant.resume()
    assert plant.task("make_plan").due_at == due
    await plant.settle()
    assert plant.rungs("make_plan") == rungs


async def test_no_rung_is_told_while_the_order_is_held(plant: Plant) -> None:
    await plant.enter(100)
    await plant.hold(days=90)
    await plant.pass_time(days=30)
    assert plant.rungs("confirm_order") == []
    assert plant.task("confirm_order").escalation_level == 0


async def test_a_task_that_opens_during_the_hold_only_waits_from_its_opening_on(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.hold(days=20)
    await plant.pass_to("Wed 09:00")
    await plant.answer("sign_off", "refused", reason="rust")
    await plant.answer("resolve_refusal", "remake", reason="anew")
    assert plant.when(plant.task("make_plan").due_at) == "Thu 09:00"
    await plant.pass_to("Wed 11:00")
    await plant.resume()
    assert plant.when(plant.task("make_plan").due_at) == "Thu 11:00"


async def test_sales_and_management_are_told_at_the_holds_end_and_each_working_day_after(plant: Plant) -> None:
    await plant.enter(100)
    await plant.hold(until=plant.local("Thu 10:00"))
    await plant.pass_to("Thu 09:59")
    assert plant.mails("hold_ended") == []
    await plant.pass_to("Thu 10:01")
    assert [set(notice.to) for notice in plant.mails("hold_ended")] == [{"sales", "management"}]
    await plant.pass_to("Tue+1 10:01")
    assert [plant.when(notice.at) for notice in plant.mails("hold_ended")] == [
        "Thu 10:00",
        "Fri 10:00",
        "Mon+1 10:00",
        "Tue+1 10:00",
    ]
    assert plant.row.status == "on_hold"


async def test_who_resumes_hears_no_more_of_the_hold(plant: Plant) -> None:
    await plant.enter(100)
    await plant.hold(until=plant.local("Tue 10:00"))
    await plant.pass_to("Mon 15:00")
    await plant.resume()
    await plant.pass_to("Fri 17:00")
    assert plant.mails("hold_ended") == []


async def test_a_second_hold_is_told_of_anew(plant: Plant) -> None:
    await plant.enter(100)
    await plant.hold(until=plant.local("Tue 10:00"))
    await plant.pass_to("Tue 11:00")
    await plant.resume()
    await plant.hold(until=plant.local("Wed 10:00"))
    await plant.pass_to("Wed 11:00")
    assert [plant.when(notice.at) for notice in plant.mails("hold_ended")] == ["Tue 10:00", "Wed 10:00"]


async def test_a_held_order_cannot_be_held_and_an_open_one_not_resumed(plant: Plant) -> None:
    await plant.enter(100)
    assert (await plant.refused(plant.resume())).code == "not-on-hold"
    await plant.hold(days=3)
    assert (await plant.refused(plant.hold(days=5))).code == "already-on-hold"


async def test_a_hold_ends_in_the_future(plant: Plant) -> None:
    await plant.enter(100)
    no = await plant.refused(plant.hold(days=-1))
    assert [fault.pointer for fault in no.errors] == ["/until"]


async def test_sales_management_and_the_head_of_production_hold_and_resume(plant: Plant) -> None:
    await plant.enter(100)
    for actor in (CAST[Department.PRODUCTION], HEADS[Department.QUALITY]):
        assert (await plant.refused(plant.hold(days=3, by=actor))).code == "forbidden"
    await plant.hold(days=3, by=HEADS[Department.PRODUCTION])
    assert (await plant.refused(plant.resume(by=CAST[Department.WAREHOUSE]))).code == "forbidden"
    await plant.resume(by=CAST[Department.MANAGEMENT])


async def test_a_held_order_is_cancelled(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing()
    await plant.hold(until=plant.local("Tue 10:00"))
    await plant.cancel()
    assert await plant.ends() == "cancelled"
    assert (plant.row.status, plant.row.hold, plant.open_kinds()) == ("cancelled", None, [])


async def test_a_promise_may_be_moved_while_the_order_is_held(plant: Plant) -> None:
    await plant.enter(100)
    await plant.producing()
    await plant.hold(days=3)
    await plant.repromise(plant.day(90))
    assert (plant.row.promised, plant.row.status) == (plant.day(90), "on_hold")
