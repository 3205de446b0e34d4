"""The store's tests run on SQLite and on PostgreSQL, each on a real one."""

from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import delete, insert

from activities import store
from activities.store import Database, SqlJournal, Store
from activities.store.tables import METADATA, REGISTER
from tests.store import cluster
from tests.store.plant import UI

CLUSTER = pytest.StashKey[cluster.Cluster]()
DATABASES = pytest.StashKey[dict[str, "Shared"]]()
"""One of each for a process, by backend: every folder that imports these fixtures has fixtures of its own by them, and would
have servers of its own."""


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> cluster.Cluster:
    bin_dir = cluster.binaries()
    if bin_dir is None:
        pytest.skip("PostgreSQL is not installed")
    if CLUSTER not in pytestconfig.stash:
        kept = ExitStack()
        pytestconfig.add_cleanup(kept.close)
        pytestconfig.stash[CLUSTER] = kept.enter_context(cluster.running(bin_dir))
    return pytestconfig.stash[CLUSTER]


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def empty_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that nobody has migrated."""
    if backend == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    running: cluster.Cluster = request.getfixturevalue("postgres")
    return running.create()


class Shared(NamedTuple):
    url: str
    database: Database


@pytest.fixture(scope="session")
def shared_url(backend: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    made = request.config.stash.setdefault(DATABASES, {})
    if backend not in made:
        url = f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'store.db'}"
        if backend == "postgresql":
            running: cluster.Cluster = request.getfixturevalue("postgres")
            url = running.create()
        store.migrate(url)
        made[backend] = Shared(url, Database(url))
        request.config.add_cleanup(made[backend].database.close)
    return made[backend].url


@pytest.fixture(scope="session")
def shared_database(backend: str, shared_url: str, pytestconfig: pytest.Config) -> Database:
    """One for all tests of a backend: what SQLAlchemy has compiled once need not be compiled for each."""
    return pytestconfig.stash[DATABASES][backend].database


@pytest.fixture
def db(shared_database: Database) -> Store:
    """A store with nothing in it."""
    empty(shared_database)
    return Store(shared_database, UI)


def empty(database: Database) -> None:
    with database.writing() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(delete(table))
        connection.execute(insert(REGISTER), {"id": 1, "version": 0})


@pytest.fixture
def url(db: Store, shared_url: str) -> str:
    """Where the store is, for another process."""
    return shared_url


@pytest.fixture
def journal(db: Store) -> SqlJournal:
    return SqlJournal(db)
