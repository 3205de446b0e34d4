"""Whole orders through HTTP: entered and answered twelve times, from entry to feedback, by people with tokens.

The clients are threads of one process with the standard library's HTTP client: cheap, so that what is measured is the
stack. They know the next task by its id, as a page that has just shown it does; `reading` fetches inbox and task before
each answer, as a page does that has not.
"""

import asyncio
import http.client
import itertools
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import func, select
from temporalio.client import Client

from activities.store import Store
from activities.store.tables import NOTICE, OUTBOX
from benchmarks.figures import Spread
from benchmarks.plant import Plant
from jiaoqi.home import Home
from tests.endtoend import dates
from tests.endtoend.order import straight
from tests.endtoend.people import FIRST_OF
from workflows import ids

STRAIGHT = {
    "confirm_order": "sales",
    "make_plan": "production",
    "ready_materials": "supply_chain",
    "ready_equipment": "production",
    "ready_people": "production",
    "produce": "production",
    "inspect": "quality",
    "accept": "warehouse",
    "plan_shipment": "warehouse",
    "dispatch": "warehouse",
    "sign_off": "warehouse",
    "collect_feedback": "sales",
}
"""The twelve tasks of an order that nothing goes wrong with, and whose they are."""


LOOKING = 0.1
"""Seconds between two looks into the outbox."""


class Clerk:
    """One client: a connection that is kept open, and the tokens of everybody it speaks for."""

    def __init__(self, plant: Plant) -> None:
        self._to = http.client.HTTPConnection(urlsplit(plant.stack.url).netloc, timeout=60)
        self._tokens = plant.tokens

    def says(self, person: str, path: str, body: dict[str, Any]) -> float:
        """A POST that must succeed; the seconds it took."""
        return self._asks("POST", person, path, json.dumps(body))

    def reads(self, person: str, path: str) -> float:
        return self._asks("GET", person, path, None)

    def _asks(self, method: str, person: str, path: str, body: str | None) -> float:
        headers = {"Authorization": f"Bearer {self._tokens[person]}", "Content-Type": "application/json"}
        began = time.perf_counter()
        self._to.request(method, f"/api/v1{path}", body, headers)
        answer = self._to.getresponse()
        text = answer.read()
        seconds = time.perf_counter() - began
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {text.decode()}")
        return seconds


class Walk(NamedTuple):
    entering: float
    completing: list[float]
    reading: list[float]


@dataclass(frozen=True)
class Orders:
    """What one run came to; processor time in milliseconds an order, by process."""

    orders: int
    clients: int
    seconds: float
    draining: float
    """Seconds from the last answer to the last mail's end."""
    enter_ms: Spread
    complete_ms: Spread
    read_ms: Spread | None
    cpu_ms: dict[str, float]
    events: int
    mails: dict[str, float]
    """An order's, by what became of them: one whose task was answered before it could leave is stale."""

    @property
    def per_second(self) -> float:
        return self.orders / self.seconds


def measure(plant: Plant, orders: int, clients: int, *, reading: bool = False) -> Orders:
    """`orders` whole orders by `clients` at a time."""
    numbers = [f"B{time.time_ns()}-{n}" for n in range(orders)]
    mine = threading.local()

    def one(number: str) -> Walk:
        if not hasattr(mine, "clerk"):
            mine.clerk = Clerk(plant)
        return walk(mine.clerk, number, reading=reading)

    before, clerks_before = plant.cpu(), time.process_time()
    with ThreadPoolExecutor(clients) as pool:
        began = time.perf_counter()
        walks = list(pool.map(one, numbers))
        seconds = time.perf_counter() - began
    clerks = time.process_time() - clerks_before
    draining, events = asyncio.run(until_quiet(plant, numbers))
    mails = {state: count / orders for state, count in told(Home(plant.stack.home).store_url, numbers).items()}
    used = {name: now - before.get(name, 0.0) for name, now in plant.cpu().items()} | {"clients": clerks}
    read = list(itertools.chain.from_iterable(each.reading for each in walks))
    return Orders(
        orders=orders,
        clients=clients,
        seconds=seconds,
        draining=draining,
        enter_ms=Spread.of_seconds(each.entering for each in walks),
        complete_ms=Spread.of_seconds(itertools.chain.from_iterable(each.completing for each in walks)),
        read_ms=Spread.of_seconds(read) if read else None,
        cpu_ms={name: cpu / orders * 1e3 for name, cpu in used.items()},
        events=events,
        mails=mails,
    )


def walk(clerk: Clerk, number: str, *, reading: bool) -> Walk:
    """One order, from entry to feedback."""
    entered = clerk.says("sales1", "/orders", facts(number))
    done, read = [], []
    for kind, department in STRAIGHT.items():
        person, task = FIRST_OF[department], f"/tasks/{number}.{kind}.1"
        if reading:
            read += [clerk.reads(person, "/tasks"), clerk.reads(person, task)]
        outcome, fields = straight(kind)
        done.append(clerk.says(person, f"{task}/complete", {"outcome": outcome, "fields": fields}))
    return Walk(entered, done, read)


def facts(number: str) -> dict[str, Any]:
    return {
        "order_no": number,
        "customer": {"name": "聯宏精密", "email": "buyer@customer.example", "language": "zh-Hant"},
        "lines": [{"product_model": "JQ-1", "quantity": 100}, {"product_model": "JQ-2", "quantity": 20}],
        "requested_date": dates.day(30),
    }


async def until_quiet(plant: Plant, numbers: list[str]) -> tuple[float, int]:
    """Waits until all these workflows have ended and all mail is out; seconds, and the events of the first."""
    client = await Client.connect(plant.stack.temporal_address)
    began = time.perf_counter()
    lengths = []
    for number in numbers:
        order = client.get_workflow_handle(ids.workflow_id(number))
        await order.result()
        lengths.append((await order.describe()).history_length)
    await asyncio.to_thread(until_told, Home(plant.stack.home).store_url)
    return time.perf_counter() - began, lengths[0]


def until_told(store_url: str) -> None:
    """Waits until nothing waits in the outbox; orders that have ended put nothing more in."""
    with closing(Store.open(store_url)) as store:
        while untold(store):
            time.sleep(LOOKING)


def told(store_url: str, numbers: list[str]) -> dict[str, int]:
    """How many mails of these orders came into which state."""
    counted = select(NOTICE.c.state, func.count().label("mails")).where(NOTICE.c.order_no.in_(numbers)).group_by(NOTICE.c.state)
    with closing(Store.open(store_url)) as store, store.database.reading() as connection:
        return {row.state: row.mails for row in connection.execute(counted)}


def untold(store: Store) -> int:
    with store.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(OUTBOX)).scalar_one()
