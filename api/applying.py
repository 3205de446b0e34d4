"""Applying a policy from a page: it governs at once, and the orders under way are told in the background."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from activities.policy_file import parse, pin
from activities.policy_in_force import PolicyInForce
from activities.store import Person, Store
from api.adopting import Application, Applied, cause, put_in_force, tell_orders
from api.engine import Engine
from api.problems import Problem, away
from api.threads import Threads
from workflows.rules.calendar import Calendar

log = logging.getLogger("jiaoqi.api")


def forget(text: str) -> None:
    """Where no stack keeps what it is started with."""


@dataclass
class Run:
    """One application, and how far it has come."""

    version: str
    by: str
    began_at: datetime
    applied: Applied
    task: asyncio.Task[None] | None = None

    @property
    def is_over(self) -> bool:
        return self.task is not None and self.task.done()


class Applying:
    """One at a time in this process. Started again before it came to its end, the rest is told by applying it again."""

    def __init__(
        self, store: Store, engine: Engine, policy: PolicyInForce, threads: Threads, keep: Callable[[str], object] = forget
    ) -> None:
        self._store, self._engine, self._policy, self._threads = store, engine, policy, threads
        self._keep = keep
        self.last: Run | None = None

    def candidate(self, text: str, by: Person, now: datetime, because: str = "") -> Application:
        """What a file would be if it governed. Raises PolicyError, NoSuchImprovement, StoreAway."""
        policy, before = parse(text), self._policy.pinned(now)
        calendar = Calendar.of(policy.plant)
        pinned = pin(policy, calendar.day_of(now))
        actor = self._store.people.actor(by, calendar.day_of(now))
        return Application(self._store, self._engine, text, pinned, before, actor, cause(self._store, because, now))

    async def begin(self, application: Application, now: datetime) -> Run:
        """Returns when it governs new orders. Raises Problem, StoreAway."""
        if self.last and not self.last.is_over:
            raise Problem(409, "policy-under-way", "another policy is being applied; wait until all orders have heard of it")
        run = self.last = Run(application.policy.version, application.by.id, now, Applied())
        try:
            if missing := await self._engine.missing():
                raise away(" and ".join(missing))
            number = await self._threads.run(self._govern, application, run.applied, now)
        except BaseException:
            self.last = None
            raise
        run.task = asyncio.create_task(self._tell(application, number, run.applied))
        return run

    def _govern(self, application: Application, applied: Applied, now: datetime) -> int:
        number = put_in_force(application, application.by.id, self._policy.governing_file(), now)
        self._keep(application.text)
        applied.total = sum(self._store.policies.governing().values())
        return number

    async def _tell(self, application: Application, number: int, applied: Applied) -> None:
        try:
            await tell_orders(application, number, applied)
        except Exception:
            # Whoever looks sees how far it came; applied again, it goes on.
            log.exception("policy %s was not told to all orders", application.policy.version)
