"""`jiaoqi up` as a process of its own, started, found, stopped and killed as from outside."""

import json
import os
import re
import signal
import subprocess
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from tests.endtoend.waiting import until

SCRIPTS = Path(sysconfig.get_path("scripts"))
JIAOQI, TEMPORAL = SCRIPTS / "jiaoqi", SCRIPTS / "temporal"
ROOT = Path(__file__).parents[2]
ANY_PORTS = tuple(word for part in ("", "temporal-", "temporal-ui-", "smtp-", "mailbox-") for word in (f"--{part}port", "0"))
READY = 90.0
"""Seconds to get ready on a busy machine; the figure to hold is measured elsewhere."""
URL = r"http://127\.0\.0\.1:(\d+)"


class Stack:
    """One home, and the `up` that runs on it now."""

    def __init__(
        self,
        home: Path,
        *,
        policy: Path | None = None,
        environment: Mapping[str, str] | None = None,
        program: Sequence[str | Path] = (JIAOQI,),
    ) -> None:
        self.home = home.absolute()
        self.program = program
        self.options = ANY_PORTS + (("--policy", str(policy)) if policy else ())
        self.environment = {**os.environ, **(environment or {})}
        self.url = self.ui_url = self.mailbox_url = ""
        self.process: subprocess.Popen[bytes] | None = None

    # Its life.

    def start(self) -> "Stack":
        """Returns when it has said that it is ready, in exactly the contract's lines."""
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "out.txt").write_bytes(b"")
        with (self.home / "out.txt").open("ab") as out, (self.home / "err.txt").open("ab") as err:
            argv = [*map(str, self.program), "up", "--home", str(self.home), *self.options]
            self.process = subprocess.Popen(argv, stdout=out, stderr=err, cwd=self.home, env=self.environment)
        lines = until(self._four_lines, lambda: f"ready lines; stderr has {self.errors()}", within=READY)
        self.url = self._read(lines[0], "jiaoqi is ready: ")
        self.ui_url = self._read(lines[1], "temporal ui: ")
        self.mailbox_url = lines[2].removeprefix("mailbox: ")
        assert lines[2].startswith("mailbox: ") and lines[3] == f"data: {self.home}"
        return self

    def stop(self) -> int:
        """A clean stop; the exit status."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def kill(self) -> None:
        """`kill -9` of up itself; its children go with it."""
        assert self.process
        children = [self.pid(name) for name in self.children]
        self.process.kill()
        self.process.wait(10)
        until(lambda: not any(lives(pid) for pid in children), "the children of a killed `up` end")

    def end(self) -> None:
        """Whatever state it is in, afterwards nothing of it runs."""
        if self.process and self.runs:
            for name in self.children:
                signalled(self.pid(name), signal.SIGCONT)
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)

    def kill_part(self, *names: str) -> None:
        """`kill -9` of parts, in this order; `up` starts them again."""
        pids = [self.pid(name) for name in names]
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

    def until_ready(self) -> None:
        """Also a part that was frozen is asked to go on."""
        for name in self.children:
            signalled(self.pid(name), signal.SIGCONT)
        until(lambda: self.answers("/readyz"), "the stack is ready again", within=READY)

    # What is known of it.

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def note(self) -> dict[str, Any]:
        return dict(json.loads((self.home / "stack.json").read_text()))

    @property
    def children(self) -> list[str]:
        return list(self.note["children"]) if (self.home / "stack.json").exists() else []

    def pid(self, name: str) -> int:
        return int(self.note["children"][name]["pid"])

    @property
    def temporal_address(self) -> str:
        return str(self.note["environment"]["TEMPORAL_ADDRESS"])

    def answers(self, path: str) -> bool:
        try:
            return httpx.get(f"{self.url}{path}", timeout=5, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    def errors(self) -> str:
        return (self.home / "err.txt").read_text()

    def _four_lines(self) -> list[str]:
        assert self.process
        text = (self.home / "out.txt").read_text()
        assert self.process.poll() is None, f"up ended with {self.process.poll()}: {self.errors()}"
        return text.splitlines() if text.count("\n") == 4 else []

    def _read(self, line: str, begins: str) -> str:
        found = re.fullmatch(f"{re.escape(begins)}{URL}", line)
        assert found, f"{line!r} is not `{begins}URL`"
        return line.removeprefix(begins)


def command(home: Path, *arguments: str | Path, exits: int = 0, timeout: float = 120) -> str:
    """A command of the front door on a home, as a process; its standard output."""
    argv = [str(JIAOQI), *map(str, arguments), "--home", str(home)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=timeout, cwd=home)
    assert done.returncode == exits, f"{argv} ended with {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout


def lives(pid: int) -> bool:
    """Whether a process runs; one that only waits to be buried doesn't."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def signalled(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
