"""Figures are kept beside everything else: whoever always has something to count passes all orders again as well."""

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from activities.store import Store, migrate
from activities.store.following import LONG_AGO
from workers import figuring


async def test_a_plant_that_is_never_idle_has_all_orders_passed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figuring, "EVERY", 0.01)
    monkeypatch.setattr(figuring, "FROM_THE_START_EVERY", 0.05)
    monkeypatch.setattr(figuring, "catch_up", lambda *_: 1)
    migrate(url := f"sqlite:///{tmp_path / 'store.db'}")
    with closing(Store.open(url)) as store, ThreadPoolExecutor(1) as thread:
        store.figures.following._walked = (datetime.now(UTC), "po-1")
        keeping = asyncio.create_task(figuring.keep_in(store, thread))
        await asyncio.sleep(0.5)
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping
        assert store.figures.following._walked == (LONG_AGO, "")
