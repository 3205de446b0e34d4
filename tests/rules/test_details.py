"""What operators read of an order in the Temporal Web UI (design §6)."""

from typing import Any

from tests.rules.samples import CALENDAR, at, day, order, shipment, task
from workflows import visibility
from workflows.types.orders import Promise
from workflows.types.slack import Blame, Spell
from workflows.types.state import OrderState
from workflows.types.words import Kind, Risk, Step


def told(state: OrderState) -> str:
    return visibility.details(state, CALENDAR, at("20 09:00"))


def late(**changes: Any) -> OrderState:
    state = order(Step.INSPECT, day(24), risk=Risk.LATE, **changes)
    inspect = task(Kind.INSPECT, state, latest_finish=at("19 08:00"))
    return state.model_copy(update={"tasks": {inspect.id: inspect}})


def test_the_latest_finish_stands_beside_the_deadline() -> None:
    state = late()
    row = next(line for line in told(state).splitlines() if line.startswith("| inspect 1"))
    assert row.split(" | ")[1:5] == ["quality", "2026-11-20 10:00", "due soon", "2026-11-19 08:00"]


def test_sales_question_shows_the_earliest_date() -> None:
    asked = task(Kind.DECIDE_PROMISE, earliest=day(30))
    assert "| decide_promise 1 (earliest 2026-11-30) | sales |" in told(order(tasks={asked.id: asked}))


def test_a_late_order_says_what_ate_its_slack() -> None:
    spells = [
        Spell(blame=Blame.REWORK, kind=Kind.REWORK, n=1, since=at("18 08:00"), until=at("19 12:00")),
        Spell(blame=Blame.HOLD, since=at("16 08:00"), until=at("16 10:00")),
        Spell(blame=Blame.STEP, kind=Kind.ACCEPT, n=2, since=at("17 08:00"), until=at("17 15:00"), allowed=(Kind.ACCEPT,)),
    ]
    assert "**late**: slack eaten by rework 1 12 h, hold 2 h, step accept 2 2 h\n" in told(late(spells=spells))
    assert "**late**: slack eaten by nothing: the promise was given with too little\n" in told(late())
    assert "slack eaten" not in told(late(spells=spells).model_copy(update={"risk": Risk.ON_TRACK}))


def test_the_five_dates_are_told_apart() -> None:
    second = Promise(revision=2, date=day(27), reason="x", by="sales1", at=at("20 09:00"))
    state = order(Step.DISPATCH, day(24), shipment=shipment("25 10:00", day(26)), expected_completion=at("23 17:00"))
    state.promises.append(second)
    facts = told(state).splitlines()[-1]
    assert "requested 2026-11-30 · promised 2026-11-27 (revision 2, first 2026-11-24)" in facts
    assert "expected completion 2026-11-23 17:00 · planned shipment 2026-11-25 10:00, arrival 2026-11-26 · delivered —" in facts


def test_an_order_nobody_is_asked_about_is_shown() -> None:
    assert told(order()).startswith("Nobody is asked anything.")
