"""The embedded stack: Temporal's dev server, the store, a worker, the API and a mailbox, in one home on one machine."""

import asyncio
import http.client
import json
import logging
import signal
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from jiaoqi.errors import HomeCannotBeUsed
from jiaoqi.home import Home, StackNote
from jiaoqi.migration import migrate
from jiaoqi.plan import Plan, StackPorts, plan
from jiaoqi.processes import Child, Keeper
from jiaoqi.running import Running, end

POLL = 0.05
# Seconds without readiness after which a person is told what is missing.
PATIENCE = 10.0

log = logging.getLogger("jiaoqi")


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the user asked for."""

    ports: StackPorts = field(default_factory=StackPorts)
    policy: str | None = None
    """The text of a policy file, already found in order."""
    demo: bool = False


def up(home: Home, wishes: Wishes, environment: Mapping[str, str], announce: Callable[[Plan], None]) -> None:
    """Run a stack until a signal stops it; `announce` is called once it is ready.

    Raises HomeIsTaken, PortIsBusy, MailServerUrlIsWrong.
    """
    with home.taken():
        end_leftovers(home)
        planned = plan(home, wishes.ports, environment, home.keep_policy(wishes.policy))
        check_mail_server(planned)
        asyncio.run(Stack(home, planned, furnish=demo if wishes.demo else nothing).run(announce))


def check_mail_server(plan: Plan) -> None:
    """A URL that names none is told at once: a worker that ends again and again says so in its log only."""
    if any(child.name == "mailbox" for child in plan.servers):
        return
    # The libraries behind mail, which `up` itself needs only where somebody names a server.
    from activities.mail.transport import Transport

    Transport.of(plan.settings.smtp_url)


def demo(plan: Plan) -> None:
    # The store's libraries, which `up` itself loads only to migrate.
    from jiaoqi.demo import furnish

    furnish(plan.settings, plan.url)


def nothing(plan: Plan) -> None:
    """Most plants bring their own people and orders."""


def end_leftovers(home: Home) -> None:
    """End what an `up` that was killed may have left: where the system can't tie children to it, they live on."""
    note = home.last_note()
    for name, child in (note.children if note else {}).items():
        if end(child):
            log.warning("ended %s (process %d), left over by an earlier stack", name, child.pid)
    home.forget()


class Stack:
    """A plan being carried out."""

    def __init__(
        self,
        home: Home,
        plan: Plan,
        migrate: Callable[[str], None] = migrate,
        furnish: Callable[[Plan], None] = nothing,
    ) -> None:
        self._home = home
        self._plan = plan
        self._migrate = migrate
        self._furnish = furnish
        self._keepers: list[Keeper] = []
        self._children: dict[str, Running] = {}
        self._ready = False
        self._stopping = asyncio.Event()

    async def run(self, announce: Callable[[Plan], None]) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._stopping.set)
        try:
            await self._start()
            if await self._unless_stopped(self._until_ready()):
                self._note(ready=True)
                announce(self._plan)
                await self._stopping.wait()
        finally:
            await self._stop()
        self._home.forget()

    async def _start(self) -> None:
        self._keep(self._plan.servers)
        await asyncio.to_thread(self._migrate, self._plan.settings.database_url)
        self._keep(self._plan.programs)

    def _keep(self, children: tuple[Child, ...]) -> None:
        for child in children:
            keeper = Keeper(child, self._started)
            self._keepers.append(keeper)
            keeper.start()

    async def _stop(self) -> None:
        """In the opposite order: nobody loses what they are still speaking to."""
        for keeper in reversed(self._keepers):
            await keeper.stop()

    async def _until_ready(self) -> None:
        for probe in self._plan.probes:
            await until_answered(probe)
        await asyncio.to_thread(self._furnish, self._plan)

    async def _unless_stopped(self, work: Coroutine[Any, Any, None]) -> bool:
        """Whether the work was finished before a signal came."""
        working = asyncio.ensure_future(work)
        stopping = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            stopping.cancel()
            await working
            return True
        working.cancel()
        return False

    def _started(self, name: str, pid: int) -> None:
        self._children[name] = Running.of(pid)
        try:
            self._note(ready=self._ready)
        except HomeCannotBeUsed as error:
            # The disk may be full: the part runs, and who keeps it running must not end for want of a note.
            log.warning("%s", error)

    def _note(self, *, ready: bool) -> None:
        self._ready = ready
        self._home.write(
            StackNote(
                up=Running.current(),
                url=self._plan.url,
                temporal_ui_url=self._plan.temporal_ui_url,
                mailbox_url=self._plan.mailbox_url,
                environment=self._plan.settings.environment(),
                children=self._children,
                ready=ready,
            )
        )


async def until_answered(url: str) -> None:
    clock = asyncio.get_running_loop().time
    remind = clock() + PATIENCE
    while (answer := await asyncio.to_thread(answer_of, url)) != "200":
        if clock() >= remind:
            log.warning("still waiting for %s: %s", url, answer)
            remind = clock() + PATIENCE
        await asyncio.sleep(POLL)


def answer_of(url: str) -> str:
    """The status of a GET and what the answer says is wrong, or why there is none; no proxy is asked on our own machine."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.netloc, timeout=2)
    try:
        connection.request("GET", address.path or "/")
        answer = connection.getresponse()
        return str(answer.status) if answer.status < http.HTTPStatus.BAD_REQUEST else f"{answer.status} {detail(answer)}".strip()
    except (OSError, http.client.HTTPException) as error:
        return str(error)
    finally:
        connection.close()


def detail(answer: http.client.HTTPResponse) -> str:
    """Of a problem what it says, of anything else nothing."""
    try:
        return str(json.loads(answer.read())["detail"])
    except (ValueError, KeyError, TypeError):
        return ""
