"""The gate before the API: who speaks (401), and what they bring (413, 415, 400), before anything is looked up."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from activities.store import Person, Store
from api import visit
from api.bodies import EMPTY, receive_body
from api.problems import unauthorized
from api.threads import Threads

BASE = "/api/v1"
BRINGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Gate:
    def __init__(self, app: ASGIApp, store: Store, threads: Threads) -> None:
        self._app = app
        self._store = store
        self._threads = threads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_inside(scope["path"]):
            await self._app(scope, receive, send)
            return
        async with asyncio.timeout(visit.PATIENCE) as patience:
            headers, method = Headers(scope=scope), scope["method"]
            person = await self._person(headers)
            body = await receive_body(headers, receive) if method in BRINGING else EMPTY
            visit.enter(scope, visit.Visit(person, body, headers, method, patience.when() or 0.0))
            await self._app(scope, receive, send)

    async def _person(self, headers: Headers) -> Person:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise unauthorized("no-token", "send Authorization: Bearer with a token of yours")
        person = await self._threads.run(self._store.people.by_token, token.strip())
        if person is None:
            raise unauthorized("bad-token", "this token is not valid, or no longer")
        return person


def is_inside(path: str) -> bool:
    return path == BASE or path.startswith(BASE + "/")
