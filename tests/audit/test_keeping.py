"""The worker's part: what history does not have yet waits, heads go out, and one mail a day does."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.audit.heads import Head, HeadFile
from activities.audit.keeper import Keeper
from activities.audit.posting import HeadPost
from activities.mail.transport import Transport
from activities.store import SqlJournal, Store, StoreAway
from tests.audit.plant import KEY, House, told
from tests.endtoend.mails import Sink
from tests.store.plant import NOW, TellsOfAnOrder
from workers.auditing import FROM_THE_START_EVERY, Auditing
from workflows.types.words import Kind

HEAD = Head(7, "ab" * 32, "2026-11-20T08:00:00.000000Z")


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """What each order's history answers; a real one is asked by tests/endtoend."""
    answers: dict[str, bool] = {}

    async def tells(_client: Client, order_no: str, _chain: str) -> bool:
        return answers[order_no]

    monkeypatch.setattr("activities.history.tells", tells)
    return answers


def auditing(db: Store, folder: Path, post: HeadPost | None = None) -> Auditing:
    nobody: Any = None
    return Auditing(nobody, db, Keeper(db, KEY), HeadFile(folder / "heads"), post)


async def test_what_history_does_not_have_waits_and_the_others_do_not(
    db: Store, journal: SqlJournal, asked: dict[str, bool], tmp_path: Path
) -> None:
    a_while_ago = datetime.now(UTC) - timedelta(minutes=10)
    for number in ("PO-1", "PO-2"):
        order = told(journal, number, answers=1, at=a_while_ago)
        order.open(Kind.MAKE_PLAN)
        journal.flush(order.flush())
    told(journal, "PO-3", answers=1, at=a_while_ago)
    asked.update({"PO-1": False, "PO-2": True})
    looks = auditing(db, tmp_path)
    await looks.look()
    await looks.look()
    taken = {link.subject: link.last for link in db.audit.links_behind(1, 9)}
    assert taken == {"po-1": 3, "po-2": 4, "po-3": 3}
    asked["PO-1"] = True
    await auditing(db, tmp_path).look()
    assert max(link.last for link in db.audit.links_behind(1, 9) if link.subject == "po-1") == 4
    assert House(db).verify() == []


async def test_while_the_engine_is_away_the_others_are_taken_in_and_nobody_is_lost(
    db: Store, journal: SqlJournal, asked: dict[str, bool], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    a_while_ago = datetime.now(UTC) - timedelta(minutes=10)
    waiting = TellsOfAnOrder("PO-1", at=a_while_ago)
    waiting.open(Kind.CONFIRM_ORDER)
    journal.flush(waiting.flush())
    told(journal, "PO-2", answers=1, at=a_while_ago)
    calls: list[str] = []

    async def nobody(_client: Client, order_no: str, _chain: str) -> bool:
        calls.append(order_no)
        raise RPCError("nobody answers", RPCStatusCode.UNAVAILABLE, b"")

    looks = auditing(db, tmp_path)
    with monkeypatch.context() as away:
        away.setattr("activities.history.tells", nobody)
        await looks.look()
        await looks.look()
    assert calls == ["PO-1"], "asked once, and then not for a while"
    assert taken(db) == {"po-2": 3}
    assert [head.n for head in HeadFile(tmp_path / "heads").read()] == [2], "the head was exported all the same"
    asked["PO-1"] = True
    looks._stuck.clear()
    await looks.look()
    assert taken(db) == {"po-1": 2, "po-2": 3}
    assert House(db).verify() == []


def taken(db: Store) -> dict[str, int]:
    return {link.subject: link.last for link in db.audit.links_behind(1, 9)}


async def test_what_was_met_when_the_store_went_away_is_met_again(
    db: Store, journal: SqlJournal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    looks = auditing(db, tmp_path)
    await looks.look()
    two(journal)
    with monkeypatch.context() as away:
        away.setattr(db.audit, "append", goes_away)
        with pytest.raises(StoreAway):
            await looks.look()
    await looks.look()
    assert taken(db) == {"po-1": 3, "po-2": 3}


def two(journal: SqlJournal) -> None:
    """One entered before the other, which the walk ends at."""
    order = told(journal, "PO-1", answers=1)
    order.change(created_at=NOW - timedelta(hours=1))
    journal.flush(order.flush())
    told(journal, "PO-2", answers=1)


def goes_away(*_: object) -> bool:
    raise StoreAway("just now")


async def test_what_another_worker_kept_us_from_taking_in_is_met_again(db: Store, journal: SqlJournal) -> None:
    """Its own walk may have passed the order, while we were writing."""
    house, now = House(db), datetime.now(UTC)
    two(journal)
    news = house.keeper.news(now)
    append = db.audit.append
    db.audit.append = lambda *_: False  # type: ignore[method-assign]
    assert house.keeper.take_orders(news, (), now) == 0
    db.audit.append = append  # type: ignore[method-assign]
    house.take(now)
    assert taken(db) == {"po-1": 3, "po-2": 3}


async def test_all_orders_are_passed_again_now_and_then(db: Store, journal: SqlJournal, tmp_path: Path) -> None:
    looks = auditing(db, tmp_path)
    told(journal, "PO-2", answers=1)
    await looks.look()
    # Its row came late.
    order = told(journal, "PO-1", answers=1)
    order.change(created_at=NOW - timedelta(hours=1))
    journal.flush(order.flush())
    await looks.look()
    assert taken(db) == {"po-2": 3}
    looks._passed_at -= FROM_THE_START_EVERY
    await looks.look()
    assert taken(db) == {"po-1": 3, "po-2": 3}


async def test_the_head_is_exported_when_it_begins_and_every_ten_minutes(
    db: Store, journal: SqlJournal, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    looks = auditing(db, tmp_path)
    await looks.look()
    told(journal, "PO-1")
    await looks.look()
    file = HeadFile(tmp_path / "heads")
    assert [head.n for head in file.read()] == [1]
    looks._export_at = 0.0
    await looks.look()
    await looks.look()
    assert [head.n for head in file.read()] == [1, 2]
    House(db).sql("DELETE FROM audit_link WHERE n = 2")
    with caplog.at_level(logging.ERROR, "jiaoqi.audit"):
        await looks.look()
    assert "cut off or made anew" in caplog.text


def test_one_mail_a_day_with_the_line_to_keep(db: Store, sink: Sink) -> None:
    posts = [HeadPost(db, Transport.of(sink.url), "Jiaoqi <jiaoqi@plant.example>", "auditor@elsewhere.example") for _ in range(2)]
    before = len(sink.mails)
    for post in posts:
        post.send(HEAD, NOW)
    posts[0].send(HEAD, NOW + timedelta(days=1))
    mails = sink.mails[before:]
    assert [(mail.to, mail.kind) for mail in mails] == [("auditor@elsewhere.example", "audit_head")] * 2
    assert HEAD.line in mails[0].text


def test_a_mail_that_is_not_taken_is_tried_again(db: Store, sink: Sink) -> None:
    before = len(sink.mails)
    HeadPost(db, Transport.of("smtp://127.0.0.1:1"), "jiaoqi@plant.example", "auditor@elsewhere.example").send(HEAD, NOW)
    HeadPost(db, Transport.of(sink.url), "jiaoqi@plant.example", "auditor@elsewhere.example").send(HEAD, NOW)
    assert len(sink.mails) == before + 1
