"""Stacks for each test process: one for stories, one whose deadlines are seconds, and one on PostgreSQL; the latter for
those who break things."""

from collections.abc import Iterator

import pytest

from tests.endtoend import people
from tests.endtoend.mails import Sink
from tests.endtoend.plant import Plant, mortal_plant_at, plant_at
from tests.endtoend.policies import IN_SECONDS, ORDINARY
from tests.store import cluster


@pytest.fixture(scope="session", autouse=True)
def nobody_stays() -> Iterator[None]:
    yield
    people.dismiss()


@pytest.fixture(scope="package")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """For stories that leave the stack as they found it."""
    with plant_at(tmp_path_factory.mktemp("plant"), ORDINARY) as plant:
        yield plant


@pytest.fixture(scope="package")
def the_hurried_plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    with Sink() as sink, mortal_plant_at(tmp_path_factory.mktemp("hurried"), IN_SECONDS, sink) as plant:
        yield plant


@pytest.fixture
def hurried(the_hurried_plant: Plant) -> Plant:
    """A plant whose deadlines are seconds, with a mail server of ours and a worker that dies on command.

    Stories may stop, kill and start it; whatever the last one left, it is running and ready.
    """
    the_hurried_plant.put_right()
    return the_hurried_plant


@pytest.fixture(scope="package")
def the_plant_on_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    bin_dir = cluster.binaries()
    if bin_dir is None:
        pytest.skip("PostgreSQL is not installed")
    home = tmp_path_factory.mktemp("on-postgresql")
    with cluster.running(bin_dir) as running, Sink() as sink, mortal_plant_at(home, ORDINARY, sink, running) as plant:
        yield plant


@pytest.fixture
def on_postgresql(the_plant_on_postgresql: Plant) -> Plant:
    """A plant with its store in a PostgreSQL of its own, which may be taken away and given back like the rest."""
    the_plant_on_postgresql.put_right()
    return the_plant_on_postgresql
