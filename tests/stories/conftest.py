"""The engine for the stories: a time-skipping server, a worker with the real workflow, fakes of the ports.

JIAOQI_TEST_FAULTS=SEED tells all stories with faults around every call to store and mail (tests/faulty), JIAOQI_TEST_LONG=1
both without and with; a few are told both ways in any case.
"""

import os
import uuid
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from tests.faulty.agreement import agree
from tests.faulty.crew import ODDS, FaultyCrew, Founded
from tests.faulty.faults import Faults, table
from tests.mail.servers import Server, running
from tests.stories.audit import audit
from tests.stories.crew import Crew
from tests.stories.engine import SkippingEngine, start_restless
from tests.stories.plant import Plant

ANYWAY = {"test_straight_through"}
"""Modules whose stories are told with faults, too, whenever they are told."""
SEEDS = (7, 8)
COUNTED = {
    "test_an_answer_and_the_task_that_it_opens_are_one_transaction": "looks at the one attempt at writing them",
}
"""Stories that count what faults change, told without them; why, by name."""
Hired = Callable[[WorkflowEnvironment], Crew]
TOLD = pytest.StashKey[list[Faults]]()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" not in metafunc.fixturenames or metafunc.function.__name__ in COUNTED:
        return
    if seeds := seeds_of(metafunc.module.__name__.rpartition(".")[2]):
        metafunc.parametrize("seed", seeds, ids=["all-is-well" if seed is None else f"faults-{seed}" for seed in seeds])


def seeds_of(module: str) -> list[int | None]:
    if chosen := os.environ.get("JIAOQI_TEST_FAULTS"):
        return [int(chosen)]
    if os.environ.get("JIAOQI_TEST_LONG"):
        return [None, *SEEDS]
    return [None, SEEDS[0]] if module in ANYWAY else []


@pytest.fixture
def seed() -> int | None:
    """Of the faults, if there are any."""
    return None


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


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Founded:
    return Founded(tmp_path_factory.mktemp("founded"))


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running(Server()) as started:
        yield started


@pytest.fixture
def faults(seed: int | None, request: pytest.FixtureRequest) -> Iterator[Faults | None]:
    if seed is None:
        yield None
        return
    faults = Faults(seed, request.node.originalname, ODDS)
    yield faults
    request.config.stash.setdefault(TOLD, []).append(faults)


@pytest.fixture
def hired(faults: Faults | None, request: pytest.FixtureRequest) -> Hired:
    """Who serves a plant, on whatever engine."""
    queue = f"stories-{uuid.uuid4()}"
    if faults is None:
        return lambda env: Crew(env.client, queue)
    founded, server = request.getfixturevalue("founded"), request.getfixturevalue("server")
    return lambda env: FaultyCrew(env.client, queue, faults, founded.copy(), server)


async def told(env: WorkflowEnvironment, hired: Hired) -> AsyncIterator[Plant]:
    """A plant with nothing in it yet; when its story has ended well, it is audited."""
    async with hired(env) as crew:
        plant = Plant(env, crew)
        if isinstance(crew, FaultyCrew):
            crew.journal.policies = plant.policies
        try:
            yield plant
            await audit(plant)
        finally:
            await plant.stop_the_engine()
    if isinstance(crew, FaultyCrew):
        agree(crew)


@pytest_asyncio.fixture(loop_scope="session")
async def plant(engine: SkippingEngine, hired: Hired) -> AsyncIterator[Plant]:
    """Where time passes as fast as nothing happens."""
    async for each in told(await engine.environment(), hired):
        yield each


@pytest_asyncio.fixture(loop_scope="session")
async def busy_plant(restless: WorkflowEnvironment, hired: Hired) -> AsyncIterator[Plant]:
    """Where time is real, and a run continues as new after some twenty events."""
    async for each in told(restless, hired):
        yield each


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """How much of what was injected, so that nobody takes a run without faults for one with them."""
    told = config.stash.get(TOLD, [])
    if told:
        terminalreporter.section("faults")
        for line in table(told):
            terminalreporter.line(line)
