"""A plant with its people, its store, and the API in front of an engine that is played."""

import logging
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from activities.store import Store, migrate
from tests.api.plant import PEOPLE, Plant


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A database file with people, and their tokens; to be copied, since making it takes longer than any of these tests."""
    path = tmp_path_factory.mktemp("api") / "store.db"
    migrate(f"sqlite:///{path}")
    store = Store.open(f"sqlite:///{path}")
    for person in PEOPLE:
        store.people.put(person)
    tokens = {person.id: store.people.new_token(person.id) for person in PEOPLE}
    store.close()
    return path, tokens


@pytest.fixture
def store(furnished: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[Store]:
    for file in furnished[0].parent.glob("store.db*"):
        shutil.copy(file, tmp_path)
    opened = Store.open(f"sqlite:///{tmp_path / 'store.db'}", "http://127.0.0.1:8233")
    yield opened
    opened.close()


@pytest.fixture
async def plant(store: Store, furnished: tuple[Path, dict[str, str]]) -> AsyncIterator[Plant]:
    async with Plant.running(store, furnished[1]) as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_unforeseen(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """The API answers whatever happens; a test must still see what it did not foresee."""
    yield
    unforeseen = [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert not [record for record in unforeseen if record.name == "jiaoqi.api"]
