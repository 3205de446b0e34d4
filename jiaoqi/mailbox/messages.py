"""The mails on disk, one file each, and what the list needs to know of them."""

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from pathlib import Path

# The headers of a mail end long before; no body is read for the list.
HEADERS_WITHIN = 16_384


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One mail as the list shows it."""

    n: int
    at: datetime
    subject: str
    sender: str
    to: str
    kind: str
    order: str
    task: str


@dataclass(frozen=True, kw_only=True)
class Search:
    """What to list: `to` finds parts of addresses, the others are exact in any case; empty finds all."""

    to: str = ""
    order: str = ""
    kind: str = ""

    def finds(self, mail: Mail) -> bool:
        if self.to.casefold() not in mail.to.casefold():
            return False
        if self.order and self.order.casefold() != mail.order.casefold():
            return False
        return not self.kind or self.kind.casefold() == mail.kind.casefold()


class Messages:
    """The mails of one folder, numbered in the order in which they came; the folder is the truth."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._lock = threading.Lock()
        self._last = max(_numbers(folder), default=0)
        self._known: dict[int, Mail] = {}

    def add(self, content: bytes, recipients: Sequence[str]) -> int:
        """Its number, once the mail is on disk for good. Raises OSError when it can't be kept."""
        with self._lock:
            self._last += 1
            n = self._last
        # The envelope goes on top, as mail servers do: the headers need not name who received it.
        delivered = "".join(f"Delivered-To: {recipient}\r\n" for recipient in recipients)
        _write(self._path(n), delivered.encode() + content)
        return n

    def newest(self, search: Search, before: int | None = None) -> Iterator[Mail]:
        """What the search finds, from the newest to the oldest, numbered below `before`."""
        self.refresh()
        for n in sorted(self._known, reverse=True):
            if (before is None or n < before) and search.finds(self._known[n]):
                yield self._known[n]

    def content(self, n: int) -> bytes | None:
        try:
            return self._path(n).read_bytes()
        except FileNotFoundError:
            return None

    def refresh(self) -> None:
        """Read the headers of what has come since the last time."""
        with self._lock:
            for n in _numbers(self._folder) - self._known.keys():
                self._known[n] = _summary(n, self._path(n))

    def _path(self, n: int) -> Path:
        return self._folder / f"{n:08d}.eml"


def _numbers(folder: Path) -> set[int]:
    return {int(path.stem) for path in folder.glob("*.eml") if path.stem.isdecimal()}


def _write(path: Path, content: bytes) -> None:
    """All or nothing, on disk: neither a crash nor a power cut may undo what was answered with 250."""
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _summary(n: int, path: Path) -> Mail:
    with path.open("rb") as file:
        headers = BytesHeaderParser().parsebytes(file.read(HEADERS_WITHIN))
        at = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
    return Mail(
        n=n,
        at=at,
        subject=_text(headers, "Subject"),
        sender=_text(headers, "From"),
        to=_text(headers, "To") or ", ".join(headers.get_all("Delivered-To", [])),
        kind=_text(headers, "X-Jiaoqi-Kind"),
        order=_text(headers, "X-Jiaoqi-Order"),
        task=_text(headers, "X-Jiaoqi-Task"),
    )


def _text(headers: Message, name: str) -> str:
    """A header as people read it; one that can't be decoded as it came."""
    raw = str(headers.get(name, ""))
    try:
        return str(make_header(decode_header(raw)))
    except (LookupError, UnicodeError, ValueError):
        return raw
