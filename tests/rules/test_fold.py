"""What each event does to an order; a gap is refused, and so is an event that nobody knows (design §2)."""

from typing import Any, get_args

import pytest

from tests.rules.samples import DEFAULT, at, day, event, facts, order, shipment, task, work
from workflows.rules import fold
from workflows.types import events as e
from workflows.types.cases import CaseFacts, CaseState
from workflows.types.events import Event, SaidRef
from workflows.types.notices import Notice, Told
from workflows.types.orders import Amendment, Hold, Promise
from workflows.types.slack import Blame
from workflows.types.state import REMEMBERED_CALLS, REMEMBERED_HOLDS, REMEMBERED_SPELLS, REMEMBERED_TASKS, OrderState
from workflows.types.words import DeliveryState, Department, Kind, NoticeState, OrderStatus, Origin, Risk

POLICIES = {"pinned": DEFAULT, "newer": DEFAULT.model_copy(update={"version": "2"})}
CONFIRM = task(Kind.CONFIRM_ORDER)
PROMISE = Promise(revision=1, date=day(27), reason=None, by="sales1", at=at("20 09:00"))
HOLD = Hold(reason="credit", since=at("20 09:00"), until=at("23 09:00"), by="sales1")
SHIPPING = Notice(key="n", kind="shipping_notice", to=("customer", "sales"), at=at("20 09:00"))
AMENDMENT = Amendment(reason="x", by="sales1", ship_to="Hsinchu")

ENTERED = e.OrderEntered(order=facts(), policy="pinned")
# One of each type, in an order in which they can follow each other.
ALL: list[Any] = [
    ENTERED,
    e.TaskOpened(task=CONFIRM),
    e.OrderRevised(reason="x", ship_to="Hsinchu"),
    e.NobodyCanDo(task_id=CONFIRM.id),
    e.DeadlineMoved(task_id=CONFIRM.id, due_at=at("24 09:00"), due_soon_at=at("23 09:00"), reason="x"),
    e.RungReached(task_id=CONFIRM.id, rung="overdue", level=2),
    e.ProgressReported(task_id=CONFIRM.id, percent=3),
    e.SilenceNoticed(task_id=CONFIRM.id, since=at("20 09:00")),
    e.EarliestMoved(task_id=CONFIRM.id, earliest=day(28)),
    e.TaskCompleted(task_id=CONFIRM.id, outcome="confirm"),
    e.AnswerCorrected(task_id=CONFIRM.id, outcome="confirm", fields={"channel": "mail"}, reason="x"),
    e.Promised(promise=PROMISE),
    e.AmendmentProposed(amendment=AMENDMENT),
    e.AmendmentRefused(reason="x"),
    e.OrderAmended(amendment=AMENDMENT),
    e.PromiseKept(reason="x", answered_forecast=at("30 09:00")),
    e.CustomerConfirmed(revision=1, promised=day(27)),
    e.CustomerDeclined(revision=1, promised=day(27), reason="x", wanted=day(26)),
    e.ForecastBroken(reason="x"),
    e.RiskMoved(risk=Risk.LATE, slack_hours=-1),
    e.PlanMade(planned_start=at("20 09:00"), expected_completion=at("24 09:00"), duration=3600),
    e.ExpectedCompletionMoved(expected_completion=at("25 09:00"), reason="x", blame=Blame.PROGRESS, kind=Kind.PRODUCE),
    e.WorkMoved(work=work(accepted={"1": 5})),
    e.Held(hold=HOLD),
    e.HoldEndTold(told_at=at("23 09:00")),
    e.Resumed(reason="paid"),
    e.PolicyAdopted(policy="newer", version="2"),
    e.ShipmentArranged(shipment=shipment("24 10:00", day(25))),
    e.NoticeRequested(notice=SHIPPING),
    e.NoticeSettled(told=Told(key="n", states={"customer": NoticeState.SENT})),
    e.GoodsDispatched(shipped_at=at("24 10:00"), tracking_no="HY-1"),
    e.GoodsDelivered(delivered=day(25)),
    e.ShipmentDropped(reason="x"),
    e.DeliverySettled(delivery=DeliveryState.SHORT),
    e.FollowUpEntered(order_no="T-1-R1"),
    e.IssueRaised(kind="product", text="burrs", department=Department.PRODUCTION),
    e.CaseRaised(number="imp:1", origin=Origin.COMPLAINT),
    e.TaskOpened(task=task(Kind.COLLECT_FEEDBACK)),
    e.TaskCancelled(task_id="T-1.collect_feedback.1", reason="closed"),
    e.OrderClosed(status=OrderStatus.COMPLETED, delivery=DeliveryState.SHORT),
]
CASE = CaseFacts(origin=Origin.COMPLAINT, text="burrs", department=Department.QUALITY, about="T-1")
RESTING = CaseState(department=Department.QUALITY, rests_until=at("23 09:00"))
OF_A_CASE: list[Any] = [
    e.CaseOpened(order=facts().model_copy(update={"order_no": "imp:1", "lines": (), "case": CASE}), policy="pinned"),
    e.CaseMoved(case=RESTING, rests=True),
    e.CaseClosed(status=OrderStatus.COMPLETED, case=RESTING.model_copy(update={"result": "effective"})),
]


