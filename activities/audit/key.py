"""The key of the chain: a file outside the database, made once and never shown; a newer key is a line below the older ones."""

import os
import re
import secrets
from pathlib import Path

from activities.failures import ForeseenFailure

WRITTEN = re.compile(r"[0-9a-f]{64}")


class KeyIsUnusable(ForeseenFailure):
    """The file of the key is missing, or holds no key."""

    exit_code = 2


def read(file: Path) -> bytes:
    """The newest. Raises KeyIsUnusable."""
    return read_all(file)[-1]


def read_all(file: Path) -> tuple[bytes, ...]:
    """The oldest first, at least one. Raises KeyIsUnusable."""
    try:
        lines = file.read_text(encoding="ascii").split()
    except OSError as error:
        raise KeyIsUnusable(f"the key of the audit chain cannot be read from {file}: {error.strerror}") from error
    except UnicodeDecodeError:
        lines = []
    if not lines or not all(map(WRITTEN.fullmatch, lines)):
        raise KeyIsUnusable(f"{file} holds no key of an audit chain, which is one line of 64 hexadecimal digits")
    return tuple(map(bytes.fromhex, lines))


def read_or_make(file: Path) -> bytes:
    """The key; whoever comes first makes it, for its owner alone. Raises KeyIsUnusable."""
    if not file.exists():
        make(file)
    return read(file)


def add(file: Path) -> bytes:
    """Puts a new key below those that are there. Raises KeyIsUnusable."""
    read_all(file)
    made = secrets.token_hex(32)
    try:
        # A last line without its end must not become one with ours.
        start = "" if file.read_bytes().endswith(b"\n") else "\n"
        with file.open("a", encoding="ascii") as below:
            below.write(f"{start}{made}\n")
            below.flush()
            os.fsync(below.fileno())
    except OSError as error:
        raise KeyIsUnusable(f"a new key of the audit chain cannot be written to {file}: {error.strerror}") from error
    return bytes.fromhex(made)


def make(file: Path) -> None:
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as made:
            made.write(secrets.token_hex(32) + "\n")
            made.flush()
            os.fsync(made.fileno())
        # Whole or not at all, and never over another's.
        os.link(draft, file)
    except FileExistsError:
        pass
    except OSError as error:
        raise KeyIsUnusable(f"the key of the audit chain cannot be made in {file}: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)
