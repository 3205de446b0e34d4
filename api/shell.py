"""The outermost layer: whatever happens inside, the client gets a proper answer, and the figures know of it."""

import logging
from time import perf_counter

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from activities.store import StoreAway
from api.bodies import Disconnected
from api.engine import EngineIsAway, OutcomeIsUnknown
from api.metrics import Metrics
from api.problems import Problem, away, outcome_unknown, understood
from api.readers import Readers
from api.visit import visit_of

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
CLOSED = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
GONE = 499
"""Counted for a client that left before its answer."""

log = logging.getLogger("jiaoqi.api")


class Shell:
    def __init__(self, app: ASGIApp, metrics: Metrics, readers: Readers) -> None:
        self._app = app
        self._metrics = metrics
        self._readers = readers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = guarded(message["headers"])
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except Disconnected:
            return
        except Exception as error:
            if status:
                raise
            await self._problem(error, scope).response(understood(Headers(scope=scope)))(scope, receive, answer)
        finally:
            self._metrics.answered(scope["method"], route_of(scope), status or GONE, perf_counter() - began)
            self._readers.answered(scope, status)

    def _problem(self, error: Exception, scope: Scope) -> Problem:
        problem = meaning(error, scope)
        if problem.status == 503:
            self._metrics.unavailable(problem.code)
        return problem


def meaning(error: Exception, scope: Scope) -> Problem:
    """The answer to a request that an exception ended."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, EngineIsAway):
        return away("engine")
    visit = visit_of(scope)
    # Once the order has been spoken to, nothing that fails later can tell that it did not hear.
    if isinstance(error, OutcomeIsUnknown) or (visit and visit.has_spoken):
        _log(error, scope)
        return outcome_unknown(str(error) if isinstance(error, OutcomeIsUnknown) else "the answer could not be read")
    if isinstance(error, StoreAway | TimeoutError):
        return away("store")
    _log(error, scope)
    return outcome_unknown("something unforeseen happened here")


def _log(error: Exception, scope: Scope) -> None:
    if isinstance(error, StoreAway | TimeoutError | OutcomeIsUnknown):
        log.warning("%s %s: %r", scope["method"], route_of(scope), error)
    else:
        log.error("%s %s failed", scope["method"], route_of(scope), exc_info=error)


def route_of(scope: Scope) -> str:
    """The route's template: of bounded number, and with nobody's data in it."""
    return getattr(scope.get("route"), "path", "unknown")


def guarded(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers with those that keep a browser from misusing the answer; a page brings its own where it knows better."""
    if any(name == CLOSED[0] for name, _ in headers):
        own = {name for name, _ in headers}
        return [*headers, *(header for header in HEADERS if header[0] not in own)]
    return [*headers, *HEADERS, CLOSED]
