"""Who is signed in: passwords in any spelling, sessions that end, and doors that close behind whoever leaves."""

from datetime import timedelta

import pytest
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import func, select

from activities import passwords
from activities.store import Store
from activities.store.sessions import IDLE, LONGEST, NOTED
from activities.store.tables import SESSION
from tests.store.plant import DAY, NOW, person
from workflows.types.words import Department, Language

GOOD = "correct horse battery"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def bo(db: Store) -> str:
    db.people.put(person("bo", Department.SALES))
    db.sessions.set_password("bo", GOOD, NOW)
    return "bo"


def sessions(db: Store) -> int:
    with db.database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(SESSION)).scalar_one())


def test_a_password_is_right_in_every_spelling_of_its_characters(db: Store, bo: str) -> None:
    db.sessions.set_password(bo, "Ａｎｇｓｔｒöm １２３４", NOW)
    assert db.sessions.is_password(bo, "Angströ" + "m 1234")
    assert db.sessions.is_password(bo, "Angstro\u0308m 1234")
    assert not db.sessions.is_password(bo, "angström 1234")


@pytest.mark.parametrize(("name", "password"), [("bo", "nonsense"), ("nobody", GOOD), ("bo", ""), ("bo\x00", GOOD), ("BO", GOOD)])
def test_a_wrong_name_or_password_is_none(db: Store, bo: str, name: str, password: str) -> None:
    assert not db.sessions.is_password(name, password)


def test_somebody_unknown_is_judged_by_the_same_work(db: Store, bo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[str] = []
    hasher = db.sessions._hasher

    class Counting:
        def verify(self, hashed: str, password: bytes) -> bool:
            judged.append(hashed)
            return hasher.verify(hashed, password)

    monkeypatch.setattr(db.sessions, "_hasher", Counting())
    assert db.sessions.is_password(bo, GOOD)
    assert not db.sessions.is_password("nobody", GOOD)
    assert len(judged) == 2
    known, unknown = (hashed.split("$")[1:4] for hashed in judged)
    assert known == unknown
    with pytest.raises(VerifyMismatchError):
        hasher.verify(judged[1], GOOD)
    # What is longer than any password costs nothing at all.
    assert not db.sessions.is_password(bo, "x" * 201)
    assert len(judged) == 2


@pytest.mark.parametrize(
    ("password", "is_fine"),
    [
        ("123456789", False),
        ("1234567890", True),
        ("x" * 200, True),
        ("x" * 201, False),
        ("warehouse-head", False),
        ("Warehouse-HEAD", False),
        ("\U0001f600" * 10, True),
        ("a b\tc\x00defgh", True),
    ],
)
def test_what_a_password_may_be(password: str, is_fine: bool) -> None:
    assert (passwords.fault(password, "warehouse-head") is None) is is_fine


def test_a_password_that_is_made_is_one() -> None:
    made = {passwords.made() for _ in range(100)}
    assert len(made) == 100
    assert all(passwords.fault(each, "bo") is None for each in made)


def test_a_session_ends_when_it_was_not_seen_for_long_or_is_old(db: Store, bo: str) -> None:
    secret = db.sessions.begin(bo, "a browser", NOW)
    at = NOW
    while at - NOW < LONGEST:
        assert db.sessions.find(secret, at), at
        at += IDLE - DAY
    assert db.sessions.find(secret, NOW + LONGEST + MINUTE) is None
    other = db.sessions.begin(bo, "", NOW)
    assert db.sessions.find(other, NOW + IDLE + MINUTE) is None


def test_seeing_a_session_is_noted_seldom(db: Store, bo: str) -> None:
    secret = db.sessions.begin(bo, "", NOW)
    db.sessions.find(secret, NOW + NOTED)
    assert db.sessions.of(bo)[0].seen_at == NOW
    db.sessions.find(secret, NOW + NOTED + MINUTE)
    assert db.sessions.of(bo)[0].seen_at == NOW + NOTED + MINUTE


def test_old_sessions_are_swept_up_by_whoever_signs_in_next(db: Store, bo: str) -> None:
    db.people.put(person("cy", Department.SALES))
    for n in range(3):
        db.sessions.begin(bo, "", NOW + n * DAY)
    db.sessions.begin("cy", "", NOW + IDLE + DAY + MINUTE)
    assert sessions(db) == 2
    assert [session.began_at for session in db.sessions.of(bo)] == [NOW + 2 * DAY]


def test_a_new_password_signs_everybody_out_but_whoever_set_it(db: Store, bo: str) -> None:
    here, elsewhere = (db.sessions.begin(bo, "", NOW) for _ in range(2))
    this = db.sessions.find(here, NOW)
    assert this
    db.sessions.set_password(bo, "another good one", NOW, staying=this.digest)
    assert db.sessions.find(here, NOW) and not db.sessions.find(elsewhere, NOW)
    db.sessions.set_password(bo, "and another one", NOW)
    assert sessions(db) == 0


def test_nobody_ends_the_session_of_somebody_else(db: Store, bo: str) -> None:
    secret = db.sessions.begin(bo, "", NOW)
    (session,) = db.sessions.of(bo)
    db.sessions.end("cy", session.digest)
    assert db.sessions.find(secret, NOW)
    db.sessions.end(bo, session.digest)
    assert db.sessions.find(secret, NOW) is None


def test_who_is_removed_leaves_no_door_open(db: Store, bo: str) -> None:
    secret, token = db.sessions.begin(bo, "", NOW), db.people.new_token(bo, "a program")
    db.people.remove(bo)
    assert (db.sessions.find(secret, NOW), db.people.by_token(token)) == (None, None)
    db.people.put(person(bo, Department.SALES))
    assert (db.sessions.find(secret, NOW), db.people.by_token(token)) == (None, None)
    assert not db.sessions.is_password(bo, GOOD) and not db.sessions.has_password(bo)


# Tokens, and what else a person's own page changes.


def test_tokens_have_names_and_are_taken_back_by_their_owner_alone(db: Store, bo: str) -> None:
    token = db.people.new_token(bo, "scanner")
    db.people.new_token(bo)
    assert {each.name for each in db.people.tokens(bo)} == {"scanner", ""}
    (scanner,) = [each for each in db.people.tokens(bo) if each.name]
    assert scanner.used_at is None
    db.people.token_used(token, NOW)
    (scanner,) = [each for each in db.people.tokens(bo) if each.name]
    assert scanner.used_at == NOW
    db.people.revoke("cy", scanner.digest)
    assert db.people.by_token(token)
    db.people.revoke(bo, scanner.digest)
    assert db.people.by_token(token) is None
    assert [each.name for each in db.people.tokens(bo)] == [""]


def test_who_is_back_is_back_and_a_language_is_kept(db: Store, bo: str) -> None:
    db.people.away(bo, NOW.date(), NOW.date(), None)
    db.people.speaks(bo, Language.ZH_HANS)
    db.people.back(bo)
    found = db.people.get(bo)
    assert found and (found.away, found.language) == (None, Language.ZH_HANS)
