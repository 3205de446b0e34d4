"""The stories whose histories are kept: one for each way that an order can go."""

import asyncio
from collections.abc import Awaitable, Callable

from tests.stories.plant import Plant


async def straight_through(plant: Plant) -> None:
    await plant.on_the_way(100, 20)
    await plant.signed()
    await plant.ends()


async def trouble_on_the_way(plant: Plant) -> None:
    """Revised, short, reworked, conceded, accepted short, remade, replanned."""
    await plant.enter(100, policy="[order]\nmax_rework_rounds = 1")
    await plant.answer("confirm_order", "revise", requested_date=plant.day(70), reason="later")
    await plant.confirmed()
    await plant.answer("make_plan", "cannot", reason="full", earliest=plant.date("Wed"))
    await plant.answer("decide_promise", "keep", reason="overtime")
    await plant.planned()
    await plant.answer("ready_materials", "short", item="steel", eta=plant.date("Fri"))
    await plant.made_ready()
    await plant.report(percent=50, expected_completion=plant.local("Wed+1 17:00"))
    await plant.answer("produce", "done")
    for failed in (10, 4):
        await plant.answer("inspect", "fail", failed={"1": failed}, defects=[{"code": "burr", "quantity": failed}])
        if failed == 10:
            await plant.answer("rework", "reworked", cause="blunt tool", corrective_action="new tool", scrap={"1": 2})
    await plant.answer("decide_disposition", "concede", reason="good enough")
    await plant.answer("accept", "short", accepted={"1": 98}, reason="two are scrap")
    await plant.answer("decide_shortage", "remake", reason="the rest")
    await plant.made_again()
    await plant.plan_shipment(ship_at=plant.at(3))
    await plant.answer("dispatch", "replan", reason="truck broke")
    await plant.shipped()
    await plant.signed()
    await plant.ends()


async def trouble_at_the_door(plant: Plant) -> None:
    """A part ships and the rest follows; refused, delivered again, lost, closed short."""
    await plant.enter(100, 20)
    await plant.produced(good={"1": 100, "2": 15})
    await plant.answer("inspect", "pass")
    await plant.answer("accept", "short", accepted={"1": 100, "2": 15}, reason="scrap")
    await plant.answer("decide_shortage", "ship_part", rest="later", reason="customer waits")
    plant.follow_up(f"{plant.order_no}-R1")
    await plant.shipped()
    await plant.answer("sign_off", "refused", reason="label", quantities={"1": 40})
    await plant.answer("resolve_refusal", "redeliver", reason="relabelled")
    await plant.shipped()
    await plant.answer("sign_off", "lost", reason="truck burnt")
    await plant.answer("resolve_refusal", "close", reason="agreed")
    await plant.ends()


async def time_passes(plant: Plant) -> None:
    """Rungs, a hold and its end, an extension, drifting risk, silence at the end."""
    await plant.enter(100)
    await plant.pass_to("Wed 10:00")
    await plant.extend("confirm_order", plant.local("Fri 12:00"))
    await plant.confirmed("Thu+3")
    await plant.hold(until=plant.local("Fri 10:00"))
    await plant.pass_to("Tue+1 11:00")
    await plant.resume()
    await plant.planned()
    await plant.made_ready()
    await plant.pass_to("Thu+2 10:00")
    await plant.repromise(plant.date("Thu+5"))
    await plant.answer("produce", "done")
    await plant.answer("inspect", "pass")
    await plant.answer("accept", "accept")
    await plant.plan_shipment()
    await plant.pass_time(days=1)
    await plant.answer("dispatch", "dispatched")
    await plant.signed()
    await plant.pass_time(days=40)
    await plant.ends()


async def everything_is_away(plant: Plant) -> None:
    """The store and the mail come and go, the policy changes, and the order is cancelled."""
    await plant.enter(100)
    plant.journal.is_away = True
    said = plant.answering("confirm_order", "confirm", promised_date=plant.day(60), channel="phone")
    answer = asyncio.create_task(plant.say("complete", said))
    await plant.until(lambda: plant.journal.refused >= 2)
    plant.journal.is_away = False
    await answer
    await plant.adopt('[tasks.make_plan]\nallowance = "3d"')
    plant.mail.dead.add("customer")
    await plant.planned()
    await plant.cancel()
    await plant.ends()


KEPT: dict[str, Callable[[Plant], Awaitable[None]]] = {
    story.__name__: story
    for story in (straight_through, trouble_on_the_way, trouble_at_the_door, time_passes, everything_is_away)
}
