"""What only bytes can say: pipelines, chunks, nonsense, slowness. Nobody is told what is wrong, and nobody else waits."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from api.wire import HEAD_PATIENCE, MOST_CONNECTIONS
from tests.strangers.line import Line, request
from tests.strangers.plant import BesiegedPlant

TARDY = 10


class Dripping:
    """Connections that never end what they have to say, a byte every half second."""

    def __init__(self, plant: BesiegedPlant) -> None:
        head = b"GET /api/v1/me HTTP/1.1\r\nhost: plant.example\r\nx-slow: "
        body = request("POST", "/api/v1/orders", plant.token("sales1"), content_length="5000", content_type="application/json")
        self.heads = [Line(plant.stack.url).say(head) for _ in range(TARDY)]
        self.bodies = [Line(plant.stack.url).say(body) for _ in range(TARDY)]
        self.silent = [Line(plant.stack.url) for _ in range(TARDY)]
        self.breaks = [Line(plant.stack.url) for _ in range(TARDY)]
        self.began = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._drip)
        self._thread.start()

    def _drip(self) -> None:
        while not self._stop.wait(0.5):
            for line in (*self.heads, *self.bodies):
                line.say_what_can_be_said(b" ")
            for line in self.breaks:
                line.say_what_can_be_said(b"\r\n")

    def end(self) -> None:
        self._stop.set()
        self._thread.join()
        for line in (*self.heads, *self.bodies, *self.silent, *self.breaks):
            line.__exit__()


@pytest.fixture(scope="module")
def dripping(busy: BesiegedPlant) -> Iterator[Dripping]:
    """They are there while everything else in this file is said."""
    them = Dripping(busy)
    yield them
    them.end()


@pytest.fixture
def besieged(busy: BesiegedPlant, dripping: Dripping) -> BesiegedPlant:
    return busy


def me(plant: BesiegedPlant, who: str, **headers: str | bytes) -> bytes:
    return request("GET", "/api/v1/me", plant.token(who), b"", **headers)


def cancel(plant: BesiegedPlant, order_no: str, **headers: str | bytes) -> bytes:
    return request("POST", f"/api/v1/orders/{order_no}/cancel", plant.token("sales1"), b'{"reason": "because"}', **headers)


def about_to_cancel(plant: BesiegedPlant, order_no: str, **headers: str | bytes) -> bytes:
    """All but the body."""
    typed = {"content_type": "application/json", **headers}
    return request("POST", f"/api/v1/orders/{order_no}/cancel", plant.token("sales1"), b"", **typed)


def status(plant: BesiegedPlant, order_no: str) -> str:
    return str(plant.person("boss").ask(f"/orders/{order_no}")["status"])


def in_chunks(text: bytes, size: int) -> bytes:
    parts = [text[at : at + size] for at in range(0, len(text), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def test_nobody_waits_for_the_slow(besieged: BesiegedPlant) -> None:
    waited = []
    for _ in range(20):
        began = time.monotonic()
        with Line(besieged.stack.url) as line:
            assert line.say(me(besieged, "boss")).answer().status == 200
        waited.append(time.monotonic() - began)
    assert sorted(waited)[10] < 0.5


def test_a_pipeline_is_answered_in_its_order(besieged: BesiegedPlant) -> None:
    people = ["boss", "sales1", "quality1", "admin"]
    with Line(besieged.stack.url) as line:
        line.say(b"".join(me(besieged, who) for who in people))
        assert [line.answer().json["id"] for _ in people] == people


def test_nonsense_behind_a_good_request_does_not_answer_it(besieged: BesiegedPlant) -> None:
    """A client whose length is too short would else be told that what was done wasn't."""
    order = besieged.enter().number
    for nonsense in (b"}}}", b"\x16\x03\x01", b"x" * 100_000):
        with Line(besieged.stack.url) as line:
            line.say_what_can_be_said(cancel(besieged, order, idempotency_key="once") + nonsense)
            assert (line.answer().status, line.has_ended()) == (200, True)
    assert status(besieged, order) == "cancelled"


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_body_in_chunks(besieged: BesiegedPlant, size: int) -> None:
    order = besieged.enter().number
    body = in_chunks(json.dumps({"reason": "because " * 20}).encode(), size)
    with Line(besieged.stack.url) as line:
        line.say(about_to_cancel(besieged, order, transfer_encoding="chunked") + body + me(besieged, "boss"))
        assert (line.answer().json["status"], line.answer().status) == ("cancelled", 200)


def test_bad_chunks_do_nothing(besieged: BesiegedPlant) -> None:
    order = besieged.enter().number
    for bad in (b"zz\r\n{}\r\n0\r\n\r\n", b"-1\r\n", b"5\r\n{}\r\n0\r\n\r\n", b"f" * 40 + b"\r\n"):
        with Line(besieged.stack.url) as line:
            line.say(about_to_cancel(besieged, order, transfer_encoding="chunked") + bad)
            assert (line.answer().code, line.has_ended()) == ((400, "bad-request"), True), bad
    assert status(besieged, order) == "open"


