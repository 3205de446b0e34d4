"""The engine on a real Temporal server, with an order that only listens."""

import asyncio
import sysconfig
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities import policy_file
from api.engine import AlreadyEntered, EngineIsAway, NotRunning, OutcomeIsUnknown, Refused
from api.temporal import TemporalEngine
from workflows import visibility
from workflows.ids import ORDERS_QUEUE
from workflows.rules import hearing
from workflows.types.commands import Actor, CancelOrder, OrderStart, ResumeOrder
from workflows.types.events import SaidRef
from workflows.types.orders import Customer, Line, OrderFacts
from workflows.types.refusals import Refusal
from workflows.walker import refuse

pytestmark = pytest.mark.asyncio(loop_scope="module")
SOON = 5.0
ACTOR = Actor(id="sales1")


@workflow.defn(name="Order", sandboxed=False)
class Listener:
    """Hears as an order does; `reason` says how it takes it."""

    @workflow.init
    def __init__(self, start: OrderStart) -> None:
        self.start = start
        self.heard = 0
        self.has_ended = False

    @workflow.run
    async def run(self, start: OrderStart) -> None:
        await workflow.wait_condition(lambda: self.has_ended and workflow.all_handlers_finished())

    @workflow.update(name="enter")
    async def enter(self, ref: SaidRef) -> int:
        await workflow.sleep(0.3)
        return 1

    @enter.validator
    def _may_enter(self, ref: SaidRef) -> None:
        refuse(hearing.stranger(ref, self.start))

    @workflow.update(name="resume")
    async def resume(self, said: ResumeOrder) -> int:
        self.heard += 1
        if said.reason == "slowly":
            await workflow.sleep(60)
        return self.heard

    @resume.validator
    def _may_resume(self, said: ResumeOrder) -> None:
        self.asked = getattr(self, "asked", 0) + 1
        if said.reason == "never":
            no = Refusal(code="breaks-promise", detail="too late", extra={"latest_ship_at": "2027-03-05T09:00:00Z"})
            raise ApplicationError(no.detail, no.model_dump(mode="json"), type=no.code, non_retryable=True)
        if said.reason == "not yet" and self.asked % 3:
            raise ApplicationError("not yet", type="unknown-here", non_retryable=True)
        if said.reason == "of another release":
            raise ApplicationError("what?", type="novelty", non_retryable=True)

    @workflow.update(name="hold")
    async def hold(self, said: int) -> int:
        return said

    @workflow.update(name="cancel")
    async def cancel(self, said: CancelOrder) -> int:
        self.has_ended = True
        return 0


@pytest.fixture(autouse=True)
def nothing_unforeseen() -> None:
    """What an order cannot take is logged as an error, and here it is what is tested."""


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[Client]:
    program = Path(sysconfig.get_path("scripts")) / "temporal"
    server = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(program),
        data_converter=pydantic_data_converter,
        dev_server_log_level="error",
        search_attributes=visibility.ALL,
    )
    async with server:
        yield server.client


@asynccontextmanager
async def staffed(client: Client) -> AsyncIterator[TemporalEngine]:
    async with Worker(client, task_queue=ORDERS_QUEUE, workflows=[Listener]):
        yield TemporalEngine(client)


def ref(name: str) -> SaidRef:
    return SaidRef(id=f"said-{name}", key=name, fingerprint="f")


def resume(reason: str, name: str | None = None) -> ResumeOrder:
    return ResumeOrder(actor=ACTOR, ref=ref(name or reason), reason=reason)


def start(order_no: str, key: str) -> OrderStart:
    facts = OrderFacts(
        order_no=order_no,
        customer=Customer(name="高雄廠" * 60),
        lines=(Line(product_model="Pump", quantity=5),),
        requested_date=date(2027, 4, 1),
        owner="sales1",
    )
    policy = policy_file.pin(policy_file.default(), datetime.now(UTC).date())
    return OrderStart(facts=facts, entered_by=ACTOR, policy=policy, digest="d", ref=ref(key))


