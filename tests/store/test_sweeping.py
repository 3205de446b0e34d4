"""What is over is thrown away, on both databases, and nothing that anybody may still ask for."""

from datetime import timedelta

from activities.store import Person, SqlJournal, Store, sweeping
from activities.store.digests import DigestRow
from activities.store.ledger import Addressed, Recipient
from activities.store.links import LIVES, Minted, Purpose
from activities.store.sessions import IDLE
from activities.store.signatures import Statement
from activities.store.sweeping import KEPT_DIGESTS, TELLING
from activities.store.uploads import CHECKED, Upload
from tests.store.plant import DAY, NOW, TellsOfAnOrder
from workflows.types.notices import Notice
from workflows.types.words import Language

OVER = LIVES + TELLING + DAY
MEANT = Statement("Receipt", "Ms. Lin", "signed", {"signed_by": "Ms. Lin"})


def link(db: Store, n: int) -> str:
    notice = Notice(key=f"PO-1.mail.{n}", kind="mail", to=("customer",), at=NOW, task_id="PO-1.sign_off.1")
    minted = Minted.of("PO-1", notice, Purpose.SIGN, "customer", NOW)
    to = Recipient("customer", "buyer@customer.example", Language.EN)
    db.ledger.open([Addressed("PO-1", notice, to, f"<{n}@plant.example>")], [minted])
    return minted.token


def test_links_go_when_they_have_nothing_left_to_say_and_signatures_stay(db: Store, journal: SqlJournal) -> None:
    journal.flush(TellsOfAnOrder().flush())
    tokens = [link(db, n) for n in range(sweeping.AT_ONCE + 2)]
    for token, is_signed in zip(tokens, (True, False), strict=False):
        found = db.links.find(token)
        assert found is not None
        db.signatures.draft(found, token, MEANT, Notice(key=f"c{is_signed}", kind="signing_code", to=("customer",), at=NOW), NOW)
        if is_signed:
            db.signatures.sign(found, NOW)
    db.sweeping.sweep(NOW + LIVES + TELLING)
    assert all(map(db.links.find, tokens))
    signed, drafted = db.links.find(tokens[0]), db.links.find(tokens[1])
    db.sweeping.sweep(NOW + OVER)
    assert not any(map(db.links.find, tokens))
    assert signed is not None and drafted is not None
    assert db.signatures.of_link(signed) is not None and db.signatures.of_link(drafted) is None
    assert [kept.name for kept in db.signatures.of_order("PO-1")] == ["Ms. Lin"]


def test_sessions_and_files_go_though_nobody_signs_in_or_brings_another(db: Store) -> None:
    db.people.put(Person(id="anna", name="Anna"))
    for secret in (db.sessions.begin("anna", "a test", NOW) for _ in range(2)):
        assert db.sessions.find(secret, NOW)
    upload = Upload(id="u1", person="anna", name="a", mapping="plain", is_rebased=False, at=NOW, state=CHECKED, beat_at=NOW)
    db.uploads.keep(upload, b"customers' names")
    db.sweeping.sweep(NOW + DAY)
    assert len(db.sessions.of("anna")) == 2 and db.uploads.get("u1", NOW) is not None
    db.sweeping.sweep(NOW + IDLE + timedelta(seconds=1))
    assert db.sessions.of("anna") == [] and db.uploads.get("u1", NOW) is None


def test_old_digests_go(db: Store) -> None:
    db.digests.open([DigestRow(NOW.date(), "anna", "a@plant.example", Language.EN, "<1@plant.example>")], NOW)
    db.sweeping.sweep(NOW + KEPT_DIGESTS)
    assert db.digests.states(NOW.date())
    db.sweeping.sweep(NOW + KEPT_DIGESTS + DAY)
    assert not db.digests.states(NOW.date())
