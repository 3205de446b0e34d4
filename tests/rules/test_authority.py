"""Who may do what: the contract's role table, row by row (contract §5)."""

from collections.abc import Callable

import pytest

from tests.rules.samples import member, task
from workflows.rules import authority
from workflows.types.answers import OUTCOMES
from workflows.types.commands import Actor
from workflows.types.refusals import Refusal
from workflows.types.tasks import Task
from workflows.types.words import CUSTOMER, Department, Kind

D = Department
INSPECT = task(Kind.INSPECT)
PEOPLE = {
    "member": member(D.QUALITY),
    "head": member(D.QUALITY, head=True),
    "sales": member(D.SALES),
    "management": member(D.MANAGEMENT),
    "management head": member(D.MANAGEMENT, head=True),
    "admin": member(admin=True),
    "production": member(D.PRODUCTION),
    "production head": member(D.PRODUCTION, head=True),
    "nobody": member(),
}

Question = Callable[[Actor], Refusal | None]


def about(question: Callable[[Actor, Task], Refusal | None]) -> Question:
    return lambda actor: question(actor, INSPECT)


@pytest.mark.parametrize(
    ("question", "may"),
    [
        (about(authority.may_answer), {"member", "head"}),
        (about(authority.may_release_anothers), {"head", "admin"}),
        (about(authority.may_direct), {"head"}),
        (authority.may_enter_orders, {"sales", "admin"}),
        (authority.may_change_order, {"sales", "management", "management head"}),
        (authority.may_hold_order, {"sales", "management", "management head", "production head"}),
        (authority.may_administer, {"admin"}),
    ],
    ids=["answer", "assign", "extend", "enter", "change", "hold", "administer"],
)
def test_the_role_table(question: Question, may: set[str]) -> None:
    assert {name for name, actor in PEOPLE.items() if question(actor) is None} == may


@pytest.mark.parametrize("question", [authority.may_amend, authority.may_answer_promise])
def test_the_customer_may_want_it_otherwise_and_answer_a_promise(question: Question) -> None:
    assert question(Actor(id=CUSTOMER)) is None
    assert question(PEOPLE["admin"]) is not None


@pytest.mark.parametrize("question", [authority.may_change_order, authority.may_hold_order, authority.may_enter_orders])
def test_the_customer_may_do_nothing_else_to_an_order(question: Question) -> None:
    assert question(Actor(id=CUSTOMER)) is not None


@pytest.mark.parametrize("kind", Kind)
def test_the_customer_answers_what_only_they_know(kind: Kind) -> None:
    may = {name for name in OUTCOMES[kind] if authority.may_answer(Actor(id=CUSTOMER), task(kind), name) is None}
    assert may == {Kind.SIGN_OFF: {"signed", "refused"}, Kind.COLLECT_FEEDBACK: {"answered"}}.get(kind, set())


@pytest.mark.parametrize(
    ("who", "code"), [("sales", "not-your-department"), ("admin", "not-your-department"), ("management", "not-your-department")]
)
def test_strangers_are_told_that_it_is_not_their_department(who: str, code: str) -> None:
    refusal = authority.may_answer(PEOPLE[who], INSPECT)
    assert refusal is not None and refusal.code == code


def test_members_who_are_no_head_are_forbidden_what_only_the_head_may() -> None:
    refusal = authority.may_direct(PEOPLE["member"], INSPECT)
    assert refusal is not None and refusal.code == "forbidden"


@pytest.mark.parametrize("head", [False, True])
@pytest.mark.parametrize("admin", [False, True])
def test_four_eyes_hold_for_heads_and_admins_too(head: bool, admin: bool) -> None:
    maker = member(D.QUALITY, name="maker", head=head, admin=admin)
    refusal = authority.may_answer(maker, INSPECT.model_copy(update={"barred": ("maker",)}))
    assert refusal is not None and refusal.code == "four-eyes"
    assert authority.may_answer(maker, INSPECT.model_copy(update={"barred": ("other",)})) is None
