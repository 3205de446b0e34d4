"""The doctor at a real engine: cases are looked after like orders, and a history that tells nothing ends no examination."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import delete
from temporalio import workflow
from temporalio.client import (
    Client,
    FetchWorkflowHistoryEventsInput,
    Interceptor,
    OutboundInterceptor,
    WorkflowHistoryEventAsyncIterator,
)
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from typing_extensions import override

from activities.cases import Cases, action_of
from activities.policy_in_force import PolicyInForce
from activities.store import Store, migrate
from activities.store.tables import METADATA
from api.temporal import TemporalEngine
from api.watching import RUNNING, STUCK
from jiaoqi.doctor.engine import Engine
from jiaoqi.doctor.examination import Examination
from jiaoqi.doctor.findings import Kind
from jiaoqi.doctor.rebuilding import rebuild
from jiaoqi.doctor.recovery import CannotBeReplayed, recover
from tests.stories.engine import AT_EVENTS, program
from workers.main import WRITERS, orders
from workflows import ids, visibility
from workflows.types.commands import OrderStart
from workflows.types.words import Department

SETTINGS = {
    "limit.historyCount.suggestContinueAsNew": AT_EVENTS,
    # After the first failure, where a plant waits for the fifth.
    "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute": 1,
}
PATIENCE = 20.0


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[Client]:
    """Of an engine on which runs grow old quickly, and stuck workflows are soon called so."""
    server = await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=program("temporal"),
        dev_server_log_level="error",
        search_attributes=visibility.ALL,
        dev_server_extra_args=[each for item in SETTINGS.items() for each in ("--dynamic-config-value", "{}={}".format(*item))],
    )
    async with server:
        yield server.client


@pytest.fixture(scope="module")
async def store(client: Client, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Store]:
    """Of a plant with a worker."""
    migrate(url := f"sqlite:///{tmp_path_factory.mktemp('store') / 'store.db'}")
    with closing(Store.open(url)) as store, ThreadPoolExecutor(WRITERS) as pool:
        async with orders(client, store, pool):
            yield store


def case(store: Store, text: str) -> OrderStart:
    reading = PolicyInForce(store).read(datetime.now(UTC))
    return action_of(text, 1, text, Department.QUALITY, date(2099, 1, 1), "boss", reading)


async def opened(client: Client, store: Store, text: str) -> str:
    """The number of a case that is under way, and listed."""
    number = await Cases(client, store).open(case(store, text))
    await until(lambda: lists(client, RUNNING, number))
    return number


async def lists(client: Client, query: str, number: str) -> bool:
    return number in [each async for each in Engine(client, "here").listed(query)]


async def until(happened: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not await happened():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.05)


async def found(client: Client, store: Store, number: str) -> list[tuple[Kind, bool]]:
    """What the doctor finds of it, and whether each is healed; that nobody is hired here is none of it."""
    report = await Examination(store, Engine(client, "here")).run()
    return [(each.kind, each.healed) for each in report.findings if each.order_no == number and each.kind is not Kind.UNOWNED]


def events(store: Store, number: str) -> list[Any]:
    rows = store.checks.rows(number, events=True)
    return [tuple(each) for each in rows.events] if rows else []


def forget(store: Store, number: str) -> None:
    with store.database.writing() as connection:
        for table in reversed(METADATA.sorted_tables):
            if "order_id" in table.c:
                connection.execute(delete(table).where(table.c.order_id == ids.order_id(number)))


async def test_a_case_that_the_store_lost_is_found_and_brought_back(client: Client, store: Store) -> None:
    number = await opened(client, store, "burrs on the edge")
    wanted = events(store, number)
    assert await found(client, store, number) == []
    forget(store, number)
    healed = await found(client, store, number)
    assert (Kind.NOT_IN_STORE, True) in healed and {each for _, each in healed} == {True}
    assert len(wanted) > 1 and events(store, number) == wanted
    assert await found(client, store, number) == []


async def test_a_terminated_case_is_rebuilt(client: Client, store: Store) -> None:
    number = await opened(client, store, "a blunt tool")
    before = await recover(client, number)
    await client.get_workflow_handle(ids.workflow_id(number)).terminate()
    assert await found(client, store, number) == [(Kind.TERMINATED, False)]
    rebuilt = await rebuild(store, Engine(client, "here"), number)
    assert (rebuilt.order_no, rebuilt.version) == (number, max(before.events))
    assert await found(client, store, number) == []


async def test_a_stuck_case_is_told_of(client: Client, store: Store) -> None:
    """Started by hand with a case that is none: its code fails before it does anything."""
    stuck = await client.start_workflow("Case", {"facts": 1}, id="case-imp:4711", task_queue=ids.ORDERS_QUEUE)
    await until(lambda: lists(client, STUCK, "imp:4711"))
    assert await TemporalEngine(client).stuck(5) == ["imp:4711"]
    assert await found(client, store, "imp:4711") == [(Kind.STUCK, False)]
    await stuck.terminate()


class Retention(Interceptor):
    """As if it had taken one run: who asks for it asks for one that the engine does not have."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id

    @override
    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        gone = self.run_id

        class Outbound(OutboundInterceptor):
            @override
            def fetch_workflow_history_events(self, input: FetchWorkflowHistoryEventsInput) -> WorkflowHistoryEventAsyncIterator:
                input.run_id = str(uuid.uuid4()) if input.run_id == gone else input.run_id
                return super().fetch_workflow_history_events(input)

        return Outbound(next)


async def test_what_retention_has_taken_takes_nothing_of_the_later_runs(client: Client, store: Store) -> None:
    number = await opened(client, store, "scratches")
    last = client.get_workflow_handle(ids.workflow_id(number))
    first = (await last.describe()).run_id

    async def goes_on_in_another_run() -> bool:
        await Engine(client, "here").mend(number)
        return (await last.describe()).run_id != first

    await until(goes_on_in_another_run)
    whole = await recover(client, number)
    assert len(whole.events) == len(events(store, number))
    rest = await recover(without(client, first), number)
    assert whole.events.keys() >= rest.events.keys()
    assert rest.policies == whole.policies != {}
    # Of which nothing is left, nothing can be told.
    with pytest.raises(RPCError):
        await recover(without(client, (await last.describe()).run_id), number)


def without(client: Client, run_id: str) -> Client:
    return Client(client.service_client, data_converter=client.data_converter, interceptors=[Retention(run_id)])


@workflow.defn(name="Case")
class AnotherCase:
    """As if an older or newer release had carried it."""

    @workflow.run
    async def run(self, start: OrderStart) -> None:
        await asyncio.sleep(0.01)


async def test_a_history_that_does_not_fit_is_that_ones_trouble_alone(client: Client, store: Store) -> None:
    start = case(store, "foreign")
    async with Worker(client, task_queue="another", workflows=[AnotherCase], workflow_runner=UnsandboxedWorkflowRunner()):
        await client.execute_workflow("Case", start, id=ids.workflow_id("imp:99"), task_queue="another")
    with pytest.raises(CannotBeReplayed):
        await recover(client, "imp:99")
