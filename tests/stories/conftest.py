"""The engine for the stories: a time-skipping server, a worker with the real workflow, fakes of the ports."""

import shutil
import sysconfig
import uuid
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from tests.stories.plant import Plant
from tests.stories.world import FollowUps, MemoryJournal, MemoryMail
from workers.sandbox import RUNNER
from workflows import visibility
from workflows.order import OrderWorkflow

SERVER = shutil.which("temporal-test-server", path=sysconfig.get_path("scripts"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def env() -> AsyncIterator[WorkflowEnvironment]:
    """One time-skipping server for a session's stories."""
    assert SERVER and Path(SERVER).exists(), "temporal-test-server is not installed; run make setup"
    async with await WorkflowEnvironment.start_time_skipping(
        data_converter=pydantic_data_converter, test_server_existing_path=SERVER
    ) as environment:
        # This server knows no list of attributes, so `ensure_namespace` cannot ask it what is there.
        wanted = {key.name: IndexedValueType.ValueType(key.indexed_value_type) for key in visibility.ALL}
        request = AddSearchAttributesRequest(namespace="default", search_attributes=wanted)
        await environment.client.operator_service.add_search_attributes(request)
        yield environment


@pytest_asyncio.fixture(loop_scope="session")
async def plant(env: WorkflowEnvironment) -> AsyncIterator[Plant]:
    """A plant with nothing in it yet."""
    queue, journal, mail = f"stories-{uuid.uuid4()}", MemoryJournal(), MemoryMail()
    orders = FollowUps(env.client, queue, journal)
    with ThreadPoolExecutor(8) as pool:
        async with (
            Worker(
                env.client,
                task_queue=queue,
                workflows=[OrderWorkflow],
                activities=[journal.flush, orders.enter_follow_up],
                activity_executor=pool,
                workflow_runner=RUNNER,
            ),
            Worker(env.client, task_queue="mail", activities=[mail.send], activity_executor=pool),
        ):
            yield Plant(env, queue, journal, mail, orders)
