"""A process of the plant with a supervisor beside it: whatever ends it, it is started again after a pause."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from jiaoqi import tether

PAUSE = 1.0
"""Seconds before a part that ended by itself is started again."""


class Part:
    def __init__(
        self, name: str, argv: Sequence[str], log: Path, environment: Mapping[str, str], *, user: str | None = None
    ) -> None:
        self.name, self.argv, self.log, self.environment, self.user = name, tuple(argv), log, environment, user
        self.pause = PAUSE
        self.deaths: list[tuple[float, int]] = []
        """When it ended, and with which status."""
        self.process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Starts it, and from then on keeps it running."""
        self._keeping = asyncio.create_task(self._keep(await self._begin()), name=f"keep {self.name}")

    async def stop(self) -> None:
        """Ends it in order, and whoever does not heed that at once."""
        if self._keeping is None or self.process is None:
            return
        self._keeping.cancel()
        self.signal(signal.SIGCONT)
        # PostgreSQL's fast shutdown, which does not wait for clients; all others take it as a request to end, too.
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)
        try:
            await asyncio.wait_for(self.process.wait(), 15)
        except TimeoutError:
            self.signal(signal.SIGKILL)
            await self.process.wait()

    def kill(self, pause: float) -> None:
        """`kill -9` of the process and all its children; it comes back after the pause."""
        self.pause = pause
        self.signal(signal.SIGKILL)

    def freeze(self) -> None:
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.signal(signal.SIGCONT)

    def signal(self, number: signal.Signals) -> None:
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def pids(self) -> list[int]:
        """Its own and its children's; none while it is down."""
        if self.process is None or self.process.returncode is not None:
            return []
        try:
            return [self.process.pid, *(child.pid for child in psutil.Process(self.process.pid).children(recursive=True))]
        except psutil.NoSuchProcess:
            return []

    async def _keep(self, process: asyncio.subprocess.Process) -> None:
        while True:
            status = await process.wait()
            self.deaths.append((time.time(), status))
            await asyncio.sleep(self.pause)
            self.pause = PAUSE
            process = await self._begin()

    async def _begin(self) -> asyncio.subprocess.Process:
        # Nothing of the plant outlives the rig. PostgreSQL's user may not read our interpreter; the rig stops it itself.
        leash = () if self.user else (sys.executable, "-I", "-S", str(tether.__file__), str(os.getpid()))
        with self.log.open("ab") as output:
            self.process = await asyncio.create_subprocess_exec(
                *leash,
                *self.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.log.parent,
                env=self.environment,
                user=self.user,
                start_new_session=True,
            )
        return self.process
