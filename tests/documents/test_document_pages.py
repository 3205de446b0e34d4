"""The pages about documents, without scripts: what is on file, put there and printed."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from activities.store import Store
from api.pages.visitors import COOKIE
from tests.api.conftest import Furnished, furnished, store
from tests.api.looking import ROOT, Reading
from tests.api.plant import Plant
from tests.documents.plant import gone_the_whole_way, sign

__all__ = ["furnished", "store"]
HERE = "/orders/PO-1/documents"


@pytest.fixture
async def plant(store: Store, furnished: Furnished, tmp_path: Path) -> AsyncIterator[Plant]:
    async with Plant.running(store, furnished.tokens, documents=tmp_path / "documents") as running:
        yield running


@pytest.fixture
async def browser(plant: Plant, store: Store) -> AsyncIterator[httpx.AsyncClient]:
    """In which sales1 is signed in."""
    gone_the_whole_way(store)
    secret = store.sessions.begin("sales1", "a browser", plant.now)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(plant.app), base_url=ROOT, cookies={COOKIE: secret}, follow_redirects=True
    ) as client:
        yield client


async def test_a_file_is_put_on_file_by_a_form_and_taken_out_again(browser: httpx.AsyncClient) -> None:
    page = await browser.get(f"{HERE}?task=PO-1.inspect.2")
    assert page.status_code == 200 and "Still missing:" in page.text
    form = next(form for form in Reading(page.text).forms if form.action == HERE)
    said = {**dict(form.values), "kind": "sign_off", "task_id": "PO-1.inspect.2", "note": "<b>碁</b>"}
    sent = await browser.post(HERE, data=said, files={"file": ("<i>scan.pdf", b"%PDF-1.4 scan")})
    assert sent.status_code == 200 and "The file is complete." in sent.text
    assert "&lt;i&gt;scan.pdf" in sent.text and "&lt;b&gt;碁&lt;/b&gt;" in sent.text, "data, never markup"
    address = next(link for link in Reading(sent.text).links if link.startswith("/documents/"))
    got = await browser.get(address)
    assert got.content == b"%PDF-1.4 scan" and got.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in got.headers["content-security-policy"]
    for place in ("/orders/PO-1", "/tasks/PO-1.inspect.2"):
        assert address in (await browser.get(place)).text, place


async def test_what_is_refused_is_said_with_what_was_typed(browser: httpx.AsyncClient) -> None:
    form = next(form for form in Reading((await browser.get(HERE)).text).forms if form.action == HERE)
    said = {**dict(form.values), "kind": "sign_off", "note": "typed before"}
    sent = await browser.post(HERE, data=said, files={"file": ("scan.pdf", b"MZ\x90\x00")})
    assert sent.status_code == 422 and "typed before" in sent.text and "none of these" in sent.text
    again = next(form for form in Reading(sent.text).forms if form.action == HERE)
    assert again.value("key") == form.value("key"), "whoever does not know whether it was done sends it as the same"
    said["csrf"] = "made up"
    assert (await browser.post(HERE, data=said, files={"file": ("scan.pdf", b"%PDF-")})).status_code == 403


async def test_a_document_is_shown_printed_and_filed(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/orders/PO-1/print/production_plan?in=en")
    assert page.status_code == 200 and "/paper.css" in page.text and "data:image/svg+xml" in page.text
    assert (await browser.get("/paper.css")).headers["content-type"].startswith("text/css")
    assert (await browser.get("/orders/PO-1/step/inspect")).url.path == "/tasks/PO-1.inspect.2"
    assert (await browser.get("/orders/PO-1/step/collect_feedback")).url.path == "/orders/PO-1"
    assert (await browser.get("/orders/PO-1/print/sign_off")).status_code == 409
    assert (await browser.get("/orders/PO-1/print/poem")).status_code == 404
    form = next(form for form in Reading((await browser.get(HERE)).text).forms if form.action.endswith("/generate"))
    filed = await browser.post(form.action, data={**dict(form.values), "language": "en"})
    assert filed.status_code == 200 and "printed from the record" in filed.text


async def test_what_was_not_printed_is_asked_for_again_under_the_same_key(browser: httpx.AsyncClient) -> None:
    form = next(form for form in Reading((await browser.get(HERE)).text).forms if form.action.endswith("/generate"))
    refused = await browser.post(form.action, data={**dict(form.values), "language": "tlh"})
    assert refused.status_code == 422
    again = next(one for one in Reading(refused.text).forms if one.value("kind") == form.value("kind"))
    assert again.action == form.action and again.value("key") == form.value("key")


async def test_the_archive_is_searched(browser: httpx.AsyncClient, plant: Plant, store: Store) -> None:
    sign(store)
    plant.app.state.services.cabinet.archiving.archive("PO-1", plant.now)
    found = await browser.get("/archive?customer=碁&closed_from=2026-11-01")
    address = next(link for link in Reading(found.text).links if link.startswith("/archive/"))
    assert (await browser.get(address)).content.startswith(b"PK")
    assert "Nothing in the archive fits." in (await browser.get("/archive?customer=nobody")).text
    for query in ("closed_from=yesterday", "closed_to=9999-12-31", "closed_from=0001-01-01"):
        assert (await browser.get(f"/archive?{query}")).status_code == 422, query
