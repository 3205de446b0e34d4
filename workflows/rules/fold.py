"""What each event does to an order. The running order and a rebuilt one go through the same lines."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import singledispatch
from typing import Any

from workflows.rules import account, cases, corrections, risk
from workflows.types import events as e
from workflows.types.events import Event
from workflows.types.notices import SHIPPING_NOTICE
from workflows.types.policy import Policy
from workflows.types.slack import Interval
from workflows.types.state import REMEMBERED_CALLS, REMEMBERED_HOLDS, REMEMBERED_TASKS, Closure, OrderState
from workflows.types.tasks import Task
from workflows.types.words import STEP_OF, Kind, NoticeState, OrderStatus, Risk, Step, TaskStatus

ON_RECORD = (NoticeState.SENT, NoticeState.BY_HAND)
WARNINGS = (Risk.AT_RISK, Risk.LATE)
"""The mails that tell of a risk are named like it."""


def fold(events: Iterable[Event], policies: Mapping[str, Policy]) -> OrderState:
    """The order's state after its events, the first of which entered it."""
    rest = iter(events)
    first = next(rest)
    state = begin(first, policies)
    for event in rest:
        apply(state, event, policies)
    return state


def begin(event: Event, policies: Mapping[str, Policy]) -> OrderState:
    """The state of an order that has just been entered."""
    entered = event.data
    if not isinstance(entered, e.OrderEntered | e.CaseOpened):
        raise ValueError(f"an order begins with order_entered, not with {event.type}")
    state = OrderState(
        facts=entered.order,
        policy=policies[entered.policy],
        digest=entered.policy,
        created_at=event.at,
        created_by=event.actor,
    )
    if isinstance(entered, e.CaseOpened):
        state.case, state.step = cases.begun(state.facts)
    _note(state, event)
    return state


def apply(state: OrderState, event: Event, policies: Mapping[str, Policy]) -> None:
    """Changes the state as the event says."""
    if event.seq != state.seq + 1:
        raise ValueError(f"event {event.seq} cannot follow {state.seq}")
    account.note(state, event)
    if isinstance(event.data, e.PolicyAdopted):
        state.policy, state.digest = policies[event.data.policy], event.data.policy
        _walk_back(state, event.data.latest_finish, event)
        for task_id, stands in event.data.ladders.items():
            _update(state, task_id, event, escalation_level=stands.level, due_soon_at=stands.due_soon_at)
        _ask_for_courses(state, event)
    else:
        _change(event.data, state, event)
    _note(state, event)


def closed(task: Task, event: Event) -> Task:
    """The task as its closing event leaves it."""
    changes: dict[str, Any] = {
        "status": TaskStatus.CANCELLED,
        "completed_at": event.at,
        "completed_by": event.actor,
        "version": event.seq,
    }
    if isinstance(event.data, e.TaskCompleted):
        changes |= {
            "status": TaskStatus.COMPLETED,
            "outcome": event.data.outcome,
            "fields": event.data.fields,
            "comment": event.data.comment,
        }
    return task.model_copy(update=changes)


def corrected(task: Task, event: Event) -> Task:
    """The task as a correction leaves it: who answered it and when stays, the history knows who mended it."""
    assert isinstance(event.data, e.AnswerCorrected)
    return task.model_copy(update={"outcome": event.data.outcome, "fields": event.data.fields, "version": event.seq})


def _note(state: OrderState, event: Event) -> None:
    state.seq = event.seq
    if event.said is not None:
        state.done[event.said.id] = event.seq
        _forget(state.done, REMEMBERED_CALLS)


def _forget(memory: dict[str, Any], most: int) -> None:
    """Keeps the newest entries; a dict remembers the order in which they came."""
    while len(memory) > most:
        del memory[next(iter(memory))]


@singledispatch
def _change(data: object, state: OrderState, event: Event) -> None:
    raise ValueError(f"nobody knows what {event.type} does to an order")


# The order and its promise.


@_change.register
def _(data: e.OrderRevised, state: OrderState, event: Event) -> None:
    changes = {name: value for name, value in data if name in ("lines", "requested_date", "ship_to") and value is not None}
    state.facts = state.facts.model_copy(update=changes)


@_change.register
def _(data: e.AmendmentProposed, state: OrderState, event: Event) -> None:
    """Only told; the tasks that decide it carry it."""


@_change.register
def _(data: e.AmendmentRefused, state: OrderState, event: Event) -> None:
    """Only told; nothing changes."""


@_change.register
def _(data: e.OrderAmended, state: OrderState, event: Event) -> None:
    wanted = data.amendment.model_dump(include={"requested_date", "ship_to"}, exclude_none=True)
    state.facts = state.facts.model_copy(update={**wanted, "lines": data.amendment.lines or state.facts.lines})
    if data.work is not None:
        state.work = data.work
    if data.goes_back:
        state.step = Step.MAKE_PLAN
    for task_id, quantities in data.quantities.items():
        _update(state, task_id, event, quantities=quantities)
    # What was answered before was answered for another order.
    state.answered = {} if data.amendment.lines else {key: each for key, each in state.answered.items() if not each.before.facts}


