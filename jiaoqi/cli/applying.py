"""Putting a policy in force: for new orders in the store, for those under way by telling each of them (R23)."""

import asyncio
import getpass
import os
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self, TypeVar

from pydantic import TypeAdapter
from temporalio.client import Client, WorkflowQueryFailedError, WorkflowQueryRejectedError
from temporalio.service import RPCError

from activities.policy_file import pin
from activities.store import Store
from api.engine import Engine, EngineIsAway, NotRunning, OutcomeIsUnknown, Refused
from api.policy import PolicyInForce
from jiaoqi.cli.engine import working_engine
from jiaoqi.home import Home
from jiaoqi.settings import Settings
from workflows import ids
from workflows.adoption import MovedDeadline
from workflows.rules.calendar import Calendar
from workflows.types.commands import SYSTEM_ACTOR, Actor, AdoptPolicy
from workflows.types.events import SaidRef
from workflows.types.policy import Policy

AT_A_TIME = 20
WITHIN = 15.0
"""Seconds for one order's answer."""
MOVED = TypeAdapter(list[MovedDeadline])

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Application:
    """A policy file on its way to govern, and by whose word."""

    store: Store
    settings: Settings
    text: str
    policy: Policy
    """Pinned to the public holidays around today."""
    before: Policy
    by: Actor

    @classmethod
    def of(cls, store: Store, settings: Settings, text: str, policy: Policy, by: Actor) -> Self:
        now = datetime.now(UTC)
        before = PolicyInForce(store, settings.policy_text()).pinned(now)
        return cls(store, settings, text, pin(policy, Calendar.of(policy.plant).day_of(now)), before, by)

    def of_order(self, order_no: str) -> Policy | None:
        """The policy as it governs this order; None when the store knows no such order any more."""
        row = self.store.orders.row(order_no)
        return self.policy.for_priority(row.priority) if row else None


@dataclass(frozen=True)
class Moved:
    """A deadline that the policy moves."""

    order_no: str
    task_id: str
    due_at: datetime
    would_be: datetime


@dataclass(frozen=True)
class Preview:
    """What a policy would move, and the orders that did not answer."""

    moved: list[Moved]
    silent: list[str]


@dataclass(frozen=True)
class Applied:
    """What became of the orders under way; one that was closed meanwhile is neither."""

    adopted: int
    failed: list[tuple[str, str]]


async def preview(application: Application) -> Preview:
    """The deadlines that would move, in the order of the order numbers."""
    client, _ = await working_engine(application.settings)

    async def ask(order_no: str) -> list[Moved] | str:
        policy = await asyncio.to_thread(application.of_order, order_no)
        return await moves(client, order_no, policy) if policy else []

    answers = await each(application.store.orders.open_order_nos(), ask)
    silent = [answer for answer in answers if isinstance(answer, str)]
    return Preview([moved for answer in answers if not isinstance(answer, str) for moved in answer], silent)


async def moves(client: Client, order_no: str, policy: Policy) -> list[Moved] | str:
    """The number alone when the order does not answer."""
    order = client.get_workflow_handle(ids.workflow_id(order_no))
    try:
        found = await order.query("preview_policy", policy, rpc_timeout=timedelta(seconds=WITHIN))
    except (RPCError, WorkflowQueryFailedError, WorkflowQueryRejectedError):
        return order_no
    return [Moved(order_no, move.task_id, move.due_at, move.would_be) for move in MOVED.validate_python(found)]


async def apply_to_orders(application: Application) -> Applied:
    """First for new orders, so that none entered meanwhile is missed; then for each order under way."""
    _, engine = await working_engine(application.settings)
    number = await asyncio.to_thread(put_in_force, application)

    async def tell(order_no: str) -> tuple[str, str | None] | None:
        return await adopt(application, engine, order_no, number)

    told = [answer for answer in await each(application.store.orders.open_order_nos(), tell) if answer]
    failed = [(order_no, reason) for order_no, reason in told if reason]
    return Applied(adopted=len(told) - len(failed), failed=failed)


def put_in_force(application: Application) -> int:
    """The number of this application; one that was interrupted and is called again keeps its number."""
    shelf, settings = application.store.policies, application.settings
    if shelf.current()[1] != application.text or settings.policy_text() not in (None, application.text):
        by = f"cli ({operator()})" if application.by.id == SYSTEM_ACTOR.id else application.by.id
        shelf.set_current(application.text, by, datetime.now(UTC), shelf.digest_of(application.policy))
    place = Home(settings.home)
    # A part of the stack that is started again reads this file: it must not bring back what governed before.
    if settings.policy_file == place.policy_file:
        place.keep_policy(application.text)
    last = shelf.last_application()
    return last[0] if last else 0


def operator() -> str:
    """Whoever runs this, as the system knows them; in a container they may have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


async def adopt(application: Application, engine: Engine, order_no: str, number: int) -> tuple[str, str | None] | None:
    """The order and why it did not take it, if so; None when it was closed meanwhile."""
    policy = await asyncio.to_thread(application.of_order, order_no)
    if policy is None:
        return None
    digest = await asyncio.to_thread(application.store.policies.put, policy)
    # By the application's number: a policy may come back after another, and is then adopted anew.
    said_id = ids.said("policy", "APPLY", ids.order_id(order_no), f"{number}:{digest}")
    ref = SaidRef(id=said_id, key=f"policy-{number}", fingerprint=digest)
    words = AdoptPolicy(actor=application.by, ref=ref, policy=policy, digest=digest)
    try:
        await engine.update(order_no, "adopt_policy", words, WITHIN)
    except (Refused, NotRunning) as error:
        return None if await asyncio.to_thread(is_closed, application, order_no) else (order_no, str(error) or "is not running")
    except (OutcomeIsUnknown, EngineIsAway) as error:
        return order_no, str(error) or "the engine does not answer"
    return order_no, None


def is_closed(application: Application, order_no: str) -> bool:
    row = application.store.orders.row(order_no)
    return row is None or row.status in ("completed", "cancelled")


async def each(items: Iterable[Item], act: Callable[[Item], Awaitable[Result]]) -> list[Result]:
    """All results, in the order of the items, a bounded number of them under way."""
    turn = asyncio.Semaphore(AT_A_TIME)

    async def one(item: Item) -> Result:
        async with turn:
            return await act(item)

    return await asyncio.gather(*map(one, items))
