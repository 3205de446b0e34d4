"""Ids: one function each, the same key in any case (contract §5)."""

import pytest

from workflows import ids
from workflows.types.words import Kind


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("A-1", "A-1"),
        ("  A-1 ", "A-1"),
        ("訂單-1", "訂單-1"),
        ("ＡＢＣ１", "ABC1"),
        ("7", "7"),
        ("é1", "é1"),
        ("नि", "नि"),
        ("a" * 64, "a" * 64),
        ("x._-", "x._-"),
    ],
)
def test_an_order_number_is_normalised_and_trimmed(given: str, kept: str) -> None:
    assert ids.order_no(given) == kept


@pytest.mark.parametrize(
    "given", ["", "  ", "-1", ".a", "_a", "a b", "a/b", "a\tb", "a" * 65, "a\x00", "a😀", "½", "\u0301a", "a#1", "a%2f"]
)
def test_other_order_numbers_are_refused(given: str) -> None:
    with pytest.raises(ids.BadOrderNumber):
        ids.order_no(given)


@pytest.mark.parametrize(("one", "other"), [("ABC-1", "abc-1"), ("Straße", "STRASSE"), ("ＡＢ", "ab"), ("É", "é")])
def test_an_order_exists_once_in_any_case(one: str, other: str) -> None:
    assert ids.order_id(one) == ids.order_id(other)
    assert ids.workflow_id(one) == ids.workflow_id(other) == f"order-{ids.order_id(one)}"


@pytest.mark.parametrize("number", ["a-1", "case-1", "訂單", "imp:7", "file:po-1"])
def test_a_workflow_knows_its_order_or_case(number: str) -> None:
    assert ids.order_of_workflow(ids.workflow_id(number)) == number


@pytest.mark.parametrize("given", ["", "order", "order-", "case-", "order-imp:7", "case-7", "digest-2026-11-23", "review-a:b"])
def test_other_workflows_are_no_orders(given: str) -> None:
    assert ids.order_of_workflow(given) is None


@pytest.mark.parametrize("number", ["A-1", "A.inspect.1", "訂單.1", "x.y.z"])
def test_a_task_knows_its_order(number: str) -> None:
    task = ids.task_id(number, Kind.INSPECT, 2)
    assert task == f"{number}.inspect.2"
    assert ids.order_of_task(task) == number


@pytest.mark.parametrize("given", ["", "A", "A.inspect", "A.inspect.0", "A.inspect.x", ".inspect.1"])
def test_other_texts_are_no_task(given: str) -> None:
    assert ids.order_of_task(given) is None


def test_a_call_is_known_by_person_method_path_and_key() -> None:
    call = ids.said("sales1", "POST", "/orders", "k")
    others = [
        ids.said("sales2", "POST", "/orders", "k"),
        ids.said("sales1", "PUT", "/orders", "k"),
        ids.said("sales1", "POST", "/order", "sk"),
        ids.said("sales1", "POST", "/orders", "K"),
    ]
    assert call == ids.said("sales1", "POST", "/orders", "k")
    assert len({call, *others}) == 5
