"""The engine for the stories: a time-skipping server, a worker with the real workflow, fakes of the ports."""

import shutil
import sysconfig
import uuid
from collections.abc import AsyncIterator

import pytest_asyncio
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from tests.stories.audit import audit
from tests.stories.crew import Crew
from tests.stories.plant import Plant
from workflows import visibility

SERVER = shutil.which("temporal-test-server", path=sysconfig.get_path("scripts"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def env() -> AsyncIterator[WorkflowEnvironment]:
    """One time-skipping server for a session's stories."""
    assert SERVER, "temporal-test-server is not installed; run make setup"
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
    """A plant with nothing in it yet; when its story has ended well, it is audited."""
    async with Crew(env.client, f"stories-{uuid.uuid4()}") as crew:
        told = Plant(env, crew)
        try:
            yield told
            await audit(told)
        finally:
            await told.stop_the_engine()
