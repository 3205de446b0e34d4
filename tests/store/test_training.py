"""Training on record: what was said last counts, nothing is overwritten, and everybody's copy of the register knows at once."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from activities.store import Store
from activities.store.certificates import FOR_EVER, last_day
from activities.store.training_mail import Expiry, LetterRow
from activities.store.training_tables import ATTENDANCE, COURSE
from tests.store.plant import DAY, HOUR, NOW, person
from tests.training.taught import INSPECTION, SAFETY, taught
from workflows.types.words import Department, Language, NoticeState

SENT, QUEUED, DEAD = NoticeState.SENT, NoticeState.QUEUED, NoticeState.DEAD


@pytest.fixture
def school(db: Store) -> Store:
    """With two courses, and people who may take them."""
    for one in ("ann", "bob"):
        db.people.put(person(one, Department.QUALITY))
    for course in (INSPECTION, SAFETY):
        db.training.describe(course, "boss", NOW)
    return db


def certificates(store: Store, name: str = "ann") -> dict[str, date]:
    known = store.people.get(name)
    assert known is not None
    return known.certificates


@pytest.mark.parametrize(
    ("held_on", "months", "last"),
    [
        (date(2026, 3, 15), 12, date(2027, 3, 15)),
        (date(2026, 3, 31), 1, date(2026, 4, 30)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 5, 1), None, FOR_EVER),
    ],
)
def test_a_course_counts_until_the_same_day_of_a_later_month(held_on: date, months: int | None, last: date) -> None:
    assert last_day(held_on, months) == last


def test_a_course_is_what_was_said_of_it_last(school: Store) -> None:
    renamed = replace(INSPECTION, title="Final inspection II", months=12)
    assert school.training.describe(renamed, "boss", NOW + HOUR)
    assert school.training.course("inspection") == renamed
    assert school.training.courses() == [renamed, SAFETY]
    assert rows(school, COURSE) == 3
    # Said again, or a name that is taken: no row.
    assert not school.training.describe(renamed, "boss", NOW + HOUR)
    assert not school.training.describe(INSPECTION, "boss", NOW + HOUR, is_new=True)
    assert rows(school, COURSE) == 3


def test_whoever_passed_has_it_until_it_runs_out(school: Store) -> None:
    taught(school, "inspection", date(2026, 1, 31), ann=True, bob=False)
    taught(school, "safety", date(2020, 5, 1), ann=True)
    assert certificates(school) == {"inspection": date(2028, 1, 31), "safety": FOR_EVER}
    assert certificates(school, "bob") == {}


def test_the_last_passed_session_counts_in_whatever_order_they_were_entered(school: Store) -> None:
    taught(school, "inspection", date(2026, 6, 1), ann=True)
    taught(school, "inspection", date(2024, 6, 1), ann=True)
    # Who failed the day after has passed the day before all the same.
    taught(school, "inspection", date(2026, 6, 2), ann=False)
    assert certificates(school) == {"inspection": date(2028, 6, 1)}


def test_a_correction_is_another_row(school: Store) -> None:
    session = taught(school, "inspection", date(2026, 6, 1), ann=True, bob=True)
    assert school.training.record(session, {"ann": None, "bob": True}, "boss", NOW + HOUR) == 1
    assert certificates(school) == {}
    assert certificates(school, "bob") == {"inspection": date(2028, 6, 1)}
    held = school.training.session(session)
    assert held is not None
    assert [(one.person, one.passed, one.by) for one in school.training.history(held)] == [
        ("ann", None, "boss"),
        ("bob", True, "quality-head"),
        ("ann", True, "quality-head"),
    ]
    assert rows(school, ATTENDANCE) == 3
    assert school.training.of_person("ann") == []
    assert [one.session.course for one in school.training.of_person("bob")] == ["inspection"]


def test_another_validity_holds_for_what_was_passed_before(school: Store) -> None:
    taught(school, "inspection", date(2026, 1, 31), ann=True)
    school.training.describe(replace(INSPECTION, months=1), "boss", NOW)
    assert certificates(school) == {"inspection": date(2026, 2, 28)}


def test_another_process_knows_at_once(school: Store, url: str) -> None:
    other = Store.open(url)
    assert certificates(other) == {}
    taught(school, "inspection", date(2026, 1, 31), ann=True)
    assert certificates(other) == {"inspection": date(2028, 1, 31)}
    other.close()


def test_a_session_is_entered_once_for_each_form(school: Store) -> None:
    numbers = {school.training.plan("safety", date(2026, 5, 1), "Dr. Lin", "form-1", "boss", NOW) for _ in range(2)}
    assert len(numbers) == 1
    assert len(school.training.sessions()) == 1


def test_sessions_come_the_newest_first_page_by_page(school: Store) -> None:
    for day in (3, 1, 2, 2):
        taught(school, "safety", date(2026, 5, day))
    taught(school, "inspection", date(2026, 5, 9))
    seen = school.training.sessions("safety", 2)
    rest = school.training.sessions("safety", 9, (seen[-1].held_on, seen[-1].id))
    assert [one.held_on.day for one in seen + rest] == [3, 2, 2, 1]
    assert len({one.id for one in seen + rest}) == 4
    assert school.training.session(0) is school.training.session(2**40) is None


def test_the_register_says_what_counts_today(school: Store) -> None:
    taught(school, "inspection", date(2024, 11, 20), ann=True)
    ann = school.people.get("ann")
    assert ann is not None
    on_the_day = school.people.actor(ann, date(2026, 11, 20))
    assert (on_the_day.courses, on_the_day.lapsed) == (("inspection",), {})
    the_day_after = school.people.actor(ann, date(2026, 11, 21))
    assert (the_day_after.courses, the_day_after.lapsed) == ((), {"inspection": date(2026, 11, 20)})


# Letters.

EXPIRY = Expiry("ann", "inspection", date(2027, 1, 1), 30)
LETTER = LetterRow("<1@plant>", "bob", "bob@plant.example", Language.ZH_HANT)


def test_nobody_is_told_twice(school: Store) -> None:
    mail = school.training_mail
    mail.open({LETTER: [EXPIRY]}, NOW)
    mail.open({LETTER: [EXPIRY], replace(LETTER, message_id="<2@plant>"): [EXPIRY]}, NOW)
    assert mail.told(date(2027, 1, 1)) == {EXPIRY: {"bob"}}
    assert mail.told(date(2027, 1, 2)) == {}
    assert (mail.tells("<1@plant>"), mail.tells("<2@plant>")) == ([EXPIRY], [])


def test_one_worker_at_a_time_has_a_letter(school: Store) -> None:
    mail = school.training_mail
    mail.open({LETTER: [EXPIRY]}, NOW)
    assert mail.take(["<1@plant>"], NOW, NOW + HOUR) == [replace(LETTER, attempts=1)]
    assert mail.take(["<1@plant>"], NOW, NOW + HOUR) == []
    assert mail.waiting(["<1@plant>"]) == 1
    mail.settle(LETTER, QUEUED, NOW, "busy")
    (again,) = mail.take(["<1@plant>"], NOW, NOW + HOUR)
    mail.settle(again, SENT, NOW)
    assert (mail.waiting(["<1@plant>"]), mail.queued(), mail.states()) == (0, [], {"<1@plant>": SENT})
    # What is out stays out.
    mail.settle(again, DEAD, NOW)
    assert mail.states() == {"<1@plant>": SENT}


def test_what_nobody_takes_is_given_up(school: Store) -> None:
    mail = school.training_mail
    mail.open({LETTER: [EXPIRY]}, NOW)
    mail.give_up(NOW, NOW + DAY)
    assert mail.queued() == ["<1@plant>"]
    mail.give_up(NOW + HOUR, NOW + DAY)
    assert mail.states() == {"<1@plant>": DEAD}


def rows(store: Store, table: object) -> int:
    with store.database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]
