"""The store's tests run on SQLite and on PostgreSQL, each on a real one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, insert

from activities import store
from activities.store import Database, SqlJournal, Store
from activities.store.tables import METADATA, REGISTER
from tests.store import cluster
from tests.store.plant import UI


@pytest.fixture(scope="session")
def postgres() -> Iterator[cluster.Cluster]:
    bin_dir = cluster.binaries()
    if bin_dir is None:
        pytest.skip("PostgreSQL is not installed")
    with cluster.running(bin_dir) as running:
        yield running


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


@pytest.fixture(scope="session")
def shared_url(backend: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if backend == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'store.db'}"
    else:
        running: cluster.Cluster = request.getfixturevalue("postgres")
        url = running.create()
    store.migrate(url)
    return url


@pytest.fixture(scope="session")
def shared_database(shared_url: str) -> Iterator[Database]:
    """One for all tests of a backend: what SQLAlchemy has compiled once need not be compiled for each."""
    database = Database(shared_url)
    yield database
    database.close()


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