def test_ten_megabytes_in_chunks(besieged: BesiegedPlant) -> None:
    with Line(besieged.stack.url) as line:
        line.say_what_can_be_said(
            about_to_cancel(besieged, "X", transfer_encoding="chunked") + in_chunks(b" " * 10_000_000, 100_000)
        )
        assert (line.answer().code, line.has_ended()) == ((413, "too-large"), True)


def test_ten_megabytes_by_nobody(besieged: BesiegedPlant) -> None:
    with Line(besieged.stack.url) as line:
        line.say(request("POST", "/api/v1/orders", None, b" " * 10_000_000) + me(besieged, "boss"))
        assert (line.answer().code, line.answer().status) == ((401, "no-token"), 200)


def test_who_asks_first_need_not_send_what_is_too_large(besieged: BesiegedPlant) -> None:
    with Line(besieged.stack.url) as line:
        line.say(about_to_cancel(besieged, "X", content_length="10000000", expect="100-continue"))
        assert line.answer().code == (413, "too-large")


def test_who_asks_first_is_told_to_go_on(besieged: BesiegedPlant) -> None:
    order, body = besieged.enter().number, b'{"reason": "because"}'
    with Line(besieged.stack.url) as line:
        line.say(about_to_cancel(besieged, order, expect="100-continue", content_length=str(len(body))))
        line.is_told_to_go_on()
        assert line.say(body).answer().json["status"] == "cancelled"


def test_who_hangs_up_in_the_middle_has_said_nothing(besieged: BesiegedPlant) -> None:
    order = besieged.enter().number
    whole = cancel(besieged, order)
    for said in (whole[:-1], whole[:-10], whole[:40]):
        with Line(besieged.stack.url) as line:
            line.say(said)
    assert status(besieged, order) == "open"


@pytest.mark.parametrize("protocol", ["h2c", "websocket"])
def test_another_protocol_is_not_spoken(besieged: BesiegedPlant, protocol: str) -> None:
    """Java's client asks for HTTP/2 with its first request, whatever that is."""
    order = besieged.enter().number
    wish: dict[str, str | bytes] = {"connection": "Upgrade, HTTP2-Settings", "upgrade": protocol, "http2_settings": "AAMAAABk"}
    with Line(besieged.stack.url) as line:
        line.say(me(besieged, "boss", **wish) + cancel(besieged, order, **wish)[:-5])
        assert line.answer().json["id"] == "boss"
        assert line.say(cancel(besieged, order)[-5:] + me(besieged, "boss")).answer().json["status"] == "cancelled"
        assert line.answer().json["id"] == "boss"


NONSENSE = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 50,
    b"\x00" * 100,
    b"hello\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET  HTTP/1.1\r\n\r\n",
    b"GET /\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n",
    b"CONNECT plant.example:443 HTTP/1.1\r\nhost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
]


@pytest.mark.parametrize("nonsense", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_is_a_problem(besieged: BesiegedPlant, nonsense: bytes) -> None:
    with Line(besieged.stack.url) as line:
        assert (line.say(nonsense).answer().code[0], line.has_ended()) == (400, True)


def test_a_head_without_end(besieged: BesiegedPlant) -> None:
    for endless in (
        b"GET /" + b"x" * 1_000_000,
        b"GET / HTTP/1.1\r\nx: " + b"x" * 1_000_000,
        b"GET / HTTP/1.1" + b"\r\nx: x" * 200_000,
    ):
        with Line(besieged.stack.url) as line:
            assert line.say_what_can_be_said(endless).answer().code == (431, "head-too-large")


def test_too_many_connections(besieged: BesiegedPlant) -> None:
    with ExitStack() as stack:
        lines = [stack.enter_context(Line(besieged.stack.url)) for _ in range(MOST_CONNECTIONS)]
        answer = lines[-1].answer()
        assert answer.code == (503, "too-busy") and answer.headers["retry-after"]
    with Line(besieged.stack.url) as line:
        assert line.say(me(besieged, "boss")).answer().status == 200


def test_nobody_is_waited_for_for_ever(besieged: BesiegedPlant, dripping: Dripping) -> None:
    for line in (*dripping.heads, *dripping.bodies):
        assert line.answer().code == (408, "too-slow")
        assert line.has_ended()
    for line in (*dripping.silent, *dripping.breaks):
        assert line.has_ended(), "whose next request is on its way must not take a refusal for its answer"
    assert time.monotonic() - dripping.began < HEAD_PATIENCE + 20
    log = (besieged.stack.home / "logs" / "api.log").read_text()
    assert "Traceback" not in log and "ERROR" not in log
