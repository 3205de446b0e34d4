"""The worker's loop: orders are counted without anybody asking, and a store that is away for a while is no end of it."""

import asyncio
from pathlib import Path

import pytest

from activities import store
from activities.figures.report import Wanted, report
from activities.store import Store
from tests.figures import walks
from tests.figures.plain_sql import day
from workers import figuring

ALL = Wanted(start=day("2025-01-01"), end=day("2028-01-01"))


async def test_what_happens_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figuring, "EVERY", 0.02)
    found = Store.open(url := f"sqlite:///{tmp_path / 'store.db'}")
    keeping = asyncio.create_task(figuring.keep(found))
    await asyncio.sleep(0.1)  # there is no table yet
    await asyncio.to_thread(store.migrate, url)
    await asyncio.to_thread(walks.fill, found, 2)
    for _ in range(1_000):
        counted = (await asyncio.to_thread(report, found, ALL, walks.NOW)).figure("first_answer").of
        if counted == 2:
            break
        await asyncio.sleep(0.05)
    assert counted == 2 and not keeping.done()
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping
    found.close()
