"""Where contents are kept: each once, under the digest of its bytes, and never given out unless they still have it."""

import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from activities.failures import ForeseenFailure

DIGEST = re.compile(r"[0-9a-f]{64}")
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
FRESH = 3600.0
"""Seconds for which nothing that was put down is removed: whoever put it down is about to put it on file."""


class ContentIsMissing(ForeseenFailure):
    """Nothing is kept under this digest."""

    def __init__(self, digest: str) -> None:
        super().__init__(f"the content {digest} is not there")


class ContentIsDamaged(ForeseenFailure):
    """What is kept under this digest is not what was put there."""

    def __init__(self, digest: str) -> None:
        super().__init__(f"the content {digest} is not what was put down: its bytes have changed")


class VaultIsAway(ForeseenFailure):
    """The folder cannot be read or written."""


class Vault:
    """A folder of contents; several processes may share it. Every call may raise VaultIsAway."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> str:
        """Keeps it, once, whatever dies meanwhile; its digest."""
        digest = hashlib.sha256(content).hexdigest()
        with telling_away():
            if not is_whole(self.place(digest), content):
                self._write(content)
        return digest

    def open(self, digest: str) -> bytes:
        """Raises ContentIsMissing, ContentIsDamaged."""
        with telling_away():
            try:
                content = self.place(digest).read_bytes()
            except FileNotFoundError:
                raise ContentIsMissing(digest) from None
        if hashlib.sha256(content).hexdigest() != digest:
            raise ContentIsDamaged(digest)
        return content

    def verify(self, digest: str) -> None:
        """Raises ContentIsMissing, ContentIsDamaged."""
        self.open(digest)

    def remove(self, digest: str) -> bool:
        """Whether it is gone: not what was put down again a moment ago."""
        with telling_away(), suppress(FileNotFoundError):
            place = self.place(digest)
            if place.stat().st_mtime >= time.time() - FRESH:
                return False
            place.unlink()
        return True

    def place(self, digest: str) -> Path:
        if not DIGEST.fullmatch(digest):
            raise ContentIsMissing(digest)
        return self.folder / digest[:2] / digest

    @contextmanager
    def draft(self) -> Iterator[Path]:
        """Where something large can be written, to be kept by `keep`; gone afterwards if it was not."""
        with telling_away():
            make(self.folder)
            path = self.folder / f".{secrets.token_hex(8)}"
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))
            try:
                yield path
            finally:
                path.unlink(missing_ok=True)

    def keep(self, draft: Path) -> str:
        """What was written there is kept from here on; its digest."""
        with telling_away(), draft.open("rb") as file:
            os.fsync(file.fileno())
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            place = self.place(digest)
            make(place.parent)
            draft.replace(place)
            sync(place.parent)
        return digest

    def checked(self, digest: str) -> Path:
        """Where something large is kept, read through once. Raises ContentIsMissing, ContentIsDamaged."""
        place = self.place(digest)
        with telling_away():
            try:
                with place.open("rb") as file:
                    found = hashlib.file_digest(file, "sha256").hexdigest()
            except FileNotFoundError:
                raise ContentIsMissing(digest) from None
        if found != digest:
            raise ContentIsDamaged(digest)
        return place

    def _write(self, content: bytes) -> None:
        with self.draft() as draft:
            draft.write_bytes(content)
            self.keep(draft)


class telling_away:  # noqa: N801 - used as a word of `with`
    """Turns what a disk says into VaultIsAway."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OSError):
            raise VaultIsAway(f"the documents cannot be reached: {error.strerror or error}") from error


def is_whole(place: Path, content: bytes) -> bool:
    """Whether it is there already; what is there but damaged is put down anew."""
    try:
        if place.read_bytes() != content:
            return False
        # Whoever removes what nobody needs any more leaves alone what was put down a moment ago.
        os.utime(place)
    except FileNotFoundError:
        return False
    return True


def make(folder: Path) -> None:
    """With its own entry on the disk: what is put into it must not be lost with it."""
    if folder.is_dir():
        return
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    for parent in parents_of(folder):
        sync(parent)


def parents_of(folder: Path) -> Iterator[Path]:
    yield folder.parent
    if folder.parent.parent.is_dir():
        yield folder.parent.parent


def sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
