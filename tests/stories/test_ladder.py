"""The escalation ladder: who is told when a deadline slips, in the plant's working time (contract §3)."""

from datetime import timedelta

from tests.stories.plant import ADMIN, CAST, HEADS, Plant
from workflows.types.words import Department, Priority


async def test_each_rung_is_told_once_at_its_instant(plant: Plant) -> None:
    await plant.enter(100)
    await plant.pass_time(days=30)
    assert plant.when(plant.task("confirm_order").due_at) == "Tue 09:00"
    assert [(notice.kind, plant.when(notice.at), notice.to, notice.level) for notice in plant.mails()] == [
        ("remind", "Mon 16:00", ("assignee",), 1),
        ("overdue", "Tue 09:00", ("assignee", "head"), 2),
        ("escalate", "Wed 09:00", ("head", "sales"), 3),
        ("critical", "Thu 09:00", ("management",), 4),
    ]
    assert {notice.task_id for notice in plant.mails()} == {plant.task("confirm_order").id}


async def test_the_level_is_the_highest_rung_reached(plant: Plant) -> None:
    await plant.enter(100)
    levels = []
    for local in ("Mon 15:59", "Mon 16:01", "Tue 09:01", "Wed 09:01", "Thu 09:01"):
        await plant.pass_to(local)
        levels.append(plant.task("confirm_order").escalation_level)
    assert levels == [0, 1, 2, 3, 4]
    assert plant.types.count("rung_reached") == 4


async def test_rungs_keep_the_working_time_over_a_weekend(plant: Plant) -> None:
    await plant.enter(100)
    await plant.pass_to("Fri 11:00")
    await plant.confirmed()
    await plant.pass_to("Thu+1 17:00")
    told = [plant.when(notice.at) for notice in plant.mails() if notice.task_id == plant.task("make_plan").id]
    assert told == ["Mon+1 09:00", "Mon+1 11:00", "Tue+1 11:00", "Wed+1 11:00"]


async def test_an_answered_task_sends_nothing_more(plant: Plant) -> None:
    await plant.enter(100)
    await plant.pass_to("Mon 16:01")
    await plant.confirmed()
    await plant.pass_time(days=10)
    assert plant.rungs("confirm_order") == ["remind"]


