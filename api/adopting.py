"""Putting a policy in force: for new orders in the store, for those under way by telling each of them (R23)."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TypeVar

from activities.store import Store
from api.engine import Engine, EngineIsAway, NotRunning, OutcomeIsUnknown, Refused
from workflows import ids
from workflows.types.commands import Actor, AdoptPolicy
from workflows.types.events import SaidRef
from workflows.types.policy import Policy
from workflows.types.words import ENDED, Origin

AT_A_TIME = 20
WITHIN = 15.0
"""Seconds for one order's answer."""

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Application:
    """A policy file on its way to govern, and by whose word."""

    store: Store
    engine: Engine
    text: str
    policy: Policy
    """Pinned to the public holidays around today."""
    before: Policy
    by: Actor
    because: str | None = None
    """The number of the improvement that caused it."""

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
    asked: int = 0


@dataclass
class Applied:
    """What became of the orders under way so far; one that was closed meanwhile is neither."""

    total: int = 0
    adopted: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)

    def note(self, order_no: str, reason: str | None) -> None:
        if reason is None:
            self.adopted += 1
        else:
            self.failed.append((order_no, reason))


async def preview(application: Application, most: int | None = None) -> Preview:
    """The deadlines that would move, in the order of the order numbers; of so many orders when a bound is given."""

    async def ask(order_no: str) -> list[Moved] | str:
        policy = await asyncio.to_thread(application.of_order, order_no)
        return await moves(application.engine, order_no, policy) if policy else []

    answers = await each(await under_way(application.store, most), ask)
    silent = [answer for answer in answers if isinstance(answer, str)]
    moved = [move for answer in answers if not isinstance(answer, str) for move in answer]
    return Preview(moved, silent, len(answers))


async def moves(engine: Engine, order_no: str, policy: Policy) -> list[Moved] | str:
    """The number alone when the order does not answer."""
    try:
        found = await engine.preview_policy(order_no, policy, WITHIN)
    except (NotRunning, OutcomeIsUnknown, EngineIsAway):
        return order_no
    return [Moved(order_no, move.task_id, move.due_at, move.would_be) for move in found]


async def tell_orders(application: Application, number: int, so_far: Applied | None = None) -> Applied:
    """Each order under way goes on under it; `so_far` can be watched meanwhile. `number` is the application's."""
    applied = so_far or Applied()
    order_nos = await under_way(application.store)
    applied.total = len(order_nos)

    async def tell(order_no: str) -> None:
        if answer := await adopt(application, order_no, number):
            applied.note(*answer)

    await each(order_nos, tell)
    return applied


async def under_way(store: Store, most: int | None = None) -> list[str]:
    return await asyncio.to_thread(lambda: list(islice(store.orders.open_order_nos(), most)))


class NoSuchImprovement(LookupError):
    """A change of the policy names a cause that is not on record."""


def cause(store: Store, number: str, now: datetime) -> str | None:
    """The improvement that somebody names, as it is written; None when they name none. Raises NoSuchImprovement."""
    wanted = number.strip()
    if not wanted:
        return None
    case = store.cases.get(wanted, now)
    if case is None or case.origin is Origin.FILE:
        raise NoSuchImprovement(f"there is no improvement {wanted}")
    return case.number


def put_in_force(application: Application, by: str, file: str | None, at: datetime) -> int:
    """The number of this application; one that was interrupted and is called again keeps its number.

    `file` is what the stack was started with: it may govern although the store has the very text as its last.
    """
    shelf = application.store.policies
    if shelf.current()[1] != application.text or file not in (None, application.text):
        shelf.set_current(application.text, by, at, shelf.digest_of(application.policy), application.because)
    last = shelf.last_application()
    return last[0] if last else 0


async def adopt(application: Application, order_no: str, number: int) -> tuple[str, str | None] | None:
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
        await application.engine.update(order_no, "adopt_policy", words, WITHIN)
    except (Refused, NotRunning) as error:
        is_over = await asyncio.to_thread(is_closed, application, order_no)
        return None if is_over else (order_no, str(error) or "is not running")
    except (OutcomeIsUnknown, EngineIsAway) as error:
        return order_no, str(error) or "the engine does not answer"
    return order_no, None


def is_closed(application: Application, order_no: str) -> bool:
    row = application.store.orders.row(order_no)
    return row is None or row.status in ENDED


async def each(items: Iterable[Item], act: Callable[[Item], Awaitable[Result]]) -> list[Result]:
    """All results, in the order of the items, a bounded number of them under way."""
    turn = asyncio.Semaphore(AT_A_TIME)

    async def one(item: Item) -> Result:
        async with turn:
            return await act(item)

    return await asyncio.gather(*map(one, items))
