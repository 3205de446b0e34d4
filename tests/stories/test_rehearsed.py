"""A rehearsal says what a real order would have told: one story, lived on the engine and played on paper (issue 4, Build 7)."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

from jiaoqi.rehearsing import statements
from jiaoqi.rehearsing.course import Course, Lost, laid_out
from jiaoqi.rehearsing.past import PastOrder
from jiaoqi.rehearsing.play import Rules, through
from jiaoqi.rehearsing.post import Mail, recipient
from jiaoqi.rehearsing.running import Told
from tests.stories.plant import Plant
from tests.stories.world import requested
from workflows.types.words import Kind, Priority, Risk

# Promised for Friday three weeks on, delivered on the Monday after, time lost evenly: from readiness on every step misses its
# deadline by a little. The delivery is on record only on the Thursday.
PROMISED, DELIVERED, RECORDED = "Fri+3", "Mon+4", "Thu+4"
A_SECOND = timedelta(seconds=1)
OUTCOMES = {Kind.PRODUCE: "done", Kind.INSPECT: "pass", Kind.ACCEPT: "accept"}
UNPLAYED = "silent"
"""Files do not say what production reported."""


async def test_a_rehearsal_tells_what_a_real_order_tells(plant: Plant) -> None:
    await plant.enter(100)
    governed = Rules.of(plant.policy).by_priority[Priority.NORMAL]
    promised, delivered, recorded = map(plant.date, (PROMISED, DELIVERED, RECORDED))
    order = PastOrder("P-1", plant.date("Mon"), promised, delivered, recorded, was_late=True)
    course = replace(laid_out(order, governed.pace, Lost.EVENLY), entered=plant.shelf.events[0].at)
    rehearsed = through(order, course, governed)

    await live(plant, course, promised, rehearsed.kept)

    told, when = what_was_told(plant)
    assert set(rehearsed.warned) == {Risk.AT_RISK, Risk.LATE}
    assert rehearsed.kept
    assert {"remind", "overdue", "escalate", "critical"} <= {mail.kind for mail in rehearsed.mails}
    assert told == rehearsed.mails
    assert all(abs(when.warned[risk] - at) < 2 * A_SECOND for risk, at in rehearsed.warned.items())


async def live(plant: Plant, course: Course, promised: date, kept: list[datetime]) -> None:
    """People say what the rehearsal takes them to have said, when it takes them to have said it."""
    said = [*((at, kind) for kind, at in course.done.items()), *((at, Kind.DECIDE_PROMISE) for at in kept)]
    for at, kind in sorted(said, key=lambda each: each[0]):
        # Half the time for a decision is when the reminder comes, to the instant; on paper the answer is first.
        await plant.pass_until(at - A_SECOND if kind is Kind.DECIDE_PROMISE else at)
        await answer(plant, kind, promised)


async def answer(plant: Plant, kind: Kind, promised: date) -> None:
    state = await plant.settle()
    match kind:
        case Kind.CONFIRM_ORDER:
            await plant.confirmed(PROMISED)
        case Kind.MAKE_PLAN:
            plan = statements.plan(promised, state, plant.calendar, plant.now)
            await plant.planned(plan.planned_start, plan.expected_completion)
        case Kind.PLAN_SHIPMENT:
            shipment = statements.shipment(promised, state, plant.calendar, plant.now)
            await plant.plan_shipment(ship_at=shipment.ship_at, transit_days=shipment.transit_days, accept_late=True)
        case Kind.DECIDE_PROMISE:
            await plant.answer("decide_promise", "keep", reason="the customer waits")
        case Kind.DISPATCH:
            await plant.answer("dispatch", "dispatched")
        case Kind.SIGN_OFF:
            await plant.signed(received_on=plant.date(DELIVERED))
        case _:
            await plant.answer(kind, OUTCOMES.get(kind, "ready"))


def what_was_told(plant: Plant) -> tuple[Counter[Mail], Told]:
    """One mail for each word of each notice, as a rehearsal counts; and when each risk was told."""
    mails: Counter[Mail] = Counter()
    told = Told()
    for notice in requested(plant.shelf.events):
        about = plant.shelf.tasks.get(notice.task_id or "")
        mails.update(Mail(recipient(word, about), notice.kind) for word in notice.to if notice.kind != UNPLAYED)
        if notice.kind in set(Risk):
            told.warned[Risk(notice.kind)] = notice.at
    return mails, told
