"""What may still be corrected, and how the order stands without an answer (contract §2, Correct)."""

from typing import Any

import pytest

from tests.rules.samples import CALENDAR, at, day, member, order, shipment, task, work
from workflows.rules import corrections, fold, hearing
from workflows.types import commands as c
from workflows.types import events as e
from workflows.types import notices
from workflows.types.events import Event, SaidRef
from workflows.types.orders import Hold
from workflows.types.state import OrderState
from workflows.types.tasks import Task
from workflows.types.words import READINESS, STEP_OF, DeliveryState, Department, Kind, NoticeState, OrderStatus, Step

MATERIALS, EQUIPMENT, PEOPLE = READINESS
NOTICE = notices.Notice(key="T-1.shipping_notice.9", kind=notices.SHIPPING_NOTICE, to=("customer",), at=at("20 09:00"))


class Told:
    """An order to which things happen, event by event."""

    def __init__(self, state: OrderState) -> None:
        self.state = state
        self.now = "20 09:00"

    def record(self, data: e.Happening) -> None:
        event = Event(seq=self.state.seq + 1, at=at(self.now), actor="somebody", data=data)
        fold.apply(self.state, event, {})

    def open(self, kind: Kind) -> Task:
        n = self.state.counters.get(kind, 0) + 1
        opened = task(kind, self.state, self.now, id=f"T-1.{kind}.{n}", n=n)
        self.record(e.TaskOpened(task=opened))
        return opened

    def answer(self, asked: Task, outcome: str = "x") -> None:
        self.record(e.TaskCompleted(task_id=asked.id, outcome=outcome))

    def asked(self, *kinds: Kind) -> list[Task]:
        return [self.open(kind) for kind in kinds]

    @property
    def correctable(self) -> list[str]:
        return [task_id.removeprefix("T-1.") for task_id in self.state.answered]


@pytest.fixture
def told() -> Told:
    return Told(order(promised=day(30)))


def test_the_last_answer_on_the_way_may_be_corrected(told: Told) -> None:
    for kind in (Kind.MAKE_PLAN, Kind.PRODUCE, Kind.INSPECT, Kind.ACCEPT, Kind.PLAN_SHIPMENT, Kind.DISPATCH, Kind.SIGN_OFF):
        told.answer(told.open(kind))
        assert told.correctable == [f"{kind}.1"]


def test_what_is_asked_again_follows_from_what_was_answered(told: Told) -> None:
    told.answer(told.open(Kind.PRODUCE), "cannot")
    told.answer(told.open(Kind.PRODUCE), "done")
    assert told.correctable == ["produce.2"]


def test_readiness_is_corrected_side_by_side(told: Told) -> None:
    plan = told.open(Kind.MAKE_PLAN)
    told.answer(plan)
    materials, equipment, people = told.asked(*READINESS)
    assert told.correctable == ["make_plan.1"]
    told.answer(materials, "short")
    told.answer(equipment, "ready")
    assert told.correctable == ["ready_materials.1", "ready_equipment.1"]
    told.answer(told.open(MATERIALS), "ready")
    assert told.correctable == ["ready_equipment.1", "ready_materials.2"]
    told.answer(people, "ready")
    produce = told.open(Kind.PRODUCE)
    assert told.correctable == ["ready_equipment.1", "ready_materials.2", "ready_people.1"]
    told.answer(produce)
    assert told.correctable == ["produce.1"]


@pytest.mark.parametrize(("opens_at", "left"), [("20 09:00", []), ("20 09:01", ["make_plan.1"])])
def test_sales_answers_for_an_answer_that_asked_it_at_once(told: Told, opens_at: str, left: list[str]) -> None:
    told.answer(told.open(Kind.MAKE_PLAN))
    told.now = opens_at
    told.answer(told.open(Kind.DECIDE_PROMISE), "keep")
    assert told.correctable == left


def test_so_it_does_where_the_question_that_followed_had_to_wait(told: Told) -> None:
    told.answer(told.open(Kind.INSPECT), "fail")
    told.now = "20 09:01"
    told.open(Kind.DECIDE_DISPOSITION)
    told.answer(told.open(Kind.DECIDE_PROMISE), "keep")
    assert told.correctable == []


def test_what_is_decided_beside_the_way_is_not_corrected_and_hinders_nothing(told: Told) -> None:
    told.answer(told.open(Kind.MAKE_PLAN))
    told.answer(told.open(Kind.DECIDE_AMENDMENT), "agree")
    assert told.correctable == ["make_plan.1"]


def without(told: Told, name: str) -> OrderState:
    return corrections.as_before(told.state, told.state.answered[f"T-1.{name}"], CALENDAR)


