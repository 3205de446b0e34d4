"""Children are started again when they die, end in good order, and never outlive their parent."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from jiaoqi import processes, tether
from jiaoqi.processes import Child, Keeper
from jiaoqi.running import Running
from tests.jiaoqi.waiting import soon

# Writes a line to its log, then waits; ends at once with 0 when asked to.
OBEDIENT = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit()); print('here', flush=True); signal.pause()"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True)\nwhile True: signal.pause()"

Started = list[int]


def child(tmp_path: Path, code: str, grace: float = 5.0) -> Child:
    return Child(name="child", argv=(sys.executable, "-c", code), environment={}, log=tmp_path / "child.log", grace=grace)


@asynccontextmanager
async def kept(child: Child) -> AsyncIterator[tuple[Keeper, Started]]:
    started: Started = []
    keeper = Keeper(child, lambda name, pid: started.append(pid))
    keeper.start()
    try:
        yield keeper, started
    finally:
        await keeper.stop()


def says_here(child: Child, times: int = 1) -> Callable[[], bool]:
    return lambda: child.log.exists() and child.log.read_text().count("here") == times


async def test_a_killed_child_is_started_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    obedient = child(tmp_path, OBEDIENT)
    async with kept(obedient) as (_, started):
        await soon(says_here(obedient))
        os.kill(started[0], signal.SIGKILL)
        await soon(says_here(obedient, times=2))
    assert len(set(started)) == 2
    assert "child was killed by SIGKILL, starting it again in 0.1 s" in caplog.text
    assert str(obedient.log) in caplog.text


async def test_who_cannot_start_is_tried_again_ever_more_slowly(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with kept(child(tmp_path, "raise SystemExit(3)")) as (_, started):
        await soon(lambda: len(started) == 3)
    pauses = [record.getMessage().split("again in ")[1].split(" s;")[0] for record in caplog.records]
    assert pauses[:2] == ["0.1", "0.2"]
    assert "ended with status 3" in caplog.text


async def test_a_missing_program_is_told_in_the_log(tmp_path: Path) -> None:
    missing = Child(name="child", argv=("/no/such/program",), environment={}, log=tmp_path / "child.log")
    async with kept(missing) as (_, started):
        await soon(lambda: len(started) == 2)
    assert "FileNotFoundError" in missing.log.read_text()


async def test_a_log_that_cannot_be_opened_is_told_and_tried_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    lost = child(tmp_path / "not there", OBEDIENT)
    async with kept(lost):
        await soon(lambda: "could not be started" in caplog.text)
        lost.log.parent.mkdir()
        await soon(says_here(lost))


async def test_stopping_is_no_death(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    obedient = child(tmp_path, OBEDIENT)
    async with kept(obedient) as (keeper, started):
        await soon(says_here(obedient))
        running = Running.of(started[0])
        await keeper.stop()
        assert not running.lives
    assert len(started) == 1
    assert not caplog.records


async def test_who_does_not_stop_is_killed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    stubborn = child(tmp_path, STUBBORN, grace=0.2)
    async with kept(stubborn) as (keeper, started):
        await soon(says_here(stubborn))
        running = Running.of(started[0])
        await keeper.stop()
        assert not running.lives
    assert "did not end within 0.2 s and was killed" in caplog.text


async def test_stopping_does_not_wait_for_the_next_try(tmp_path: Path) -> None:
    async with kept(child(tmp_path, "raise SystemExit(3)")) as (keeper, started):
        await soon(lambda: len(started) == 4)
        async with asyncio.timeout(0.5):
            await keeper.stop()


async def test_a_large_log_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LARGEST_LOG", 10)
    obedient = child(tmp_path, OBEDIENT)
    obedient.log.write_text("what was written before")
    async with kept(obedient):
        await soon(says_here(obedient))
    assert (tmp_path / "child.old.log").read_text() == "what was written before"


async def test_a_log_that_grows_large_begins_anew_while_its_child_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LARGEST_LOG", 10_000)
    monkeypatch.setattr(processes, "LOOK", 0.05)
    talkative = child(tmp_path, "import itertools, time\nfor n in itertools.count(): print(n, flush=True); time.sleep(0.0001)")
    async with kept(talkative) as (_, started):
        await soon((tmp_path / "child.old.log").exists)
        await soon(lambda: talkative.log.stat().st_size)
        assert len(started) == 1
    # Nothing but what it wrote, from the first byte on.
    assert talkative.log.read_text().split()[0].isdecimal()


PARENT = """
import asyncio, sys
from pathlib import Path
from jiaoqi.processes import Child, Keeper

async def main():
    argv = (sys.executable, "-c", sys.argv[2])
    Keeper(Child(name="child", argv=argv, environment={}, log=Path(sys.argv[1])), lambda _, pid: print(pid, flush=True)).start()
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties children to their parent")
async def test_no_child_outlives_a_killed_parent(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PARENT, str(log), STUBBORN), cwd=Path(__file__).parents[2], stdout=subprocess.PIPE
    )
    assert parent.stdout
    running = Running.of(int(await parent.stdout.readline()))
    await soon(lambda: log.exists() and "here" in log.read_text())
    assert running.lives
    parent.kill()
    await soon(lambda: not running.lives, seconds=2)
    await parent.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties children to their parent")
def test_who_has_lost_the_parent_before_starting_never_starts(tmp_path: Path) -> None:
    command = [sys.executable, str(tether.__file__), "1", "/bin/echo", "started"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")


@pytest.fixture(autouse=True)
def _warnings(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, logger="jiaoqi")
