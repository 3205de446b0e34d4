"""Notes what takes an order's time since its promise was given, event by event; `causes` says what that comes to.

Only facts are noted, no amounts: those need the calendar, and the fold knows none.
"""

from datetime import datetime

from workflows.rules.path import STRAIGHT
from workflows.types import events as e
from workflows.types.events import Event
from workflows.types.slack import Blame, Spell
from workflows.types.state import REMEMBERED_SPELLS, OrderState
from workflows.types.tasks import Task
from workflows.types.words import READINESS, STEP_OF, Kind

WAY = (*STRAIGHT, Kind.SIGN_OFF, Kind.COLLECT_FEEDBACK)

DETOURS = {
    Kind.REWORK: (Blame.REWORK, Kind.INSPECT),
    Kind.DECIDE_DISPOSITION: (Blame.DECISION, Kind.INSPECT),
    Kind.DECIDE_SHORTAGE: (Blame.DECISION, Kind.ACCEPT),
    Kind.RESOLVE_REFUSAL: (Blame.RETURN, Kind.SIGN_OFF),
}
"""By the kind that a detour begins with: what is to blame, and the kind that it led away from."""

NO_PLAN = (Kind.MAKE_PLAN, Kind.READY_MATERIALS, Kind.PRODUCE)
MAKING = (*READINESS, Kind.PRODUCE)
PLANNED = (Kind.READY_MATERIALS, Kind.PRODUCE)
"""What the promise had left room for where production now says a date."""


def note(state: OrderState, event: Event) -> None:
    """Called before the event changes the state: it still tells what was."""
    if isinstance(event.data, e.Promised):
        # Whatever happened before, the new promise knew of it.
        state.spells, state.detour = [], None
    elif state.promise is not None:
        _note(state, event, state.promise.at)


def _note(state: OrderState, event: Event, promised_at: datetime) -> None:
    match event.data:
        case e.TaskOpened(task=task) if task.kind in STEP_OF:
            _turn(state, task, event.at)
        case e.TaskCompleted(task_id=task_id, outcome="remake"):
            _make_again(state, state.tasks[task_id], event.at)
        case e.OrderAmended(goes_back=True) if state.detour is None:
            left = next(kind for kind, step in STEP_OF.items() if step is state.step)
            state.detour = Spell(blame=Blame.AMENDMENT, kind=left, since=event.at)
        case e.TaskCompleted(task_id=task_id) if state.detour is None:
            _finish(state, state.tasks[task_id], event.data.outcome, promised_at, event.at)
        case e.PlanMade(expected_completion=completion) if state.detour is None:
            word = Spell(blame=Blame.PLAN, kind=Kind.MAKE_PLAN, since=event.at, until=completion, allowed=PLANNED, is_stated=True)
            _add(state, _instead_of_another(word, state, promised_at))
        case e.ExpectedCompletionMoved() if state.detour is None and event.data.blame is not Blame.HOLD:
            said, until = event.data, event.data.expected_completion
            word = Spell(blame=said.blame, kind=said.kind, since=event.at, until=until, allowed=NO_PLAN, is_stated=True)
            _add(state, _instead_of_another(word, state, promised_at))
        case e.ShipmentArranged(shipment=shipment) if state.detour is None:
            first = next((spell.since for spell in state.spells if spell.blame is Blame.SHIPMENT), event.at)
            state.spells = [spell for spell in state.spells if spell.blame is not Blame.SHIPMENT]
            _add(state, Spell(blame=Blame.SHIPMENT, since=first, until=event.at, arrives=shipment.arrival))
        case e.Resumed():
            _settle_before_the_hold(state, promised_at)
            since = held_since(state, promised_at)
            if since is not None and since < event.at:
                _add(state, Spell(blame=Blame.HOLD, since=since, until=event.at))


def _settle_before_the_hold(state: OrderState, promised_at: datetime) -> None:
    """What was late by production's word when the hold began; from its end on the time counts anew."""
    task = asked(state)
    if state.hold is None or state.detour is not None or task is None or task.kind not in MAKING:
        return
    due = None if state.expected_completion is None else max(due_by_word(state, promised_at), task.opened_at)
    if due is not None and due < state.hold.since:
        _add(state, Spell(blame=Blame.STEP, kind=task.kind, n=task.n, since=due, until=state.hold.since))


def asked(state: OrderState) -> Task | None:
    """What is asked on the way of the goods; of the readiness checks the one that was due first."""
    on_the_way = [task for task in state.tasks.values() if STEP_OF.get(task.kind) is state.step]
    return min(on_the_way, key=lambda task: task.due_at, default=None)


def held_since(state: OrderState, promised_at: datetime) -> datetime | None:
    """From when on the hold has cost the goods time: once their shipment is planned, from the instant at which they should
    have left; None without a hold, and once they have left."""
    if state.hold is None or (state.shipment is not None and state.shipment.shipped_at is not None):
        return None
    planned = (state.shipment.ship_at,) if state.shipment is not None else ()
    return max(state.hold.since, promised_at, *planned)


