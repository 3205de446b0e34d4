"""A small disk that can be filled: a file system of its own where the machine lets us mount one."""

import errno
import resource
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.chaos.parts import Part

SIZE = 400 << 20
BLOCK = bytes(1 << 16)


class Disk:
    """A folder; `is_mounted` says whether it is really a disk of its own."""

    def __init__(self, folder: Path, size: int = SIZE) -> None:
        self.folder, self.size = folder, size
        self.filler = folder / "filler"
        self.is_mounted = False

    def make(self, user: str | None) -> None:
        self.folder.mkdir()
        mounting = ["mount", "-t", "tmpfs", "-o", f"size={self.size}", "tmpfs", str(self.folder)]
        try:
            self.is_mounted = subprocess.run(mounting, capture_output=True, check=False).returncode == 0
        except OSError:
            self.is_mounted = False
        if user:
            shutil.chown(self.folder, user)

    def fill(self, writers: Sequence[Part]) -> None:
        """No byte more can be written. Without a disk of our own, at least the writers' files can grow no more."""
        if not self.is_mounted:
            limit(writers, 0)
            return
        with self.filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(BLOCK)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def clear(self, writers: Sequence[Part]) -> None:
        self.filler.unlink(missing_ok=True)
        if not self.is_mounted:
            limit(writers, resource.RLIM_INFINITY)

    def remove(self) -> None:
        """Unmounts it; what lay on it is kept beside."""
        self.filler.unlink(missing_ok=True)
        if self.is_mounted:
            shutil.copytree(self.folder, self.folder.with_name(f"{self.folder.name}-kept"))
            subprocess.run(["umount", "--lazy", str(self.folder)], check=True)
            self.is_mounted = False


def limit(writers: Sequence[Part], most: int) -> None:
    for pid in (pid for part in writers for pid in part.pids()):
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, hard))
