"""The people's register: who is there today, who stands in for whom, whose token this is (R1)."""

import json
from datetime import date

import pytest
from sqlalchemy import text

from activities.store import Away, Person, Store, UnknownPerson
from activities.store.views import PersonOut
from tests.store.plant import TellsOfAnOrder, person
from workflows.types.commands import Actor
from workflows.types.words import Department, Kind, Language

SALES, PRODUCTION, QUALITY, WAREHOUSE, _, MANAGEMENT = Department
MONDAY, FRIDAY, NEXT_MONDAY = date(2026, 11, 23), date(2026, 11, 27), date(2026, 11, 30)


def names(people: list[Person]) -> list[str]:
    return [one.id for one in people]


# Who is in it.


def test_a_person_reads_back_as_put(db: Store) -> None:
    bo = Person(
        id="bo",
        name="Bo 柏",
        email="bo@plant.example",
        language=Language.ZH_HANT,
        departments=(QUALITY, SALES),
        head_of=(QUALITY,),
        admin=True,
        away=Away(from_=MONDAY, to=FRIDAY, substitute="cy"),
    )
    db.people.put(bo)
    assert db.people.get("bo") == bo
    assert db.people.get("Bo") is None
    assert db.people.every() == [bo]


def test_a_person_is_shown_as_the_contract_says(db: Store) -> None:
    db.people.put(person("bo", QUALITY, away=Away(from_=MONDAY, to=FRIDAY, substitute="cy")))
    bo = db.people.get("bo")
    assert bo
    assert json.loads(PersonOut.of(bo).model_dump_json()) == {
        "id": "bo",
        "name": "Bo",
        "email": "bo@plant.example",
        "language": "en",
        "departments": ["quality"],
        "head_of": [],
        "admin": False,
        "away": {"from": "2026-11-23", "to": "2026-11-27", "substitute": "cy"},
    }
    assert bo.model_dump_json() == PersonOut.of(bo).model_dump_json()


def test_putting_again_updates_and_keeps_the_absence(db: Store) -> None:
    db.people.put(person("cy", QUALITY))
    db.people.put(person("bo", QUALITY))
    db.people.away("bo", MONDAY, FRIDAY, "cy")
    db.people.put(person("bo", SALES, admin=True))
    bo = db.people.get("bo")
    assert bo and bo.departments == (SALES,) and bo.admin and bo.away == Away(from_=MONDAY, to=FRIDAY, substitute="cy")


def test_who_is_removed_is_gone_with_their_tokens_but_stays_on_record(db: Store) -> None:
    db.people.put(person("bo", QUALITY))
    token = db.people.new_token("bo")
    db.people.remove("bo")
    assert db.people.get("bo") is None and db.people.every() == [] and db.people.by_token(token) is None
    with db.database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM person")) == 1
    db.people.put(person("bo", QUALITY))
    assert db.people.get("bo") and db.people.by_token(token) is None


def test_whoever_is_not_there_cannot_be_changed(db: Store) -> None:
    db.people.put(person("bo", QUALITY))
    for call in (
        lambda: db.people.remove("cy"),
        lambda: db.people.new_token("cy"),
        lambda: db.people.away("cy", MONDAY, FRIDAY, "bo"),
        lambda: db.people.away("bo", MONDAY, FRIDAY, "cy"),
        lambda: db.people.remove("\x00"),
    ):
        with pytest.raises(UnknownPerson):
            call()
    assert (bo := db.people.get("bo")) and bo.away is None


def test_another_process_sees_every_change_at_once(db: Store, url: str) -> None:
    other = Store.open(url)
    token = ""
    for change in ("put", "token", "away", "remove"):
        match change:
            case "put":
                db.people.put(person("bo", QUALITY))
            case "token":
                token = db.people.new_token("bo")
            case "away":
                db.people.away("bo", MONDAY, FRIDAY, None)
            case "remove":
                db.people.remove("bo")
        assert other.people.every() == db.people.every()
        assert not token or other.people.by_token(token) == db.people.get("bo")
    other.close()


# Tokens.


def test_a_token_is_its_persons_and_only_its_digest_is_kept(db: Store) -> None:
    db.people.put(person("bo", QUALITY))
    first, second = db.people.new_token("bo"), db.people.new_token("bo")
    assert first.startswith("jq_") and first != second and len(first) > 40
    assert db.people.by_token(first) == db.people.by_token(second) == db.people.get("bo")
    for wrong in ("", "jq_", first + "x", first.upper(), "\x00", "\ud800", "é"):
        assert db.people.by_token(wrong) is None
    with db.database.reading() as connection:
        kept = connection.execute(text("SELECT * FROM token")).all()
    assert len(kept) == 2 and first not in str(kept) and first[3:] not in str(kept)


# Who may do what today.


@pytest.fixture
def plant(db: Store) -> None:
    db.people.put(person("qa1", QUALITY))
    db.people.put(person("qa2", QUALITY))
    db.people.put(person("qhead", head_of=(QUALITY,)))
    db.people.put(person("sal", SALES))
    db.people.put(person("boss", MANAGEMENT, head_of=(MANAGEMENT,)))
    db.people.put(person("root", admin=True))