def numbered(*data: Any) -> list[Event]:
    return [event(seq, each) for seq, each in enumerate(data, start=1)]


def after(*data: Any) -> OrderState:
    return fold.fold(numbered(ENTERED, *data), POLICIES)


def test_every_type_of_event_is_told_here_and_known_to_the_fold() -> None:
    union = get_args(get_args(e.Happening)[0])
    assert {type(each) for each in [*ALL, *OF_A_CASE]} == set(union)
    state = fold.fold(numbered(*ALL), POLICIES)
    assert (state.seq, state.status, state.followed_by) == (len(ALL), "completed", "T-1-R1")


def test_a_case_begins_with_the_department_that_it_concerns_and_rests() -> None:
    begun = fold.begin(event(1, OF_A_CASE[0]), POLICIES)
    assert (begun.step, begun.case and begun.case.department) == ("find_cause", "quality")
    fold.apply(begun, event(2, OF_A_CASE[1]), POLICIES)
    assert begun.step == "rest"
    state = fold.fold(numbered(*OF_A_CASE), POLICIES)
    assert (state.step, state.status, state.case and state.case.result) == ("closed", "completed", "effective")


def test_events_come_back_from_json_as_they_were() -> None:
    for each in numbered(*ALL, *OF_A_CASE):
        assert Event.model_validate_json(each.model_dump_json()) == each


@pytest.mark.parametrize("seq", [0, 1, 3, 9])
def test_a_gap_or_a_repetition_is_refused(seq: int) -> None:
    state = fold.begin(event(1, ENTERED), POLICIES)
    with pytest.raises(ValueError, match="cannot follow"):
        fold.apply(state, event(seq, e.ForecastBroken(reason="x")), POLICIES)


def test_an_order_begins_with_its_entry_and_only_with_it() -> None:
    with pytest.raises(ValueError, match="begins with order_entered"):
        fold.begin(event(1, e.ForecastBroken(reason="x")), POLICIES)
    with pytest.raises(ValueError, match="order_entered"):
        after(ENTERED)


def test_an_opened_task_counts_and_says_where_the_order_stands() -> None:
    state = after(e.TaskOpened(task=task(Kind.INSPECT)))
    assert (state.step, state.counters, state.asked) == ("inspect", {Kind.INSPECT: 1}, ["quality"])
    assert state.tasks["T-1.inspect.1"].version == 2


