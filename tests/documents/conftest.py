"""Documents' tests run on the store's databases and on real folders; what is printed is printed for real, and once."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from activities import store
from activities.documents.archiving import Archiving
from activities.documents.filing import Filing
from activities.documents.papers import Papers
from activities.documents.vault import Vault
from activities.store import Store
from tests.documents import plant
from tests.store.conftest import backend, db, empty_url, journal, postgres, shared_database, shared_url, url

__all__ = ["backend", "db", "empty_url", "journal", "postgres", "shared_database", "shared_url", "url"]


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "documents" / "content")


@pytest.fixture
def filing(db: Store, vault: Vault) -> Filing:
    """Its printer sets no type: what PDFs are is told in test_papers."""
    return Filing(db, vault, Papers(plant.URL), plant.RoughPrinter())


@pytest.fixture
def archiving(filing: Filing, tmp_path: Path) -> Archiving:
    return Archiving(filing, Vault(tmp_path / "documents" / "archive"))


class Office(NamedTuple):
    """A plant of its own, for papers: which database it has says nothing of them."""

    db: Store
    filing: Filing


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("papers")
    store.migrate(f"sqlite:///{folder / 'store.db'}")
    db = Store.open(f"sqlite:///{folder / 'store.db'}")
    yield Office(db, plant.filing(db, Vault(folder / "content")))
    db.close()
