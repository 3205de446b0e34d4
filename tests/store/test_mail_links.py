"""Links in mails and signatures by them, on both databases: used once, guessed at most five times, kept as they were shown."""

import hashlib
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest

from activities.store import SqlJournal, Store
from activities.store.ledger import Addressed, Recipient
from activities.store.links import MailLink, Minted, Purpose
from activities.store.signatures import ALONE, CODE_LIVES, MOST_ATTEMPTS, MOST_CODES, Statement, coded, masked
from activities.store.signatures import drafted as draft_of
from activities.store.tables import SIGNATURE
from tests.store.plant import NOW, TellsOfAnOrder
from workflows.types.notices import Notice
from workflows.types.words import Language

TASK = "PO-1.sign_off.1"
ASKED = Notice(key="PO-1.sign_off_request.9", kind="sign_off_request", to=("customer",), at=NOW, task_id=TASK)
CODE = Notice(key="PO-1.signing_code.x", kind="signing_code", to=("customer",), at=NOW, task_id=TASK)
TEXT = "Receipt of a delivery\n\n1. 泵浦 P-7: received 118 of 120 pcs\n"
MEANT = Statement(TEXT, "Ms. Lin", "signed", {"signed_by": "Ms. Lin", "received": {"1": 118}})
AT = NOW + timedelta(minutes=1)


@pytest.fixture
def token(db: Store, journal: SqlJournal) -> str:
    """Of the link in a mail that asks the customer to sign."""
    journal.flush(TellsOfAnOrder().flush())
    minted = Minted.of("PO-1", ASKED, Purpose.SIGN, "customer", NOW)
    to = Recipient("customer", "buyer@customer.example", Language.ZH_HANT)
    db.ledger.open([Addressed("PO-1", ASKED, to, "<x@plant.example>")], [minted])
    return minted.token


def found(db: Store, token: str) -> MailLink:
    link = db.links.find(token)
    assert link is not None
    return link


def drafted(db: Store, token: str, meant: Statement = MEANT) -> str:
    """The code that the mail brings."""
    db.signatures.draft(found(db, token), token, meant, CODE, AT)
    waiting = [each.notice for each in db.outbox.take(20, AT, AT) if each.notice.kind == CODE.kind]
    newest = max(waiting, key=lambda notice: int(notice.key.rpartition(".")[2]))
    return newest.data["code"]


def test_a_button_pressed_several_times_at_once_leaves_a_code_that_was_sent(db: Store, token: str) -> None:
    link = found(db, token)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: db.signatures.draft(link, token, MEANT, CODE, AT), range(8)))
    sent = [each.notice for each in db.outbox.take(20, AT, AT) if each.notice.kind == CODE.kind]
    assert len(sent) == 8
    newest = max(sent, key=lambda notice: int(notice.key.rpartition(".")[2]))
    assert db.signatures.is_code(link, token, newest.data["code"], AT)


def test_a_link_is_found_by_its_token_alone(db: Store, token: str) -> None:
    link = found(db, token)
    assert (link.order_no, link.task_id, link.purpose, link.who) == ("PO-1", TASK, Purpose.SIGN, "customer")
    assert (link.language, link.address, link.asked_at) == (Language.ZH_HANT, "buyer@customer.example", NOW)
    assert db.links.find(link.digest) is None
    assert db.links.find("\x00\ud800") is None


def test_it_keeps_when_it_was_used_first(db: Store, token: str) -> None:
    link = found(db, token)
    db.links.use(link, AT)
    db.links.use(link, AT + timedelta(hours=1))
    assert found(db, token).used_at == AT


def test_what_is_signed_is_kept_as_it_was_shown(db: Store, token: str) -> None:
    link, code = found(db, token), drafted(db, token)
    assert db.signatures.of_order("PO-1") == []
    assert db.signatures.is_code(link, token, code, AT)
    db.signatures.sign(link, AT)
    (kept,) = db.signatures.of_order("po-1")
    assert (kept.statement, kept.fields, kept.signed_at) == (TEXT, MEANT.fields, AT)
    assert kept.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    db.signatures.draft(link, token, Statement("else", "x", "signed", {}), CODE, AT)
    assert db.signatures.of_order("PO-1") == [kept], "what is signed never changes"
    assert not db.signatures.is_code(link, token, code, AT)


def test_nobody_drafts_over_what_is_being_signed(db: Store, token: str) -> None:
    """A second press of the button that saw it unsigned, and writes when it is signed."""
    link, code = found(db, token), drafted(db, token)
    assert db.signatures.is_code(link, token, code, AT)
    with ThreadPoolExecutor(1) as pool:
        with db.database.writing() as connection:
            connection.execute(ALONE, {"link": link.digest})
            signing = pool.submit(db.signatures.sign, link, AT)
            wait([signing], timeout=0.3)
            row = {**draft_of(link, MEANT, AT), **coded(token, "123456", AT), "codes": 2}
            connection.execute(db.database.upsert(SIGNATURE), row)
        signing.result()
    (kept,) = db.signatures.of_order("PO-1")
    assert kept.signed_at == AT


def test_guesses_at_once_are_as_many_as_one_after_the_other(db: Store, token: str) -> None:
    link, code = found(db, token), drafted(db, token)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    with ThreadPoolExecutor(8) as pool:
        assert not any(pool.map(lambda _: db.signatures.is_code(link, token, wrong, AT), range(12)))
    kept = db.signatures.of_link(link)
    assert kept is not None and (kept.attempts, kept.attempts_left) == (MOST_ATTEMPTS, 0)
    assert not db.signatures.is_code(link, token, code, AT), "even the right one comes too late"


def test_a_code_is_good_for_its_link_and_its_time(db: Store, token: str) -> None:
    link, code = found(db, token), drafted(db, token)
    assert not db.signatures.is_code(link, "another token", code, AT)
    assert not db.signatures.is_code(link, token, code, AT + CODE_LIVES)


def test_a_new_statement_has_a_new_code_and_not_without_end(db: Store, token: str) -> None:
    link, first = found(db, token), drafted(db, token)
    other = Statement("otherwise\n", "Mr. Wu", "refused", {"reason": "wet"})
    codes = [drafted(db, token, other) for _ in range(MOST_CODES - 1)]
    assert first == codes[-1] or not db.signatures.is_code(link, token, first, AT)
    db.signatures.draft(link, token, MEANT, CODE, AT)
    kept = db.signatures.of_link(link)
    assert kept is not None and (kept.statement, kept.codes, kept.may_get_another_code) == ("otherwise\n", MOST_CODES, False)
    assert len([key for key in db.outbox.keys("PO-1") if "signing_code" in key]) == MOST_CODES


def test_no_digest_tells_the_code(db: Store, token: str) -> None:
    code = drafted(db, token)
    with db.database.reading() as connection:
        row = str(connection.exec_driver_sql("SELECT * FROM signature").all())
    assert code not in row
    assert hashlib.sha256(code.encode()).hexdigest() not in row


def test_an_address_is_shown_masked() -> None:
    assert [masked(each) for each in ("buyer@x.example", "me@x.example")] == ["b…r@x.example", "m…@x.example"]
