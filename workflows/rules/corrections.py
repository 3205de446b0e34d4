"""Which answers may still be corrected, and how the order stands without them (contract §2, Correct)."""

from datetime import datetime, timedelta
from typing import Any

from workflows.rules import cases, standing
from workflows.rules.calendar import Calendar
from workflows.types.cases import CaseState
from workflows.types.orders import Work
from workflows.types.slack import Blame, Spell
from workflows.types.state import Answered, Before, OrderState
from workflows.types.tasks import Task
from workflows.types.words import READINESS, STEP_OF, Kind

MADE_BY = (Kind.PRODUCE, Kind.REWORK)

# What may be corrected.


def after_answering(state: OrderState, task: Task) -> dict[str, Answered]:
    """What may be corrected once this task is answered; what it followed from may not any more."""
    left = {task_id: each for task_id, each in state.answered.items() if task.id not in each.opened}
    if task.kind not in STEP_OF:
        return left
    assert task.completed_at is not None
    return {**left, task.id: Answered(task=task, before=_before(state, task), at=task.completed_at)}


def after_opening(state: OrderState, task: Task) -> dict[str, Answered]:
    """The same once this task is open."""
    return {
        task_id: each.model_copy(update={"opened": (*each.opened, task.id)}) if _follows(task, each, state) else each
        for task_id, each in state.answered.items()
    }


def _follows(opened: Task, answered: Answered, state: OrderState) -> bool:
    if opened.kind in READINESS and answered.task.kind in READINESS:
        # Side by side: only the same is asked again because of what was answered.
        return opened.kind is answered.task.kind
    if opened.kind is Kind.DECIDE_PROMISE:
        # Time and reports open it, too; an answer does so at once, or with the question that it leads to.
        with_it = (task.opened_at for task in state.tasks.values() if task.id in answered.opened)
        return opened.opened_at in (answered.at, *with_it)
    return opened.kind in STEP_OF


def _before(state: OrderState, task: Task) -> Before:
    return Before(
        work=state.work,
        planned_start=state.planned_start,
        planned_seconds=state.planned_seconds,
        expected_completion=state.expected_completion,
        work_center=state.work_center,
        shipment=state.shipment,
        shipping_notice=state.shipping_notice,
        delivered=state.delivered,
        delivery=state.delivery,
        must_ask=state.must_ask,
        revision=len(state.promises),
        spells=tuple(state.spells),
        detour=state.detour,
        facts=state.facts if task.outcome == "revise" else None,
        case=state.case,
    )


def after_notice(state: OrderState, key: str, at: datetime) -> dict[str, Answered]:
    """The same once a shipping notice is on record: of a plan that an answer has dropped, too, if that is taken back."""
    return {
        task_id: each.model_copy(update={"before": _noticed(each.before, at)}) if each.before.shipping_notice == key else each
        for task_id, each in state.answered.items()
    }


def _noticed(before: Before, at: datetime) -> Before:
    if before.shipment is None:
        return before
    return before.model_copy(update={"shipment": before.shipment.model_copy(update={"noticed_at": at})})


# How the order stands without an answer.


def without(state: OrderState, answered: Answered, completion: datetime | None) -> dict[str, Any]:
    """What of the state is otherwise without this answer; promises and mails are out and stay."""
    kind, before = answered.task.kind, answered.before
    common = {
        "step": STEP_OF[kind],
        "expected_completion": completion,
        # Sales may have been asked since, which settles it.
        "must_ask": state.must_ask and before.must_ask,
        # A promise given since knew of what came before.
        "detour": before.detour if before.revision == len(state.promises) else None,
        "spells": [spell for spell in state.spells if spell in before.spells or not _led_to(spell, kind)],
    }
    if kind in READINESS:
        return {**common, "work": _unready_again(state.work, before.work, kind)}
    return {
        **common,
        "work": _made_by_them_all_the_same(before.work, answered.task),
        "facts": before.facts or state.facts,
        "planned_start": before.planned_start,
        "planned_seconds": before.planned_seconds,
        "work_center": before.work_center,
        "shipment": before.shipment,
        # What was told of it since is not told again.
        "shipping_notice": before.shipping_notice if state.shipping_notice == before.shipping_notice else None,
        "delivered": before.delivered,
        "delivery": before.delivery,
        "case": _acted_by_them_all_the_same(before.case, answered.task),
    }


def _unready_again(work: Work, before: Work, kind: Kind) -> Work:
    """The others may have been answered since, and stay as they are."""
    etas = {each: eta for each, eta in work.eta_due.items() if each is not kind}
    if kind in before.eta_due:
        etas[kind] = before.eta_due[kind]
    return work.model_copy(
        update={
            "unready": tuple(each for each in READINESS if each is kind or each in work.unready),
            "was_short": tuple(each for each in work.was_short if each is not kind or kind in before.was_short),
            "eta_due": etas,
        }
    )


def _led_to(spell: Spell, kind: Kind) -> bool:
    """Whether time noted after an answer of this kind is noted because of it: not what held the order, or others lacked."""
    if kind in READINESS:
        return spell.blame is Blame.SHORTAGE and spell.kind is kind
    return spell.blame is not Blame.HOLD


def _made_by_them_all_the_same(work: Work, task: Task) -> Work:
    """Who said that the goods are made has made them, whoever corrects the figures (four eyes)."""
    by = task.completed_by
    if task.kind not in MADE_BY or by is None or by in work.makers:
        return work
    return work.model_copy(update={"makers": (*work.makers, by)})


def _acted_by_them_all_the_same(case: CaseState | None, task: Task) -> CaseState | None:
    """Nor does whoever acted verify it, because somebody else has corrected what they said."""
    if case is None or task.kind is not Kind.ACT or task.completed_by is None:
        return case
    return cases.acted(case, task.completed_by)


def completion(state: OrderState, answered: Answered, calendar: Calendar) -> datetime | None:
    """When the goods were expected without this answer: as before it, or what another shortage or a hold has made of that."""
    expected = answered.before.expected_completion
    if expected is None:
        return None
    at = answered.task.completed_at
    assert at is not None
    expected = calendar.add(expected, standing.held_before(state, calendar, at))
    if answered.task.kind not in READINESS:
        return expected
    others = {kind: eta for kind, eta in state.work.eta_due.items() if kind is not answered.task.kind}
    return max([expected, *(_made_after(kind, eta, at, state, calendar) for kind, eta in others.items())])


def _made_after(kind: Kind, eta: datetime, at: datetime, state: OrderState, calendar: Calendar) -> datetime:
    """What another shortage makes of it: a hold moves that only if the shortage was told before."""
    told = max((each.at for each in state.answered.values() if each.task.kind is kind), default=at)
    made = calendar.add(eta, timedelta(seconds=state.planned_seconds))
    return calendar.add(made, standing.held_before(state, calendar, told))


def as_before(state: OrderState, answered: Answered, calendar: Calendar) -> OrderState:
    """The order as it would stand without this answer: what a corrected one is judged by."""
    return state.model_copy(update=without(state, answered, completion(state, answered, calendar)))
