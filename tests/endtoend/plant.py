"""A plant under test: a running stack, its people, its mail."""

import uuid
from pathlib import Path
from typing import Any, Self

import httpx

from tests.endtoend import dates, dying
from tests.endtoend.mails import Mailbox, Sink
from tests.endtoend.order import Order
from tests.endtoend.people import Person, hire, hired, jiaoqi
from tests.endtoend.stack import Stack
from tests.store.cluster import Cluster


class Plant:
    """Everything a story needs. Its people are hired while the stack is down, as the command line allows."""

    def __init__(self, stack: Stack, sink: Sink | None = None, cluster: Cluster | None = None) -> None:
        self.stack = stack
        self.sink = sink
        self.cluster = cluster
        """PostgreSQL, where the store is there."""
        self._client = httpx.Client(timeout=30, trust_env=False)
        self._tokens = dict(hire(stack.home, stack.environment.get("JIAOQI_DATABASE_URL")))

    def __enter__(self) -> Self:
        self.stack.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()
        self.stack.end()

    def put_right(self) -> None:
        """Whatever was done to it, it runs."""
        if self.sink:
            self.sink.open()
        if self.cluster and not self.cluster.runs:
            self.cluster.start()
        if not self.stack.runs:
            self.stack.start()
        self.stack.until_ready()

    def person(self, name: str) -> Person:
        return Person(name, self._tokens[name], self._client, lambda: self.stack.url)

    def hire(self, name: str, *roles: str) -> Person:
        """Somebody new, while the stack runs."""
        self._tokens[name] = hired(self.stack.home, name, *roles)
        return self.person(name)

    def dismiss(self, name: str) -> None:
        jiaoqi("people", "remove", name, "--home", str(self.stack.home))
        del self._tokens[name]

    def enter(self, *quantities: int, key: str | None = None, **facts: Any) -> Order:
        """An order of one line for each quantity, entered by sales1."""
        body = self.body(*quantities, **facts)
        order = Order(self, body)
        order.enter(key)
        return order

    def body(self, *quantities: int, **facts: Any) -> dict[str, Any]:
        """What sales enters: the five mandatory things, and what the story adds."""
        return {
            "order_no": f"E-{uuid.uuid4().hex[:10]}",
            "customer": {"name": "聯宏精密", "email": "buyer@customer.example"},
            "lines": [{"product_model": f"JQ-{n}", "quantity": quantity} for n, quantity in enumerate(quantities or (100,))],
            "requested_date": dates.day(30),
            **facts,
        }

    def mails(self, order_no: str) -> Any:
        return self.sink.of(order_no) if self.sink else Mailbox(self.stack.mailbox_url).of(order_no)


def plant_at(home: Path, policy: str) -> Plant:
    """A plant on a fresh home, with the mailbox of its stack."""
    return Plant(Stack(home, policy=written(home, policy)))


def mortal_plant_at(home: Path, policy: str, sink: Sink, cluster: Cluster | None = None) -> Plant:
    """A plant that sends its mail to our sink, and whose worker dies on command; its store is in the cluster, if there is one."""
    environment = {**dying.ENVIRONMENT, "JIAOQI_SMTP_URL": sink.url}
    if cluster:
        environment["JIAOQI_DATABASE_URL"] = cluster.create()
    return Plant(Stack(home, policy=written(home, policy), environment=environment, program=dying.PROGRAM), sink, cluster)


def written(home: Path, policy: str) -> Path:
    file = home / "given-policy.toml"
    file.write_text(policy, encoding="utf-8")
    return file
