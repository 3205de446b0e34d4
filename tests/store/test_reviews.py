"""Packs, decisions, circulars and the timetable on both databases: once each, whoever comes at the same time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from activities.store import SqlJournal, Store
from activities.store.circulars import CircularRow
from activities.store.cursors import BadCursor
from activities.store.review_decisions import Decision, DecisionState, UnknownReview
from activities.store.reviews import PackState
from tests.store.case_plant import TellsOfACase
from tests.store.plant import DAY, HOUR, NOW
from workflows.types.events import SaidRef
from workflows.types.reviews import ReviewKind
from workflows.types.words import Department, Language, NoticeState, OrderStatus, Origin

WEEKLY, MONTHLY = ReviewKind.WEEKLY, ReviewKind.MONTHLY
TODAY = NOW.date()


def ref(key: str) -> SaidRef:
    return SaidRef(id=key, key=key, fingerprint=key)


def decision(review: str, **changed: object) -> Decision:
    known = {"department": Department.SALES, "owner": None, "due": TODAY, "by": "boss", "at": NOW}
    return Decision.model_validate({"review": review, "n": 0, "text": "call them", **known, **changed})


def test_the_first_pack_of_a_day_stays(db: Store) -> None:
    first = db.reviews.keep(WEEKLY, TODAY, NOW, '{"first": true}', NOW)
    again = db.reviews.keep(WEEKLY, TODAY, NOW + HOUR, '{"second": true}', NOW + HOUR)
    assert first == again and again.body == '{"first": true}' and again.planned_at == NOW
    assert db.reviews.keep(MONTHLY, TODAY, NOW, "{}", NOW).id == f"monthly-{TODAY}"
    assert db.reviews.before(WEEKLY, TODAY + DAY) == first and db.reviews.before(WEEKLY, TODAY) is None


def test_many_at_once_make_one_pack(db: Store) -> None:
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda n: db.reviews.keep(WEEKLY, TODAY, NOW, f"{n}", NOW).body, range(12)))
    assert len(set(made)) == 1


def test_what_was_missed_or_asked_for_becomes_made(db: Store) -> None:
    db.reviews.miss(WEEKLY, TODAY, NOW)
    assert [each.state for each in db.reviews.missed(NOW)] == [PackState.MISSED] and db.reviews.missed(NOW + HOUR) == []
    first = db.reviews.ask(WEEKLY, TODAY, NOW, ref("a"))
    assert db.reviews.ask(WEEKLY, TODAY, NOW, ref("a")) == first
    assert db.reviews.missed(NOW) == [] and [each.id for each in db.reviews.asked()] == [f"weekly-{TODAY}"]
    db.reviews.miss(WEEKLY, TODAY, NOW)
    assert db.reviews.made(WEEKLY, TODAY) is None
    db.reviews.keep(WEEKLY, TODAY, NOW, "{}", NOW + HOUR)
    made = db.reviews.made(WEEKLY, TODAY)
    assert made is not None and made.made_at == NOW + HOUR and db.reviews.asked() == []
    db.reviews.ask(WEEKLY, TODAY, NOW)
    assert db.reviews.made(WEEKLY, TODAY) == made
    assert db.reviews.days(WEEKLY, TODAY) == {TODAY} and db.reviews.days(WEEKLY, TODAY + DAY) == set()


def test_packs_page_by_page(db: Store) -> None:
    days = [TODAY - n * 7 * DAY for n in range(5)]
    for day in days:
        db.reviews.keep(WEEKLY, day, NOW - (TODAY - day), "{}", NOW)
        db.reviews.keep(MONTHLY, day, NOW - (TODAY - day), "{}", NOW)
    found: list[date] = []
    cursor: str | None = None
    while True:
        page = db.reviews.page(2, cursor, (WEEKLY,))
        found += [each.day for each in page.items]
        if (cursor := page.next_cursor) is None:
            break
    assert found == days
    with pytest.raises(BadCursor):
        db.reviews.page(2, "nonsense")


def test_the_timetable_holds_since_it_was_moved(db: Store) -> None:
    assert db.reviews.since("review-weekly", "mon 09:00") is None
    db.reviews.planned("review-weekly", "mon 09:00", NOW)
    db.reviews.planned("review-weekly", "mon 09:00", NOW + HOUR)
    assert db.reviews.since("review-weekly", "mon 09:00") == NOW
    assert db.reviews.since("review-weekly", "tue 09:00") is None
    db.reviews.planned("review-weekly", "tue 09:00", NOW + HOUR)
    assert db.reviews.since("review-weekly", "tue 09:00") == NOW + HOUR


def test_decisions_are_numbered_and_answered_once(db: Store) -> None:
    pack = db.reviews.keep(WEEKLY, TODAY, NOW, "{}", NOW).id
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: db.review_decisions.decide(decision(pack), ref(f"d{n}")), range(4)))
    assert [each.n for each in db.review_decisions.of(pack)] == [1, 2, 3, 4]
    first = db.review_decisions.decide(decision(pack), ref("d0"))
    assert len(db.review_decisions.of(pack)) == 4 and Decision.model_validate_json(first.body).n in (1, 2, 3, 4)
    assert db.replies.get("d0") == first
    with pytest.raises(UnknownReview):
        db.review_decisions.decide(decision("weekly-2001-01-01"), ref("x"))


def test_a_decision_goes_with_its_case(db: Store) -> None:
    pack = db.reviews.keep(WEEKLY, TODAY, NOW, "{}", NOW).id
    for n in (1, 2):
        db.review_decisions.decide(decision(pack), ref(f"d{n}"))
    db.review_decisions.follow(pack, 1, "imp:7")
    assert [each.n for each in db.review_decisions.not_followed(9)] == [2]
    case = TellsOfACase("imp:7", Origin.MEETING)
    for status, ended in ((OrderStatus.OPEN, []), (OrderStatus.COMPLETED, [1])):
        case.change(status=status)
        SqlJournal(db).flush(case.flush())
        assert [each.n for each in db.review_decisions.carried_out(9)] == ended
    for result in ("effective", "again"):
        db.review_decisions.closed(pack, 1, DecisionState.DONE, result, "sales1", NOW + HOUR)
    settled = db.review_decisions.of(pack)[0]
    assert (settled.state, settled.result, settled.settled_by) == (DecisionState.DONE, "effective", "sales1")
    assert [each.n for each in db.review_decisions.since(NOW, 9)] == [1, 2]
    assert [each.n for each in db.review_decisions.since(NOW + HOUR, 9)] == [2]


def copy(letter: str, person: str) -> CircularRow:
    return CircularRow(letter, person, "weekly_review", f"{person}@plant.example", Language.ZH_HANT, f"<{letter}{person}@x>")


def test_a_circular_is_lent_to_one_and_told_once(db: Store) -> None:
    assert not db.circulars.is_open("w1")
    for _ in range(2):
        db.circulars.open([copy("w1", "anna"), copy("w1", "bo")], NOW)
    db.circulars.open([copy("w2", "anna")], NOW)
    anna, bo = db.circulars.take("w1", NOW, NOW + HOUR)
    assert db.circulars.take("w1", NOW, NOW + HOUR) == [] and (anna.person, anna.attempts) == ("anna", 1)
    db.circulars.settle(anna, NoticeState.SENT, NOW)
    db.circulars.settle(bo, NoticeState.QUEUED, NOW, "451 later")
    assert db.circulars.waiting("w1") == 1
    (again,) = db.circulars.take("w1", NOW, NOW + HOUR)
    db.circulars.settle(again, NoticeState.DEAD, NOW, "550 nobody")
    db.circulars.settle(anna, NoticeState.DEAD, NOW)
    db.circulars.drop("w1", NOW + timedelta(hours=9))
    assert db.circulars.states("w1") == {"anna": NoticeState.SENT, "bo": NoticeState.DEAD}
    (dead,) = db.circulars.dead(NOW)
    assert (dead.person, dead.why) == ("bo", "550 nobody") and db.circulars.dead(NOW + HOUR) == []
    db.circulars.drop("w2", NOW)
    assert db.circulars.states("w2") == {"anna": NoticeState.STALE}
