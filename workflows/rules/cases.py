"""How a case begins, whom its questions go to, and what each answer makes of it."""

from datetime import datetime

from workflows.types import answers as a
from workflows.types.cases import CaseState
from workflows.types.orders import OrderFacts
from workflows.types.state import OrderState
from workflows.types.words import Department, Kind, Origin, Step


def begun(facts: OrderFacts) -> tuple[CaseState, Step]:
    """How a new case stands, and the step that it begins with: whom it concerns may be known, and so may what is to be done."""
    case = facts.case
    assert case is not None
    state = CaseState(department=case.department, due=case.due, action=case.text if case.origin is Origin.MEETING else None)
    if case.origin is Origin.FILE:
        return state, Step.COMPLETE_FILE
    if case.department is None:
        return state, Step.ASSIGN
    return state, first_step(facts)


def first_step(facts: OrderFacts) -> Step:
    """Of the department concerned: a meeting has said what is to be done, all others ask for the cause first."""
    return Step.ACT if facts.case is not None and facts.case.origin is Origin.MEETING else Step.FIND_CAUSE


def department(kind: Kind, state: OrderState) -> Department | None:
    """Who is asked where the case says so; None: whoever the policy names."""
    return state.case.department if state.case is not None and kind in (Kind.FIND_CAUSE, Kind.ACT) else None


def barred(kind: Kind, state: OrderState) -> tuple[str, ...]:
    """Nobody verifies what they did themselves."""
    return state.case.acted_by if state.case is not None and kind is Kind.VERIFY else ()


# What the answers make of it.


def handed_to(case: CaseState, department: Department) -> CaseState:
    return case.model_copy(update={"department": department})


def analysed(case: CaseState, answer: a.Analysed) -> CaseState:
    return case.model_copy(update={"cause": answer.cause, "action": answer.action, "due": answer.due})


def acted(case: CaseState, by: str) -> CaseState:
    return case.model_copy(update={"acted_by": tuple(dict.fromkeys((*case.acted_by, by)))})


def resting(case: CaseState, until: datetime) -> CaseState:
    return case.model_copy(update={"rests_until": until})


def again(case: CaseState) -> CaseState:
    """What was done had no effect: the cause is looked for anew."""
    return case.model_copy(update={"rounds": case.rounds + 1, "rests_until": None, "due": None})


def ended(case: CaseState, result: str) -> CaseState:
    return case.model_copy(update={"result": result, "rests_until": None})
