"""The engine for the stories: a time-skipping server, a worker with the real workflow, fakes of the ports."""

import uuid
from collections.abc import AsyncIterator

import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from tests.stories.audit import audit
from tests.stories.crew import Crew
from tests.stories.engine import SkippingEngine, start_restless
from tests.stories.plant import Plant


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def engine() -> AsyncIterator[SkippingEngine]:
    """One time-skipping server for a session's stories."""
    skipping = SkippingEngine()
    yield skipping
    await skipping.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def restless() -> AsyncIterator[WorkflowEnvironment]:
    """A real server, in real time, on which runs grow old quickly."""
    environment = await start_restless()
    yield environment
    await environment.shutdown()


async def told(env: WorkflowEnvironment) -> AsyncIterator[Plant]:
    """A plant with nothing in it yet; when its story has ended well, it is audited."""
    async with Crew(env.client, f"stories-{uuid.uuid4()}") as crew:
        plant = Plant(env, crew)
        try:
            yield plant
            await audit(plant)
        finally:
            await plant.stop_the_engine()


@pytest_asyncio.fixture(loop_scope="session")
async def plant(engine: SkippingEngine) -> AsyncIterator[Plant]:
    """Where time passes as fast as nothing happens."""
    async for each in told(await engine.environment()):
        yield each


@pytest_asyncio.fixture(loop_scope="session")
async def busy_plant(restless: WorkflowEnvironment) -> AsyncIterator[Plant]:
    """Where time is real, and a run continues as new after some twenty events."""
    async for each in told(restless):
        yield each
