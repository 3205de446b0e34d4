"""The chain's head, put where nobody who can write to the store gets at it: what was cut off is missed by it."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from activities.audit.chain import Link
from activities.failures import ForeseenFailure


class HeadsCannotBeRead(ForeseenFailure):
    """A file of heads is missing, or not ours."""

    exit_code = 2


@dataclass(frozen=True)
class Head:
    n: int
    mac: str
    at: str

    @classmethod
    def of(cls, link: Link) -> "Head":
        return cls(link.n, link.mac, link.at)

    @property
    def line(self) -> str:
        return json.dumps(asdict(self))


class HeadFile:
    """A line for each head, one behind the other; nothing in it is ever changed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, head: Head) -> None:
        """Whole lines, whoever else is adding, and on disk. Raises OSError."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, f"{head.line}\n".encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def read(self) -> Iterator[Head]:
        """A last line that was cut off by a crash counts as none. Raises HeadsCannotBeRead."""
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines(keepends=True)
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text"
            raise HeadsCannotBeRead(f"the heads in {self.path} cannot be read: {reason}") from error
        for number, line in enumerate(lines, start=1):
            if line.endswith("\n") and line.strip():
                yield self._head(number, line)

    def _head(self, number: int, line: str) -> Head:
        try:
            told = json.loads(line)
            return Head(int(told["n"]), str(told["mac"]), str(told["at"]))
        except (ValueError, KeyError, TypeError) as error:
            raise HeadsCannotBeRead(f"{self.path}:{number}: this is no head of an audit chain") from error