@_change.register
def _(data: e.Promised, state: OrderState, event: Event) -> None:
    state.promises.append(data.promise)
    state.answered_forecast = data.answered_forecast
    state.must_ask = False
    state.warned = []
    # Sales knows what it promises; before the plan nobody does.
    state.has_worsened = state.has_worsened and state.expected_completion is None
    _walk_back(state, data.latest_finish, event)


def _walk_back(state: OrderState, latest_finish: Mapping[str, datetime | None], event: Event) -> None:
    for task_id, latest in latest_finish.items():
        if state.tasks[task_id].latest_finish != latest:
            _update(state, task_id, event, latest_finish=latest)


@_change.register
def _(data: e.PromiseKept, state: OrderState, event: Event) -> None:
    state.answered_forecast = data.answered_forecast
    state.must_ask = False


@_change.register
def _(data: e.CustomerConfirmed, state: OrderState, event: Event) -> None:
    _answered(state, data.revision, event, agreed=True)


@_change.register
def _(data: e.CustomerDeclined, state: OrderState, event: Event) -> None:
    _answered(state, data.revision, event, agreed=False)


def _answered(state: OrderState, revision: int, event: Event, *, agreed: bool) -> None:
    """The ledger keeps the customer's own word beside the date; no date of it ever changes."""
    changes = {"customer_agreed": agreed, "answered_at": event.at}
    state.promises = [each.model_copy(update=changes) if each.revision == revision else each for each in state.promises]


@_change.register
def _(data: e.ForecastBroken, state: OrderState, event: Event) -> None:
    state.must_ask = True


@_change.register
def _(data: e.RiskMoved, state: OrderState, event: Event) -> None:
    state.has_worsened = risk.is_worse(data.risk, state.risk)
    state.is_first_guess = state.risk is None
    state.risk = data.risk


@_change.register
def _(data: e.OrderClosed, state: OrderState, event: Event) -> None:
    state.status, state.delivery, state.step, state.hold = data.status, data.delivery, Step.CLOSED, None


@_change.register
def _(data: e.CaseRaised, state: OrderState, event: Event) -> None:
    """Goes its own way; the order only remembers that it was opened."""


@_change.register
def _(data: e.CaseMoved, state: OrderState, event: Event) -> None:
    state.case = data.case
    if data.rests:
        state.step = Step.REST


@_change.register
def _(data: e.CaseClosed, state: OrderState, event: Event) -> None:
    state.status, state.case, state.step = data.status, data.case, Step.CLOSED


# Tasks.


@_change.register
def _(data: e.TaskOpened, state: OrderState, event: Event) -> None:
    task = data.task
    state.tasks[task.id] = task.model_copy(update={"version": event.seq})
    state.counters[task.kind] = task.n
    state.step = STEP_OF.get(task.kind, state.step)
    if task.department not in state.asked:
        state.asked.append(task.department)
    if task.kind is Kind.DECIDE_PROMISE:
        state.must_ask = False
    state.answered = corrections.after_opening(state, task)
    for beside in [each for each in state.tasks.values() if each.kind not in STEP_OF and each.stage is not state.stage]:
        # What is asked beside the way of the goods stands where the order stands.
        _update(state, beside.id, event, stage=state.stage)


@_change.register
def _(data: e.TaskCompleted, state: OrderState, event: Event) -> None:
    task = closed(state.tasks[data.task_id], event)
    state.answered = corrections.after_answering(state, task)
    _begin(state, task.kind)
    _close(state, data.task_id, event)


def _begin(state: OrderState, kind: Kind) -> None:
    if kind in STEP_OF and kind is not Kind.CONFIRM_ORDER and kind not in state.begun:
        state.begun.append(kind)


@_change.register
def _(data: e.AnswerCorrected, state: OrderState, event: Event) -> None:
    answered = state.answered[data.task_id]
    for name, value in corrections.without(state, answered, data.expected_completion).items():
        setattr(state, name, value)
    again = answered.model_copy(update={"task": corrected(answered.task, event), "opened": (), "at": event.at})
    state.answered = {**state.answered, data.task_id: again}


@_change.register
def _(data: e.TaskCancelled, state: OrderState, event: Event) -> None:
    _close(state, data.task_id, event)


def _close(state: OrderState, task_id: str, event: Event) -> None:
    del state.tasks[task_id]
    state.closures[task_id] = Closure(by=event.actor, at=event.at)
    _forget(state.closures, REMEMBERED_TASKS)


