"""The gate before the API: who speaks (401), and what they bring (413, 415, 400), before anything is looked up."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from activities.store import Person, Store
from api import visit
from api.bodies import EMPTY, receive_body
from api.brake import Brake
from api.metrics import Metrics
from api.problems import Problem, unauthorized
from api.threads import Threads
from api.token_use import TokenUse

BASE = "/api/v1"
BRINGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Gate:
    def __init__(self, app: ASGIApp, store: Store, threads: Threads, metrics: Metrics, brake: Brake, token_use: TokenUse) -> None:
        self._app = app
        self._store = store
        self._threads = threads
        self._metrics = metrics
        self._brake = brake
        self._token_use = token_use

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_inside(scope["path"]):
            await self._app(scope, receive, send)
            return
        async with asyncio.timeout(visit.PATIENCE) as patience:
            headers, method = Headers(scope=scope), scope["method"]
            person = await self._person(headers, address_of(scope))
            # A file is read by whoever takes it, in pieces and not as JSON.
            brings = method in BRINGING and not brings_a_file(scope["path"], headers)
            body = await receive_body(headers, receive) if brings else EMPTY
            visit.enter(scope, visit.Visit(person, body, headers, method, patience.when() or 0.0, scope["query_string"]))
            await self._app(scope, receive, send)

    async def _person(self, headers: Headers, address: str) -> Person:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            self._metrics.turned_away("no-token")
            raise unauthorized("no-token", "send Authorization: Bearer with a token of yours")
        if seconds := await self._brake.seconds_to_wait(token, address):
            self._metrics.turned_away("too-many-failures")
            raise too_many_failures(seconds)
        person = await self._threads.run(self._store.people.by_token, token)
        if person is None:
            self._metrics.turned_away("bad-token")
            await self._brake.failed(token, address)
            raise unauthorized("bad-token", "this token is not valid, or no longer")
        self._brake.succeeded(token)
        self._token_use.note(token)
        return person


def too_many_failures(seconds: int) -> Problem:
    detail = f"too many bad tokens came from your address; try again in {seconds} s"
    return Problem(429, "too-many-failures", detail, headers={"Retry-After": str(seconds)})


def address_of(scope: Scope) -> str:
    """The client's, or their proxy's where none is trusted."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def brings_a_file(path: str, headers: Headers) -> bool:
    return path.endswith("/documents") and headers.get("content-type", "").lower().startswith("multipart/form-data")


def is_inside(path: str) -> bool:
    return path == BASE or path.startswith(BASE + "/")
