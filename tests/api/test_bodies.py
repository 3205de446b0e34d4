"""What may be sent: every way in which a body can be wrong has an answer, and none of them is a 500."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.api.plant import CONFIRM, Plant, code, order_in, pointers
from workflows.types.words import Kind

JSON = {"Content-Type": "application/json"}


async def send(plant: Plant, content: bytes, headers: dict[str, str] | None = None) -> tuple[int, str]:
    return code(await plant.ask("sales1", "POST", "/orders", content=content, headers=JSON if headers is None else headers))


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": 1} x',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1, "a": 1}',
        b'{"a": {"b": 1, "b": 2}}',
        b'{"a": "\xff"}',
        '{"a": "é"}'.encode("latin-1"),
        '{"a": 1}'.encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b'{"a": "\n"}',
        b"[" * 30_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b'{"a": ' + b"9" * 5_000 + b"}",
        b"\x00",
    ],
)
async def test_what_is_no_json_is_bad_json(plant: Plant, content: bytes) -> None:
    assert await send(plant, content) == (400, "bad-json")


@pytest.mark.parametrize("content", [b"[]", b"1", b'"x"', b"null", b"", b"  ", b"{}", b'{"a": 1e999}', b'{"\\ud800": 1}'])
async def test_json_that_is_no_order_is_invalid(plant: Plant, content: bytes) -> None:
    assert await send(plant, content) == (422, "invalid")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/xml"},
        {"Content-Type": "application/json; charset=latin-1"},
        {**JSON, "Content-Encoding": "gzip"},
    ],
)
async def test_only_plain_json_in_utf_8_is_taken(plant: Plant, headers: dict[str, str]) -> None:
    assert await send(plant, b"{}", headers) == (415, "unsupported-media-type")


@pytest.mark.parametrize("media_type", ["application/json; charset=UTF-8", "Application/JSON"])
async def test_ways_to_say_json(plant: Plant, media_type: str) -> None:
    assert await send(plant, b"{}", {"Content-Type": media_type}) == (422, "invalid")


async def in_pieces(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 1024):
        yield b" " * 1024


async def test_bodies_end_at_64_kb(plant: Plant) -> None:
    assert await send(plant, b" " * 65_536 + b"{}") == (413, "too-large")
    assert await send(plant, b" " * 65_534 + b"{}") == (422, "invalid")
    undeclared = await plant.ask("sales1", "POST", "/orders", content=in_pieces(70_000), headers=JSON)
    assert code(undeclared) == (413, "too-large")


async def endlessly() -> AsyncIterator[bytes]:
    yield b"{"
    await asyncio.sleep(60)


async def test_bodies_arrive_in_time(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.bodies.PATIENCE", 0.1)
    slow = await plant.ask("sales1", "POST", "/orders", content=endlessly(), headers=JSON)
    assert code(slow) == (408, "too-slow")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"order_no": ""}, "/order_no"),
        ({"order_no": " "}, "/order_no"),
        ({"order_no": "-1"}, "/order_no"),
        ({"order_no": "a/b"}, "/order_no"),
        ({"order_no": "a b"}, "/order_no"),
        ({"order_no": "a" * 65}, "/order_no"),
        ({"order_no": 5}, "/order_no"),
        ({"order_no": "a\ud800"}, "/order_no"),
        ({"customer": "Fab"}, "/customer"),
        ({"customer": {}}, "/customer/name"),
        ({"customer": {"name": "x" * 201}}, "/customer/name"),
        ({"customer": {"name": " \t "}}, "/customer/name"),
        ({"customer": {"name": "a\u0000b"}}, "/customer/name"),
        ({"customer": {"name": "a\nb"}}, "/customer/name"),
        ({"customer": {"name": "F", "email": "nobody"}}, "/customer/email"),
        ({"customer": {"name": "F", "email": "a b@c"}}, "/customer/email"),
        ({"customer": {"name": "F", "language": "fr"}}, "/customer/language"),
        ({"customer": {"name": "F", "vip": True}}, "/customer/vip"),
        ({"lines": []}, "/lines"),
        ({"lines": {}}, "/lines"),
        ({"lines": [{"product_model": "P", "quantity": 1}] * 201}, "/lines"),
        ({"lines": [{"product_model": "P", "quantity": 0}]}, "/lines/0/quantity"),
        ({"lines": [{"product_model": "P", "quantity": 1.0}]}, "/lines/0/quantity"),
        ({"lines": [{"product_model": "P", "quantity": True}]}, "/lines/0/quantity"),
        ({"lines": [{"product_model": "P", "quantity": "5"}]}, "/lines/0/quantity"),
        ({"lines": [{"product_model": "P", "quantity": 10**9 + 1}]}, "/lines/0/quantity"),
        ({"lines": [{"product_model": "P", "quantity": 1, "unit": "x" * 17}]}, "/lines/0/unit"),
        ({"lines": [{"product_model": "P", "quantity": 1, "a/b~c": 1}]}, "/lines/0/a~1b~0c"),
        ({"requested_date": "2027-02-30"}, "/requested_date"),
        ({"requested_date": "01.04.2027"}, "/requested_date"),
        ({"requested_date": 1}, "/requested_date"),
        ({"requested_date": "2027-04-01T00:00:00Z"}, "/requested_date"),
        ({"requested_date": "2027-02-28"}, "/requested_date"),
        ({"requested_date": "2047-03-02"}, "/requested_date"),
        ({"priority": "urgent"}, "/priority"),
        ({"priority": None}, "/priority"),
        ({"customer_ref": "x" * 65}, "/customer_ref"),
        ({"note": "x" * 2001}, "/note"),
        ({"owner": "nobody"}, "/owner"),
        ({"owner": "production1"}, "/owner"),
        ({"status": "completed"}, "/status"),
    ],
)
async def test_each_fault_of_an_order_is_pointed_at(plant: Plant, changes: dict[str, Any], pointer: str) -> None:
    assert pointers(await plant.post("sales1", "/orders", order_in(**changes))) == [pointer]


async def test_control_characters_in_an_address_are_refused(plant: Plant) -> None:
    """A NUL in any text would stop the order's journal on PostgreSQL for good."""
    faulty = order_in(customer={"name": "F", "email": "a\u0000b@c.example"})
    assert pointers(await plant.post("sales1", "/orders", faulty)) == ["/customer/email"]