@_change.register
def _(data: e.DeadlineMoved, state: OrderState, event: Event) -> None:
    task = state.tasks[data.task_id]
    changes: dict[str, Any] = {"due_at": data.due_at, "due_soon_at": data.due_soon_at, "escalation_level": 0}
    changes["ladder_round"] = task.ladder_round + 1
    changes["is_extended"] = task.is_extended if data.is_extended is None else data.is_extended
    _update(state, data.task_id, event, **changes)


@_change.register
def _(data: e.EarliestMoved, state: OrderState, event: Event) -> None:
    _update(state, data.task_id, event, earliest=data.earliest)


@_change.register
def _(data: e.RungReached, state: OrderState, event: Event) -> None:
    _update(state, data.task_id, event, escalation_level=data.level)


@_change.register
def _(data: e.ProgressReported, state: OrderState, event: Event) -> None:
    _begin(state, state.tasks[data.task_id].kind)
    _update(state, data.task_id, event, reported_at=event.at, is_silence_told=False)


@_change.register
def _(data: e.SilenceNoticed, state: OrderState, event: Event) -> None:
    _update(state, data.task_id, event, is_silence_told=True)


@_change.register
def _(data: e.NobodyCanDo, state: OrderState, event: Event) -> None:
    """Only told; the task stays with its department."""


def _update(state: OrderState, task_id: str, event: Event, **changes: Any) -> None:
    state.tasks[task_id] = state.tasks[task_id].model_copy(update={**changes, "version": event.seq})


def _ask_for_courses(state: OrderState, event: Event) -> None:
    """Whoever does what is open must have been taught what the policy asks for now."""
    for task in list(state.tasks.values()):
        if task.course != (course := state.policy.tasks[task.kind].course):
            _update(state, task.id, event, course=course)


# The goods.


@_change.register
def _(data: e.PlanMade, state: OrderState, event: Event) -> None:
    state.planned_start, state.expected_completion = data.planned_start, data.expected_completion
    state.planned_seconds, state.work_center = data.duration, data.work_center


@_change.register
def _(data: e.ExpectedCompletionMoved, state: OrderState, event: Event) -> None:
    state.expected_completion = data.expected_completion


@_change.register
def _(data: e.WorkMoved, state: OrderState, event: Event) -> None:
    state.work = data.work


@_change.register
def _(data: e.ShipmentArranged, state: OrderState, event: Event) -> None:
    state.shipment = data.shipment


@_change.register
def _(data: e.ShipmentDropped, state: OrderState, event: Event) -> None:
    state.shipment = None


@_change.register
def _(data: e.GoodsDispatched, state: OrderState, event: Event) -> None:
    if state.shipment is not None:
        state.shipment = state.shipment.model_copy(update={"shipped_at": data.shipped_at, "tracking_no": data.tracking_no})


@_change.register
def _(data: e.GoodsDelivered, state: OrderState, event: Event) -> None:
    state.delivered = data.delivered


@_change.register
def _(data: e.DeliverySettled, state: OrderState, event: Event) -> None:
    state.delivery = data.delivery


@_change.register
def _(data: e.FollowUpEntered, state: OrderState, event: Event) -> None:
    state.followed_by = data.order_no


@_change.register
def _(data: e.IssueRaised, state: OrderState, event: Event) -> None:
    """Becomes an improvement of its own; the order only remembers that it was said."""


# Holds and notices.


@_change.register
def _(data: e.Held, state: OrderState, event: Event) -> None:
    state.hold, state.status = data.hold, OrderStatus.ON_HOLD


@_change.register
def _(data: e.HoldEndTold, state: OrderState, event: Event) -> None:
    if state.hold is not None:
        state.hold = state.hold.model_copy(update={"told_at": data.told_at})


@_change.register
def _(data: e.Resumed, state: OrderState, event: Event) -> None:
    if state.hold is not None:
        state.past_holds = [*state.past_holds, Interval(since=state.hold.since, until=event.at)][-REMEMBERED_HOLDS:]
    state.hold, state.status = None, OrderStatus.OPEN


@_change.register
def _(data: e.NoticeRequested, state: OrderState, event: Event) -> None:
    if "customer" in data.notice.to and data.notice.kind not in state.customer_told:
        state.customer_told.append(data.notice.kind)
    if data.notice.kind == SHIPPING_NOTICE:
        state.shipping_notice = data.notice.key
    if data.notice.kind in WARNINGS:
        state.warned = [*state.warned, Risk(data.notice.kind)]


@_change.register
def _(data: e.NoticeSettled, state: OrderState, event: Event) -> None:
    if data.told.key != state.shipping_notice:
        return
    state.shipping_notice = None
    states = data.told.states.values()
    if not states or not all(each in ON_RECORD for each in states):
        return
    if state.shipment is not None:
        state.shipment = state.shipment.model_copy(update={"noticed_at": event.at})
    state.answered = corrections.after_notice(state, data.told.key, event.at)
