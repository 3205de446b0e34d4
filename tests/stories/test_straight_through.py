"""The policy without trouble."""

from tests.stories.plant import Plant


async def test_an_order_walks_the_whole_policy(plant: Plant) -> None:
    await plant.enter(100, 20)
    assert plant.open_kinds() == ["confirm_order"]
    await plant.confirmed()
    assert plant.open_kinds() == ["make_plan"]
    await plant.planned()
    assert plant.open_kinds() == ["ready_equipment", "ready_materials", "ready_people"]
    await plant.made_ready()
    assert plant.task("produce").quantities == {"1": 100, "2": 20}
    await plant.answer("produce", "done")
    await plant.answer("inspect", "pass")
    await plant.answer("accept", "accept")
    await plant.shipped()
    assert plant.row.stage == "sign_off"
    await plant.signed()
    assert await plant.ends() == "completed"
    assert plant.row.delivery == "full"
    assert [event.seq for event in plant.shelf.events] == list(range(1, plant.row.version + 1))
    assert plant.folded().status == "completed"
    await plant.settle()
    assert set(plant.mail.kinds()) == {
        "order_confirmed",
        "order_released",
        "shipping_notice",
        "sign_off_request",
        "feedback_request",
    }