async def test_several_faults_are_told_together(plant: Plant) -> None:
    asked = order_in(order_no="", requested_date="soon", extra=1)
    assert sorted(pointers(await plant.post("sales1", "/orders", asked))) == ["/extra", "/order_no", "/requested_date"]


async def test_a_thousand_faults_are_not_all_told(plant: Plant) -> None:
    asked = order_in(**{f"x{n}": n for n in range(1000)})
    assert len(pointers(await plant.post("sales1", "/orders", asked))) == 50


REVISE = {"outcome": "revise", "fields": {"reason": "r", "lines": [{"product_model": "P", "quantity": 1, "x": 1}]}}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"outcome": "confirm"}, "/fields"),
        ({"fields": {}}, "/outcome"),
        ({"outcome": "confirm", "fields": []}, "/fields"),
        ({"outcome": 1, "fields": {}}, "/outcome"),
        ({"outcome": "confirm", "fields": {"promised_date": "2027-04-01"}}, "/fields/channel"),
        ({"outcome": "confirm", "fields": {"promised_date": "2027-04-01", "channel": "phone", "more": 1}}, "/fields/more"),
        (REVISE, "/fields/lines/0/x"),
        ({**CONFIRM, "comment": ""}, "/comment"),
        ({**CONFIRM, "comment": "a\ud800"}, "/comment"),
        ({**CONFIRM, "by": "me"}, "/by"),
    ],
)
async def test_each_fault_of_an_answer_is_pointed_at(plant: Plant, body: dict[str, Any], pointer: str) -> None:
    task = await plant.asked(Kind.CONFIRM_ORDER)
    assert pointers(await plant.post("sales1", f"/tasks/{task}/complete", body)) == [pointer]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"good": {}}, "/fields/good"),
        ({"good": {"0": 1}}, "/fields/good/0"),
        ({"good": {"1": -1}}, "/fields/good/1"),
        ({"good": {"1": 1.5}}, "/fields/good/1"),
        ({"good": {"2": 1}}, "/fields/good/2"),
        ({"scrap": {"1": 121}}, "/fields/scrap/1"),
    ],
)
async def test_quantities_are_of_known_lines_and_whole(plant: Plant, fields: dict[str, Any], pointer: str) -> None:
    task = await plant.asked(Kind.PRODUCE)
    answer = await plant.post("production1", f"/tasks/{task}/complete", {"outcome": "done", "fields": fields})
    assert pointers(answer) == [pointer]


