"""Words of the policy become people: holders, heads, substitutes, mailboxes, and never one of them twice."""

from typing import Any

import pytest

from activities.mail.recipients import UNOWNED, Circle
from activities.store.register import Person, Register
from tests.mail.samples import TODAY, cast, order, person, task
from workflows.types.orders import Customer
from workflows.types.words import Department, Kind, Language

QUALITY, SALES, MANAGEMENT = Department.QUALITY, Department.SALES, Department.MANAGEMENT
QC = {QUALITY: "qc@plant.example"}


def circle(*changed: Person, without: tuple[str, ...] = (), **more: Any) -> Circle:
    """The plant's people about a task of quality, some of them changed or gone."""
    people = {one.id: one for one in (*cast().people.values(), *changed)}
    values: dict[str, Any] = {"addresses": {}, "today": TODAY, "order": order(), "task": task()}
    return Circle(register=Register(one for one in people.values() if one.id not in without), **values | more)


def names(told: Circle, *words: str) -> list[str]:
    return [one.name for one in told.resolve(words)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("assignee",), ["quality-head", "quality1", "quality2"]),
        (("head",), ["quality-head"]),
        (("head", "sales"), ["quality-head", "sales1"]),
        (("sales",), ["sales1"]),
        (("management",), ["boss"]),
        (("management", "admins"), ["boss", "admin"]),
        (("customer",), ["customer"]),
        (("production", "warehouse"), ["production-head", "production1", "warehouse1"]),
        (("assignee", "head"), ["quality-head", "quality1", "quality2"]),
        (("head_of:quality1",), ["quality-head"]),
    ],
)
def test_each_word_stands_for_people(words: tuple[str, ...], expected: list[str]) -> None:
    assert names(circle(), *words) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ((), ["quality1"]),
        ((person("quality1", QUALITY, away="quality2"),), ["quality2"]),
        # Nobody is there for the holder: the department is asked.
        ((person("quality1", QUALITY, away=""),), ["quality-head", "quality2"]),
        ((person("quality1", QUALITY, email=None),), ["quality-head", "quality2"]),
    ],
)
def test_a_held_task_is_its_holders(changed: tuple[Person, ...], expected: list[str]) -> None:
    assert names(circle(*changed, holder="quality1"), "assignee") == expected


def test_a_holder_who_has_left_the_plant_leaves_the_task_to_the_department() -> None:
    assert names(circle(without=("quality1",), holder="quality1"), "assignee") == ["quality-head", "quality2"]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ((person("quality1", QUALITY, away="warehouse1"),), ["quality-head", "warehouse1", "quality2"]),
        # A substitute who is there anyway gets one mail.
        ((person("quality1", QUALITY, away="quality2"),), ["quality-head", "quality2"]),
        # Once: a substitute's substitute is not asked.
        (
            (person("quality1", QUALITY, away="quality2"), person("quality2", QUALITY, away="warehouse1")),
            ["quality-head", "warehouse1"],
        ),
        ((person("quality1", QUALITY, away="nobody-known"),), ["quality-head", "quality2"]),
    ],
)
def test_away_people_are_replaced_once(changed: tuple[Person, ...], expected: list[str]) -> None:
    assert names(circle(*changed), "assignee") == expected


def test_two_who_stand_in_for_each_other_and_are_both_away_are_nobody() -> None:
    both = (person("sales1", SALES, away="sales-head"), person("sales-head", head=SALES, away="sales1"))
    assert [(one.name, one.kind) for one in circle(*both).resolve(["sales"])] == [("boss", UNOWNED), ("admin", UNOWNED)]


def test_absence_counts_its_first_and_last_day() -> None:
    away = person("sales1", SALES, away="sales-head")
    for days, expected in ((-1, "sales1"), (0, "sales-head"), (1, "sales1")):
        today = TODAY.replace(day=TODAY.day + days)
        assert names(circle(away, today=today), "sales") == [expected]


