"""The API on a store that fails before or after doing what it is asked: 503 with Retry-After, and said again it was done once."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from activities.documents.cabinet import NOWHERE
from activities.store import Store
from activities.store.tables import INBOX_LOG
from tests.api.conftest import Furnished
from tests.api.plant import CONFIRM, Plant, code, order_in
from tests.faulty.faults import Fault, Faults, Odds
from tests.faulty.store import READ, WRITE, FaultyDatabase

ORDERS = 8
OFTEN = {WRITE: Odds(before=20, after=20, slow=0), READ: Odds(before=8, after=4, slow=0)}


@pytest.fixture(params=[1, 2, 3])
def faults(request: pytest.FixtureRequest) -> Faults:
    return Faults(request.param, "the API", OFTEN)


@pytest.fixture
def sound(furnished: Furnished) -> Store:
    """The same store without faults: the orders write to it, and the tests look at it."""
    return furnished.fresh()


@pytest.fixture
async def plant(sound: Store, furnished: Furnished, faults: Faults) -> AsyncIterator["Insistent"]:
    database = FaultyDatabase(f"sqlite:///{furnished.file}", faults)
    async with Insistent.running(Store(database, "http://127.0.0.1:8233"), furnished.tokens) as plant:
        plant.engine.store = sound
        yield plant
    database.close()


class Insistent(Plant):
    """People who say it again, with the same key, until they are answered."""

    def __init__(self, store: Store, tokens: dict[str, str], documents: Path = NOWHERE) -> None:
        super().__init__(store, tokens, documents)
        self.answers: Counter[tuple[int, str]] = Counter()

    async def insist(self, who: str, method: str, path: str, body: Any = None, key: str | None = None) -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        for _ in range(100):
            answer = await self.ask(who, method, path, body, headers=headers)
            if answer.status_code != 503:
                return answer
            self.answers[code(answer)] += 1
            assert int(answer.headers["Retry-After"]) > 0
        raise AssertionError(f"{method} {path} is never answered")

    async def done(self, who: str, path: str, body: Any, key: str, method: str = "POST") -> None:
        answer = await self.insist(who, method, path, body, key)
        assert answer.status_code in (200, 201), answer.text


async def test_whatever_the_store_loses_each_call_is_done_once(plant: Insistent, sound: Store, faults: Faults) -> None:
    numbers = [f"PO-{number}" for number in range(ORDERS)]
    for number in numbers:
        task = f"/tasks/{number}.confirm_order.1"
        await plant.done("sales1", "/orders", order_in(order_no=number), f"enter-{number}")
        await plant.done("sales1", f"{task}/claim", {}, "claim")
        await plant.done("sales1", f"{task}/snooze", {"until": "2027-03-02T02:00:00Z"}, "snooze")
        await plant.done("sales-head", f"{task}/extend", {"due_at": "2027-03-09T02:00:00Z", "reason": "fair"}, f"extend-{number}")
        await plant.done("sales1", f"{task}/release", {}, "release")
        await plant.done("sales-head", f"{task}/assignee", {"person": "sales2", "reason": "on leave"}, "assign", "PUT")
        await plant.done("sales2", f"{task}/complete", CONFIRM, f"confirm-{number}")
        found = await plant.insist("boss", "GET", f"/orders/{number}")
        assert found.json()["status"] == "open"
    for number in numbers:
        left = Counter(event.said.key for event in sound.orders.every_event(number) if event.said)
        assert set(left.values()) == {1}
        assert left.keys() == {f"enter-{number}", f"extend-{number}", f"confirm-{number}"}
    with sound.database.reading() as connection:
        log = Counter((row.task_id, row.action) for row in connection.execute(select(INBOX_LOG)))
    assert (len(log), set(log.values())) == (4 * ORDERS, {1}), log
    assert faults.count(WRITE, Fault.BEFORE) and faults.count(WRITE, Fault.AFTER) and faults.count(READ)
    assert plant.answers


async def test_the_same_key_gets_the_same_answer_whenever_it_is_said(plant: Insistent) -> None:
    first = await plant.insist("sales1", "POST", "/orders", order_in(), "enter")
    again = await plant.insist("sales1", "POST", "/orders", order_in(), "enter")
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    claim = "/tasks/PO-1.confirm_order.1/claim"
    taken = await plant.insist("sales1", "POST", claim, {}, "claim")
    for _ in range(5):
        repeat = await plant.insist("sales1", "POST", claim, {}, "claim")
        assert (repeat.status_code, repeat.json()) == (taken.status_code, taken.json())
        assert repeat.headers["Idempotent-Replayed"] == "true"
