"""Enters a file's orders as the API would: the same checks, the same way in, each once however often it is asked."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Self

from starlette.datastructures import Headers
from starlette.requests import Request
from typing_extensions import override

from activities.failures import ForeseenFailure
from activities.importing import FileOrder, Outcome, RowFault, Verdict
from activities.policy_in_force import PolicyInForce, Reading, for_priority
from activities.store import Person, Store, StoreAway
from api import visit
from api.bodies import Body, fingerprint
from api.calls import Call
from api.deeds import Office
from api.engine import Engine, EngineIsAway, OutcomeIsUnknown
from api.entering import EnterOrder
from api.forms import OrderIn
from api.forms import read as read_form
from api.metrics import Metrics
from api.perform import Performer
from api.problems import Problem
from api.threads import Threads
from workflows.types.orders import OrderFacts
from workflows.types.policy import Policy
from workflows.types.words import Priority

AT_A_TIME = 20
"""Orders under way: enough that none of the stack's parts waits for another, few enough that people still get their turn."""
PATIENCE = 60.0
"""Seconds for which a store or an engine that is away is asked again."""
PAUSE = 1.0


class StackWentAway(ForeseenFailure):
    """The stack stopped answering in the middle."""

    exit_code = 3

    def __init__(self, order_no: str, reason: str) -> None:
        super().__init__(f"at {order_no}: {reason}; what was entered stays, import again to go on")


class PolicyLookedAt(PolicyInForce):
    """The policy in force for a rehearsal, which leaves the shelf as it is."""

    @classmethod
    def like(cls, policy: PolicyInForce) -> Self:
        """Whatever governs there governs here."""
        looked_at = cls.__new__(cls)
        looked_at.__dict__.update(policy.__dict__)
        return looked_at

    @override
    def read(self, now: datetime) -> Reading:
        return ReadingOnly(self._shelf, self.text(), now)


class ReadingOnly(Reading):
    @override
    def adopted(self, priority: Priority) -> tuple[Policy, str]:
        policy = for_priority(self._text, self.today, priority)
        return policy, self._shelf.digest_of(policy)


class Desk:
    """Where one person enters orders of files."""

    def __init__(
        self, store: Store, person: Person, policy: PolicyInForce, *, is_rebased: bool, at_a_time: int = AT_A_TIME
    ) -> None:
        self._store, self._person, self._is_rebased, self._at_a_time = store, person, is_rebased, at_a_time
        self._threads = Threads()
        self._is_closing = False
        self.office = Office(store, policy, lambda: datetime.now(UTC))

    async def take(
        self, orders: Iterable[FileOrder], engine: Engine, tell: Callable[[Verdict], None], *, is_rehearsal: bool
    ) -> None:
        """Tells what becomes of each as it becomes known; a bounded number is under way. Raises StackWentAway.

        Cancelled, it begins no other and waits for those under way, so that what was told is all that was done.
        """
        waiting = iter(orders)
        self._performer = Performer(self.office, engine, self._threads, Metrics())

        async def clerk() -> None:
            while not self._is_closing and (order := next(waiting, None)):
                tell(await self._patiently(order, is_rehearsal))

        clerks = [asyncio.create_task(clerk()) for _ in range(self._at_a_time)]
        try:
            await asyncio.wait(clerks, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            self._is_closing = True
            ends = await asyncio.gather(*clerks, return_exceptions=True)
            self._threads.close()
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    async def _patiently(self, order: FileOrder, is_rehearsal: bool) -> Verdict:
        """Asked again under the same key, an order is entered once, whatever became of the first attempt."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        was_said = False
        while True:
            request = self._request(order)
            try:
                verdict = await self._verdict(order, request, is_rehearsal)
                # What an earlier attempt of ours did is not what somebody did before us.
                return replace(verdict, outcome=Outcome.ENTERED) if was_said and verdict.outcome is Outcome.THERE else verdict
            except (OutcomeIsUnknown, EngineIsAway, StoreAway, TimeoutError) as error:
                was_said = was_said or visit.visiting(request).has_spoken
                if self._is_closing or asyncio.get_running_loop().time() > deadline:
                    raise StackWentAway(order.order_no, str(error) or type(error).__name__) from error
            await asyncio.sleep(PAUSE)

    async def _verdict(self, order: FileOrder, request: Request, is_rehearsal: bool) -> Verdict:
        if order.faults:
            return Verdict(order, Outcome.REFUSED, order.faults)
        try:
            return Verdict(order, await (self._rehearse if is_rehearsal else self._enter)(request))
        except Problem as problem:
            if problem.status >= 500:
                raise OutcomeIsUnknown(problem.detail) from problem
            if await self._threads.run(self._is_there, order):
                return Verdict(order, Outcome.THERE)
            return Verdict(order, Outcome.REFUSED, faults_of(problem, order))

    async def _enter(self, request: Request) -> Outcome:
        answer = await self._performer.perform(request, EnterOrder(self.office))
        return Outcome.THERE if "Idempotent-Replayed" in answer.headers else Outcome.ENTERED

    async def _rehearse(self, request: Request) -> Outcome:
        """All that can be refused, and nothing of it done: the office's policy is to be `PolicyLookedAt`."""
        call = Call.of(visit.visiting(request), EnterOrder.path, self.office.now())
        await self._threads.run(EnterOrder(self.office).judge, call)
        return Outcome.ENTERED

    def _request(self, order: FileOrder) -> Request:
        """The request that the person would have sent; its key is made of what it says, so a repeat is one."""
        body = order.body
        digest = fingerprint(body)
        headers = Headers({"idempotency-key": f"import-{digest}"})
        until = asyncio.get_running_loop().time() + visit.PATIENCE
        request = Request({"type": "http", "method": "POST", "path": EnterOrder.path, "headers": headers.raw})
        visit.enter(request.scope, visit.Visit(self._person, Body(body, digest), headers, "POST", until))
        return request

    def _is_there(self, order: FileOrder) -> bool:
        """Whether the order was entered with this very content, by whomever and on whatever day."""
        history = self._store.orders.events(order.order_no, after=0, limit=1, cursor=None).items
        if not history:
            return False
        try:
            form = read_form(OrderIn, order.body)
        except Problem:
            return False
        entered = OrderFacts.model_validate(history[0].data["order"])
        # Rebased again on another day, the same file asks for other dates.
        skipped = {"order_no", "owner"} | ({"requested_date"} if self._is_rebased else set())
        wanted = form.model_dump(mode="json", exclude=skipped)
        return wanted == entered.model_dump(mode="json", include=set(wanted))


def faults_of(problem: Problem, order: FileOrder) -> tuple[RowFault, ...]:
    if problem.errors:
        return tuple(order.fault(error.pointer, error.message) for error in problem.errors)
    detail = "was entered before, with other content" if problem.code == "order-exists" else problem.detail
    return (order.fault("/order_no", detail),)