@pytest.mark.usefixtures("plant")
class TestStandingIn:
    def test_a_head_is_a_member(self, db: Store) -> None:
        assert names(db.people.members(QUALITY, MONDAY)) == ["qa1", "qa2", "qhead"]
        assert names(db.people.heads(QUALITY)) == ["qhead"]
        assert names(db.people.management()) == ["boss"]
        assert names(db.people.admins()) == ["root"]
        qhead = db.people.get("qhead")
        assert qhead and db.people.actor(qhead, MONDAY) == Actor(id="qhead", departments=(QUALITY,), heads=(QUALITY,))

    def test_a_substitute_is_there_for_who_is_away_from_the_first_day_to_the_last(self, db: Store) -> None:
        db.people.away("qhead", MONDAY, FRIDAY, "sal")
        assert names(db.people.members(QUALITY, MONDAY)) == ["qa1", "qa2", "sal"]
        assert names(db.people.members(QUALITY, FRIDAY)) == ["qa1", "qa2", "sal"]
        assert names(db.people.members(QUALITY, NEXT_MONDAY)) == ["qa1", "qa2", "qhead"]
        assert names(db.people.heads(QUALITY, MONDAY)) == ["sal"]
        assert names(db.people.heads(QUALITY)) == ["qhead"]

    def test_a_substitute_who_is_there_anyway_counts_once(self, db: Store) -> None:
        db.people.away("qa1", MONDAY, FRIDAY, "qa2")
        assert names(db.people.members(QUALITY, MONDAY)) == ["qa2", "qhead"]

    def test_there_are_no_chains(self, db: Store) -> None:
        db.people.away("qa1", MONDAY, FRIDAY, "sal")
        db.people.away("sal", MONDAY, FRIDAY, "boss")
        assert names(db.people.members(QUALITY, MONDAY)) == ["qa2", "qhead"]
        boss = db.people.get("boss")
        assert boss and db.people.actor(boss, MONDAY).departments == (MANAGEMENT, SALES)

    def test_who_is_away_without_a_substitute_is_nobody(self, db: Store) -> None:
        db.people.away("boss", MONDAY, FRIDAY, None)
        assert db.people.members(MANAGEMENT, MONDAY) == [] == db.people.management(MONDAY)
        db.people.away("root", MONDAY, FRIDAY, "sal")
        assert names(db.people.admins(MONDAY)) == ["sal"]
        db.people.remove("sal")
        assert db.people.admins(MONDAY) == []

    def test_a_substitute_has_the_powers_and_acts_on_behalf(self, db: Store) -> None:
        db.people.away("qhead", MONDAY, FRIDAY, "sal")
        sal = db.people.get("sal")
        assert sal
        expected = Actor(id="sal", departments=(SALES, QUALITY), heads=(QUALITY,), on_behalf_of={QUALITY: "qhead"})
        assert db.people.actor(sal, MONDAY) == expected
        assert db.people.actor(sal, NEXT_MONDAY) == Actor(id="sal", departments=(SALES,))

    def test_a_colleague_of_the_absent_head_gains_the_head_only(self, db: Store) -> None:
        db.people.away("qhead", MONDAY, FRIDAY, "qa1")
        qa1 = db.people.get("qa1")
        assert qa1 and db.people.actor(qa1, MONDAY) == Actor(id="qa1", departments=(QUALITY,), heads=(QUALITY,))

    def test_a_substitute_lends_no_admins_power(self, db: Store) -> None:
        db.people.away("root", MONDAY, FRIDAY, "sal")
        sal = db.people.get("sal")
        assert sal and not db.people.actor(sal, MONDAY).admin

    def test_nobody_is_left_when_all_are_barred_or_away(self, db: Store) -> None:
        task = TellsOfAnOrder().open(Kind.INSPECT, barred=("qa1", "qhead"))
        assert not db.people.nobody_for(task, None, MONDAY)
        db.people.away("qa2", MONDAY, FRIDAY, None)
        assert db.people.nobody_for(task, None, MONDAY)
        assert not db.people.nobody_for(task, MANAGEMENT, MONDAY)
        assert not db.people.nobody_for(task, None, NEXT_MONDAY)
        db.people.away("qa2", MONDAY, FRIDAY, "qhead")
        assert db.people.nobody_for(task, None, MONDAY)

    def test_management_stands_in_only_where_nobody_is_left(self, db: Store) -> None:
        boss, task = Actor(id="boss", departments=(MANAGEMENT,)), TellsOfAnOrder().open(Kind.INSPECT, barred=("qa1", "qhead"))
        assert db.people.acting(boss, task, MANAGEMENT, MONDAY) == boss
        db.people.remove("qa2")
        assert db.people.acting(boss, task, MANAGEMENT, MONDAY).departments == (MANAGEMENT, QUALITY)
        assert db.people.acting(boss, task, None, MONDAY) == boss
        assert db.people.acting(boss, task, SALES, MONDAY) == boss
        barred = task.model_copy(update={"barred": (*task.barred, "boss")})
        assert db.people.acting(boss, barred, MANAGEMENT, MONDAY) == boss
        sal = Actor(id="sal", departments=(SALES,))
        assert db.people.acting(sal, task, MANAGEMENT, MONDAY) == sal
