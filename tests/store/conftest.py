"""The store's tests run on SQLite and on PostgreSQL, each on a real one."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from activities import store
from activities.store import SqlJournal, Store
from tests.store import cluster


@pytest.fixture(scope="session")
def postgres() -> Iterator[cluster.Cluster]:
    bin_dir = cluster.binaries()
    if bin_dir is None:
        pytest.skip("PostgreSQL is not installed")
    with cluster.running(bin_dir) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def empty_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that nobody has migrated."""
    if backend == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    running: cluster.Cluster = request.getfixturevalue("postgres")
    return running.empty()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    store.migrate(f"sqlite:///{made}")
    return made


@pytest.fixture
def url(backend: str, request: pytest.FixtureRequest, tmp_path: Path, migrated_file: Path) -> str:
    """A database with our tables and nothing in them."""
    if backend == "sqlite":
        made = shutil.copy(migrated_file, tmp_path / "store.db")
        return f"sqlite:///{made}"
    running: cluster.Cluster = request.getfixturevalue("postgres")
    return running.fresh()


@pytest.fixture
def db(url: str) -> Iterator[Store]:
    opened = Store.open(url)
    yield opened
    opened.close()


@pytest.fixture
def journal(db: Store) -> SqlJournal:
    return SqlJournal(db)
