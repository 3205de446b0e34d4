"""Who may do what: the contract's role table as a ladder of questions, asked by the API and again by the order."""

from workflows.types.commands import Actor
from workflows.types.refusals import Refusal
from workflows.types.tasks import Task
from workflows.types.words import CUSTOMER, Department, Kind

MAY_SPEAK_FOR_ORDERS = (Department.SALES, Department.MANAGEMENT)
ASKED_OF_CUSTOMERS = {Kind.SIGN_OFF: ("signed", "refused"), Kind.COLLECT_FEEDBACK: ("answered",)}
"""What the customer may answer in the department's stead."""


def may_answer(actor: Actor, task: Task, outcome: str | None = None) -> Refusal | None:
    """Whether the actor may complete, claim or report on a task; who holds it is the inbox's question."""
    if actor.id == CUSTOMER:
        return _may_customers_answer(task, outcome)
    if actor.id in task.barred:
        return four_eyes(actor.id, task)
    if task.department in actor.departments:
        return untrained(actor, task)
    return Refusal(code="not-your-department", detail=f"{task.id} is for {task.department}")


def four_eyes(person: str, task: Task) -> Refusal:
    """Why the task is not for whoever did what it looks at."""
    if task.kind is Kind.VERIFY:
        return Refusal(code="four-eyes", detail=f"{person} carried this action out and may not verify it")
    return Refusal(code="four-eyes", detail=f"{person} made these goods and may not inspect them")


def untrained(actor: Actor, task: Task) -> Refusal | None:
    """Why the task is not for who may do all else in its department: the course that it asks for does not count today."""
    if task.course is None or task.course in actor.courses:
        return None
    last = actor.lapsed.get(task.course)
    if last is None:
        detail = f"{actor.id} has not passed the course {task.course}, which {task.kind} asks for"
    else:
        detail = f"the course {task.course}, which {task.kind} asks for, counted for {actor.id} until {last}"
    return Refusal(code="not-trained", detail=detail, extra={"course": task.course, "expired_on": last and last.isoformat()})


def _may_customers_answer(task: Task, outcome: str | None) -> Refusal | None:
    asked = ASKED_OF_CUSTOMERS.get(task.kind, ())
    if outcome in asked or (outcome is None and asked):
        return None
    return Refusal(code="forbidden", detail=f"this is not for the customer to say of {task.kind}")


def may_release_anothers(actor: Actor, task: Task) -> Refusal | None:
    """Whether the actor may give the task to somebody, or take it from its holder."""
    if actor.admin:
        return None
    return may_direct(actor, task)


def may_direct(actor: Actor, task: Task) -> Refusal | None:
    """Whether the actor may move the task's deadline or correct its answer: only the department's head."""
    if task.department in actor.heads:
        return None
    if task.department in actor.departments:
        return Refusal(code="forbidden", detail=f"only the head of {task.department} may do this")
    return Refusal(code="not-your-department", detail=f"{task.id} is for {task.department}")


def may_correct(actor: Actor, task: Task) -> Refusal | None:
    """Whether the actor may mend an answer: the head of its department, unless something keeps them from giving it."""
    return may_direct(actor, task) or (may_answer(actor, task) if task.barred or task.course else None)


def may_enter_orders(actor: Actor) -> Refusal | None:
    if actor.admin or Department.SALES in actor.departments:
        return None
    return Refusal(code="forbidden", detail="orders are entered by sales")


def may_change_order(actor: Actor) -> Refusal | None:
    """Whether the actor may re-promise, amend or cancel."""
    if any(department in actor.departments for department in MAY_SPEAK_FOR_ORDERS):
        return None
    return Refusal(code="forbidden", detail="only sales and management may do this to an order")


def may_amend(actor: Actor) -> Refusal | None:
    """Whether the actor may want an order otherwise: the customer may, and others decide."""
    return None if actor.id == CUSTOMER else may_change_order(actor)


def may_answer_promise(actor: Actor) -> Refusal | None:
    """Whether the actor may say by themselves whether a promised date suits the customer."""
    if actor.id == CUSTOMER:
        return None
    return Refusal(code="forbidden", detail="only the customer may answer this; sales moves the promise")


def may_hold_order(actor: Actor) -> Refusal | None:
    if Department.PRODUCTION in actor.heads:
        return None
    return may_change_order(actor)


def may_administer(actor: Actor) -> Refusal | None:
    """Whether the actor may change people, the policy, or others' tokens."""
    if actor.admin:
        return None
    return Refusal(code="forbidden", detail="only an admin may do this")


def may_ask_for_reviews(actor: Actor) -> Refusal | None:
    """Whether the actor may have a pack made by hand."""
    if actor.admin or Department.MANAGEMENT in actor.departments:
        return None
    return Refusal(code="forbidden", detail="packs are made by hand for management and admins")


def may_decide_in_meetings(actor: Actor) -> Refusal | None:
    """Whether the actor sits in the meetings: management, and the heads."""
    if actor.heads or Department.MANAGEMENT in actor.departments:
        return None
    return Refusal(code="forbidden", detail="what meetings decide is recorded by management and the heads")