def test_the_ledger_keeps_the_customers_own_word_and_every_date() -> None:
    second = PROMISE.model_copy(update={"revision": 2, "date": day(30)})
    declined = e.CustomerDeclined(revision=2, promised=day(30), reason="x")
    state = after(e.Promised(promise=PROMISE), e.Promised(promise=second), declined)
    assert [(each.date, each.customer_agreed) for each in state.promises] == [(day(27), None), (day(30), False)]
    assert "answered_at" not in state.promises[0].model_dump_json(), "what nobody said is not written"
    assert state.promises[1].answered_at is not None


def test_a_question_beside_the_way_leaves_the_order_where_it_stands() -> None:
    state = after(e.ForecastBroken(reason="x"), e.TaskOpened(task=task(Kind.DECIDE_PROMISE)))
    assert (state.step, state.must_ask) == ("confirm", False)


def test_a_moved_deadline_starts_the_ladder_afresh() -> None:
    moved = e.DeadlineMoved(task_id=CONFIRM.id, due_at=at("24 09:00"), due_soon_at=at("23 09:00"), reason="x")
    state = after(e.TaskOpened(task=CONFIRM), e.RungReached(task_id=CONFIRM.id, rung="overdue", level=2), moved)
    found = state.tasks[CONFIRM.id]
    assert (found.escalation_level, found.ladder_round, found.due_at, found.version) == (0, 1, at("24 09:00"), 4)


@pytest.mark.parametrize(
    ("states", "noticed"),
    [
        ({"customer": NoticeState.SENT, "sales1": NoticeState.SENT}, True),
        ({"customer": NoticeState.BY_HAND, "sales1": NoticeState.SENT}, True),
        ({"customer": NoticeState.DEAD, "sales1": NoticeState.SENT}, False),
        ({"customer": NoticeState.SENT, "sales1": NoticeState.STALE}, False),
        ({}, False),
    ],
)
def test_a_notice_is_on_record_when_all_its_recipients_were_told(states: dict[str, NoticeState], noticed: bool) -> None:
    arranged = e.ShipmentArranged(shipment=shipment("24 10:00", day(25)))
    settled = e.NoticeSettled(told=Told(key="n", states=states))
    state = after(arranged, e.NoticeRequested(notice=SHIPPING), settled)
    assert state.shipment is not None
    assert (state.shipment.noticed_at is not None) is noticed
    assert state.shipping_notice is None


def test_the_notice_of_an_earlier_plan_is_not_the_present_ones() -> None:
    arranged = e.ShipmentArranged(shipment=shipment("24 10:00", day(25)))
    newer = SHIPPING.model_copy(update={"key": "m"})
    settled = e.NoticeSettled(told=Told(key="n", states={"customer": NoticeState.SENT}))
    first, second = e.NoticeRequested(notice=SHIPPING), e.NoticeRequested(notice=newer)
    state = after(arranged, first, e.ShipmentDropped(reason="x"), arranged, second, settled)
    assert state.shipment is not None and state.shipment.noticed_at is None
    assert state.shipping_notice == "m"


def test_only_the_newest_calls_and_closures_are_remembered() -> None:
    state = order()
    for seq in range(1, 300):
        ref = SaidRef(id=f"call-{seq}", key="k", fingerprint="f")
        said = event(seq, e.ForecastBroken(reason="x")).model_copy(update={"said": ref})
        fold.apply(state, said, POLICIES)
    assert len(state.done) == REMEMBERED_CALLS
    assert list(state.done.items())[-1] == ("call-299", 299)
    for n in range(1, 60):
        one = CONFIRM.model_copy(update={"id": f"T-1.confirm_order.{n}", "n": n})
        for data in (e.TaskOpened(task=one), e.TaskCompleted(task_id=one.id, outcome="revise")):
            fold.apply(state, event(state.seq + 1, data), POLICIES)
    assert len(state.closures) == REMEMBERED_TASKS
    assert "T-1.confirm_order.59" in state.closures and "T-1.confirm_order.1" not in state.closures


