"""The archive: whole files of closed orders, found again and verified to the last byte; on both databases."""

import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import select, update
from temporalio import activity
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.worker import Worker
from typing_extensions import override

from activities.documents.archiving import Archiving, NotClosed, years_before
from activities.documents.archivist import Archivist
from activities.documents.completeness import missing
from activities.documents.filing import Filing
from activities.documents.printing import NoPrinter, Printer
from activities.documents.vault import FRESH, ContentIsDamaged
from activities.policy_in_force import PolicyInForce
from activities.store import Store
from activities.store.archives import ArchiveFilter
from activities.store.document_tables import ARCHIVE
from activities.store.tables import EVENT
from tests.documents.plant import LINES, STATEMENT, WholeOrder, gone_the_whole_way, keep, sign
from tests.documents.test_filing import uploaded
from tests.documents.test_vault import flip
from tests.store.case_plant import TellsOfACase
from tests.store.plant import DAY, NOW
from tests.stories.engine import start_skipping
from workflows.archive import FIRST, ArchiveWorkflow
from workflows.ids import DOCUMENTS_QUEUE, order_file
from workflows.types import events as e
from workflows.types.archive import ASKING, Look, Looked
from workflows.types.orders import Customer, Line
from workflows.types.words import DeliveryState, Kind, OrderStatus, Origin, Stage

LATER = NOW + 2 * DAY


def archivist(db: Store, archiving: Archiving, now: datetime = LATER) -> Archivist:
    return Archivist(db, archiving, PolicyInForce(db), lambda: now)


def run(db: Store, one: Archivist) -> tuple[int, list[str]]:
    """As its workflow does: how many were archived, and of which orders the rest is asked for."""
    look: Look | None = FIRST
    archived, cases = 0, list[str]()
    while look is not None:
        looked: Looked = one.look(look)
        archived += looked.archived
        for case in looked.cases:
            assert case.facts.case is not None and case.facts.case.about is not None
            asked_for(db, case.facts.case.about)
            cases.append(case.facts.case.about)
        look = looked.next
    return archived, cases


def asked_for(db: Store, order_no: str) -> None:
    keep(db, TellsOfACase(order_file(order_no), Origin.FILE, about=order_no))


def test_a_bundle_has_the_whole_file_of_a_closed_order(db: Store, archiving: Archiving) -> None:
    gone_the_whole_way(db)
    sign(db)
    bundle = archiving.archive("PO-1", LATER)
    manifest = json.loads(db.archives.of_order("PO-1")[0].manifest)
    assert manifest["order_no"] == "PO-1" and manifest["missing"] == [] and manifest["status"] == "completed"
    with ZipFile(archiving.kept.checked(bundle.sha256)) as archive:
        names = set(archive.namelist())
        assert archive.read("documents/sign_off-v1.txt") == STATEMENT.encode()
        events = [json.loads(line) for line in archive.read("events.jsonl").splitlines()]
        assert json.loads(archive.read("manifest.json")) == manifest
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert names == {file["path"] for file in manifest["files"]} | {"manifest.json"}
    assert {"order.json", "policy.json", "notices.jsonl", "signatures.jsonl", "tasks.jsonl"} < names
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    made = {(file["kind"], file["version"], file["author"]) for file in manifest["files"] if "kind" in file}
    assert ("delivery_note", 1, "system") in made and ("sign_off", 1, "customer") in made
    assert archiving.archive("PO-1", LATER + DAY) == bundle, "the same file is the same bundle, once"


def test_only_closed_orders_are_archived(db: Store, archiving: Archiving) -> None:
    keep(db, WholeOrder("PO-1"))
    with pytest.raises(NotClosed):
        archiving.archive("PO-1", LATER)


def test_an_order_that_was_cancelled_on_its_way_is_archived(db: Store, archiving: Archiving) -> None:
    """What was asked of somebody and taken back has an end, and no answer."""
    order = WholeOrder("PO-1", lines=LINES)
    order.confirming()
    order.planning()
    order.taken_back(Kind.READY_MATERIALS)
    order.record(e.OrderClosed(status=OrderStatus.CANCELLED, delivery=DeliveryState.UNDELIVERED), actor="system")
    order.change(status=OrderStatus.CANCELLED, stage=Stage.CLOSED)
    keep(db, order)
    assert run(db, archivist(db, archiving)) == (1, [])
    manifest = json.loads(db.archives.of_order("PO-1")[0].manifest)
    assert {file["kind"] for file in manifest["files"] if "kind" in file} == {"customer_order", "production_plan"}


