"""Whether something that a person says to an order is taken: each question in the contract's order of refusals (§5).

Authority first, then the fields, then the version that the speaker has seen, then what stands against it now.
"""

from datetime import date, datetime
from functools import singledispatch

from pydantic import ValidationError

from workflows.rules import amending, authority, corrections, dates, judgement, views
from workflows.rules.calendar import Calendar
from workflows.rules.faults import faults
from workflows.types import answers as a
from workflows.types import commands as c
from workflows.types.events import SaidRef
from workflows.types.refusals import STATUS, Fault, Refusal, invalid
from workflows.types.state import OrderState
from workflows.types.tasks import Task
from workflows.types.words import NOT_HELD, Kind, Stage

UNKNOWN = Refusal(code="unknown-here", detail="the order does not know this task yet; try again")
"""Across a continue-as-new an update may come before its task: the API answers 503."""


GOODS_ARE_OUT = "goods are with the customer or on their way"
UNDECIDED = "goods are with the customer, on their way, or came back and nothing is decided about them"
UNPROCESSABLE = 422


@singledispatch
def refusal(said: c.Said, state: OrderState, calendar: Calendar, now: datetime) -> Refusal | None:
    """Why this is not taken, or None."""
    raise NotImplementedError(type(said))


# About a task.


def stranger(ref: SaidRef, start: c.OrderStart) -> Refusal | None:
    """Why a call to enter an order is refused by the order of that number, unless it is the call that began it."""
    if start.ref is not None and start.ref.id == ref.id:
        return None
    return Refusal(code="order-exists", detail=f"there is an order {start.facts.order_no} already")


@refusal.register
def _(said: c.CompleteTask, state: OrderState, calendar: Calendar, now: datetime) -> Refusal | None:
    task = state.tasks.get(said.task_id)
    if task is None:
        return _gone(said.task_id, state)
    if no := authority.may_answer(said.actor, task, said.outcome):
        return no
    no = _unfit(said, judgement.Case(task, state, calendar, now))
    if no is not None and STATUS[no.code] == UNPROCESSABLE:
        return no
    return _stale(said, task.version) or _held(task, state) or no


def _unfit(said: c.CompleteTask | c.CorrectTask, case: judgement.Case) -> Refusal | None:
    """Why the answer itself does not do: no such outcome, wrong fields, or what stands against it."""
    task = case.task
    if said.outcome not in a.OUTCOMES[task.kind] or said.outcome in task.withheld:
        return _wrong_outcome(said.outcome, task)
    try:
        answer = a.read(task.kind, said.outcome, said.fields)
    except ValidationError as error:
        return invalid(*faults(error, "/fields"))
    return judgement.judge(answer, case)


@refusal.register
def _(said: c.CorrectTask, state: OrderState, calendar: Calendar, now: datetime) -> Refusal | None:
    answered = state.answered.get(said.task_id)
    if answered is None:
        return _uncorrectable(said, state)
    task = answered.task
    if no := authority.may_correct(said.actor, task):
        return no
    no = _unfit(said, judgement.Case(task, corrections.as_before(state, answered, calendar), calendar, now))
    if no is not None and STATUS[no.code] == UNPROCESSABLE:
        return no
    return _stale(said, task.version) or _closed(state) or _out_of_our_hands(task, state) or _held(task, state) or no


def _uncorrectable(said: c.CorrectTask, state: OrderState) -> Refusal | None:
    if task := state.tasks.get(said.task_id):
        return authority.may_correct(said.actor, task) or unanswered(task)
    if state.is_closed:
        return _closed(state)
    kind, n = said.task_id.rsplit(".", 2)[-2:]
    if int(n) > state.counters.get(Kind(kind), 0):
        return UNKNOWN
    return Refusal(code="too-late", detail=f"what followed from {said.task_id} is done already, or was decided beside the work")


def unanswered(task: Task) -> Refusal:
    """There is nothing to mend yet."""
    return invalid(Fault(pointer="", message=f"{task.id} is not answered yet; complete it"))


def _out_of_our_hands(task: Task, state: OrderState) -> Refusal | None:
    """A follow-up order goes its own way from the moment it is entered."""
    if task.kind is Kind.DECIDE_SHORTAGE and (task.fields or {}).get("rest") == "later":
        return Refusal(code="too-late", detail=f"the rest is an order of its own already: {state.followed_by}")
    return None


@refusal.register
def _(said: c.ReportProgress, state: OrderState, calendar: Calendar, now: datetime) -> Refusal | None:
    task = state.tasks.get(said.task_id)
    if task is None:
        return _gone(said.task_id, state)
    if no := authority.may_answer(said.actor, task):
        return no
    if wrong := dates.in_plan("/expected_completion", said.progress.expected_completion, calendar.day_of(now), calendar):
        return invalid(*wrong)
    if no := _stale(said, task.version):
        return no
    if task.kind is not Kind.PRODUCE:
        return Refusal(code="not-in-production", detail=f"progress is reported on produce, not on {task.kind}")
    return _held(task, state)


@refusal.register
def _(said: c.ExtendTask, state: OrderState, calendar: Calendar, now: datetime) -> Refusal | None:
    task = state.tasks.get(said.task_id)
    if task is None:
        return _gone(said.task_id, state)
    if no := authority.may_direct(said.actor, task):
        return no
    if wrong := _in_future("/due_at", said.due_at, now, calendar):
        return invalid(*wrong)
    return _stale(said, task.version)