@pytest.mark.parametrize(
    ("data", "status", "outcome"),
    [
        (e.TaskCompleted(task_id=CONFIRM.id, outcome="reject", fields={"reason": "x"}), "completed", "reject"),
        (e.TaskCancelled(task_id=CONFIRM.id, reason="closed"), "cancelled", None),
    ],
)
def test_a_closed_task_says_how_and_by_whom(data: Any, status: str, outcome: str | None) -> None:
    found = fold.closed(CONFIRM, event(7, data, "23 10:00"))
    assert (found.status, found.outcome, found.completed_by, found.completed_at, found.version) == (
        status,
        outcome,
        "somebody",
        at("23 10:00"),
        7,
    )


def test_an_adopted_policy_governs_from_then_on() -> None:
    state = after(e.PolicyAdopted(policy="newer", version="2"))
    assert (state.policy.version, state.digest) == ("2", "newer")


def test_a_new_promise_walks_its_open_tasks_back_and_starts_with_nothing_told() -> None:
    late = e.NoticeRequested(notice=Notice(key="n", kind="late", to=("sales",), at=at("20 09:00")))
    first = after(e.TaskOpened(task=CONFIRM), e.Promised(promise=PROMISE), e.RiskMoved(risk=Risk.LATE, slack_hours=-1), late)
    assert (first.warned, first.has_worsened, first.is_first_guess) == ([Risk.LATE], True, True)
    again = e.Promised(promise=PROMISE, latest_finish={CONFIRM.id: at("25 08:00")})
    fold.apply(first, event(first.seq + 1, again), POLICIES)
    found = first.tasks[CONFIRM.id]
    assert (found.latest_finish, found.version, found.ladder_round) == (at("25 08:00"), first.seq, 0)
    assert first.warned == []
    # What stays as it was is no change of the task.
    fold.apply(first, event(first.seq + 1, again), POLICIES)
    assert first.tasks[CONFIRM.id].version == found.version


@pytest.mark.parametrize(("said", "stays"), [(True, True), (None, True), (False, False)])
def test_a_deadline_set_by_a_head_stays_so_until_another_word(said: bool | None, stays: bool) -> None:
    set_by_head = e.DeadlineMoved(
        task_id=CONFIRM.id, due_at=at("24 09:00"), due_soon_at=at("23 09:00"), reason="x", is_extended=True
    )
    state = after(e.TaskOpened(task=CONFIRM), set_by_head, set_by_head.model_copy(update={"is_extended": said}))
    assert state.tasks[CONFIRM.id].is_extended is stays


def test_a_report_ends_a_silence_that_was_told() -> None:
    produce = task(Kind.PRODUCE)
    silence = e.SilenceNoticed(task_id=produce.id, since=at("20 09:00"))
    state = after(e.TaskOpened(task=produce), silence)
    assert state.tasks[produce.id].is_silence_told
    fold.apply(state, event(4, e.ProgressReported(task_id=produce.id, percent=5), "23 10:00"), POLICIES)
    assert (state.tasks[produce.id].is_silence_told, state.tasks[produce.id].reported_at) == (False, at("23 10:00"))


def test_holds_are_remembered_when_they_have_ended() -> None:
    state = after(e.Held(hold=HOLD))
    assert state.past_holds == []
    for seq in range(3, 200):
        fold.apply(state, event(seq, e.Resumed(reason="x") if seq % 2 else e.Held(hold=HOLD), "23 09:00"), POLICIES)
    assert len(state.past_holds) == REMEMBERED_HOLDS
    assert (state.past_holds[-1].since, state.past_holds[-1].until) == (HOLD.since, at("23 09:00"))


def test_only_the_newest_spells_are_kept() -> None:
    state = after(e.Promised(promise=PROMISE))
    for seq in range(3, 400):
        moved = e.ExpectedCompletionMoved(expected_completion=at("25 09:00"), reason="x", blame=Blame.PROGRESS, kind=Kind.PRODUCE)
        fold.apply(state, event(seq, moved), POLICIES)
    assert len(state.spells) == REMEMBERED_SPELLS
