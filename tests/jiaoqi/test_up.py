"""The whole of Jiaoqi on one machine: ready, killed, started again, stopped."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from activities.store import OrderFilter, Store
from jiaoqi.demo.cast import CAST
from jiaoqi.demo.orders import orders
from jiaoqi.home import Home, StackNote
from jiaoqi.running import Running
from jiaoqi.stack import answer_of
from tests.jiaoqi.waiting import soon

READY = 60
"""Seconds; a machine that also runs other tests is slow."""
ANY_PORTS = [word for part in ("", "temporal-", "temporal-ui-", "smtp-", "mailbox-") for word in (f"--{part}port", "0")]


async def started(home: Home, *options: str) -> tuple[asyncio.subprocess.Process, StackNote]:
    with (home.path / "stderr.txt").open("a") as stderr:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "jiaoqi", "up", "--home", str(home.path), *ANY_PORTS, *options),
            stdout=subprocess.PIPE,
            stderr=stderr,
        )
    assert process.stdout
    async with asyncio.timeout(READY):
        lines = [(await process.stdout.readline()).decode() for _ in range(4)]
    note = home.running_stack()
    assert note, (home.path / "stderr.txt").read_text()
    assert lines == [
        f"jiaoqi is ready: {note.url}\n",
        f"temporal ui: {note.temporal_ui_url}\n",
        f"mailbox: {note.mailbox_url}\n",
        f"data: {home.path}\n",
    ]
    return process, note


async def command(home: Home, *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "jiaoqi", *arguments, "--home", str(home.path)), stdout=subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    return output.decode()


def stages(home: Home) -> dict[str, str]:
    with closing(Store.open(home.store_url)) as store:
        page = store.orders.page(OrderFilter(), 200, None, datetime.now(UTC))
    return {order.order_no: order.stage for order in page.items}


async def stopped(process: asyncio.subprocess.Process) -> None:
    process.send_signal(signal.SIGTERM)
    output, _ = await process.communicate()
    assert (process.returncode, output) == (0, b"")


async def test_a_stack_gets_ready_survives_kills_and_stops(tmp_path: Path) -> None:
    home = Home(tmp_path)
    process, note = await started(home, "--demo")
    assert [answer_of(url) for url in (f"{note.url}/readyz", note.temporal_ui_url, note.mailbox_url)] == ["200"] * 3
    assert len(json.loads(await command(home, "people", "list", "--json"))) == len(CAST)
    assert (await command(home, "people", "token", "sales1")).startswith("jq_")
    furnished = stages(home)
    assert furnished.keys() == {order.order_no for order in orders(datetime.now(UTC).date())}

    os.kill(note.children["worker"].pid, signal.SIGKILL)
    os.kill(note.children["temporal"].pid, signal.SIGKILL)
    await soon(lambda: not note.children["worker"].lives and answer_of(f"{note.url}/readyz") == "200", READY)

    children = note_of(home).children.values()
    process.kill()
    await process.wait()
    await soon(lambda: not any(child.lives for child in children))
    assert not home.is_taken

    process, note = await started(home, "--demo")
    children = note.children.values()
    assert stages(home) == furnished
    await stopped(process)
    assert not any(child.lives for child in children)
    assert "Traceback" not in (home.path / "stderr.txt").read_text()
    assert "demo is incomplete" not in (home.path / "stderr.txt").read_text()


def note_of(home: Home) -> StackNote:
    note = home.running_stack()
    assert note
    assert isinstance(note.up, Running)
    return note
