"""Brings the demo's people and orders into a running stack, by the same ways as everybody's."""

import http.client
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime
from time import sleep
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

from activities.policy_in_force import PolicyInForce
from activities.store import Store, StoreAway
from jiaoqi.demo.cast import CAST, who_answers_for
from jiaoqi.demo.orders import DemoOrder, orders
from jiaoqi.demo.training import teach
from jiaoqi.settings import Settings

SELLER = "sales1"
PASSWORD = "demo"  # noqa: S105 - of the demo's people, who exist on loopback only
AT_A_TIME = 4
AWAY = 503
ATTEMPTS, PAUSE = 5, 1.0

log = logging.getLogger("jiaoqi")


class DemoWasRefused(Exception):
    """The API did not take what the demo said."""


def furnish(settings: Settings, url: str) -> None:
    """What is there stays as it is; a demo that fails is told and stops nothing."""
    with closing(Store.open(settings.database_url)) as store:
        try:
            hire(store)
            day = today(store, settings)
            teach(store, day, datetime.now(UTC))
            enter(store, day, url)
        except (DemoWasRefused, StoreAway, OSError, http.client.HTTPException) as error:
            log.warning("the demo is incomplete: %s", error)


def hire(store: Store) -> None:
    there = {person.id for person in store.people.every()}
    for role in CAST:
        if role.id not in there:
            store.people.put(role.person())
            store.sessions.set_password(role.id, PASSWORD, datetime.now(UTC))


def today(store: Store, settings: Settings) -> date:
    """As the calendar in the plant shows it: elsewhere it may still be yesterday."""
    now = datetime.now(UTC)
    return PolicyInForce(store, settings.policy_text()).calendar(now).day_of(now)


def enter(store: Store, day: date, url: str) -> None:
    """In turn, so that they are listed in turn; then each lives on by itself."""
    missing = [order for order in orders(day) if not store.orders.exists(order.order_no)]
    if not missing:
        return
    tokens = {role.id: store.people.new_token(role.id) for role in CAST if role.department}
    with closing(Api(url, tokens)) as api:
        for order in missing:
            api.call(SELLER, "POST", "/orders", order.body)

    def live(order: DemoOrder) -> None:
        with closing(Api(url, tokens)) as api:
            live_through(order, api)

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(live, missing))


class Api:
    """The API as the people of the demo speak to it."""

    def __init__(self, url: str, tokens: dict[str, str]) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        self._tokens = tokens

    def close(self) -> None:
        self._connection.close()

    def call(self, person: str, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """The answer's body; under one key, however often it takes until the stack has the time. Raises DemoWasRefused."""
        headers = {
            "Authorization": f"Bearer {self._tokens[person]}",
            "Content-Type": "application/json",
            "Idempotency-Key": uuid4().hex,
        }
        for _ in range(ATTEMPTS):
            self._connection.request(method, f"/api/v1{path}", json.dumps(body) if body is not None else None, headers)
            answer = self._connection.getresponse()
            content = answer.read().decode()
            if answer.status < 300:
                return json.loads(content)
            if answer.status != AWAY:
                break
            sleep(PAUSE)
        raise DemoWasRefused(f"{method} {path}: {answer.status} {content}")


def live_through(order: DemoOrder, api: Api) -> None:
    """Give the answers that bring an order where the demo wants it."""
    for answer in order.answers:
        for task in open_tasks(order, answer.kind, api):
            said = {"outcome": answer.outcome, "fields": answer.fields}
            api.call(who_answers_for(task["department"]), "POST", f"/tasks/{quote(task['id'])}/complete", said)
    if order.progress:
        for task in open_tasks(order, "produce", api):
            api.call(who_answers_for(task["department"]), "POST", f"/tasks/{quote(task['id'])}/progress", order.progress)
    if order.hold:
        api.call(SELLER, "POST", f"/orders/{quote(order.order_no)}/hold", order.hold)


def open_tasks(order: DemoOrder, kind: str, api: Api) -> list[dict[str, Any]]:
    query = f"order_no={quote(order.order_no)}&kind={kind}&status=open"
    found: list[dict[str, Any]] = api.call(SELLER, "GET", f"/tasks?{query}")["items"]
    return found
