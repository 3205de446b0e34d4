"""Requests whose headers, paths, queries or cursors must not be."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.strangers.bad import CONFIRM, OPEN, PLANNED, WHY, Bad, changes_nothing
from tests.strangers.line import Line, request
from tests.strangers.plant import BesiegedPlant

KEY = "/headers/Idempotency-Key"


def cancelling(what: str, status: int, code: str, pointer: str | None = None, body: Any = WHY, **headers: str | bytes) -> Bad:
    """What would be done, but for its headers."""
    return Bad(f"header: {what}", f"/orders/{OPEN}/cancel", body, status, code, pointer, headers=headers)


TYPE = "/headers/Content-Type"
HEADERS = [
    cancelling("an empty key", 422, "invalid", KEY, idempotency_key=""),
    cancelling("a key of 256 characters", 422, "invalid", KEY, idempotency_key="k" * 256),
    cancelling("a key of two words", 422, "invalid", KEY, idempotency_key="two words"),
    cancelling("a key that is not ASCII", 422, "invalid", KEY, idempotency_key="schlüssel".encode()),
    cancelling("two keys", 422, "invalid", KEY, idempotency_key=b"one\r\nidempotency-key: two"),
    cancelling("a version that never was", 412, "stale", if_match='"999999999999999999999999"'),
    *(cancelling(f"If-Match {tag}", 412, "stale", if_match=tag) for tag in ("garbage", '"', 'W/"2"', '"²"', ",,,", "")),
    cancelling("plain text", 415, "unsupported-media-type", TYPE, content_type="text/plain"),
    cancelling("a form", 415, "unsupported-media-type", TYPE, content_type="application/x-www-form-urlencoded"),
    cancelling("no type", 415, "unsupported-media-type", TYPE, content_type=""),
    cancelling("another charset", 415, "unsupported-media-type", TYPE, content_type="application/json; charset=latin-1"),
    cancelling("gzip", 415, "unsupported-media-type", TYPE, content_encoding="gzip"),
    cancelling("a length that is none", 400, "bad-request", content_length="many"),
    cancelling("two lengths", 400, "bad-request", content_length=b"5\r\ncontent-length: 6"),
    cancelling("a length and chunks", 400, "bad-request", transfer_encoding="chunked"),
    cancelling("a header of 100 kB", 431, "head-too-large", x_long="x" * 100_000),
    cancelling("4,000 headers", 431, "head-too-large", x_many=b"x" + b"\r\nx-many: x" * 4_000),
    cancelling("a header with NUL", 400, "bad-request", x_odd=b"a\0b"),
]


def asking(what: str, path: str, status: int, code: str, pointer: str | None = None, method: str = "GET") -> Bad:
    return Bad(f"path: {what}", path, b"", status, code, pointer, method=method)


METHODS = ("OPTIONS", "TRACE", "DELETE", "PATCH", "PUT", "QUERY", "PROPFIND")
NUMBERS = (
    "..",
    "%2e%2e",
    "%252e%252e",
    "..%2f..%2fetc%2fpasswd",
    "a%2Fb",
    f"{OPEN}%252D1",
    "%00",
    "%FF",
    "%ED%A0%80",
    "%20",
    "%25",
)
TASKS = (
    "..",
    "x",
    ".confirm_order.1",
    *(f"{OPEN}.{rest}" for rest in ("confirm_order.0", "confirm_order.01", f"confirm_order.{10**30}", "CONFIRM_ORDER.1", ".1")),
    *(f"{CONFIRM}{rest}" for rest in ("%00", ".1", "%20", "%D9%A1")),
)
PATHS = [
    *(asking(method, f"/orders/{OPEN}", 405, "method-not-allowed", method=method) for method in METHODS),
    *(asking(f"order {number}", f"/orders/{number}", 404, "not-found") for number in NUMBERS),
    *(asking(f"task {task}", f"/tasks/{task}", 404, "not-found") for task in TASKS),
    asking("up and down again", "/me/../orders", 404, "not-found"),
    asking("a path of 20,000 characters", "/orders/" + "x" * 20_000, 404, "not-found"),
    asking("a path of 100,000 characters", "/orders/" + "x" * 100_000, 431, "head-too-large"),
    asking("2,000 parameters", "/orders?" + "&".join(f"p{n}=1" for n in range(2_000)), 422, "invalid", "/query/p0"),
    asking("5,000 parameters", "/orders?" + "&".join(f"p{n}=1" for n in range(5_000)), 431, "head-too-large"),
    asking("a parameter twice", "/orders?q=a&q=b", 422, "invalid", "/query/q"),
    asking("a limit of 0", "/orders?limit=0", 422, "invalid", "/query/limit"),
    asking("a session of a name", "/training/sessions/x", 404, "not-found"),
    asking("a session of the far future", f"/training/sessions/{10**30}", 404, "not-found"),
    asking("an unknown standing", "/training/certificates?standing=good", 422, "invalid", "/query/standing/0"),
    asking("a limit of 201", "/people?limit=201", 422, "invalid", "/query/limit"),
    asking("a limit of ten to the thirtieth", "/tasks?limit=1" + "0" * 30, 422, "invalid", "/query/limit"),
    asking("a limit in other digits", "/tasks?limit=５", 422, "invalid", "/query/limit"),
    asking("an unknown stage", "/orders?stage=plan,Plan", 422, "invalid", "/query/stage/1"),
    asking("21 values", "/tasks?order_no=" + ",".join(map(str, range(21))), 422, "invalid", "/query/order_no"),
    asking("a prefix with NUL", "/orders?q=%00", 422, "invalid", "/query/q"),
    asking("a naive due date", "/tasks?due_before=2027-03-01T10:00:00", 422, "invalid", "/query/due_before"),
    asking("an event of the far future", f"/orders/{OPEN}/events?after=2147483648", 422, "invalid", "/query/after"),
]


@pytest.mark.parametrize("bad", [*HEADERS, *PATHS], ids=str)
def test_a_bad_request_changes_nothing(quiet: BesiegedPlant, bad: Bad) -> None:
    changes_nothing(quiet, bad)


# Cursors.

OF_ONE = (f"/orders/{PLANNED}/events", f"/orders/{PLANNED}/notices", f"/tasks?order_no={PLANNED}")
LISTS = ("/orders", "/orders?sort=promised", "/orders?sort=order_no", "/people", *OF_ONE)


def cursor_of(plant: BesiegedPlant, path: str) -> str:
    bare, _, query = path.partition("?")
    cursor = plant.person("boss").ask(bare, limit=1, **dict(parse_qsl(query)))["next_cursor"]
    assert cursor, path
    return str(cursor)


@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_is_of_one_list_and_whole(quiet: BesiegedPlant, path: str) -> None:
    own = cursor_of(quiet, path)
    others = [cursor_of(quiet, other) for other in LISTS if other != path]
    for cursor in (*others, *damaged(own)):
        bad = asking(cursor, f"{path}{'&' if '?' in path else '?'}cursor={cursor}", 422, "invalid", "/query/cursor")
        answer = bad.said_to(quiet)
        assert (answer.code, answer.json["errors"][0]["pointer"]) == ((422, "invalid"), "/query/cursor"), (cursor, answer.body)


def damaged(cursor: str) -> list[str]:
    name, *keys = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    wrong = [
        [name],
        [name, *keys, 1],
        [name, *([10**30] * len(keys))],
        [name, *([None] * len(keys))],
        [name, *([[]] * len(keys))],
        {},
        7,
    ]
    return [cursor[:-5], cursor[1:], "!", "%00", "=", "AAAA", *(as_cursor(each) for each in wrong)]


def as_cursor(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


# What looks odd, and is fine.


@pytest.mark.parametrize("language", ["", "*", "xx-YY;q=nine,,,", "\xff\xfe", "zh" * 500])
def test_whatever_languages_a_browser_asks_for(quiet: BesiegedPlant, language: str) -> None:
    with Line(quiet.stack.url) as line:
        line.say(
            request(
                "GET", "/api/v1/me", quiet.token("boss"), accept_language=language, accept="application/x-nothing", cookie="a=b"
            )
        )
        assert line.answer().status == 200
