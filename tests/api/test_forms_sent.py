"""What is sent to a page by whoever does not use its form: too much, too slowly, in pieces, or no form at all."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import NoReturn

import httpx
import pytest

from activities.store import Database, StoreAway
from api.pages.forms import sendings
from api.pages.visitors import COOKIE, MOST_FORM_BYTES
from tests.api.looking import ROOT, Looker, Reading
from tests.api.plant import Plant

FORM = "application/x-www-form-urlencoded"


async def pieces(content: bytes, size: int = 16 * 1024) -> AsyncIterator[bytes]:
    for first in range(0, len(content), size):
        yield content[first : first + size]


async def send(plant: Plant, path: str, content: object, kind: str = FORM, **headers: str) -> httpx.Response:
    options = {"content": content, "headers": {"Content-Type": kind, **headers}}
    return await plant.client.post(ROOT + path, **options)  # type: ignore[arg-type]


async def test_a_form_without_a_length_is_not_read_for_ever(plant: Plant) -> None:
    """A stranger needs no length to be refused: 32 MB of one form would stand in the memory twice."""
    content = b"name=" + b"a" * MOST_FORM_BYTES
    for path in ("/sign-in", "/l/nobody"):
        answer = await send(plant, path, pieces(content))
        assert answer.status_code in (404, 413), answer.status_code
    assert (await send(plant, "/sign-in", pieces(content))).status_code == 413
    assert (await send(plant, "/sign-in", content)).status_code == 413


async def test_a_file_in_pieces_is_counted_too(plant: Plant) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    content = head + b"a" * MOST_FORM_BYTES + b"\r\n--x--\r\n"
    answer = await send(plant, "/sign-in", pieces(content), "multipart/form-data; boundary=x")
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"nonsense", "multipart/form-data; boundary=x"),
        (b"nonsense", "multipart/form-data"),
        (b"&".join(b"a%d=" % n for n in range(1500)), FORM),
    ],
)
async def test_what_is_no_form_is_refused_and_no_failure_of_ours(
    plant: Plant, content: bytes, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await send(plant, "/sign-in", content, kind)
    assert answer.status_code == 400 and "<html" in answer.text
    assert "may have happened" not in answer.text
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_whoever_sends_a_form_too_slowly_is_told_so(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sendings, "PATIENCE", 0.1)

    async def slowly() -> AsyncIterator[bytes]:
        yield b"name=a"
        await asyncio.sleep(0.5)
        yield b"b"

    answer = await send(plant, "/sign-in", slowly())
    assert answer.status_code == 408 and "store" not in answer.text


@pytest.mark.parametrize("made_up", ["nonsense", "中文", "\ufffd"])
async def test_a_made_up_proof_of_origin_is_refused_whatever_it_is(plant: Plant, made_up: str) -> None:
    looker = Looker(plant, "sales1")
    answer = await plant.client.post(
        f"{ROOT}/me/sessions/end-all", data={"csrf": made_up}, headers={"Cookie": f"{COOKIE}={looker._cookie}"}
    )
    assert answer.status_code == 403


async def test_a_made_up_key_is_refused_as_a_bad_one(plant: Plant, caplog: pytest.LogCaptureFixture) -> None:
    await plant.entered()
    looker = Looker(plant, "sales1")
    page = await looker.look("/orders/PO-1")
    form = page.form("/orders/PO-1/hold")
    page = await looker.send(form, reason="it waits", until="2027-03-05T10:00", key="鑰匙" * 200)
    assert looker.answer.status_code == 422, page.text
    form = (await looker.look("/orders/PO-1")).form("/orders/PO-1/cancel")
    await looker.send(form, ("confirmed", "yes"), reason="wrong", seen="版本")
    assert looker.answer.status_code == 412
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_who_hangs_up_in_the_middle_is_no_failure_of_ours(plant: Plant, caplog: pytest.LogCaptureFixture) -> None:
    messages: list[dict[str, object]] = [
        {"type": "http.request", "body": b"name=a", "more_body": True},
        {"type": "http.disconnect"},
    ]
    headers = [(b"content-type", FORM.encode()), (b"host", b"plant.example")]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/sign-in",
        "raw_path": b"/sign-in",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "scheme": "http",
        "http_version": "1.1",
    }
    sent: list[object] = []

    async def receive() -> dict[str, object]:
        return messages.pop(0)

    async def answer(message: object) -> None:
        sent.append(message)

    await plant.app(scope, receive, answer)
    assert not sent
    assert not caplog.records


async def test_while_the_store_is_away_nothing_that_was_typed_is_lost(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page that says so sends the same form again, key and all; but it repeats no secret."""
    await plant.entered()
    looker = Looker(plant, "sales1")
    form = (await looker.look("/orders/PO-1")).form("/orders/PO-1/hold")
    with store_away(monkeypatch):
        page = await looker.send(form, reason="the <b>customer</b> asked", until="2027-03-05T10:00")
        assert looker.answer.status_code == 503 and int(looker.answer.headers["retry-after"]) > 0
        again = page.form("/orders/PO-1/hold")
        secret = await send(plant, "/sign-in", b"name=sales1&password=demo-of-tests")
        assert secret.status_code == 503 and "demo-of-tests" not in secret.text
    assert again.value("reason") == "the <b>customer</b> asked" and again.value("key") == form.value("key")
    await looker.send(again)
    assert looker.answer.status_code == 303
    assert (await plant.get("sales1", "/orders/PO-1")).json()["status"] == "on_hold"


