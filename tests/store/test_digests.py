"""The digests' rows: one a person and day, lent to one worker at a time, and what waits for the next."""

from datetime import timedelta

from activities.store import Recipient, Store
from activities.store.digests import DigestRow, Kept
from activities.store.ledger import Addressed
from activities.store.lending import DeadLetter
from tests.store.plant import DAY, HOUR, NOW
from workflows.types.notices import Notice
from workflows.types.words import Language, NoticeState

TODAY = NOW.date()
BOTH = ("anna", "bo")


def opened(db: Store, *people: str, on: int = 0) -> None:
    day = TODAY + on * DAY
    rows = [DigestRow(day, name, f"{name}@plant.example", Language.ZH_HANT, f"<{name}{day}@plant.example>") for name in people]
    db.digests.open(rows, NOW)


def test_one_a_person_and_day(db: Store) -> None:
    assert not db.digests.are_open(TODAY, BOTH)
    opened(db, "anna")
    opened(db, "anna", "bo")
    opened(db, "anna", on=1)
    assert db.digests.are_open(TODAY, ("bo",)) and not db.digests.are_open(TODAY + DAY, ("bo",))
    first, second = db.digests.take(TODAY, BOTH, NOW, NOW + HOUR)
    assert (first.person, second.person, first.attempts) == ("anna", "bo", 1)
    assert (first.day, first.language, first.message_id) == (TODAY, Language.ZH_HANT, f"<anna{TODAY}@plant.example>")


def test_what_is_lent_comes_back(db: Store) -> None:
    opened(db, *BOTH)
    db.digests.take(TODAY, ("anna",), NOW, NOW + HOUR)
    assert [row.person for row in db.digests.take(TODAY, BOTH, NOW, NOW + HOUR)] == ["bo"]
    assert [row.person for row in db.digests.take(TODAY, BOTH, NOW + HOUR, NOW + 2 * HOUR)] == ["anna", "bo"]
    assert db.digests.waiting(TODAY, BOTH) == 2


def test_what_has_ended_stays_so(db: Store) -> None:
    opened(db, *BOTH)
    anna, bo = db.digests.take(TODAY, BOTH, NOW, NOW + HOUR)
    db.digests.settle(anna, NoticeState.SENT, NOW)
    db.digests.settle(bo, NoticeState.QUEUED, NOW, "451 later")
    assert db.digests.waiting(TODAY, BOTH) == 1
    assert [row.person for row in db.digests.take(TODAY, BOTH, NOW, NOW + HOUR)] == ["bo"]
    # A worker that was frozen and wakes.
    db.digests.settle(anna, NoticeState.DEAD, NOW)
    db.digests.drop(TODAY, BOTH, NOW + timedelta(hours=9))
    assert db.digests.states(TODAY) == {"anna": NoticeState.SENT, "bo": NoticeState.STALE}


def test_what_is_kept_is_kept_once_and_until_it_was_read(db: Store) -> None:
    notice = Notice(key="PO-1.task_opened.3", kind="task_opened", to=("assignee",), at=NOW, task_id="PO-1.inspect.1")
    told = [
        Addressed("PO-1", notice, Recipient("anna", "a@plant.example", keeps=True), "<1@plant.example>"),
        Addressed("PO-1", notice, Recipient("bo", "b@plant.example"), "<2@plant.example>"),
    ]
    db.ledger.open(told)
    db.ledger.open(told)
    assert {row.recipient: row.state for row in db.ledger.rows(notice.key)} == {
        "anna": NoticeState.STALE,
        "bo": NoticeState.QUEUED,
    }
    assert (db.digests.kept("anna"), db.digests.kept("bo")) == ([Kept(notice.key, "PO-1.inspect.1")], [])
    db.digests.forget("anna", ["PO-1.task_opened.3"])
    assert db.digests.kept("anna") == []


def test_whose_address_was_refused_is_found_by_their_last_digest(db: Store) -> None:
    for on in (0, 1):
        opened(db, *BOTH, on=on)
        for row in db.digests.take(TODAY + on * DAY, ("anna",), NOW, NOW + HOUR):
            db.digests.settle(row, NoticeState.DEAD, NOW, f"550 no mailbox {on}")
    (dead,) = db.digests.dead(TODAY)
    assert dead == DeadLetter("digest", f"{TODAY + DAY}", "anna", "anna@plant.example", NOW, "550 no mailbox 1")
    assert db.digests.dead(TODAY + 2 * DAY) == []
