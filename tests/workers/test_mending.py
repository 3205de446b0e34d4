"""Healing after a crash begins as soon as the store is there, however long that takes."""

import asyncio
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from activities.store import Store, migrate
from workers import mending


async def test_a_store_that_is_away_when_the_worker_starts_is_asked_until_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mending, "AGAIN", 0.05)
    nobody: Any = None
    with closing(Store.open(url := f"sqlite:///{tmp_path / 'store.db'}")) as store:
        healing = asyncio.create_task(mending.mend(nobody, store))
        await asyncio.sleep(0.3)
        assert not healing.done(), "nobody has migrated it yet"
        migrate(url)
        await asyncio.wait_for(healing, 5)