def _wrong_outcome(outcome: str, task: Task) -> Refusal:
    possible = [each for each in a.OUTCOMES[task.kind] if each not in task.withheld]
    return Refusal(code="wrong-outcome", detail=f"{task.kind} is answered by {', '.join(possible)}, not by {outcome}")


def _gone(task_id: str, state: OrderState) -> Refusal:
    closure = state.closures.get(task_id)
    if closure is not None:
        at = f"{closure.at:%Y-%m-%dT%H:%M:%S.%fZ}"
        detail = f"{task_id} was closed by {closure.by} at {at}"
        return Refusal(code="task-closed", detail=detail, extra={"completed_by": closure.by, "completed_at": at})
    return _closed(state) or UNKNOWN


def _held(task: Task, state: OrderState) -> Refusal | None:
    if state.hold is None or task.kind in NOT_HELD:
        return None
    return Refusal(code="order-on-hold", detail=f"the order is on hold: {state.hold.reason}")


# About the order.


@refusal.register
def _(said: c.RepromiseOrder, state: OrderState, calendar: Calendar, now: datetime) -> Refusal | None:
    if no := authority.may_change_order(said.actor):
        return no
    wrong = dates.in_promise("/promised_date", said.promised_date, calendar.day_of(now), calendar)
    wrong += judgement.unapproved("/approved_by", said.customer_agreed, said.approved_by)
    if wrong:
        return invalid(*wrong)
    if no := _stale(said, state.seq) or _closed(state):
        return no
    if state.promise is None:
        return Refusal(code="not-confirmed", detail="the order has no promise yet; it begins with confirm_order")
    return None


def over(state: OrderState) -> Refusal | None:
    """Why no promise moves any more; orders that moved one nevertheless, before that was refused, play it again."""
    if state.stage is not Stage.FEEDBACK or state.promise is None:
        return None
    return Refusal(code="too-late", detail=f"the goods are signed for: {state.promise.date} was kept or broken by then")


@refusal.register
def _(said: c.HoldOrder, state: OrderState, calendar: Calendar, now: datetime) -> Refusal | None:
    if no := authority.may_hold_order(said.actor):
        return no
    if wrong := _in_future("/until", said.until, now, calendar):
        return invalid(*wrong)
    if no := _stale(said, state.seq) or _closed(state):
        return no
    if state.hold is not None:
        return Refusal(code="already-on-hold", detail=f"the order is on hold already: {state.hold.reason}")
    return None


@refusal.register
def _(said: c.ResumeOrder, state: OrderState, calendar: Calendar, now: datetime) -> Refusal | None:
    if no := authority.may_hold_order(said.actor):
        return no
    if no := _stale(said, state.seq) or _closed(state):
        return no
    return None if state.hold is not None else Refusal(code="not-on-hold", detail="the order is not on hold")


@refusal.register
def _(said: c.CancelOrder, state: OrderState, calendar: Calendar, now: datetime) -> Refusal | None:
    if no := authority.may_change_order(said.actor):
        return no
    if no := _stale(said, state.seq) or _closed(state):
        return no
    if views.cancel_refused(state):
        return Refusal(code="already-dispatched", detail=GOODS_ARE_OUT)
    return None


@refusal.register
def _(said: c.AmendOrder, state: OrderState, calendar: Calendar, now: datetime) -> Refusal | None:
    if no := authority.may_amend(said.actor):
        return no
    if wrong := amending.heard(said, state.facts, calendar.day_of(now), calendar):
        return invalid(*wrong)
    if no := _stale(said, state.seq) or _closed(state):
        return no
    if views.amend_refused(state):
        return Refusal(code="already-dispatched", detail=UNDECIDED)
    return None


@refusal.register
def _(said: c.CustomerAnswers, state: OrderState, calendar: Calendar, now: datetime) -> Refusal | None:
    if no := authority.may_answer_promise(said.actor):
        return no
    wrong = dates.in_promise("/wanted", said.wanted, calendar.day_of(now), calendar)
    if not said.agreed and not said.reason:
        wrong.append(Fault(pointer="/reason", message="say what does not suit you"))
    if wrong:
        return invalid(*wrong)
    if no := _stale(said, state.seq) or _closed(state):
        return no
    if state.promise is None or said.revision != state.promise.revision:
        return Refusal(code="too-late", detail="another date has been promised since")
    if not said.agreed and views.amend_refused(state):
        return Refusal(code="already-dispatched", detail=UNDECIDED)
    return None


@refusal.register
def _(said: c.AdoptPolicy, state: OrderState, calendar: Calendar, now: datetime) -> Refusal | None:
    return authority.may_administer(said.actor) or _closed(state)


def _closed(state: OrderState) -> Refusal | None:
    return Refusal(code="order-closed", detail=f"the order is {state.status}") if state.is_closed else None


def _stale(said: c.Said, version: int) -> Refusal | None:
    if said.expected_version is None or said.expected_version == version:
        return None
    return Refusal(code="stale", detail="it has changed since you read it; read it again")


def _in_future(pointer: str, when: datetime | date, now: datetime, calendar: Calendar) -> list[Fault]:
    # The day first: at the ends of the calendar there is no instant to compare.
    if wrong := dates.in_plan(pointer, when, calendar.day_of(now), calendar):
        return wrong
    return [Fault(pointer=pointer, message="lies in the past")] if dates.instant(when, calendar) <= now else []
