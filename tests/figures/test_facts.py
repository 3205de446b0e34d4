"""What an order counts as, case by case: told in events, read off its facts."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from activities.figures import facts as f
from activities.figures.facts import Mark, facts
from activities.figures.story import Story
from activities.store.figure_rows import Fact
from tests.rules.samples import DEFAULT, at, day, shipment, task
from workflows.rules.calendar import since_epoch
from workflows.types import events as e
from workflows.types.notices import SHIPPING_NOTICE, Notice, Told
from workflows.types.orders import Customer, Hold, Line, OrderFacts, Promise, Work
from workflows.types.words import DeliveryState, Department, DocumentKind, Kind, NoticeState, OrderStatus

LAST = f.DUE + f.LAST
HOUR = 3_600_000_000


@dataclass
class Tale:
    """An order of 100 and 20, entered on Friday the 20th at nine, told in a test's own words."""

    story: Story = field(init=False)

    def __post_init__(self) -> None:
        lines = (Line(product_model="JQ-0", quantity=100), Line(product_model="JQ-1", quantity=20))
        known = OrderFacts(
            order_no="T-1", customer=Customer(name="聯宏精密"), lines=lines, requested_date=day(30), owner="sales1"
        )
        self.story = Story.begin(at("20 09:00"), e.OrderEntered(order=known, policy="x"))

    def tell(self, when: str, *told: e.Happening) -> "Tale":
        for each in told:
            self.story.tell(at(when), each)
        return self

    def promise(self, when: str, number: int) -> "Tale":
        return self.tell(when, e.Promised(promise=Promise(revision=1, date=day(number), reason=None, by="x", at=at(when))))

    def ask(self, kind: Kind, when: str, n: int = 1, **changes: Any) -> "Tale":
        asked = task(kind, opened=when, n=n, id=f"T-1.{kind}.{n}", **changes)
        return self.tell(when, e.TaskOpened(task=asked))

    def answer(self, kind: Kind, when: str, outcome: str, n: int = 1, **fields: Any) -> "Tale":
        return self.tell(when, e.TaskCompleted(task_id=f"T-1.{kind}.{n}", outcome=outcome, fields=fields))

    def deliver(self, when: str, number: int, received: dict[str, int], **work: Any) -> "Tale":
        self.ask(Kind.SIGN_OFF, when, due_at=at("30 17:00")).answer(Kind.SIGN_OFF, when, "signed")
        self.tell(when, e.WorkMoved(work=Work(received=received, **work)), e.GoodsDelivered(delivered=day(number)))
        return self.tell(when, e.DeliverySettled(delivery=DeliveryState.FULL))

    def counted(self, measure: str) -> list[Fact]:
        return [fact for fact in facts(self.story, DEFAULT) if fact.measure == measure]

    def one(self, measure: str) -> Fact:
        (found,) = self.counted(measure)
        return found


ALL = {"1": 100, "2": 20}


@pytest.mark.parametrize(
    ("number", "received", "damaged", "marks", "late"),
    [
        (26, ALL, {}, Mark.DELIVERED | Mark.ON_TIME | Mark.IN_FULL | Mark.UNDAMAGED, 0),
        (27, ALL, {"1": 0}, Mark.DELIVERED | Mark.ON_TIME | Mark.IN_FULL | Mark.UNDAMAGED, 0),
        (28, ALL, {}, Mark.DELIVERED | Mark.IN_FULL | Mark.UNDAMAGED, 1),
        (26, {"1": 100}, {}, Mark.DELIVERED | Mark.ON_TIME | Mark.UNDAMAGED, 0),
        (26, {"1": 101, "2": 19}, {}, Mark.DELIVERED | Mark.ON_TIME | Mark.UNDAMAGED, 0),
        (26, ALL, {"2": 1}, Mark.DELIVERED | Mark.ON_TIME | Mark.IN_FULL, 0),
    ],
)
def test_a_delivered_order(number: int, received: dict[str, int], damaged: dict[str, int], marks: Mark, late: int) -> None:
    """Promised for the 27th; the day that counts is that of the delivery, not that of its entry on the 30th."""
    found = Tale().promise("20 10:00", 27).deliver("30 09:00", number, received, damaged=damaged).one(LAST)
    assert (Mark(found.marks), found.value, found.day, found.is_open) == (marks, late, day(27), False)


def test_the_three_dates_of_an_order() -> None:
    tale = Tale().promise("20 10:00", 27).promise("25 10:00", 29).deliver("30 09:00", 28, ALL)
    found = {basis: tale.one(f.DUE + basis) for basis in (f.REQUESTED, f.FIRST, f.LAST)}
    assert {basis: (fact.day, fact.part) for basis, fact in found.items()} == {
        f.REQUESTED: (day(30), 1),
        f.FIRST: (day(27), 0),
        f.LAST: (day(29), 1),
    }
    assert (tale.one(f.PROMISES).part, tale.one(f.PROMISES).value) == (0, 1)