@contextmanager
def store_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever asks is told what a database that is gone tells."""

    def away(_: Database) -> NoReturn:
        raise StoreAway("no connection (a fault of the test)")

    with monkeypatch.context() as patch:
        patch.setattr(Database, "reading", away)
        patch.setattr(Database, "writing", away)
        yield


async def test_a_page_left_open_over_the_end_of_a_session_loses_nothing(plant: Plant) -> None:
    """What was typed waits until they have signed in again, and is theirs to send: no other site's form is."""
    await plant.entered()
    form = (await Looker(plant, "sales1").look("/orders/PO-1")).form("/orders/PO-1/hold")
    data = form.with_({"reason": "the <b>customer</b> asked", "until": "2027-03-05T10:00"})
    out = await plant.client.post(ROOT + form.action, data=data, headers={"Origin": ROOT})
    assert out.status_code == 401 and "/sign-in" in Reading(out.text).links
    waiting = Reading(out.text).form("/orders/PO-1/hold")
    # In another window they have signed in.
    cookie = {"Cookie": f"{COOKIE}={plant.store.sessions.begin('sales1', 'a test', plant.now)}", "Origin": ROOT}
    anew = await plant.client.post(ROOT + waiting.action, data=waiting.with_({}), headers=cookie)
    assert anew.status_code == 403 and "in the name of sales1" in Reading(anew.text).text
    assert (await plant.get("sales1", "/orders/PO-1")).json()["status"] == "open"
    again = Reading(anew.text).form("/orders/PO-1/hold")
    assert (again.value("reason"), again.value("key")) == ("the <b>customer</b> asked", form.value("key"))
    assert (await plant.client.post(ROOT + again.action, data=again.with_({}), headers=cookie)).status_code == 303
    assert (await plant.get("sales1", "/orders/PO-1")).json()["status"] == "on_hold"


async def test_what_no_browser_has_named_us_for_is_not_offered_to_be_sent(plant: Plant) -> None:
    await plant.entered()
    cookie = {"Cookie": f"{COOKIE}={plant.store.sessions.begin('sales1', 'a test', plant.now)}"}
    data = {"reason": "a stranger's", "csrf": "made up"}
    for told in ({}, {"Origin": "http://elsewhere.example"}):
        refused = await plant.client.post(f"{ROOT}/orders/PO-1/hold", data=data, headers=cookie | told)
        assert refused.status_code == 403 and "a stranger" not in refused.text
    out = await plant.client.post(f"{ROOT}/orders/PO-1/hold", data=data)
    assert (out.status_code, out.headers["location"]) == (303, "/sign-in?next=/orders/PO-1/hold")


async def test_secrets_and_empty_forms_do_not_wait(plant: Plant) -> None:
    secret = {"old": "demo-of-tests", "new": "x", "again": "x", "csrf": "old"}
    for path, data in (("/me/password", secret), ("/sign-out", {"csrf": "old"})):
        out = await plant.client.post(ROOT + path, data=data, headers={"Origin": ROOT})
        assert (out.status_code, out.headers["location"]) == (303, f"/sign-in?next={path}")
    cookie = {"Cookie": f"{COOKIE}={plant.store.sessions.begin('sales1', 'a test', plant.now)}", "Origin": ROOT}
    anew = await plant.client.post(f"{ROOT}/me/password", data=secret, headers=cookie)
    assert anew.status_code == 403 and "demo-of-tests" not in anew.text
