"""The store of the mail room's tests: SQLite, made once and copied for each."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.store import Store, migrate
from tests.mail.plant import Plant, found
from tests.mail.servers import Server, running


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A store with people and a policy, and the policy's digest."""
    file = tmp_path_factory.mktemp("founded") / "jiaoqi.db"
    url = f"sqlite:///{file}"
    migrate(url)
    store = Store.open(url)
    digest = found(store)
    store.close()
    return file, digest


@pytest.fixture
def server() -> Iterator[Server]:
    with running(Server()) as started:
        yield started


@pytest.fixture
def plant(founded: tuple[Path, str], server: Server, tmp_path: Path) -> Iterator[Plant]:
    file, digest = founded
    copy = shutil.copy(file, tmp_path / "jiaoqi.db")
    store = Store.open(f"sqlite:///{copy}")
    yield Plant(store, server, digest)
    store.close()