@pytest.mark.parametrize("outcome", ["pass", "", "Confirm", "__class__"])
async def test_an_outcome_that_does_not_fit_is_told_which_do(plant: Plant, outcome: str) -> None:
    task = await plant.asked(Kind.CONFIRM_ORDER)
    answer = await plant.post("sales1", f"/tasks/{task}/complete", {"outcome": outcome, "fields": {}})
    assert code(answer) == (422, "wrong-outcome")
    assert "confirm or revise or reject" in answer.json()["detail"]


async def test_an_outcome_that_is_withheld_does_not_fit(plant: Plant) -> None:
    task = await plant.asked(Kind.RESOLVE_REFUSAL, withheld=("redeliver",))
    answer = await plant.post("sales1", f"/tasks/{task}/complete", {"outcome": "redeliver", "fields": {"reason": "r"}})
    assert code(answer) == (422, "wrong-outcome")


@pytest.mark.parametrize(
    ("word", "body", "pointer"),
    [
        ("progress", {}, ""),
        ("progress", {"note": "n"}, ""),
        ("progress", {"percent": 101}, "/percent"),
        ("progress", {"percent": 1.5}, "/percent"),
        ("progress", {"percent": 5, "expected_completion": "2027-03-05T10:00:00"}, "/expected_completion"),
        ("extend", {"reason": "r"}, "/due_at"),
        ("extend", {"reason": "r", "due_at": "2027-03-01T09:59:00+08:00"}, "/due_at"),
        ("extend", {"reason": "r", "due_at": "2032-03-03T09:59:00+08:00"}, "/due_at"),
        ("snooze", {"until": "2027-02-28"}, "/until"),
        ("snooze", {"until": "2027-03-01T10:00:00+08:00"}, "/until"),
        ("snooze", {"until": "2032-03-03"}, "/until"),
        ("snooze", {}, "/until"),
        ("claim", {"who": "me"}, "/who"),
        ("release", {"reason": "r"}, "/reason"),
    ],
)
async def test_each_fault_of_a_word_is_pointed_at(plant: Plant, word: str, body: dict[str, Any], pointer: str) -> None:
    task = await plant.asked(Kind.PRODUCE)
    assert pointers(await plant.post("production-head", f"/tasks/{task}/{word}", body)) == [pointer]


@pytest.mark.parametrize("content", [b"", b"{}", b" "])
async def test_where_nothing_is_to_be_said_nothing_may_be_sent(plant: Plant, content: bytes) -> None:
    task = await plant.asked(Kind.PRODUCE)
    headers = JSON if content else {}
    assert (await plant.ask("production1", "POST", f"/tasks/{task}/claim", content=content, headers=headers)).status_code == 200


async def test_texts_arrive_trimmed_and_instants_in_utc(plant: Plant) -> None:
    task = await plant.asked(Kind.MAKE_PLAN)
    fields = {"planned_start": "2027-03-02T08:00:00+08:00", "expected_completion": "2027-03-09", "note": " tight "}
    answer = await plant.post("production1", f"/tasks/{task}/complete", {"outcome": "plan", "fields": fields})
    expected = {"planned_start": "2027-03-02T00:00:00Z", "expected_completion": "2027-03-09", "note": "tight"}
    assert answer.json()["fields"] == expected


EXTREMES = ["0001-01-01", "9999-12-31", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00"]


@pytest.mark.parametrize("when", EXTREMES)
async def test_the_ends_of_the_calendar_are_refused_like_any_other_date(plant: Plant, when: str) -> None:
    order = await plant.confirmed()
    plan, produce = (plant.engine.open(order, kind).id for kind in (Kind.MAKE_PLAN, Kind.PRODUCE))
    planned = {"planned_start": when, "expected_completion": when}
    words: dict[str, Any] = {
        f"/tasks/{produce}/extend": {"due_at": when, "reason": "r"},
        f"/tasks/{produce}/snooze": {"until": when},
        f"/tasks/{produce}/progress": {"percent": 5, "expected_completion": when},
        f"/tasks/{plan}/complete": {"outcome": "plan", "fields": planned},
        f"/orders/{order}/hold": {"until": when, "reason": "r"},
        f"/orders/{order}/repromise": {"promised_date": when, "reason": "r", "customer_agreed": True},
    }
    for path, body in words.items():
        pointers(await plant.post("production-head" if "/tasks/" in path else "boss", path, body))
    for path in ("orders", "tasks"):
        listed = await plant.get("boss", f"/{path}", params={"due_before": when})
        assert listed.status_code in (200, 422)
