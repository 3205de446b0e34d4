"""The inbox: who holds a task and who hides it, judged and answered in one transaction."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import text

from activities.store import Closed, Held, SqlJournal, Stale, Store, TaskFilter, UnknownTask
from tests.store.plant import DAY, HOUR, NOW, TellsOfAnOrder, said
from workflows.types.flush import Flush
from workflows.types.words import Department, Kind, TaskStatus

TASK = "PO-1.produce.1"


@pytest.fixture
def tells(journal: SqlJournal) -> TellsOfAnOrder:
    tells = TellsOfAnOrder()
    tells.open(Kind.PRODUCE)
    journal.flush(tells.flush())
    tells.confirm()
    return tells


def holder(db: Store, task_id: str = TASK) -> str | None:
    record = db.tasks.record(task_id)
    assert record
    return record.holder


def versions(db: Store) -> tuple[int, int]:
    order, task = db.orders.get("PO-1", NOW), db.tasks.get(TASK, NOW)
    assert order and task
    return order.version, task.version


@pytest.mark.usefixtures("tells")
class TestHolding:
    def test_a_claim_makes_a_holder_and_both_versions_grow(self, db: Store) -> None:
        order, task = versions(db)
        reply = db.inbox.claim("po-1.produce.1", "bo", said("claim"), NOW)
        assert holder(db) == "bo"
        assert versions(db) == (order + 1, task + 1)
        shown = db.tasks.get(TASK, NOW)
        assert shown and reply.body == shown.model_dump_json() and reply.etag == f'"{task + 1}"'
        assert (reply.status, reply.location, reply.fingerprint) == (200, None, "body of claim")

    def test_a_claim_of_what_another_holds_is_refused(self, db: Store) -> None:
        db.inbox.claim(TASK, "bo", said("a"), NOW)
        with pytest.raises(Held) as refused:
            db.inbox.claim(TASK, "cy", said("b"), NOW)
        assert refused.value.holder == "bo"
        assert db.replies.get("said-b") is None
        assert holder(db) == "bo"

    def test_whoever_need_not_mind_a_holder_takes_over(self, db: Store) -> None:
        db.inbox.claim(TASK, "bo", said("a"), NOW)
        db.inbox.claim(TASK, "head", said("b"), NOW, over=True)
        assert holder(db) == "head"

    def test_claiming_what_one_holds_changes_nothing(self, db: Store) -> None:
        db.inbox.claim(TASK, "bo", said("a"), NOW)
        before = versions(db)
        db.inbox.claim(TASK, "bo", said("b"), NOW)
        assert versions(db) == before and holder(db) == "bo"

    def test_a_release_frees_the_task(self, db: Store) -> None:
        db.inbox.claim(TASK, "bo", said("a"), NOW)
        with pytest.raises(Held):
            db.inbox.release(TASK, "cy", said("b"), NOW)
        db.inbox.release(TASK, "bo", said("c"), NOW)
        assert holder(db) is None
        db.inbox.claim(TASK, "bo", said("d"), NOW)
        db.inbox.release(TASK, "head", said("e"), NOW, over=True)
        assert holder(db) is None

    def test_an_assignment_minds_no_holder(self, db: Store) -> None:
        db.inbox.claim(TASK, "bo", said("a"), NOW)
        reply = db.inbox.assign(TASK, "cy", "head", "bo is ill", said("b"), NOW)
        assert holder(db) == "cy" == json.loads(reply.body)["assignee"]

    def test_a_stale_call_is_refused_first(self, db: Store) -> None:
        _, task = versions(db)
        db.inbox.claim(TASK, "bo", said("a"), NOW, expected_version=task)
        for call in (db.inbox.claim, db.inbox.release):
            with pytest.raises(Stale):
                call(TASK, "cy", said("b"), NOW, expected_version=task)
        with pytest.raises(Stale):
            db.inbox.assign(TASK, "cy", "head", "-", said("b"), NOW, expected_version=task)
        with pytest.raises(Stale):
            db.inbox.snooze(TASK, "cy", NOW + DAY, said("b"), NOW, expected_version=task)

    def test_what_nobody_asked_cannot_be_claimed(self, db: Store) -> None:
        for unknown in ("PO-1.produce.2", "PO-9.produce.1", "", "\x00"):
            with pytest.raises(UnknownTask):
                db.inbox.claim(unknown, "bo", said("a"), NOW)

    def test_a_repeat_gets_the_first_answer_and_does_nothing(self, db: Store) -> None:
        first = db.inbox.claim(TASK, "bo", said("a"), NOW)
        db.inbox.release(TASK, "bo", said("b"), NOW)
        assert db.inbox.claim(TASK, "bo", said("a"), NOW + HOUR) == first == db.replies.get("said-a")
        assert holder(db) is None

    def test_everything_is_on_record(self, db: Store) -> None:
        db.inbox.claim(TASK, "bo", said("a"), NOW)
        db.inbox.assign(TASK, "cy", "head", "bo is ill", said("b"), NOW)
        db.inbox.snooze(TASK, "cy", NOW + DAY, said("c"), NOW)
        db.inbox.release(TASK, "cy", said("d"), NOW)
        with db.database.reading() as connection:
            found = connection.execute(text('SELECT action, "by", holder, reason, said_id FROM inbox_log ORDER BY id'))
            assert [tuple(row) for row in found] == [
                ("claim", "bo", "bo", None, "said-a"),
                ("assign", "head", "cy", "bo is ill", "said-b"),
                ("snooze", "cy", "cy", None, "said-c"),
                ("release", "cy", None, None, "said-d"),
            ]

    def test_of_eight_at_once_one_wins(self, db: Store) -> None:
        def claim(n: int) -> str:
            try:
                return str(json.loads(db.inbox.claim(TASK, f"p{n}", said(f"{n}"), NOW).body)["assignee"])
            except Held as refused:
                return refused.holder

        with ThreadPoolExecutor(8) as pool:
            holders = set(pool.map(claim, range(8)))
        assert holders == {holder(db)}

    def test_of_eight_repeats_at_once_all_get_one_answer(self, db: Store) -> None:
        with ThreadPoolExecutor(8) as pool:
            replies = list(pool.map(lambda _: db.inbox.claim(TASK, "bo", said("same"), NOW), range(8)))
        assert len(set(replies)) == 1
        with db.database.reading() as connection:
            assert connection.scalar(text("SELECT count(*) FROM inbox_log")) == 1


def test_a_flush_leaves_holders_alone(db: Store, journal: SqlJournal, tells: TellsOfAnOrder) -> None:
    db.inbox.claim(TASK, "bo", said("a"), NOW)
    before = versions(db)
    tells.tasks[TASK] = tells.tasks[TASK].model_copy(update={"escalation_level": 1})
    journal.flush(tells.flush())
    assert holder(db) == "bo" and versions(db) == before
    tells.complete(tells.tasks[TASK], "done", said("b"), by="bo")
    journal.flush(tells.flush())
    shown = db.tasks.get(TASK, NOW)
    assert shown and (shown.status, shown.assignee) == ("completed", "bo")


def test_what_is_closed_cannot_be_held(db: Store, journal: SqlJournal, tells: TellsOfAnOrder) -> None:
    tells.later(HOUR)
    tells.complete(tells.tasks[TASK], "done", said("done"), by="bo")
    journal.flush(tells.flush())
    for call in (db.inbox.claim, db.inbox.release):
        with pytest.raises(Closed) as refused:
            call(TASK, "cy", said("a"), NOW)
        assert (refused.value.completed_by, refused.value.completed_at) == ("bo", NOW + HOUR)


def test_flushes_and_claims_at_once_lose_nothing(db: Store, journal: SqlJournal, tells: TellsOfAnOrder) -> None:
    def flush(n: int) -> None:
        journal.flush(flushes[n])

    def claim(n: int) -> None:
        db.inbox.assign(TASK, f"p{n}", "head", "-", said(f"{n}"), NOW)

    flushes: list[Flush] = []
    for _ in range(10):
        tells.later(HOUR)
        tells.open(Kind.READY_MATERIALS, n=len(flushes) + 1)
        flushes.append(tells.flush())
        tells.confirm()
    order, _ = versions(db)
    with ThreadPoolExecutor(4) as pool:
        claims = [pool.submit(claim, n) for n in range(10)]
        list(map(flush, range(10)))
        for done in claims:
            done.result()
    assert versions(db)[0] == order + 20
    assert [event.seq for event in db.orders.events("PO-1", 0, 200, None).items] == list(range(1, 13))


@pytest.mark.usefixtures("tells")
def test_two_processes_that_write_at_once_wait_for_each_other(db: Store, url: str) -> None:
    """A reader that turned writer after another wrote would be refused at once, however long it were willing to wait."""
    other = Store.open(url)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(assign_often, (db, other), ("ours", "theirs")))
    other.close()
    with db.database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM inbox_log")) == 50


def assign_often(store: Store, name: str) -> None:
    for n in range(25):
        store.inbox.assign(TASK, f"{name}{n}", "head", "-", said(f"{name}{n}"), NOW)


# Snoozes.


@pytest.mark.usefixtures("tells")
@pytest.mark.parametrize(("until", "hidden"), [(NOW + HOUR, True), (NOW, False)])
def test_a_snoozed_task_leaves_one_persons_list(db: Store, until: datetime, hidden: bool) -> None:
    before = versions(db)
    db.inbox.snooze(TASK, "bo", NOW + DAY, said("a"), NOW)
    db.inbox.snooze(TASK, "bo", until, said("b"), NOW)
    assert versions(db) == before
    for person, hides in (("bo", hidden), ("cy", False)):
        wanted = TaskFilter(departments=(Department.PRODUCTION,), status=(TaskStatus.OPEN,), hide_snoozed_for=person)
        assert len(db.tasks.page(wanted, 10, None, NOW).items) == (0 if hides else 1)


@pytest.mark.usefixtures("tells")
def test_what_another_holds_cannot_be_snoozed(db: Store) -> None:
    db.inbox.claim(TASK, "bo", said("a"), NOW)
    with pytest.raises(Held):
        db.inbox.snooze(TASK, "cy", NOW + DAY, said("b"), NOW)
    db.inbox.snooze(TASK, "head", NOW + DAY, said("c"), NOW, over=True)