def test_a_run_archives_what_is_new_once_and_asks_for_what_is_missing(db: Store, archiving: Archiving) -> None:
    for n in range(12):
        gone_the_whole_way(db, f"PO-{n}")
    sign(db, "PO-3")
    keep(db, WholeOrder("PO-open"))
    archived, cases = run(db, archivist(db, archiving))
    assert archived == 12 and len(cases) == 11 and "PO-3" not in cases
    assert run(db, archivist(db, archiving)) == (0, [])
    db.documents.file(uploaded("PO-5", sha256=archiving.filing.vault.put(b"%PDF- signed")))
    assert run(db, archivist(db, archiving)) == (1, []), "what was put on file later is archived, and nothing is missing"
    assert [each.archive.missing for each in db.archives.of_order("PO-5")] == [(), ("sign_off",)]


def test_one_flipped_bit_anywhere_is_found(db: Store, archiving: Archiving) -> None:
    gone_the_whole_way(db)
    sign(db)
    bundle = archiving.archive("PO-1", LATER)
    assert archiving.verify("PO-1", LATER) == []
    size = bundle.size
    for place in (0, 11, size // 3, size // 2, size - 30, size - 1):
        flip(archiving.kept, bundle.sha256, place)
        assert archiving.verify("PO-1", LATER), f"byte {place} of the bundle"
        flip(archiving.kept, bundle.sha256, place)
    for document in db.documents.of_order("PO-1"):
        flip(archiving.filing.vault, document.sha256, document.size // 2)
        assert [each.what for each in archiving.verify("PO-1", LATER) if document.sha256 in each.what]
        flip(archiving.filing.vault, document.sha256, document.size // 2)
    assert list(archiving.verify_all(LATER)) == [("PO-1", [])]


def test_a_manifest_that_was_changed_on_record_is_found(db: Store, archiving: Archiving) -> None:
    gone_the_whole_way(db)
    archiving.archive("PO-1", LATER)
    changed = db.archives.of_order("PO-1")[0].manifest.replace("delivery_note", "delivery_mote", 1)
    with db.database.writing() as connection:
        connection.execute(update(ARCHIVE).values(manifest=changed))
    assert archiving.verify("PO-1", LATER)


def test_what_is_damaged_is_not_archived_and_holds_nothing_else_up(db: Store, archiving: Archiving) -> None:
    gone_the_whole_way(db, "PO-1")
    gone_the_whole_way(db, "PO-2")
    (filed, *_) = archiving.filing.file_all("PO-1", "anna", NOW)
    flip(archiving.filing.vault, filed.document.sha256, 5)
    content = archiving.filing.vault.place(filed.document.sha256).read_bytes()
    digest = archiving.filing.vault.put(b"%PDF- a scan")
    db.documents.file(uploaded("PO-1", sha256=digest))
    flip(archiving.filing.vault, digest, 3)
    with pytest.raises(ContentIsDamaged):
        archiving.archive("PO-1", LATER)
    looked = archivist(db, archiving).look(Look(status="completed"))
    assert looked.damaged == ("PO-1",) and looked.archived == 1
    assert db.archives.of_order("PO-1") == [] and content


def test_an_order_that_fails_unforeseen_is_told_holds_nothing_up_and_is_tried_again(db: Store, archiving: Archiving) -> None:
    for order_no in ("PO-1", "PO-2", "PO-3"):
        gone_the_whole_way(db, order_no)
    (written,) = spoilt(db, "po-2")
    looked = archivist(db, archiving).look(Look(status="completed"))
    assert (looked.damaged, looked.archived) == (("PO-2",), 2)
    with db.database.writing() as connection:
        connection.execute(update(EVENT).where(EVENT.c.order_id == "po-2", EVENT.c.seq == 1).values(data=written))
    assert run(db, archivist(db, archiving)) == (1, ["PO-1", "PO-2", "PO-3"])


def test_whoever_was_never_asked_is_asked_though_the_order_is_archived(db: Store, archiving: Archiving) -> None:
    for order_no in ("PO-1", "PO-2", "PO-3"):
        gone_the_whole_way(db, order_no)
        archiving.archive(order_no, LATER)
    sign(db, "PO-2")
    asked_for(db, "PO-3")
    assert run(db, archivist(db, archiving))[1] == ["PO-1"]


def test_what_cannot_be_printed_is_asked_for_all_the_same(db: Store, archiving: Archiving) -> None:
    for n in range(12):
        gone_the_whole_way(db, f"PO-{n}")
    filing = Filing(db, archiving.filing.vault, archiving.filing.papers, NoPrinterAtAll())
    one, look, asked = archivist(db, Archiving(filing, archiving.kept)), FIRST, set[str]()
    while look.status == ASKING:
        looked = one.look(look)
        asked |= {case.facts.order_no for case in looked.cases}
        assert looked.next is not None
        look = looked.next
    assert asked == {f"file:PO-{n}" for n in range(12)}
    with pytest.raises(ApplicationError, match="no fonts"):
        one.look(look)


class NoPrinterAtAll(Printer):
    @override
    def print(self, papers: list[str], patience: float | None = None) -> list[bytes]:
        raise NoPrinter("no fonts")


async def test_what_is_old_enough_goes_though_nothing_can_be_put_away() -> None:
    async with await start_skipping() as env:
        removed = list[str]()

        @activity.defn(name="archive.look")
        async def look(look: Look) -> Looked:
            raise ApplicationError("no fonts", type="NoPrinter")

        @activity.defn(name="archive.remove")
        async def remove() -> int:
            removed.append("all")
            return 1

        documents = Worker(env.client, task_queue=DOCUMENTS_QUEUE, activities=[look, remove])
        reviews = Worker(env.client, task_queue="archive", workflows=[ArchiveWorkflow])
        async with documents, reviews:
            with pytest.raises(WorkflowFailureError) as failed:
                await env.client.execute_workflow("Archive", id="archive", task_queue="archive")
    assert removed == ["all"]
    assert isinstance(failed.value.cause, ActivityError) and "no fonts" in str(failed.value.cause.cause)


def spoilt(db: Store, order_id: str) -> list[str]:
    """What no release of ours has ever written; what stood there before."""
    first = (EVENT.c.order_id == order_id, EVENT.c.seq == 1)
    with db.database.writing() as connection:
        before = list(connection.execute(select(EVENT.c.data).where(*first)).scalars())
        connection.execute(update(EVENT).where(*first).values(data='{"not": '))
    return before


def test_what_fails_for_all_orders_is_tried_again_as_a_whole(db: Store, archiving: Archiving) -> None:
    gone_the_whole_way(db)
    archiving.kept.folder.parent.mkdir(parents=True, exist_ok=True)
    archiving.kept.folder.write_text("no folder")
    with pytest.raises(ApplicationError, match="cannot be reached"):
        archivist(db, archiving).look(Look(status="completed"))


FOUND: list[tuple[dict[str, Any], set[str]]] = [
    ({"order_no": "po-2"}, {"PO-2"}),
    ({"customer": "kaoh"}, {"PO-1"}),
    ({"product": "valve"}, {"PO-1"}),
    ({"closed_from": NOW - DAY, "closed_before": NOW + DAY}, {"PO-1", "PO-2"}),
    ({"closed_from": NOW + 3 * DAY}, set()),
    ({"customer": "碁", "order_no": "PO"}, {"PO-2"}),
    ({"customer": "%"}, set()),
]


def test_bundles_are_found_again(db: Store, archiving: Archiving) -> None:
    gone_the_whole_way(db, "PO-1", customer=Customer(name="Kaohsiung Fab"))
    gone_the_whole_way(db, "PO-2", lines=(Line(product_model="Pump 7", quantity=1),))
    run(db, archivist(db, archiving))
    for asked, found in FOUND:
        page = db.archives.page(ArchiveFilter(**asked), 50, None)
        assert {each.order_no for each in page.items} == found, asked


def test_what_is_old_enough_goes_and_that_it_was_there_stays(db: Store, archiving: Archiving) -> None:
    for order_no in ("PO-1", "PO-2"):
        gone_the_whole_way(db, order_no)
    shared = archiving.filing.vault.put(b"%PDF- of both")
    for order_no in ("PO-1", "PO-2"):
        db.documents.file(uploaded(order_no, sha256=shared))
    run(db, archivist(db, archiving))
    keep_until = NOW.replace(year=NOW.year + 10)
    assert archivist(db, archiving, keep_until - DAY).remove() == 0
    assert archivist(db, archiving, keep_until + 2 * DAY).remove() == 0, "all of it was put down a moment ago"
    assert not any(each.removed_at for each in db.documents.of_order("PO-1"))
    make_old(archiving)
    (bundle, *_) = db.archives.of_order("PO-1")
    archiving.remove_over(bundle.archive.closed_at + timedelta(seconds=1), keep_until)
    assert archivist(db, archiving, keep_until + 2 * DAY).remove() == 0, "it has gone, once"
    gone = db.archives.of_order("PO-1")[0]
    assert gone.archive.removed_at is not None and gone.manifest == bundle.manifest
    assert all(each.removed_at for each in db.documents.of_order("PO-1"))
    assert missing(db, "PO-1") == (), "what went when its time was over is not missed"
    assert [entry.action for entry in db.house_log.about("PO-1")] == ["archive_removed"]
    assert not list(archiving.kept.folder.glob("??/*")) and not list(archiving.filing.vault.folder.glob("??/*"))
    assert archiving.verify("PO-1", LATER) == []


def make_old(archiving: Archiving) -> None:
    """Nobody puts any of it down at this moment."""
    for folder in (archiving.kept.folder, archiving.filing.vault.folder):
        for file in folder.glob("??/*"):
            os.utime(file, (datetime.now().timestamp() - 2 * FRESH,) * 2)  # noqa: DTZ005 - a file's own clock


def test_years_are_counted_by_the_calendar() -> None:
    assert years_before(datetime(2028, 2, 29, tzinfo=UTC), 1) == datetime(2027, 2, 28, tzinfo=UTC)
    assert years_before(datetime(2028, 3, 1, tzinfo=UTC), 10) == datetime(2018, 3, 1, tzinfo=UTC)