async def test_without_workers_readiness_says_so(client: Client) -> None:
    assert await TemporalEngine(client).missing() == ["orders"]


async def test_without_a_worker_the_outcome_is_unknown_in_time(client: Client) -> None:
    began = time.monotonic()
    with pytest.raises(OutcomeIsUnknown):
        await TemporalEngine(client).enter(start("NOBODY", "nobody"), ref("nobody"), 1.0)
    with pytest.raises(OutcomeIsUnknown):
        await TemporalEngine(client).update("NOBODY", "resume", resume("fine"), 1.0)
    assert time.monotonic() - began < 4


async def test_with_workers_nothing_is_missing(client: Client) -> None:
    async with staffed(client) as engine:
        async with asyncio.timeout(10):
            while await engine.missing():  # noqa: ASYNC110 - the server learns of pollers when they ask
                await asyncio.sleep(0.1)


async def test_an_order_is_entered_once(client: Client) -> None:
    async with staffed(client) as engine:
        with pytest.raises(OutcomeIsUnknown):
            await engine.enter(start("ONCE", "mine"), ref("mine"), 0.1)
        with pytest.raises(AlreadyEntered):
            await engine.enter(start("once", "a stranger's"), ref("a stranger's"), SOON)
        await asyncio.gather(*(engine.enter(start("ONCE", "mine"), ref("mine"), SOON) for _ in range(2)))
        await engine.update("ONCE", "cancel", CancelOrder(actor=ACTOR, ref=ref("end"), reason="r"), SOON)
        await engine.enter(start("ONCE", "mine"), ref("mine"), SOON)
        with pytest.raises(AlreadyEntered):
            await engine.enter(start("ONCE", "a stranger's"), ref("a stranger's"), SOON)
        with pytest.raises(NotRunning):
            await engine.update("ONCE", "resume", resume("fine"), SOON)


async def test_words_are_heard_once_refused_cleanly_and_repeated_until_the_order_knows(client: Client) -> None:
    async with staffed(client) as engine:
        await engine.enter(start("WORDS", "words"), ref("words"), SOON)
        assert [await engine.update("words", "resume", resume("fine"), SOON) for _ in range(2)] == [1, 1]
        with pytest.raises(Refused) as refused:
            await engine.update("WORDS", "resume", resume("never"), SOON)
        assert refused.value.refusal.extra == {"latest_ship_at": "2027-03-05T09:00:00Z"}
        assert await engine.update("WORDS", "resume", resume("not yet"), SOON) == 2
        with pytest.raises(OutcomeIsUnknown):
            await engine.update("WORDS", "resume", resume("slowly"), 0.5)


@pytest.mark.parametrize(("name", "reason"), [("resume", "of another release"), ("hold", "not a number"), ("dance", "?")])
async def test_what_the_order_cannot_take_is_neither_done_nor_refused(
    client: Client, name: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with staffed(client) as engine:
        await engine.enter(start(f"ODD-{name}", f"odd-{name}"), ref(f"odd-{name}"), SOON)
        with pytest.raises(OutcomeIsUnknown):
            await engine.update(f"ODD-{name}", name, resume(reason), SOON)
    assert "an order failed to take an update" in caplog.text


async def test_an_order_that_never_was_does_not_run(client: Client) -> None:
    with pytest.raises(NotRunning):
        await TemporalEngine(client).update("NEVER", "resume", resume("fine"), SOON)


async def test_a_server_that_cannot_be_reached_is_away() -> None:
    nowhere = await Client.connect("127.0.0.1:1", lazy=True, data_converter=pydantic_data_converter)
    engine = TemporalEngine(nowhere)
    words: list[Any] = [engine.update("PO-1", "resume", resume("fine"), 1.0), engine.enter(start("PO-1", "x"), ref("x"), 1.0)]
    for word in words:
        with pytest.raises(EngineIsAway):
            await word
    assert await engine.missing() == ["temporal"]
