"""The processes of a stack: each is kept running until it is told to stop, and none outlives us."""

import asyncio
import logging
import os
import shutil
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from jiaoqi import tether

# Seconds: the first restart is at once for a person, a child that can't start doesn't burn the machine.
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
# Who lived this long had started well; the next death is a new story.
LIVED_WELL = 10.0
LARGEST_LOG = 10_000_000
# Seconds from one look at the size of a log to the next.
LOOK = 3600.0

log = logging.getLogger("jiaoqi")


@dataclass(frozen=True, kw_only=True)
class Child:
    """A process to keep: what it runs, with which environment, where its output goes."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    grace: float = 5.0
    """Seconds between the request to end and the end."""


class Keeper:
    """Keeps one child running: starts it, starts it again when it dies, stops it when told."""

    def __init__(self, child: Child, started: Callable[[str, int], None] = lambda name, pid: None) -> None:
        self.child = child
        self._started = started
        self._stopping = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._keeping = asyncio.create_task(self._keep(), name=f"keep {self.child.name}")

    async def stop(self) -> None:
        """Returns once the child has ended."""
        self._stopping.set()
        if self._keeping is not None:
            await self._keeping

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        clock = asyncio.get_running_loop().time
        while not self._stopping.is_set():
            began = clock()
            end = await self._run_once()
            if self._stopping.is_set():
                return
            pause = FIRST_PAUSE if clock() - began > LIVED_WELL else pause
            log.warning("%s %s, starting it again in %.1f s; its log is %s", self.child.name, end, pause, self.child.log)
            await self._rest(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _run_once(self) -> str:
        """From the start to the end, which is told in words."""
        try:
            process = await self._begin()
        except OSError as error:
            return f"could not be started ({error})"
        self._started(self.child.name, process.pid)
        ended = asyncio.ensure_future(process.wait())
        told = asyncio.ensure_future(self._stopping.wait())
        while not (ended.done() or told.done()):
            await asyncio.wait({ended, told}, timeout=LOOK, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.to_thread(_keep_small, self.child.log)
        told.cancel()
        if not ended.done():
            await self._end(process)
        return _in_words(await ended)

    async def _begin(self) -> asyncio.subprocess.Process:
        with _opened(self.child.log) as output:
            return await asyncio.create_subprocess_exec(
                # -I and -S: no user's module and no site packages between us and the command.
                *(sys.executable, "-I", "-S", str(tether.__file__), str(os.getpid()), *self.child.argv),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self.child.environment,
                # A session of its own, or the terminal's Ctrl-C would end all children at once and out of order.
                start_new_session=True,
            )

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        _signal(process, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), self.child.grace)
        except TimeoutError:
            log.warning("%s did not end within %g s and was killed", self.child.name, self.child.grace)
            _signal(process, signal.SIGKILL)

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return


def _in_words(status: int) -> str:
    return f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except ProcessLookupError:
        return


def _opened(path: Path) -> BinaryIO:
    """The log to append to."""
    _keep_small(path)
    return path.open("ab")


def _keep_small(path: Path) -> None:
    """A log that has grown large begins anew, with one predecessor kept."""
    try:
        if path.stat().st_size > LARGEST_LOG:
            # The same file: whoever has it open appends to it, and would go on writing to one that was moved away.
            shutil.copyfile(path, path.with_suffix(".old.log"))
            os.truncate(path, 0)
    except FileNotFoundError:
        return
    except OSError as error:
        log.warning("%s has grown large and cannot begin anew: %s", path, error.strerror)