def test_the_order_stands_as_before_the_answer(told: Told) -> None:
    told.record(e.ShipmentArranged(shipment=shipment("24 10:00", day(25))))
    told.record(e.WorkMoved(work=work(sent={"1": 100})))
    before = told.state.model_copy(deep=True)
    told.answer(told.open(Kind.SIGN_OFF), "signed")
    told.record(e.WorkMoved(work=work(received={"1": 100})))
    told.record(e.GoodsDelivered(delivered=day(25)))
    told.record(e.ShipmentDropped(reason="x"))
    told.record(e.DeliverySettled(delivery=DeliveryState.FULL))
    told.open(Kind.COLLECT_FEEDBACK)
    found = without(told, "sign_off.1")
    for name in ("work", "shipment", "delivered", "delivery", "expected_completion"):
        assert getattr(found, name) == getattr(before, name), name
    assert found.step is Step.SIGN_OFF
    assert told.state.step is Step.ASK_FEEDBACK, "judging changes nothing"


def test_what_sales_has_settled_since_is_not_asked_again(told: Told) -> None:
    told.record(e.ForecastBroken(reason="x"))
    told.answer(told.open(Kind.PRODUCE), "cannot")
    assert without(told, "produce.1").must_ask is True
    told.record(e.PromiseKept(reason="x", answered_forecast=None))
    assert without(told, "produce.1").must_ask is False


@pytest.mark.parametrize(("kind", "makers"), [(Kind.PRODUCE, ("somebody",)), (Kind.REWORK, ("somebody",)), (Kind.ACCEPT, ())])
def test_who_made_the_goods_has_made_them_whoever_corrects_it(told: Told, kind: Kind, makers: tuple[str, ...]) -> None:
    told.answer(told.open(kind))
    assert without(told, f"{kind}.1").work.makers == makers


def test_one_readiness_goes_back_and_the_others_stay(told: Told) -> None:
    told.record(e.WorkMoved(work=work(unready=READINESS, was_short=(PEOPLE,), eta_due={PEOPLE: at("24 17:00")})))
    materials, equipment, _ = told.asked(*READINESS)
    told.answer(materials, "short")
    etas = {PEOPLE: at("24 17:00"), MATERIALS: at("25 17:00")}
    told.record(e.WorkMoved(work=work(unready=READINESS, was_short=(PEOPLE, MATERIALS), eta_due=etas)))
    told.answer(equipment, "ready")
    told.record(e.WorkMoved(work=work(unready=(MATERIALS, PEOPLE), was_short=(PEOPLE, MATERIALS), eta_due=etas)))
    found = without(told, "ready_materials.1")
    assert found.work == work(unready=(MATERIALS, PEOPLE), was_short=(PEOPLE,), eta_due={PEOPLE: at("24 17:00")})
    assert without(told, "ready_equipment.1").work == work(unready=READINESS, was_short=(PEOPLE, MATERIALS), eta_due=etas)


PLANNED = e.PlanMade(planned_start=at("20 13:00"), expected_completion=at("23 12:00"), duration=4 * 3600)


@pytest.mark.parametrize(
    ("etas", "held", "expected"),
    [
        ({}, False, "23 12:00"),
        # Half a day of work after the other's eta, if that is later.
        ({EQUIPMENT: at("24 17:00")}, False, "25 12:00"),
        ({EQUIPMENT: at("20 17:00")}, False, "23 12:00"),
        ({MATERIALS: at("27 17:00")}, False, "23 12:00"),
        # From Friday 13:00 to Monday 10:00 the plant works for six hours: Monday 12:00 becomes Tuesday 10:00.
        ({}, True, "24 10:00"),
    ],
)
def test_when_the_goods_are_expected_without_an_answer(told: Told, etas: dict[Kind, Any], held: bool, expected: str) -> None:
    told.record(PLANNED)
    told.answer(told.open(MATERIALS), "short")
    told.record(e.WorkMoved(work=work(eta_due=etas)))
    if held:
        told.now = "20 13:00"
        told.record(e.Held(hold=Hold(reason="x", since=at("20 13:00"), until=at("27 09:00"), by="sales1")))
        told.now = "23 10:00"
        told.record(e.Resumed(reason="x"))
    found = corrections.completion(told.state, told.state.answered[f"T-1.{MATERIALS}.1"], CALENDAR)
    assert found == at(expected)


@pytest.mark.parametrize(("told_at", "expected"), [("20 10:00", "26 10:00"), ("23 11:00", "25 12:00")])
def test_a_hold_moves_what_another_shortage_makes_of_it_only_if_that_was_told_before(
    told: Told, told_at: str, expected: str
) -> None:
    told.record(PLANNED)
    materials, equipment = told.asked(MATERIALS, EQUIPMENT)
    told.answer(materials, "ready")

    def short() -> None:
        told.now = told_at
        told.answer(equipment, "short")
        told.record(e.WorkMoved(work=work(eta_due={EQUIPMENT: at("24 17:00")})))

    if told_at < "20 13:00":
        short()
    told.now = "20 13:00"
    told.record(e.Held(hold=Hold(reason="x", since=at("20 13:00"), until=at("27 09:00"), by="sales1")))
    told.now = "23 10:00"
    told.record(e.Resumed(reason="x"))
    if told_at > "23 10:00":
        short()
    assert corrections.completion(told.state, told.state.answered[materials.id], CALENDAR) == at(expected)