def test_perfect_needs_every_document_that_the_policy_asks_for() -> None:
    tale = Tale().promise("20 10:00", 27).deliver("26 09:00", 26, ALL)
    for lacking in [*DocumentKind][1:]:
        tale.story.papers = [kind for kind in DocumentKind if kind not in (lacking, DocumentKind.CUSTOMER_ORDER)]
        assert Mark.PAPERS not in Mark(tale.one(LAST).marks)
    tale.story.papers = [*DocumentKind]
    assert f.PERFECT in Mark(tale.one(LAST).marks)


def test_what_the_record_can_print_is_not_missing() -> None:
    tale = Tale().promise("20 10:00", 27)
    for kind, outcome in ((Kind.MAKE_PLAN, "plan"), (Kind.INSPECT, "pass"), (Kind.DISPATCH, "dispatched")):
        tale.ask(kind, "21 09:00", quantities=ALL).answer(kind, "23 09:00", outcome)
    tale.deliver("26 09:00", 26, ALL)
    assert Mark.PAPERS not in Mark(tale.one(LAST).marks)
    tale.story.papers = [DocumentKind.SIGN_OFF]
    assert f.PERFECT in Mark(tale.one(LAST).marks)


def test_an_open_order_waits_for_its_midnight_also_on_hold() -> None:
    tale = Tale().promise("20 10:00", 27)
    for _ in range(2):
        found = tale.one(LAST)
        assert (found.is_open, found.expires) == (True, since_epoch(at("28 00:00")))
        tale.tell("23 09:00", e.Held(hold=Hold(reason="x", since=at("23 09:00"), until=at("24 09:00"), by="x")))


def test_a_cancelled_order_counts_for_nothing() -> None:
    tale = Tale().promise("20 10:00", 27)
    tale.tell("21 10:00", e.OrderClosed(status=OrderStatus.CANCELLED, delivery=DeliveryState.UNDELIVERED))
    assert [(fact.marks, fact.of) for fact in tale.counted(LAST)] == [(Mark.CANCELLED, 0)]
    assert not tale.counted(f.CYCLE) and tale.one(f.PROMISES).of == 0


