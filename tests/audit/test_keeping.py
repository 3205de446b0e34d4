"""The worker's part: what history does not have yet waits, heads go out, and one mail a day does."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from activities.audit.heads import Head, HeadFile
from activities.audit.keeper import Keeper
from activities.audit.posting import HeadPost
from activities.mail.transport import Transport
from activities.store import SqlJournal, Store
from tests.audit.plant import KEY, House, told
from tests.endtoend.mails import Sink
from tests.store.plant import NOW
from workers.auditing import Auditing
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
