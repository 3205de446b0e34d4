"""A full disk stops who writes on it, and lets them go on when there is room again; also where nothing may be mounted."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.chaos.disks import Disk
from tests.chaos.parts import Part

WRITER = """
import sys, time
while True:
    try:
        with open(sys.argv[1], "ab") as file:
            file.write(bytes(1000))
    except OSError:
        pass
    time.sleep(0.01)
"""
A_WHILE, SOON = 0.4, 50
"""Seconds in which a writer writes, and looks until something must have happened."""


async def grows(file: Path) -> bool:
    before = size(file)
    await asyncio.sleep(A_WHILE)
    return size(file) > before


def size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


@pytest.mark.parametrize("may_mount", [True, False])
async def test_nobody_writes_on_a_full_disk(may_mount: bool, tmp_path: Path) -> None:
    disk = Disk(tmp_path / "disk", size=4 << 20)
    if may_mount:
        disk.make(user=None)
    else:
        disk.folder.mkdir()
    written = disk.folder / "written"
    writer = Part("writer", [sys.executable, "-c", WRITER, str(written)], tmp_path / "writer.log", os.environ)
    await writer.start()
    try:
        for _ in range(SOON):
            if await grows(written):
                break
        disk.fill([writer])
        # What was begun may still be ended.
        await asyncio.sleep(A_WHILE)
        assert not await grows(written)
        disk.clear([writer])
        assert await grows(written)
    finally:
        await writer.stop()
        disk.remove()


async def test_a_killed_part_comes_back_after_its_pause(tmp_path: Path) -> None:
    part = Part("part", [sys.executable, "-c", "import time; time.sleep(60)"], tmp_path / "part.log", os.environ)
    await part.start()
    try:
        before = part.pids()
        part.kill(pause=0.2)
        for _ in range(SOON):
            await asyncio.sleep(0.1)
            if part.pids() not in ([], before):
                break
        assert [status for _, status in part.deaths] == [-9]
    finally:
        await part.stop()
    assert part.pids() == []