def test_answers_are_measured_in_working_time() -> None:
    tale = Tale().ask(Kind.CONFIRM_ORDER, "20 09:00").answer(Kind.CONFIRM_ORDER, "23 09:30", "revise")
    tale.ask(Kind.CONFIRM_ORDER, "23 09:30", 2).answer(Kind.CONFIRM_ORDER, "23 10:00", "confirm", 2)
    found = tale.one(f.FIRST_ANSWER)
    assert (found.item, found.day, found.value) == ("confirm_order.1", day(23), 8 * HOUR + HOUR // 2)


@pytest.mark.parametrize(
    ("signed", "number", "hours"),
    [("24 11:00", 24, 18), ("27 11:00", 24, 23), ("24 11:00", 21, 7)],
    ids=["then", "later", "day off"],
)
def test_a_cycle_ends_with_the_signature_or_with_the_day_of_the_delivery(signed: str, number: int, hours: int) -> None:
    assert Tale().promise("20 10:00", 27).deliver(signed, number, ALL).one(f.CYCLE).value == hours * HOUR


@pytest.mark.parametrize(
    ("outcome", "fields", "part", "of"),
    [
        ("pass", {}, 120, 120),
        ("pass", {"inspected": {"1": 10}}, 10, 10),
        ("pass", {"inspected": None}, 120, 120),
        ("fail", {"failed": {"1": 30}}, 90, 120),
        ("fail", {"failed": {"1": 3}, "inspected": {"1": 10}}, 7, 10),
    ],
)
def test_an_inspection(outcome: str, fields: dict[str, Any], part: int, of: int) -> None:
    tale = Tale().ask(Kind.INSPECT, "23 09:00", quantities=ALL).answer(Kind.INSPECT, "23 10:00", outcome, **fields)
    found = tale.one(f.INSPECTION)
    assert (found.part, found.of) == (part, of)


@pytest.mark.parametrize(
    ("accepted", "right"),
    [({}, 1), ({"accepted": ALL}, 1), ({"accepted": {"1": 100, "2": 21}}, 0), ({"accepted": {"1": 100}}, 0)],
)
def test_right_first_time_is_exactly_what_was_ordered(accepted: dict[str, Any], right: int) -> None:
    tale = Tale().ask(Kind.INSPECT, "23 09:00", quantities=ALL).answer(Kind.INSPECT, "23 10:00", "pass")
    assert tale.one(f.FIRST_ROUND).part == 0
    tale.ask(Kind.ACCEPT, "23 10:00", quantities=ALL).answer(Kind.ACCEPT, "23 11:00", "accept", **accepted)
    assert tale.one(f.FIRST_ROUND).part == right


def test_rework_that_a_correction_took_back_was_never_sent() -> None:
    tale = Tale().ask(Kind.INSPECT, "23 09:00", quantities=ALL).answer(Kind.INSPECT, "23 10:00", "fail", failed={"1": 9})
    tale.ask(Kind.REWORK, "23 10:00", quantities={"1": 9})
    assert tale.one(f.REWORK).part == 9
    tale.tell(
        "23 11:00",
        e.TaskCancelled(task_id="T-1.rework.1", reason="T-1.inspect.1 was corrected"),
        e.AnswerCorrected(task_id="T-1.inspect.1", outcome="pass", fields={}, reason="mistaken"),
    )
    assert tale.counted(f.REWORK) == []
    assert (tale.one(f.INSPECTION).part, tale.one(f.INSPECTION).day) == (120, day(23))


@pytest.mark.parametrize(("done", "part"), [("23 16:59", 1), ("23 17:00", 0), ("24 09:00", 0)])
def test_a_task_by_its_deadline(done: str, part: int) -> None:
    tale = Tale().ask(Kind.MAKE_PLAN, "23 09:00", due_at=at("23 17:00"))
    waiting = tale.one(f.TASK)
    assert (waiting.is_open, waiting.expires, waiting.what) == (True, since_epoch(at("23 17:00")), Department.PRODUCTION)
    found = tale.answer(Kind.MAKE_PLAN, done, "plan").one(f.TASK)
    assert (found.is_open, found.part, found.day) == (False, part, day(23))


def test_on_hold_only_what_goes_on_is_due() -> None:
    tale = (
        Tale().ask(Kind.PRODUCE, "23 09:00", due_at=at("24 17:00")).ask(Kind.COLLECT_FEEDBACK, "23 09:00", due_at=at("24 17:00"))
    )
    tale.tell("23 10:00", e.Held(hold=Hold(reason="x", since=at("23 10:00"), until=at("24 09:00"), by="x")))
    assert {fact.item: fact.expires is None for fact in tale.counted(f.TASK)} == {"produce.1": True, "collect_feedback.1": False}


@pytest.mark.parametrize(
    ("settled", "states", "part", "lead"),
    [
        ("23 09:00", (NoticeState.SENT, NoticeState.BY_HAND), 1, 5),
        ("23 11:00", (NoticeState.SENT,), 0, 3),
        ("23 09:00", (NoticeState.SENT, NoticeState.DEAD), 0, None),
        (None, (), 0, None),
    ],
)
def test_the_lead_of_a_notice(settled: str | None, states: tuple[NoticeState, ...], part: int, lead: int | None) -> None:
    tale = Tale().tell("23 08:00", e.ShipmentArranged(shipment=shipment("23 15:00", day(24))))
    notice = Notice(key="k", kind=SHIPPING_NOTICE, to=("customer",), at=at("23 08:00"))
    tale.ask(Kind.DISPATCH, "23 08:00").tell("23 08:00", e.NoticeRequested(notice=notice))
    if settled:
        tale.tell(settled, e.NoticeSettled(told=Told(key="k", states={f"{n}": each for n, each in enumerate(states)})))
    tale.answer(Kind.DISPATCH, "23 15:00", "dispatched").tell("23 15:00", e.GoodsDispatched(shipped_at=at("23 15:00")))
    found = tale.one(f.NOTICE)
    assert (found.part, found.value) == (part, None if lead is None else lead * HOUR)


def test_a_plan_that_was_given_up_by_mistake_keeps_its_notice() -> None:
    tale = Tale().tell("23 08:00", e.ShipmentArranged(shipment=shipment("23 15:00", day(24))))
    notice = Notice(key="k", kind=SHIPPING_NOTICE, to=("customer",), at=at("23 08:00"))
    tale.ask(Kind.DISPATCH, "23 08:00").tell("23 08:00", e.NoticeRequested(notice=notice))
    tale.answer(Kind.DISPATCH, "23 08:30", "replan").tell("23 08:30", e.ShipmentDropped(reason="x"))
    tale.tell("23 09:00", e.NoticeSettled(told=Told(key="k", states={"customer": NoticeState.SENT})))
    corrected = e.AnswerCorrected(task_id="T-1.dispatch.1", outcome="dispatched", fields={}, reason="mistaken")
    tale.tell("23 15:00", corrected, e.GoodsDispatched(shipped_at=at("23 15:00")))
    assert (tale.one(f.NOTICE).part, tale.one(f.NOTICE).value) == (1, 5 * HOUR)


def test_a_corrected_signature_takes_the_delivery_back() -> None:
    tale = Tale().promise("20 10:00", 27).deliver("26 09:00", 26, ALL)
    tale.tell("26 10:00", e.AnswerCorrected(task_id="T-1.sign_off.1", outcome="lost", fields={}, reason="mistaken"))
    tale.tell("26 10:00", e.WorkMoved(work=Work(lost=True, returned=ALL)))
    assert tale.one(LAST).is_open
    assert tale.story.goods.delivered is None
