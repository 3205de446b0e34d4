"""A small plant as the API's tests know it: who works there, and how they speak to it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import httpx

from activities.documents.cabinet import NOWHERE
from activities.store import Person, Store
from api.app import create
from api.pages import Links
from tests.api.played_engine import PlayedEngine
from workflows.types.words import Department, Kind

NOW = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)
"""Monday, 10:00 in Taipei."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def person(name: str, *departments: str, head: bool = False, admin: bool = False) -> Person:
    of = tuple(Department(each) for each in departments)
    return Person(id=name, name=name, email=f"{name}@plant.example", departments=of, head_of=of if head else (), admin=admin)


PEOPLE = [
    person("sales1", "sales"),
    person("sales2", "sales"),
    person("sales-head", "sales", head=True),
    person("production1", "production"),
    person("production-head", "production", head=True),
    person("quality1", "quality"),
    person("quality2", "quality"),
    person("quality-head", "quality", head=True),
    person("warehouse1", "warehouse"),
    person("boss", "management", head=True),
    person("admin", admin=True),
]


def order_in(**changes: Any) -> dict[str, Any]:
    """What sales sends to enter an order."""
    asked = {
        "order_no": "PO-1",
        "customer": {"name": "Kaohsiung Fab", "email": "buyer@fab.example"},
        "lines": [{"product_model": "Pump 7", "quantity": 120}],
        "requested_date": "2027-04-01",
    }
    return {**asked, **changes}


CONFIRM = {"outcome": "confirm", "fields": {"promised_date": "2027-04-01", "channel": "phone"}}


class Plant:
    """The API, and people who speak to it."""

    def __init__(self, store: Store, tokens: dict[str, str], documents: Path = NOWHERE) -> None:
        self.store, self.now = store, NOW
        self.tokens = dict(tokens)
        self.engine = PlayedEngine(store, lambda: self.now)
        links = Links("http://plant.example", "http://127.0.0.1:8233", "http://127.0.0.1:8025")
        self.app = create(store, self.engine, links, now=lambda: self.now, documents=documents)

    @classmethod
    @asynccontextmanager
    async def running(cls, store: Store, tokens: dict[str, str], documents: Path = NOWHERE) -> AsyncIterator[Self]:
        plant = cls(store, tokens, documents)
        async with plant.client:
            yield plant
        plant.app.state.services.threads.close(wait=True)

    @cached_property
    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://plant.example/api/v1")

    def token(self, who: str) -> str:
        if who not in self.tokens:
            self.tokens[who] = self.store.people.new_token(who)
        return self.tokens[who]

    async def ask(self, who: str, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token(who)}", **options.pop("headers", {})}
        if body is not None:
            # ASCII, so that a test can send a lone surrogate.
            options["content"] = json.dumps(body)
            headers = {"Content-Type": "application/json", **headers}
        return await self.client.request(method, path, headers=headers, **options)

    async def get(self, who: str, path: str, **options: Any) -> httpx.Response:
        return await self.ask(who, "GET", path, **options)

    async def post(self, who: str, path: str, body: Any = None, key: str | None = None, **options: Any) -> httpx.Response:
        headers = {**options.pop("headers", {}), **({"Idempotency-Key": key} if key else {})}
        return await self.ask(who, "POST", path, body, headers=headers, **options)

    async def put(self, who: str, path: str, body: Any, **options: Any) -> httpx.Response:
        return await self.ask(who, "PUT", path, body, **options)

    # What tests begin with.

    async def entered(self, order_no: str = "PO-1", **changes: Any) -> str:
        """An order that waits for its confirmation."""
        answer = await self.post("sales1", "/orders", order_in(order_no=order_no, **changes))
        assert answer.status_code == 201, answer.text
        return order_no

    async def confirmed(self, order_no: str = "PO-1") -> str:
        await self.entered(order_no)
        answer = await self.post("sales1", f"/tasks/{order_no}.confirm_order.1/complete", CONFIRM)
        assert answer.status_code == 200, answer.text
        return order_no

    async def asked(self, kind: Kind, order_no: str = "PO-1", **fields: Any) -> str:
        """The id of a question of this kind that an order asks now."""
        if kind is Kind.CONFIRM_ORDER:
            return f"{await self.entered(order_no)}.{kind}.1"
        await self.entered(order_no)
        return self.engine.open(order_no, kind, **fields).id


def code(answer: httpx.Response) -> tuple[int, str]:
    """How a problem is told apart; checks that it is a proper document."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    found = answer.json()
    assert found["status"] == answer.status_code
    assert {"type", "title", "status", "detail", "code", "errors"} <= found.keys()
    return answer.status_code, found["code"]


def pointers(answer: httpx.Response) -> list[str]:
    assert code(answer) == (422, "invalid"), answer.text
    return [fault["pointer"] for fault in answer.json()["errors"]]
