"""What is on file: versions, answers given once, and whether a file is complete; on both databases."""

from typing import Any

import pytest

from activities.documents.completeness import missing
from activities.documents.filing import Filing, UnknownOrder
from activities.store import Store
from activities.store.documents import UPLOADED, NewDocument
from tests.documents.plant import LINES, WholeOrder, gone_the_whole_way, keep, sign
from tests.store.plant import HOUR, NOW, said
from workflows.types.words import DocumentKind, OrderStatus

SIGN_OFF = DocumentKind.SIGN_OFF


def uploaded(order_no: str = "PO-1", **changes: Any) -> NewDocument:
    told = {"kind": SIGN_OFF, "sha256": "a" * 64, "size": 3, "media_type": "application/pdf", "author": "anna", "at": NOW}
    return NewDocument(**{**told, "order_no": order_no, "source": UPLOADED, "name": "收據\x00.pdf", **changes})


def test_a_new_version_is_filed_when_it_says_something_new(db: Store, filing: Filing) -> None:
    order = WholeOrder("PO-1", lines=LINES)
    order.confirming()
    keep(db, order)
    first = filing.file_all("po-1", "anna", NOW)
    assert [(each.document.kind, each.document.version) for each in first] == [("customer_order", 1)]
    assert [each.is_new for each in filing.file_all("PO-1", "anna", NOW)] == [False]
    order.facts = order.facts.model_copy(update={"note": "by Friday"})
    order.later(HOUR)
    keep(db, order)
    second = filing.file_all("PO-1", "anna", NOW)
    assert [(each.document.version, each.is_new) for each in second] == [(2, True)]
    assert filing.vault.open(first[0].document.sha256) != filing.vault.open(second[0].document.sha256)


def test_nothing_is_filed_of_an_order_that_nobody_knows(filing: Filing) -> None:
    with pytest.raises(UnknownOrder):
        filing.file_all("PO-404", "anna", NOW)


def test_a_call_is_answered_once_and_the_same_file_may_come_twice(db: Store) -> None:
    keep(db, WholeOrder("PO-1", lines=LINES))
    first = db.documents.file_once(uploaded(), said("one"), "/documents")
    assert db.documents.file_once(uploaded(), said("one"), "/documents") == first
    db.documents.file_once(uploaded(), said("two"), "/documents")
    on_file = db.documents.of_order("PO-1")
    assert [each.version for each in on_file] == [1, 2]
    assert first.location == f"/documents/{on_file[0].id}" and first.status == 201
    assert on_file[0].name == "收據�.pdf", "what no database keeps is replaced"
    assert db.documents.page("PO-1", 1, None).next_cursor is not None


@pytest.mark.parametrize(
    ("told", "lacks"),
    [
        ((), tuple(DocumentKind)),
        (("confirming",), tuple(DocumentKind)[1:]),
        (("confirming", "planning"), tuple(DocumentKind)[2:]),
        (("confirming", "planning", "inspecting"), tuple(DocumentKind)[3:]),
        (("confirming", "planning", "inspecting", "shipping"), (SIGN_OFF,)),
    ],
)
def test_what_the_record_can_tell_is_not_missing(db: Store, told: tuple[str, ...], lacks: tuple[DocumentKind, ...]) -> None:
    order = WholeOrder("PO-1", lines=LINES)
    for each in told:
        getattr(order, each)()
    keep(db, order)
    assert missing(db, "PO-1") == lacks


def test_only_a_signature_or_the_signed_paper_is_a_sign_off(db: Store, filing: Filing) -> None:
    for order_no in ("PO-1", "PO-2"):
        gone_the_whole_way(db, order_no)
        filing.file_all(order_no, "anna", NOW)
        assert missing(db, order_no) == (SIGN_OFF,)
    sign(db)
    assert missing(db, "PO-1") == ()
    db.documents.file(uploaded("PO-2"))
    assert missing(db, "PO-2") == ()


def test_a_refusal_that_was_signed_is_no_receipt(db: Store) -> None:
    gone_the_whole_way(db)
    sign(db, outcome="refused")
    assert missing(db, "PO-1") == (SIGN_OFF,)


def test_cancelled_orders_need_nothing(db: Store) -> None:
    order = WholeOrder("PO-1", lines=LINES)
    order.closing(OrderStatus.CANCELLED)
    keep(db, order)
    assert missing(db, "PO-1") == () and missing(db, "PO-404") == ()
