"""Who is running: processes told apart from later ones with the same number."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Running:
    """A process, known by its number and by when it was born."""

    pid: int
    born: str

    @classmethod
    def of(cls, pid: int) -> "Running":
        return cls(pid=pid, born=born(pid))

    @classmethod
    def current(cls) -> "Running":
        return cls.of(os.getpid())

    @property
    def lives(self) -> bool:
        """False when in doubt: where birth can't be told, nobody is called ours."""
        return bool(self.born) and born(self.pid) == self.born


def born(pid: int) -> str:
    """When a process was started: the boot and the tick in it; empty when it is gone or the system doesn't say."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
    # The command's name stands in brackets and may hold anything; behind it come the state (field 3) and the start (22).
    state, *rest = stat.rpartition(")")[2].split()
    return "" if state in ("Z", "X") else f"{boot}:{rest[18]}"


def end(process: Running) -> bool:
    """Kill a process that is verifiably ours and wait until it is gone; False when it was gone before."""
    if not process.lives:
        return False
    os.kill(process.pid, signal.SIGKILL)
    while born(process.pid) == process.born:
        time.sleep(0.01)
    return True