def _add(state: OrderState, spell: Spell) -> None:
    state.spells = [*state.spells, spell][-REMEMBERED_SPELLS:]


# Off the straight path, and back.


def led_from(detour: Spell) -> Kind:
    """The kind that the detour led away from; it is over when something beyond that is asked."""
    assert detour.kind is not None
    return DETOURS[detour.kind][1] if detour.kind in DETOURS else detour.kind


def _turn(state: OrderState, opened: Task, at: datetime) -> None:
    """A detour ends where the goods go on beyond it, or where the next one begins."""
    again = opened.kind in DETOURS and opened.kind is not Kind.RESOLVE_REFUSAL
    if state.detour is not None and (again or place(opened.kind) > place(led_from(state.detour))):
        _add(state, state.detour.model_copy(update={"until": at}))
        state.detour = None
    if opened.kind in DETOURS and state.detour is None:
        n = state.work.rework_rounds if opened.kind is Kind.REWORK else opened.n
        state.detour = Spell(blame=DETOURS[opened.kind][0], kind=opened.kind, n=n, since=at)


def _make_again(state: OrderState, decided: Task, at: datetime) -> None:
    """The decision has led back to the plan: from here on making the goods again is to blame."""
    detour = state.detour or Spell(blame=Blame.REMAKE, kind=decided.kind, since=at)
    state.detour = detour.model_copy(update={"blame": Blame.REMAKE})


def place(kind: Kind) -> int:
    """How far along the way a kind stands; a detour stands where it led away from."""
    if kind in DETOURS:
        return WAY.index(DETOURS[kind][1])
    return WAY.index(Kind.READY_MATERIALS if kind in READINESS else kind)


# On it.


def _finish(state: OrderState, task: Task, outcome: str, promised_at: datetime, at: datetime) -> None:
    """What a finished task took, as far as the promise counted on it."""
    began = max(task.opened_at, promised_at)
    expected = None if state.expected_completion is None else due_by_word(state, promised_at)
    step = Spell(blame=Blame.STEP, kind=task.kind, n=task.n, since=began, until=at)
    match task.kind:
        case Kind.MAKE_PLAN if state.expected_completion is not None and state.expected_completion > at:
            """Production's word stood for all of it."""
        case Kind.MAKE_PLAN if outcome == "cannot":
            # It is asked again from the start, so all the time is lost.
            _add(state, step.model_copy(update={"blame": Blame.CANNOT}))
        case Kind.PRODUCE if expected is not None and outcome == "done" and at < expected:
            _add(state, step.model_copy(update={"since": expected, "is_stated": True}))
        case Kind.PRODUCE | Kind.READY_MATERIALS | Kind.READY_EQUIPMENT | Kind.READY_PEOPLE:
            if expected is not None and expected < at:
                _add(state, step.model_copy(update={"since": max(expected, began)}))
        case Kind.DISPATCH if state.shipment is not None and outcome == "dispatched" and state.shipment.ship_at < at:
            _add(state, step.model_copy(update={"since": max(state.shipment.ship_at, promised_at)}))
        case Kind.PLAN_SHIPMENT if any(spell.blame is Blame.SHIPMENT for spell in state.spells):
            """Planned anew: the shipment itself is compared with what the first plan had left."""
        case Kind.INSPECT | Kind.ACCEPT | Kind.PLAN_SHIPMENT | Kind.MAKE_PLAN:
            _add(state, step.model_copy(update={"allowed": (task.kind,)}))
        case Kind.REWORK | Kind.DECIDE_DISPOSITION | Kind.DECIDE_SHORTAGE | Kind.RESOLVE_REFUSAL:
            # Open already when the promise was given, which therefore left room for it.
            _add(state, step.model_copy(update={"allowed": (task.kind,)}))


def _instead_of_another(word: Spell, state: OrderState, promised_at: datetime) -> Spell:
    """A word on the completion moves an earlier one; where there is none it stands for what the policy allows."""
    expected = state.expected_completion
    # While the goods are made, a word that has passed still counts; asked to plan, it is worth nothing.
    if expected is None or (word.kind is Kind.MAKE_PLAN and expected <= word.since):
        return word
    return word.model_copy(update={"since": due_by_word(state, promised_at), "allowed": ()})


def due_by_word(state: OrderState, promised_at: datetime) -> datetime:
    """The expected completion, as far as nobody was blamed yet for what was late since, or the promise knew of it."""
    assert state.expected_completion is not None
    blamed = [spell.until for spell in state.spells if spell.blame is Blame.STEP and spell.kind in MAKING and spell.until]
    # A hold moves the word, but not what was late already when it began.
    held = [hold.until for hold in state.past_holds if hold.until >= state.expected_completion]
    return max(state.expected_completion, promised_at, *blamed, *held)
