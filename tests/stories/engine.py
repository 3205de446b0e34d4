"""The engines that the stories run on."""

import asyncio
import shutil
import sysconfig
from datetime import timedelta

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from workflows import visibility

AT_EVENTS = 20
"""A run of the restless engine is suggested to continue as new after so many events."""


def program(name: str) -> str:
    found = shutil.which(name, path=sysconfig.get_path("scripts"))
    assert found, f"{name} is not installed; run make setup"
    return found


async def start_skipping() -> WorkflowEnvironment:
    """The server whose time passes as fast as nothing happens."""
    environment = await WorkflowEnvironment.start_time_skipping(
        data_converter=pydantic_data_converter, test_server_existing_path=program("temporal-test-server")
    )
    # This server knows no list of attributes, so `ensure_namespace` cannot ask it what is there.
    wanted = {key.name: IndexedValueType.ValueType(key.indexed_value_type) for key in visibility.ALL}
    request = AddSearchAttributesRequest(namespace="default", search_attributes=wanted)
    await environment.client.operator_service.add_search_attributes(request)
    return environment


async def start_restless() -> WorkflowEnvironment:
    """A real server, in real time, on which runs grow old quickly."""
    return await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=program("temporal"),
        dev_server_log_level="error",
        search_attributes=visibility.ALL,
        dev_server_extra_args=["--dynamic-config-value", f"limit.historyCount.suggestContinueAsNew={AT_EVENTS}"],
    )


class SkippingEngine:
    """One time-skipping server for many stories; a story that stops its time for good costs only itself."""

    def __init__(self) -> None:
        self._environment: WorkflowEnvironment | None = None

    async def environment(self) -> WorkflowEnvironment:
        if self._environment is not None and not await self._skips():
            await self.stop()
        if self._environment is None:
            self._environment = await start_skipping()
        return self._environment

    async def _skips(self) -> bool:
        assert self._environment is not None
        try:
            async with asyncio.timeout(5):
                await self._environment.sleep(timedelta(minutes=1))
        except TimeoutError:
            return False
        return True

    async def stop(self) -> None:
        if self._environment is not None:
            await self._environment.shutdown()
            self._environment = None
