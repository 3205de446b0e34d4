"""A plant with its people, its store, and the API in front of an engine that is played."""

import logging
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from activities.store import Database, Store, migrate
from tests.api.plant import PEOPLE, Plant


class Furnished(NamedTuple):
    """A database with people, to begin every test with; kept open, since SQLAlchemy learns its statements only once."""

    database: Database
    tokens: dict[str, str]
    template: Path
    file: Path

    def fresh(self) -> Store:
        """The store as every test finds it: with people, and no orders."""
        self.database.close()
        for file in self.file.parent.glob("store.db*"):
            file.unlink()
        shutil.copy(self.template, self.file)
        return Store(self.database, "http://127.0.0.1:8233")


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    folder = tmp_path_factory.mktemp("api")
    template, file = folder / "template.db", folder / "store.db"
    migrate(f"sqlite:///{template}")
    store = Store.open(f"sqlite:///{template}")
    for person in PEOPLE:
        store.people.put(person)
    tokens = {person.id: store.people.new_token(person.id) for person in PEOPLE}
    store.close()
    database = Database(f"sqlite:///{file}")
    yield Furnished(database, tokens, template, file)
    database.close()


@pytest.fixture
def store(furnished: Furnished) -> Store:
    return furnished.fresh()


@pytest.fixture
async def plant(store: Store, furnished: Furnished) -> AsyncIterator[Plant]:
    async with Plant.running(store, furnished.tokens) as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_unforeseen(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """The API answers whatever happens; a test must still see what it did not foresee."""
    yield
    unforeseen = [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert not [record for record in unforeseen if record.name == "jiaoqi.api"]