async def test_several_open_tasks_climb_each_for_itself(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    await plant.planned(plant.local("Wed 10:00"), plant.local("Fri 17:00"))
    await plant.answer("ready_people", "ready")
    await plant.pass_to("Wed 10:01")
    assert plant.rungs("ready_materials") == plant.rungs("ready_equipment") == ["remind", "overdue"]
    assert plant.rungs("ready_people") == []


async def test_extending_starts_the_ladder_afresh(plant: Plant) -> None:
    await plant.enter(100)
    await plant.pass_to("Tue 09:01")
    assert plant.task("confirm_order").escalation_level == 2
    await plant.extend("confirm_order", plant.local("Thu 12:00"))
    assert (plant.task("confirm_order").escalation_level, plant.when(plant.task("confirm_order").due_at)) == (0, "Thu 12:00")
    await plant.pass_to("Wed 10:00")
    assert plant.rungs("confirm_order") == ["remind", "overdue"]
    await plant.pass_to("Thu 12:01")
    assert plant.rungs("confirm_order") == ["remind", "overdue"] * 2
    assert plant.task("confirm_order").escalation_level == 2


async def test_a_day_as_new_deadline_means_its_end(plant: Plant) -> None:
    await plant.enter(100)
    await plant.extend("confirm_order", plant.date("Wed"))
    assert plant.when(plant.task("confirm_order").due_at) == "Wed 17:00"


async def test_only_the_departments_head_extends_and_only_into_the_future(plant: Plant) -> None:
    await plant.enter(100)
    later = plant.local("Thu 12:00")
    for actor, code in [
        (CAST[Department.SALES], "forbidden"),
        (HEADS[Department.QUALITY], "not-your-department"),
        (ADMIN, "not-your-department"),
    ]:
        assert (await plant.refused(plant.extend("confirm_order", later, by=actor))).code == code
    no = await plant.refused(plant.extend("confirm_order", plant.now - timedelta(hours=1)))
    assert [fault.pointer for fault in no.errors] == ["/due_at"]


async def test_a_moved_completion_moves_the_deadline_of_producing_and_its_ladder(plant: Plant) -> None:
    await plant.enter(100)
    await plant.confirmed()
    await plant.planned(plant.local("Mon 10:00"), plant.local("Tue 12:00"))
    await plant.made_ready()
    await plant.pass_to("Tue 12:01")
    assert plant.rungs("produce") == ["remind", "overdue"]
    await plant.report(percent=80, expected_completion=plant.local("Wed 12:00"))
    assert plant.task("produce").escalation_level == 0
    await plant.pass_to("Wed 12:01")
    assert plant.rungs("produce") == ["remind", "overdue"] * 2


async def test_a_rung_that_lies_before_the_opening_is_skipped(plant: Plant) -> None:
    await plant.enter(100, policy='[tasks.confirm_order]\nallowance = "1h"')
    assert plant.when(plant.task("confirm_order").due_at) == "Mon 10:00"
    await plant.pass_to("Mon 10:01")
    assert plant.rungs("confirm_order") == ["overdue"]
    assert plant.last("rung_reached").superseded == ()
    assert plant.task("confirm_order").escalation_level == 2


async def test_no_task_is_due_before_the_minimum(plant: Plant) -> None:
    await plant.enter(100, policy='[order]\nminimum = "2h"\n[tasks.confirm_order]\nallowance = "1h"')
    assert plant.when(plant.task("confirm_order").due_at) == "Mon 11:00"
    await plant.confirmed()
    await plant.planned(plant.now, plant.local("Fri 17:00"))
    assert plant.when(plant.task("ready_materials").due_at) == "Mon 11:00"


async def test_a_kind_may_have_a_ladder_of_its_own(plant: Plant) -> None:
    ladder = '[[tasks.confirm_order.ladder]]\nname = "hurry"\nat = "1h"\nto = ["sales", "quality"]'
    await plant.enter(100, policy=ladder)
    await plant.pass_to("Tue 10:01")
    assert [(notice.kind, plant.when(notice.at), notice.to) for notice in plant.mails()] == [
        ("hurry", "Tue 10:00", ("sales", "quality"))
    ]
    await plant.confirmed()
    await plant.pass_to("Wed 10:05")
    assert plant.rungs("make_plan") == ["remind", "overdue"]


async def test_a_rush_order_has_its_own_allowances(plant: Plant) -> None:
    policy = '[rush.tasks.confirm_order]\nallowance = "2h"\nladder = [{ name = "now", at = "0s", to = ["head"] }]'
    await plant.enter(100, policy=policy, priority=Priority.RUSH)
    assert plant.when(plant.task("confirm_order").due_at) == "Mon 11:00"
    await plant.pass_to("Mon 11:01")
    assert plant.rungs("confirm_order") == ["now"]
    await plant.confirmed()
    assert plant.when(plant.task("make_plan").due_at) == "Tue 11:01"


async def test_a_normal_order_knows_no_rush(plant: Plant) -> None:
    await plant.enter(100, policy='[rush.tasks.confirm_order]\nallowance = "2h"')
    assert plant.when(plant.task("confirm_order").due_at) == "Tue 09:00"


async def test_around_the_clock_every_second_counts(plant: Plant) -> None:
    await plant.enter(100, policy="[plant]\naround_the_clock = true")
    await plant.pass_to("Fri 20:00")
    await plant.confirmed()
    assert plant.when(plant.task("make_plan").due_at) == "Sat 20:00"


async def test_a_department_that_asks_for_it_has_mail_of_each_task(plant: Plant) -> None:
    await plant.enter(100, policy='[departments.production]\ntask_opened = "instant"')
    await plant.confirmed()
    await plant.settle()
    assert [(notice.to, notice.task_id) for notice in plant.mails("task_opened")] == [(("assignee",), plant.task("make_plan").id)]


async def test_a_newer_policy_moves_what_it_sets_otherwise(plant: Plant) -> None:
    await plant.enter(100)
    await plant.adopt('[tasks.confirm_order]\nallowance = "2d"')
    assert plant.when(plant.task("confirm_order").due_at) == "Wed 09:00"
    await plant.adopt('[tasks.confirm_order]\nallowance = "2d"\n[tasks.make_plan]\nallowance = "3d"')
    assert plant.types.count("deadline_moved") == 1
    await plant.confirmed()
    assert plant.when(plant.task("make_plan").due_at) == "Thu 09:00"


async def test_a_newer_policy_leaves_a_deadline_where_its_head_has_put_it(plant: Plant) -> None:
    await plant.enter(100)
    await plant.extend("confirm_order", plant.local("Thu 12:00"))
    await plant.adopt('[tasks.confirm_order]\nallowance = "2d"')
    confirm = plant.task("confirm_order")
    assert (plant.when(confirm.due_at), confirm.is_extended) == ("Thu 12:00", True)
    assert plant.types.count("deadline_moved") == 1


async def test_a_newer_policy_with_another_ladder_tells_no_rung_twice_and_forgets_none(plant: Plant) -> None:
    await plant.enter(100)
    await plant.pass_to("Wed 10:00")
    assert plant.task("confirm_order").escalation_level == 3
    instants = {"first": "-6h", "second": "-1h", "third": "0h", "fourth": "1d", "last": "2d"}
    await plant.adopt("\n".join(f'[[ladder]]\nname = "{name}"\nat = "{at}"\nto = ["head"]' for name, at in instants.items()))
    confirm = plant.task("confirm_order")
    assert (confirm.escalation_level, plant.when(confirm.due_at), plant.when(confirm.due_soon_at)) == (
        4,
        "Tue 09:00",
        "Mon 11:00",
    )
    await plant.pass_to("Thu 10:00")
    assert plant.rungs("confirm_order") == ["remind", "overdue", "escalate", "last"]


async def test_only_an_admin_applies_a_policy(plant: Plant) -> None:
    await plant.enter(100)
    assert (await plant.refused(plant.adopt("", by=HEADS[Department.MANAGEMENT]))).code == "forbidden"
    plant.policies.popitem()
