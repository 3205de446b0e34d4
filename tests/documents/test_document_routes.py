"""Documents by the API: put on file, listed, given out as they are, and by nobody who may not."""

import hashlib
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from activities.documents.media_types import DOCX, PDF, PLAIN, XLSX, media_type
from activities.store import Store
from api import filing, visit
from tests.api.conftest import Furnished, furnished, store
from tests.api.plant import Plant, code, pointers
from tests.api.test_idempotency import writing_elsewhere
from tests.documents.plant import gone_the_whole_way, sign
from tests.documents.test_vault import flip
from workflows.types.words import Kind

__all__ = ["furnished", "store"]

SCAN = b"%PDF-1.7\nsigned"
PATH = "/orders/PO-1/documents"


@pytest.fixture
async def plant(store: Store, furnished: Furnished, tmp_path: Path) -> AsyncIterator[Plant]:
    async with Plant.running(store, furnished.tokens, documents=tmp_path / "documents") as running:
        yield running


async def send(plant: Plant, who: str = "sales1", content: bytes = SCAN, name: str = "scan.pdf", **said: Any) -> Any:
    headers = {"Authorization": f"Bearer {plant.token(who)}"}
    if key := said.pop("key", None):
        headers["Idempotency-Key"] = key
    path = said.pop("path", PATH)
    return await plant.client.post(path, files={"file": (name, content)}, data={"kind": "sign_off", **said}, headers=headers)


async def test_a_file_is_put_on_file_and_given_out_as_it_was(plant: Plant) -> None:
    await plant.entered()
    answer = await send(plant, note="as it came", task_id="PO-1.confirm_order.1", name='../../<b>"碁.exe')
    assert answer.status_code == 201, answer.text
    filed = answer.json()
    assert answer.headers["location"] == f"/api/v1{PATH}/{filed['id']}"
    assert filed["sha256"] == hashlib.sha256(SCAN).hexdigest() and filed["media_type"] == PDF
    assert (filed["version"], filed["source"], filed["author"], filed["note"]) == (1, "uploaded", "sales1", "as it came")
    listed = (await plant.get("quality1", PATH)).json()
    assert listed["items"] == [filed] and listed["next_cursor"] is None
    got = await plant.get("quality1", f"/documents/{filed['id']}")
    assert got.content == SCAN and got.headers["content-type"] == PDF
    assert got.headers["content-disposition"].startswith('attachment; filename="PO-1-sign_off-v1.pdf"')
    assert got.headers["x-content-type-options"] == "nosniff" and "sandbox" in got.headers["content-security-policy"]


async def test_a_repeat_is_one_document_and_another_file_under_its_key_is_refused(plant: Plant) -> None:
    await plant.entered()
    first, again = await send(plant, key="one"), await send(plant, key="one")
    assert first.json() == again.json() and again.headers["idempotent-replayed"] == "true"
    assert code(await send(plant, key="one", content=b"%PDF-1.7\nanother")) == (422, "idempotency-key-reused")
    assert len((await plant.get("sales1", PATH)).json()["items"]) == 1


