"""What every answer has over the wire, whatever it is: nothing in it can be misused by a browser, or tells what we run on."""

from collections.abc import Callable

import pytest

from tests.strangers.line import Answer, Line, request
from tests.strangers.plant import BesiegedPlant

EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
SHUT = "default-src 'none'; frame-ancestors 'none'"
PAGES = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
TELLTALE = ("server", "x-powered-by", "via", "set-cookie", "access-control-allow-origin")

ANSWERS: dict[str, tuple[Callable[[str], bytes], int, str]] = {
    "an answer": (lambda token: request("GET", "/api/v1/me", token), 200, SHUT),
    "the document": (lambda token: request("GET", "/api/v1/openapi.json", token), 200, SHUT),
    "a cross-origin question": (lambda token: request("GET", "/api/v1/me", token, origin="https://evil.example"), 200, SHUT),
    "a preflight": (lambda _: request("OPTIONS", "/api/v1/me", access_control_request_method="GET", origin="null"), 401, SHUT),
    "nobody": (lambda _: request("GET", "/api/v1/me"), 401, SHUT),
    "not found": (lambda token: request("GET", "/api/v1/nothing", token), 404, SHUT),
    "not found outside": (lambda _: request("GET", "/nothing"), 404, SHUT),
    "another method": (lambda token: request("DELETE", "/api/v1/orders", token), 405, SHUT),
    "invalid": (lambda token: request("POST", "/api/v1/orders", token, b"{}"), 422, SHUT),
    "bad JSON": (lambda token: request("POST", "/api/v1/orders", token, b"{"), 400, SHUT),
    "too large": (lambda token: request("POST", "/api/v1/orders", token, b" " * 70_000), 413, SHUT),
    "no HTTP": (lambda _: b"nonsense\r\n\r\n", 400, SHUT),
    "a head too large": (lambda _: request("GET", "/", x="x" * 50_000), 431, SHUT),
    "alive": (lambda _: request("GET", "/healthz"), 200, SHUT),
    "ready": (lambda _: request("GET", "/readyz"), 200, SHUT),
    "figures": (lambda _: request("GET", "/metrics"), 200, SHUT),
    "the first page": (lambda _: request("GET", "/"), 303, PAGES),
    "a page": (lambda _: request("GET", "/orders/PO-1"), 303, PAGES),
    "signing in": (lambda _: request("GET", "/sign-in"), 200, PAGES),
    "a stylesheet": (lambda _: request("GET", "/static/jiaoqi.css"), 200, PAGES),
}


@pytest.mark.parametrize("what", ANSWERS)
def test_every_answer_is_guarded(busy: BesiegedPlant, what: str) -> None:
    words, status, policy = ANSWERS[what]
    with Line(busy.stack.url) as line:
        answer = line.say(words(busy.token("sales1"))).answer()
    assert answer.status == status
    is_guarded(answer, policy)


def is_guarded(answer: Answer, policy: str) -> None:
    given = {name: answer.headers.get_all(name) for name in EVERYWHERE}
    # Pages have themselves named, so that their forms can be told from a stranger's.
    own = {"referrer-policy": "strict-origin"} if policy == PAGES else {}
    assert given == {name: [value] for name, value in (EVERYWHERE | own).items()}
    assert answer.headers.get_all("content-security-policy") == [policy]
    assert "camera=()" in answer.headers["permissions-policy"]
    assert answer.headers["date"]
    assert not [name for name in TELLTALE if name in answer.headers]
    assert "strict-transport-security" not in answer.headers, "people come here by http"
