"""The one way in which anything is done: once for each key, judged by the store, done by the order or the inbox."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from activities.store import Reply, StoreAway
from api.calls import Call
from api.deeds import Deed, Office, ToInbox, ToOrder, ToStart
from api.engine import AlreadyEntered, Engine, EngineIsAway, NotRunning, OutcomeIsUnknown, Refused
from api.entering import exists
from api.metrics import Metrics
from api.problems import Problem
from api.threads import Threads
from api.visit import Visit, visiting

READING = 3.0
"""Seconds kept back for reading the answer after the order has spoken."""


class Answer(NamedTuple):
    reply: Reply
    is_repeat: bool

    def response(self) -> Response:
        headers = {"ETag": self.reply.etag}
        if self.reply.location:
            headers["Location"] = self.reply.location
        if self.is_repeat:
            headers["Idempotent-Replayed"] = "true"
        return Response(self.reply.body, self.reply.status, headers, "application/json")


class Spoken(NamedTuple):
    """Words for the engine; `is_repeat` when the store has an answer to them that history may not have."""

    verdict: ToOrder | ToStart
    is_repeat: bool


class Performer:
    def __init__(self, office: Office, engine: Engine, threads: Threads, metrics: Metrics) -> None:
        self.office = office
        self._engine = engine
        self._threads = threads
        self._metrics = metrics
        self._turns = Turns()

    async def perform(self, request: Request, deed: Deed[Any]) -> Response:
        """The answer to a POST or PUT."""
        return (await self.answer(visiting(request), deed)).response()

    async def answer(self, visit: Visit, deed: Deed[Any]) -> Answer:
        """Does it, or finds it done; raises Problem, StoreAway, EngineIsAway, OutcomeIsUnknown."""
        call = Call.of(visit, deed.path, self.office.now())
        # Who waits for a first call of the same id can't know, when time is up, how that one ends.
        visit.has_spoken = self._turns.is_taken(call.ref.id)
        async with self._turns.of(call.ref.id):
            visit.has_spoken = False
            found = await self._judged(visit, deed, call)
            return found if isinstance(found, Answer) else await self._do(visit, deed, call, found)

    async def _judged(self, visit: Visit, deed: Deed[Any], call: Call) -> Answer | Spoken:
        try:
            return await self._threads.run(self._judge, visit, deed, call)
        except asyncio.CancelledError:
            # The thread goes on without us: what it has not begun by now, it is not to begin.
            visit.is_over = True
            raise

    def _judge(self, visit: Visit, deed: Deed[Any], call: Call) -> Answer | Spoken:
        """Everything that the store can say to it, in one thread; the inbox's own affairs are done at once."""
        reply = self.office.store.replies.get(call.ref.id) if call.key_is_theirs else None
        if reply and same(reply, call).is_confirmed:
            return Answer(reply, is_repeat=True)
        # Said again under the same id, the order knows it, or does what a crash took from it.
        verdict = deed.judge(call, by_order_alone=reply is not None)
        if isinstance(verdict, ToInbox):
            return Answer(self._in_inbox(visit, verdict, call), is_repeat=False)
        return Spoken(verdict, is_repeat=reply is not None)

    def _in_inbox(self, visit: Visit, verdict: ToInbox, call: Call) -> Reply:
        # In this order: whoever gives up while it is judged is told that it may have happened, or nothing happens.
        visit.has_spoken = True
        if visit.is_over:
            raise TimeoutError
        try:
            return same(verdict.act(), call)
        except StoreAway as error:
            # It answered a moment ago; whether it got as far as the commit, nobody knows.
            raise OutcomeIsUnknown("the store went away") from error

    async def _do(self, visit: Visit, deed: Deed[Any], call: Call, spoken: Spoken) -> Answer:
        visit.has_spoken = True
        refused: Exception | None = None
        try:
            await self._speak(spoken.verdict, call, max(0.0, visit.seconds_left - READING))
        except (Refused, NotRunning, AlreadyEntered) as error:
            refused = error
        # Asked for even then: a hand-over in the middle can hide from us that it was done.
        reply = await self._threads.run(self.office.store.replies.get, call.ref.id)
        if reply is not None and counts(reply, refused):
            return Answer(same(reply, call), spoken.is_repeat)
        if isinstance(refused, AlreadyEntered) and (number := drawn(spoken.verdict)):
            return await self._do_under_another(number, visit, deed, call)
        if refused is not None:
            raise await self._meaning(refused, visit, deed, call)
        raise OutcomeIsUnknown("the answer is not on record yet")

    async def _do_under_another(self, number: str, visit: Visit, deed: Deed[Any], call: Call) -> Answer:
        """A store that was restored draws numbers which the engine has given away: the next one is as good."""
        await self._threads.run(self.office.store.cases.pass_over, call.ref.id, number)
        found = await self._judged(visit, deed, call)
        return found if isinstance(found, Answer) else await self._do(visit, deed, call, found)

    async def _speak(self, verdict: ToOrder | ToStart, call: Call, within: float) -> None:
        name = verdict.update if isinstance(verdict, ToOrder) else "enter"
        try:
            match verdict:
                case ToOrder(order_no, update, said):
                    await self._engine.update(order_no, update, said, within)
                case ToStart(start):
                    await self._engine.enter(start, call.ref, within)
        except (Refused, NotRunning, AlreadyEntered, OutcomeIsUnknown, EngineIsAway) as error:
            self._metrics.updated(name, type(error).__name__)
            raise
        self._metrics.updated(name, "Done")

    async def _meaning(self, refused: Exception, visit: Visit, deed: Deed[Any], call: Call) -> Exception:
        """What to tell when the engine did not do it; where it knows no such order, the store may know why."""
        if isinstance(refused, Refused):
            return Problem.of(refused.refusal)
        again = await self._judged(visit, deed, call)
        if isinstance(again, Spoken) and isinstance(again.verdict, ToStart) and isinstance(refused, AlreadyEntered):
            # Whoever was first has not been written down yet.
            return Problem.of(exists(again.verdict.start.facts.order_no))
        return OutcomeIsUnknown("the order cannot be reached")


def drawn(verdict: ToOrder | ToStart) -> str | None:
    """The number of a beginning that nobody has chosen."""
    facts = verdict.start.facts if isinstance(verdict, ToStart) else None
    return facts.order_no if facts and facts.case else None


def counts(reply: Reply, refused: Exception | None) -> bool:
    """Whether a stored answer is the truth: an order that says no knows nothing of it, unless it has ended since."""
    if reply.is_confirmed or not isinstance(refused, Refused):
        return True
    return refused.refusal.code == "order-closed"


def same(reply: Reply, call: Call) -> Reply:
    """The reply, unless its call came with another body."""
    if reply.fingerprint != call.ref.fingerprint:
        raise Problem(422, "idempotency-key-reused", "this Idempotency-Key came with another body before")
    return reply


class Turns:
    """Lets calls of the same id wait for each other, within this process; across processes the engine and the inbox do."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    def is_taken(self, said_id: str) -> bool:
        return said_id in self._locks

    @asynccontextmanager
    async def of(self, said_id: str) -> AsyncIterator[None]:
        lock, waiting = self._locks.get(said_id, (asyncio.Lock(), 0))
        self._locks[said_id] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._locks.pop(said_id)
            if waiting > 1:
                self._locks[said_id] = (lock, waiting - 1)
