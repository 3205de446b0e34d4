"""One stack for the ordinary stories of each test process; whoever breaks things gets a stack of their own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.endtoend.mails import Sink
from tests.endtoend.plant import Plant, plant_at
from tests.endtoend.policies import IN_SECONDS, ORDINARY


@pytest.fixture(scope="session")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """For stories that leave the stack as they found it."""
    with plant_at(tmp_path_factory.mktemp("plant"), ORDINARY) as plant:
        yield plant


@pytest.fixture
def own_plant(tmp_path: Path) -> Iterator[Callable[..., Plant]]:
    """Makes a plant on a fresh home, whose end is the test's end."""
    with ExitStack() as ends:
        yield lambda policy=None, sink=None: ends.enter_context(plant_at(tmp_path / "home", policy, sink))


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A mail server that listens."""
    sink = Sink().open()
    yield sink
    sink.close()


@pytest.fixture(scope="module")
def hurried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """A plant whose deadlines are seconds, with a mail server of ours; stories may stop and start it, but leave it running."""
    sink = Sink().open()
    with plant_at(tmp_path_factory.mktemp("hurried"), IN_SECONDS, sink) as plant:
        yield plant
    sink.close()
