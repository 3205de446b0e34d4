"""Where the goods are, line by line: what each answer does to the work, and what lies before each task (contract §2)."""

from collections.abc import Mapping

from workflows.types import answers as a
from workflows.types.orders import Line, Lines, Quantities, Work
from workflows.types.state import OrderState
from workflows.types.words import DeliveryState, Kind


def plus(some: Mapping[str, int], more: Mapping[str, int]) -> Quantities:
    """Both together; lines of nothing are left out."""
    return _without_zeros({line: some.get(line, 0) + more.get(line, 0) for line in _lines(some, more)})


def minus(some: Mapping[str, int], less: Mapping[str, int]) -> Quantities:
    """What is left of some; never below nothing."""
    return _without_zeros({line: max(0, some.get(line, 0) - less.get(line, 0)) for line in _lines(some, less)})


def covers(some: Mapping[str, int], needed: Mapping[str, int]) -> bool:
    """Whether there is enough on every line."""
    return all(some.get(line, 0) >= quantity for line, quantity in needed.items())


def _lines(some: Mapping[str, int], others: Mapping[str, int]) -> list[str]:
    return sorted({*some, *others}, key=int)


def _without_zeros(quantities: Quantities) -> Quantities:
    return {line: quantity for line, quantity in quantities.items() if quantity}


# What lies before a task.


def owed(state: OrderState) -> Quantities:
    """Ordered, less what was waived or moved to a follow-up order."""
    return minus(state.facts.ordered, state.work.dropped)


def missing(state: OrderState) -> Quantities:
    return minus(owed(state), state.work.accepted)


def sendable(work: Work) -> Quantities:
    """Accepted and not yet signed for."""
    return minus(work.accepted, work.received)


def before(kind: Kind, state: OrderState) -> Quantities:
    """The quantity map that a task of this kind shows; when there is nothing, every line with 0."""
    return _lying_before(kind, state) or dict.fromkeys(state.facts.ordered, 0)


def _lying_before(kind: Kind, state: OrderState) -> Quantities:
    work = state.work
    match kind:
        case Kind.MAKE_PLAN | Kind.READY_MATERIALS | Kind.READY_EQUIPMENT | Kind.READY_PEOPLE | Kind.PRODUCE:
            return work.to_produce
        case Kind.INSPECT:
            return work.handed
        case Kind.REWORK | Kind.DECIDE_DISPOSITION:
            return work.failed
        case Kind.ACCEPT:
            return work.passed
        case Kind.DECIDE_SHORTAGE:
            return missing(state)
        case Kind.PLAN_SHIPMENT | Kind.DISPATCH:
            return sendable(work)
        case Kind.SIGN_OFF:
            return work.sent
        case Kind.RESOLVE_REFUSAL:
            return work.returned
        case Kind.COLLECT_FEEDBACK:
            return work.received
        case _:
            return state.facts.ordered


def delivered_as(state: OrderState) -> DeliveryState:
    """What the customer got, when nothing more will come."""
    if not state.work.received:
        return DeliveryState.UNDELIVERED
    return DeliveryState.FULL if covers(state.work.received, state.facts.ordered) else DeliveryState.SHORT


# What an answer does to the work.


def start(work: Work, needed: Quantities) -> Work:
    """Goods are to be made, for the first time or again."""
    return work.model_copy(update={"to_produce": needed})


def produced(work: Work, answer: a.Produced, by: str) -> Work:
    good = work.to_produce if answer.good is None else answer.good
    return work.model_copy(
        update={"to_produce": {}, "handed": plus(work.handed, good), "rework_rounds": 0, "makers": _with(work.makers, by)}
    )


def passed(work: Work) -> Work:
    return work.model_copy(update={"passed": plus(work.passed, work.handed), "handed": {}, "makers": ()})


def failed(work: Work, answer: a.Failed) -> Work:
    good = minus(work.handed, answer.failed)
    return work.model_copy(update={"passed": plus(work.passed, good), "failed": plus({}, answer.failed), "handed": {}})


def rework_opened(work: Work) -> Work:
    return work.model_copy(update={"rework_rounds": work.rework_rounds + 1})


