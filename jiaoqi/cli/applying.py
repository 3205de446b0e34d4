"""Putting a policy in force from the command line: by whom, and where the stack keeps what it is started with (R23)."""

import asyncio
import getpass
import os
from dataclasses import dataclass
from datetime import UTC, datetime

from activities.policy_file import pin
from activities.policy_in_force import PolicyInForce
from activities.store import Store
from api.adopting import Application, Applied, put_in_force, tell_orders
from jiaoqi.cli.engine import working_engine
from jiaoqi.home import Home
from jiaoqi.settings import Settings
from workflows.rules.calendar import Calendar
from workflows.types.commands import SYSTEM_ACTOR, Actor
from workflows.types.policy import Policy


@dataclass(frozen=True)
class Candidate:
    """A policy file that could govern, and what it would replace."""

    store: Store
    settings: Settings
    text: str
    policy: Policy
    """Pinned to the public holidays around today."""
    before: Policy
    by: Actor
    because: str | None = None
    """The improvement that causes the change."""

    @classmethod
    def of(
        cls, store: Store, settings: Settings, text: str, policy: Policy, by: Actor, because: str | None = None
    ) -> "Candidate":
        now = datetime.now(UTC)
        before = PolicyInForce(store, settings.policy_text()).pinned(now)
        return cls(store, settings, text, pin(policy, Calendar.of(policy.plant).day_of(now)), before, by, because)

    async def application(self) -> Application:
        """With the engine by which orders hear of it. Raises TemporalDoesNotAnswer, NobodyWorks."""
        _, engine = await working_engine(self.settings)
        return Application(self.store, engine, self.text, self.policy, self.before, self.by, self.because)


async def apply_to_orders(candidate: Candidate) -> Applied:
    """First for new orders, so that none entered meanwhile is missed; then for each order under way."""
    application = await candidate.application()
    number = await asyncio.to_thread(govern, application, candidate.settings)
    return await tell_orders(application, number)


def govern(application: Application, settings: Settings) -> int:
    """The number of the application."""
    by = f"cli ({operator()})" if application.by.id == SYSTEM_ACTOR.id else application.by.id
    number = put_in_force(application, by, settings.policy_text(), datetime.now(UTC))
    place = Home(settings.home)
    # A part of the stack that is started again reads this file: it must not bring back what governed before.
    if settings.policy_file == place.policy_file:
        place.keep_policy(application.text)
    return number


def operator() -> str:
    """Whoever runs this, as the system knows them; in a container they may have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