def test_a_departments_mailbox_replaces_its_members_but_not_its_head_or_a_holder() -> None:
    assert names(circle(addresses=QC), "assignee") == ["qc@plant.example"]
    assert names(circle(addresses=QC), "quality") == ["qc@plant.example"]
    assert names(circle(addresses=QC), "assignee", "head") == ["qc@plant.example", "quality-head"]
    assert names(circle(addresses=QC, holder="quality1"), "assignee") == ["quality1"]
    assert names(circle(addresses=QC), "head_of:qc@plant.example") == ["quality-head"]


def test_a_mailbox_is_read_in_the_language_of_the_head() -> None:
    assert circle(addresses=QC).resolve(["assignee"])[0].language is Language.ZH_HANT
    nobody = circle(addresses=QC, without=("quality1", "quality2", "quality-head"))
    assert nobody.resolve(["assignee"])[0].language is Language.EN


def test_who_made_the_goods_hears_nothing_of_their_inspection() -> None:
    """Four eyes: neither as a member nor as head, owner or substitute."""
    mine = task(barred=("quality1", "quality-head", "sales1"))
    assert names(circle(task=mine), "assignee", "head", "sales") == ["quality2"]
    away = person("quality2", QUALITY, away="quality1")
    assert names(circle(away, task=mine), "assignee", "head") == ["boss", "admin"]


def test_one_person_one_mail_also_when_two_share_an_address() -> None:
    shared = person("quality2", QUALITY, email="Quality1@PLANT.example")
    assert names(circle(shared), "assignee") == ["quality-head", "quality1"]
    mailbox = {QUALITY: "QUALITY-HEAD@plant.example"}
    assert names(circle(addresses=mailbox), "assignee", "head") == ["QUALITY-HEAD@plant.example"]


def test_a_customer_without_address_is_told_by_hand() -> None:
    (customer,) = circle(order=order(customer=Customer(name="ACME"))).resolve(["customer"])
    assert (customer.name, customer.address, customer.by_hand) == ("customer", None, True)


def test_the_customer_reads_their_own_language() -> None:
    (customer,) = circle().resolve(["customer"])
    assert (customer.address, customer.language, customer.by_hand) == ("buyer@customer.example", Language.ZH_HANT, False)


@pytest.mark.parametrize("words", [("assignee",), ("head",), ("assignee", "head"), ("quality",), ("head_of:quality1",)])
def test_when_nobody_is_left_management_and_admins_are_told_so(words: tuple[str, ...]) -> None:
    told = circle(without=("quality1", "quality2", "quality-head"))
    assert [(one.name, one.kind) for one in told.resolve(words)] == [("boss", UNOWNED), ("admin", UNOWNED)]


def test_a_word_that_reaches_nobody_is_made_up_for_by_another_that_does() -> None:
    told = circle(without=("quality1", "quality2", "quality-head"))
    assert [(one.name, one.kind) for one in told.resolve(["assignee", "sales"])] == [("sales1", None)]


def test_an_owner_without_address_is_nobody() -> None:
    assert names(circle(person("sales1", SALES, email=None)), "sales") == ["boss", "admin"]


def test_a_dead_heads_own_mail_is_not_reported_to_that_head() -> None:
    assert names(circle(), "head_of:quality-head") == ["boss", "admin"]


def test_a_plant_without_anybody_has_nobody_to_tell() -> None:
    assert Circle(register=Register(()), addresses={}, today=TODAY, order=order(), task=task()).resolve(["assignee"]) == []


def test_words_about_a_task_reach_nobody_where_there_is_none() -> None:
    assert names(circle(task=None), "assignee", "head") == ["boss", "admin"]


def test_the_department_is_the_tasks_not_the_kinds() -> None:
    mine = task(Kind.DECIDE_SHORTAGE, department=SALES)
    assert names(circle(task=mine), "assignee") == ["sales-head", "sales1"]
    assert names(circle(task=mine), "management") == names(circle(task=mine), str(MANAGEMENT))