def reworked(work: Work, answer: a.Reworked, by: str) -> Work:
    mended = minus(work.failed, answer.scrap or {})
    return work.model_copy(update={"handed": mended, "failed": {}, "makers": _with(work.makers, by)})


def conceded(work: Work) -> Work:
    return work.model_copy(update={"passed": plus(work.passed, work.failed), "failed": {}, "conceded": True, "makers": ()})


def remade_after_failing(work: Work) -> Work:
    return remade(work.model_copy(update={"failed": {}}), work.failed)


def remade(work: Work, needed: Quantities) -> Work:
    """What is made now replaces what was made before."""
    return start(work, needed).model_copy(update={"is_remake": True})


def accepted(work: Work, given: Quantities | None) -> Work:
    """What passed and was not accepted is gone: a remake replaces it, or it is part of the shortage."""
    return work.model_copy(update={"accepted": total_if_accepted(work, given), "passed": {}})


def total_if_accepted(work: Work, given: Quantities | None) -> Quantities:
    return plus(work.accepted, work.passed if given is None else given)


def dropped(work: Work, rest: Quantities) -> Work:
    return work.model_copy(update={"dropped": plus(work.dropped, rest)})


def sent(work: Work) -> Work:
    return work.model_copy(update={"sent": sendable(work)})


def signed(work: Work, answer: a.Signed) -> Work:
    got = work.sent if answer.received is None else answer.received
    return _received(work, got).model_copy(update={"damaged": plus(work.damaged, answer.damaged or {})})


def refused(work: Work, answer: a.Refused) -> Work:
    back = work.sent if answer.quantities is None else answer.quantities
    return _received(work, minus(work.sent, back))


def lost(work: Work) -> Work:
    return _received(work, {}).model_copy(update={"lost": True})


def _received(work: Work, got: Quantities) -> Work:
    return work.model_copy(
        update={"received": plus(work.received, got), "returned": minus(work.sent, got), "sent": {}, "lost": False}
    )


def redelivered(work: Work) -> Work:
    return work.model_copy(update={"returned": {}})


def given_up(work: Work) -> Work:
    """What came back or was lost is not delivered any more."""
    return work.model_copy(update={"returned": {}, "lost": False})


def remade_after_return(work: Work) -> Work:
    """What came back or was lost no longer counts as accepted."""
    left = work.model_copy(update={"accepted": minus(work.accepted, work.returned), "returned": {}, "lost": False})
    return remade(left, work.returned)


def amended(state: OrderState, lines: Lines) -> Work:
    """The work once the order has other lines: what was made for a line counts as far as that line still asks for it.

    A line is the same when product and unit at its position are; failed goods and a plan of shipment count for nothing.
    What a line asks for less was no longer owed first, where some of it was not.
    """
    work, was = state.work, state.facts.lines
    same = {str(n) for n, (old, new) in enumerate(zip(was, lines, strict=False), start=1) if _is_same(old, new)}
    ordered = {str(number): line.quantity for number, line in enumerate(lines, start=1)}
    dropped = _at_most(ordered, minus(work.dropped, minus(state.facts.ordered, ordered)), same)
    owed = minus(ordered, dropped)
    accepted = _at_most(owed, work.accepted, same)
    passed = _at_most(minus(owed, accepted), work.passed, same)
    handed = _at_most(minus(minus(owed, accepted), passed), work.handed, same)
    return work.model_copy(
        update={
            "dropped": dropped,
            "accepted": accepted,
            "passed": passed,
            "handed": handed,
            "failed": {},
            "to_produce": minus(owed, plus(plus(accepted, passed), handed)),
            "unready": (),
            "eta_due": {},
            "is_remake": False,
        }
    )


def _is_same(old: Line, new: Line) -> bool:
    return (old.product_model, old.unit) == (new.product_model, new.unit)


def _at_most(limit: Quantities, made: Quantities, lines: set[str]) -> Quantities:
    return _without_zeros({line: min(made[line], limit.get(line, 0)) for line in _lines(made, {}) if line in lines})


def _with(makers: tuple[str, ...], by: str) -> tuple[str, ...]:
    return makers if by in makers else (*makers, by)
