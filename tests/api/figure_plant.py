"""Orders with a past, as figures count them: entered, promised, maybe late, signed for, answered."""

from datetime import date, datetime
from typing import Any

from activities.figures.keeping import count_everything
from tests.api.plant import HOUR, Plant
from workflows.types import events as e
from workflows.types.orders import Promise, Work
from workflows.types.slack import Blame, Cause
from workflows.types.words import DeliveryState, Kind, OrderStatus, Risk

REWORKED = (Cause(blame=Blame.REWORK, n=1, hours=12), Cause(blame=Blame.STEP, kind=Kind.INSPECT, n=1, hours=3.5))


async def ordered(plant: Plant, number: str, at: datetime, promised: date, **order: Any) -> None:
    """Entered, and confirmed two hours later."""
    now, plant.now = plant.now, at
    try:
        await plant.entered(number, **order)
        played = plant.engine.orders[number.casefold()]
        plant.now = at + 2 * HOUR
        answer = {"outcome": "confirm", "fields": {"promised_date": f"{promised}", "channel": "phone"}}
        said = await plant.post("sales1", f"/tasks/{number}.confirm_order.1/complete", answer)
        assert said.status_code == 200, said.text
        assert played.state.promises[-1].date == promised
    finally:
        plant.now = now


def delivered(plant: Plant, number: str, on: date, csat: int | None = None) -> None:
    """Signed for in full; late orders know why."""
    played, at = plant.engine.orders[number.casefold()], noon(on)
    promise = played.state.promises[-1]
    if on > promise.date:
        played.record(e.RiskMoved(risk=Risk.LATE, slack_hours=-24, revision=promise.revision, causes=REWORKED), at)
    ordered = played.state.facts.ordered
    played.record(e.WorkMoved(work=Work(received=ordered)), at)
    played.record(e.GoodsDelivered(delivered=on, signed_by="Wang"), at)
    played.record(e.DeliverySettled(delivery=DeliveryState.FULL), at)
    asked = played.open(Kind.COLLECT_FEEDBACK, at)
    fields = {"csat": csat, "nps": 2 * csat, "channel": "phone"} if csat else {}
    answer = e.TaskCompleted(task_id=asked.id, outcome="answered" if csat else "no_answer", fields=fields)
    played.record(answer, at + HOUR)
    played.record(e.OrderClosed(status=OrderStatus.COMPLETED, delivery=DeliveryState.FULL), at + HOUR)
    played.flush(at + HOUR)


def moved(plant: Plant, number: str, to: date) -> None:
    played = plant.engine.orders[number.casefold()]
    promise = Promise(revision=len(played.state.promises) + 1, date=to, reason="r", by="sales1", at=plant.now)
    played.record(e.Promised(promise=promise), plant.now)
    played.flush(plant.now)


def noon(day: date) -> datetime:
    """At the plant."""
    return datetime.fromisoformat(f"{day}T12:00:00+08:00")


def counted(plant: Plant) -> None:
    """As the worker's keeper does it."""
    count_everything(plant.store, lambda: plant.now)
