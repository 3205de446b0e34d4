"""Sales asks whether the customer is satisfied (R17, R18)."""

from tests.stories.plant import Plant


async def delivered(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.signed()


async def test_an_answer_closes_the_order_and_each_complaint_is_an_issue(plant: Plant) -> None:
    await delivered(plant)
    issues = [
        {"kind": "product", "text": "burrs on the edge", "department": "production"},
        {"kind": "documents", "text": "no packing list", "department": "warehouse"},
    ]
    await plant.answer("collect_feedback", "answered", csat=3, nps=6, channel="phone", comment="so so", issues=issues)
    raised = [event.data for event in plant.events("issue_raised")]
    assert [(issue.kind, issue.text, issue.department) for issue in raised] == [  # type: ignore[union-attr]
        ("product", "burrs on the edge", "production"),
        ("documents", "no packing list", "warehouse"),
    ]
    assert await plant.ends() == "completed"
    assert (plant.row.status, plant.row.stage, plant.row.delivery) == ("completed", "closed", "full")


async def test_no_answer_is_recorded_as_no_answer(plant: Plant) -> None:
    await delivered(plant)
    await plant.answer("collect_feedback", "no_answer", note="on holiday")
    assert await plant.ends() == "completed"
    task = plant.past("collect_feedback")
    assert (task.outcome, task.completed_by, task.fields) == ("no_answer", "sales1", {"note": "on holiday"})


async def test_unanswered_feedback_ends_by_itself_five_working_days_after_the_last_rung(plant: Plant) -> None:
    await delivered(plant)
    # Five working days' allowance from Monday 09:00; the last rung two working days after that.
    assert plant.when(plant.task("collect_feedback").due_at) == "Mon+1 09:00"
    await plant.pass_to("Wed+2 08:59")
    assert plant.rungs("collect_feedback") == ["remind", "overdue", "escalate", "critical"]
    assert plant.open_kinds() == ["collect_feedback"]
    await plant.pass_to("Wed+2 09:01")
    task = plant.past("collect_feedback")
    assert (task.outcome, task.completed_by, plant.when(task.completed_at)) == ("no_answer", "system", "Wed+2 09:00")
    assert (plant.row.status, await plant.ends()) == ("completed", "completed")


async def test_no_other_task_ends_by_itself(plant: Plant) -> None:
    await plant.on_the_way(100)
    await plant.pass_time(days=120)
    assert plant.open_kinds() == ["sign_off"]


async def test_a_wrong_answer_is_named(plant: Plant) -> None:
    await delivered(plant)
    issues = [{"kind": "price", "text": "too dear", "department": "sales"}]
    no = await plant.refused(plant.answer("collect_feedback", "answered", csat=5, channel="phone", issues=issues))
    assert (no.code, [fault.pointer for fault in no.errors]) == ("invalid", ["/fields/issues/0/kind"])