async def test_who_waits_in_vain_is_told_that_it_may_be_on_file(
    plant: Plant, furnished: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    await plant.entered()
    monkeypatch.setattr(visit, "PATIENCE", 0.5)
    with writing_elsewhere(furnished.file):
        assert code(await send(plant, key="one")) == (503, "outcome-unknown")
    monkeypatch.undo()
    assert (await send(plant, key="one")).status_code == 201
    assert len((await plant.get("quality1", PATH)).json()["items"]) == 1


async def test_bytes_that_have_changed_are_never_given_out(plant: Plant, tmp_path: Path) -> None:
    await plant.entered()
    filed = (await send(plant)).json()
    flip(plant.app.state.services.cabinet.filing.vault, filed["sha256"], 3)
    assert code(await plant.get("sales1", f"/documents/{filed['id']}")) == (503, "document-damaged")


async def test_who_may_put_something_on_file(plant: Plant) -> None:
    await plant.entered()
    for who in ("sales2", "boss"):
        assert (await send(plant, who)).status_code == 201, who
    for who in ("warehouse1", "quality1", "admin"):
        assert code(await send(plant, who)) == (403, "forbidden"), who
        assert code(await plant.post(who, f"{PATH}/generate", {"kind": "customer_order"})) == (403, "forbidden"), who
    plant.engine.open("PO-1", Kind.PRODUCE)
    assert (await send(plant, "production1")).status_code == 201


async def test_what_is_wrong_is_named(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    await plant.entered()
    await plant.entered("PO-2")
    assert code(await send(plant, path="/orders/PO-404/documents")) == (404, "not-found")
    assert pointers(await send(plant, content=b"")) == ["/file"]
    assert pointers(await send(plant, content=b"MZ\x90\x00", name="scan.pdf")) == ["/file"]
    assert pointers(await send(plant, kind="novel")) == ["/kind"]
    assert pointers(await send(plant, colour="red")) == ["/colour"]
    assert pointers(await send(plant, task_id="PO-2.confirm_order.1")) == ["/task_id"]
    assert pointers(await send(plant, note="x" * 2001)) == ["/note"]
    assert code(await plant.post("sales1", PATH, {"kind": "sign_off"})) == (415, "unsupported-media-type")
    for path in ("/documents/1", "/documents/x", "/documents/99999999999", "/archive/7"):
        assert code(await plant.get("sales1", path)) == (404, "not-found"), path
    monkeypatch.setattr(filing, "MOST_BYTES", 10)
    assert code(await send(plant)) == (413, "too-large")
    monkeypatch.setattr(filing, "MOST_SENT", 100)
    assert code(await send(plant, content=b"%PDF" * 100)) == (413, "too-large")


async def test_a_document_is_printed_from_the_record_and_filed(plant: Plant, store: Store) -> None:
    gone_the_whole_way(store)
    asked = {"kind": "delivery_note", "language": "en"}
    first = await plant.post("sales1", f"{PATH}/generate", asked)
    assert first.status_code == 201, first.text
    assert (first.json()["version"], first.json()["language"], first.json()["source"]) == (1, "en", "generated")
    assert (await plant.post("sales1", f"{PATH}/generate", asked)).json() == first.json(), "nothing new is no new version"
    assert (await plant.get("sales1", f"/documents/{first.json()['id']}")).content.startswith(b"%PDF-")
    assert code(await plant.post("sales1", f"{PATH}/generate", {"kind": "sign_off"})) == (409, "nothing-to-print")
    assert pointers(await plant.post("sales1", f"{PATH}/generate", {"kind": "poem"})) == ["/kind"]


async def test_a_plant_that_cannot_print_says_so(plant: Plant, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    gone_the_whole_way(store)
    monkeypatch.setattr("activities.documents.printing.COMMAND", ("-c", "import sys; sys.stderr.write('no Pango'); sys.exit(3)"))
    refused = await plant.post("sales1", f"{PATH}/generate", {"kind": "delivery_note"})
    assert code(refused) == (503, "no-printer") and refused.headers["retry-after"]


async def test_a_plant_without_a_folder_says_so(store: Store, furnished: Furnished) -> None:
    async with Plant.running(store, furnished.tokens) as plant:
        await plant.entered()
        assert code(await send(plant)) == (503, "documents-away")


async def test_the_archive_is_searched_and_given_out(plant: Plant, store: Store) -> None:
    gone_the_whole_way(store)
    sign(store)
    archiving = plant.app.state.services.cabinet.archiving
    bundle = archiving.archive("PO-1", plant.now)
    found = (await plant.get("sales1", "/archive?customer=碁&closed_from=2026-11-01&closed_to=2026-12-01")).json()["items"]
    assert [(each["order_no"], each["sha256"]) for each in found] == [("PO-1", bundle.sha256)]
    assert (await plant.get("sales1", "/archive?product=none")).json()["items"] == []
    for end in ("closed_to=9999-12-31", "closed_from=0001-01-01"):
        assert pointers(await plant.get("sales1", f"/archive?{end}")) == [f"/query/{end.partition('=')[0]}"]
    got = await plant.get("sales1", f"/archive/{bundle.id}")
    assert hashlib.sha256(got.content).hexdigest() == bundle.sha256
    assert "manifest.json" in ZipFile(BytesIO(got.content)).namelist()
    flip(archiving.kept, bundle.sha256, 100)
    assert code(await plant.get("sales1", f"/archive/{bundle.id}")) == (503, "document-damaged")


def office_file(part: str, *more: str) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w") as archive:
        for name in ("[Content_Types].xml", part, *more):
            archive.writestr(name, "<x/>")
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (SCAN, PDF),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (b"II*\x00....", "image/tiff"),
        (office_file("xl/workbook.xml"), XLSX),
        (office_file("word/document.xml"), DOCX),
        (office_file("xl/workbook.xml", "xl/vbaProject.bin"), None),
        (office_file("anything.txt"), None),
        (b"PK\x03\x04 and no zip", None),
        ("品名;數量\r\n碁;3\r\n".encode(), PLAIN),
        (b"<script>alert(1)</script>", PLAIN),
        ("品名".encode("big5"), None),
        (b"MZ\x90\x00", None),
        (b"a\x00b", None),
    ],
)
def test_what_a_file_is_its_content_says(content: bytes, expected: str | None) -> None:
    assert media_type(content) == expected
