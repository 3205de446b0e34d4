"""Files that wait to be entered, and lists that people keep."""

from datetime import timedelta

from activities.store import Store
from activities.store.saved_links import MOST
from activities.store.uploads import CHECKED, CHECKING, DONE, ENTERING, FAILED, UNCHECKED, Upload
from tests.store.plant import DAY, NOW

SILENT = timedelta(seconds=15)


def put_down(db: Store, name: str = "u1") -> Upload:
    upload = Upload(
        id=name, person="anna", name="訂單.csv", mapping="plain", is_rebased=False, at=NOW, state=CHECKED, beat_at=NOW
    )
    db.uploads.keep(upload, b"\x00a file")
    return upload


def begun(db: Store, state: str = ENTERING, after: timedelta = timedelta(0)) -> bool:
    return db.uploads.begin("u1", state, NOW + after, NOW + after - SILENT)


def test_a_file_is_kept_as_it_came(db: Store) -> None:
    upload = put_down(db)
    assert db.uploads.get("u1", NOW) == upload
    assert db.uploads.content("u1") == b"\x00a file"
    assert db.uploads.get("u2", NOW) is None


def test_only_one_of_two_begins(db: Store) -> None:
    put_down(db)
    assert [begun(db), begun(db)] == [True, False]


def test_work_that_fell_silent_or_failed_is_begun_again_and_what_is_done_is_not(db: Store) -> None:
    put_down(db)
    assert begun(db) and not begun(db, after=timedelta(seconds=14)) and begun(db, after=timedelta(seconds=16))
    db.uploads.note("u1", state=FAILED, problem="away", entered=3)
    assert begun(db, after=timedelta(seconds=16))
    again = db.uploads.get("u1", NOW)
    assert again is not None and (again.problem, again.known) == ("", 0)
    db.uploads.finish("u1", entered=7)
    assert not begun(db, CHECKING, after=timedelta(hours=1)) and not begun(db, after=timedelta(hours=1))


def test_a_check_that_failed_is_begun_again_at_once(db: Store) -> None:
    put_down(db)
    assert begun(db, CHECKING)
    db.uploads.note("u1", state=UNCHECKED, problem="away")
    assert begun(db, CHECKING)


def test_when_its_orders_are_there_the_file_is_thrown_away(db: Store) -> None:
    put_down(db)
    db.uploads.finish("u1", entered=7)
    done = db.uploads.get("u1", NOW)
    assert done is not None and (done.state, done.entered) == (DONE, 7)
    assert db.uploads.content("u1") == b""


def test_after_a_day_a_file_is_gone(db: Store) -> None:
    put_down(db)
    later = NOW + DAY + timedelta(seconds=1)
    assert db.uploads.get("u1", later) is None
    db.uploads.keep(Upload(**{**vars(put_down(db, "u2")), "id": "u3", "at": later}), b"x")
    assert db.uploads.get("u1", NOW) is None, "the next file sweeps it out"


def test_a_list_is_kept_by_its_name(db: Store) -> None:
    links = db.saved_links
    assert links.keep("anna", "late", "risk=late", NOW) and links.keep("ben", "mine", "q=x", NOW)
    assert links.keep("anna", "late", "risk=late&sort=promised", NOW)
    assert [(link.name, link.query) for link in links.of("anna")] == [("late", "risk=late&sort=promised")]
    links.remove("ben", links.of("anna")[0].id)
    assert len(links.of("anna")) == 1, "nobody removes another's"
    links.remove("anna", links.of("anna")[0].id)
    assert links.of("anna") == []


def test_there_is_an_end_to_what_one_person_keeps(db: Store) -> None:
    kept = [db.saved_links.keep("anna", f"list {n}", "q=x", NOW) for n in range(MOST + 1)]
    assert kept == [True] * MOST + [False]
    assert db.saved_links.keep("anna", "list 3", "q=y", NOW), "the same name again takes no more room"