@pytest.mark.parametrize(
    ("how", "is_dropped", "noticed"),
    [(NoticeState.SENT, False, "20 10:00"), (NoticeState.SENT, True, "20 10:00"), (NoticeState.DEAD, False, None)],
)
def test_notice_that_got_on_record_since_stays_on_record(
    told: Told, how: NoticeState, is_dropped: bool, noticed: str | None
) -> None:
    told.record(e.ShipmentArranged(shipment=shipment("24 10:00", day(25))))
    told.record(e.NoticeRequested(notice=NOTICE))
    told.answer(told.open(Kind.DISPATCH), "replan" if is_dropped else "dispatched")
    if is_dropped:
        told.record(e.ShipmentDropped(reason="truck broke"))
    told.now = "20 10:00"
    told.record(e.NoticeSettled(told=notices.Told(key=NOTICE.key, states={"customer": how})))
    found = without(told, "dispatch.1").shipment
    assert found is not None and found.noticed_at == (at(noticed) if noticed else None)


def test_notice_of_another_plan_says_nothing_of_this_one(told: Told) -> None:
    told.record(e.ShipmentArranged(shipment=shipment("24 10:00", day(25))))
    told.record(e.NoticeRequested(notice=NOTICE))
    told.answer(told.open(Kind.DISPATCH), "replan")
    told.record(e.ShipmentDropped(reason="truck broke"))
    told.record(e.NoticeRequested(notice=NOTICE.model_copy(update={"key": "another"})))
    told.record(e.NoticeSettled(told=notices.Told(key="another", states={"customer": NoticeState.SENT})))
    found = without(told, "dispatch.1").shipment
    assert found is not None and found.noticed_at is None


# Hearing.

HEAD = member(Department.QUALITY, name="head", head=True)
REF = SaidRef(id="i", key="k", fingerprint="f")


def correcting(task_id: str = "T-1.inspect.1", **given: Any) -> c.CorrectTask:
    said: dict[str, Any] = {"actor": HEAD, "ref": REF, "task_id": task_id, "outcome": "pass", "reason": "x", **given}
    return c.CorrectTask(**said)


def code(told: Told, said: c.CorrectTask) -> str | None:
    no = hearing.refusal(said, told.state, CALENDAR, at("20 10:00"))
    return no.code if no else None


@pytest.fixture
def inspected(told: Told) -> Told:
    told.record(e.WorkMoved(work=work(handed={"1": 100, "2": 20})))
    told.answer(told.open(Kind.INSPECT), "fail")
    return told


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, None),
        ({"actor": member(Department.QUALITY)}, "forbidden"),
        ({"actor": member(Department.PRODUCTION, head=True)}, "not-your-department"),
        ({"actor": member(Department.SALES, Department.MANAGEMENT, head=True, admin=True)}, "not-your-department"),
        ({"outcome": "done"}, "wrong-outcome"),
        ({"fields": {"inspected": {"1": 101}}}, "invalid"),
        ({"expected_version": 1}, "stale"),
        ({"task_id": "T-1.inspect.2"}, "unknown-here"),
    ],
)
def test_a_correction_is_refused_in_the_contract_s_order(inspected: Told, given: dict[str, Any], expected: str | None) -> None:
    assert code(inspected, correcting(**given)) == expected


def test_a_maker_of_the_goods_does_not_correct_their_inspection(told: Told) -> None:
    told.record(e.WorkMoved(work=work(handed={"1": 100})))
    asked = task(Kind.INSPECT, told.state, barred=("head",))
    told.record(e.TaskOpened(task=asked))
    told.answer(asked, "pass")
    assert code(told, correcting()) == "four-eyes"


def test_too_late_or_too_soon(inspected: Told) -> None:
    accept = inspected.open(Kind.ACCEPT)
    warehouse = member(Department.WAREHOUSE, name="head", head=True)
    assert code(inspected, correcting(accept.id, actor=warehouse, outcome="accept")) == "invalid"
    inspected.answer(accept)
    assert code(inspected, correcting()) == "too-late"


def test_held_and_closed_orders(inspected: Told) -> None:
    inspected.record(e.Held(hold=Hold(reason="x", since=at("20 09:00"), until=at("27 09:00"), by="sales1")))
    assert code(inspected, correcting()) == "order-on-hold"
    inspected.record(e.OrderClosed(status=OrderStatus.CANCELLED, delivery=DeliveryState.UNDELIVERED))
    assert code(inspected, correcting()) == "order-closed"


def test_every_kind_on_the_way_can_be_answered_and_told_of(told: Told) -> None:
    """No kind is forgotten: each may be corrected right after it was answered."""
    for kind in STEP_OF:
        told.answer(told.open(kind))
        assert f"{kind}.1" in told.correctable
