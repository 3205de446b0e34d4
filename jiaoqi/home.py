"""The home: the folder that holds all of a stack's data, and the note of who runs in it."""

import fcntl
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from jiaoqi.errors import HomeCannotBeUsed, HomeIsTaken
from jiaoqi.running import Running

# Whoever only asks whether a stack runs holds the lock for microseconds; `up` must not mistake that for another `up`.
LOCK_PATIENCE = 0.3


@dataclass(frozen=True, kw_only=True)
class StackNote:
    """What `up` writes down in the home, so that other commands find the stack and the next `up` its leftovers."""

    up: Running
    url: str
    temporal_ui_url: str
    mailbox_url: str
    environment: Mapping[str, str]
    """The variables that connect a process to this stack."""
    children: Mapping[str, Running] = field(default_factory=dict)
    ready: bool = False

    @classmethod
    def parse(cls, text: str) -> "StackNote":
        """Raises ValueError, KeyError or TypeError on anything that we did not write."""
        note = json.loads(text)
        children = {name: Running(**child) for name, child in note.pop("children").items()}
        return cls(up=Running(**note.pop("up")), children=children, **note)


class Home:
    """The folder of one stack."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        self.note_file = self.path / "stack.json"
        self.lock_file = self.path / "stack.lock"
        self.logs = self.path / "logs"
        self.mailbox = self.path / "mailbox"
        self.policy_file = self.path / "policy.toml"
        self.documents = self.path / "documents"
        self.audit_key_file = self.path / "audit.key"
        self.audit_heads_file = self.path / "audit-heads.jsonl"
        self.temporal_database = self.path / "temporal.db"
        self.store_url = f"sqlite:///{self.path / 'jiaoqi.db'}"

    def make(self) -> None:
        """Make the folder, for its owner alone. Raises HomeCannotBeUsed."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.lock_file.touch()
        except OSError as error:
            raise HomeCannotBeUsed(self.path, error.strerror) from error

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold the home for one `up`; the lock goes with the process, however it ends. Raises HomeIsTaken."""
        self.make()
        with self.lock_file.open("a") as lock:
            if not _locked(lock.fileno(), fcntl.LOCK_EX, LOCK_PATIENCE):
                raise HomeIsTaken(self.path)
            self.logs.mkdir(exist_ok=True)
            yield

    @property
    def is_taken(self) -> bool:
        try:
            with self.lock_file.open("r") as lock:
                return not _locked(lock.fileno(), fcntl.LOCK_SH)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except PermissionError as error:
            raise HomeCannotBeUsed(self.path, error.strerror) from error

    def running_stack(self) -> StackNote | None:
        """The stack that runs here now, none while it has not yet written its note."""
        return self.last_note() if self.is_taken else None

    def last_note(self) -> StackNote | None:
        """The note of the stack that runs or last ran here; an unreadable one counts as none."""
        try:
            return StackNote.parse(self.note_file.read_text())
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, note: StackNote) -> None:
        """Replace the note as a whole; it may hold passwords, so nobody else may read it. Raises HomeCannotBeUsed."""
        draft = self.note_file.with_suffix(".draft")
        try:
            draft.touch(mode=0o600)
            draft.write_text(json.dumps(asdict(note), indent=2) + "\n")
            draft.replace(self.note_file)
        except OSError as error:
            raise HomeCannotBeUsed(self.path, error.strerror) from error

    def keep_policy(self, text: str | None) -> Path | None:
        """Keep the policy that the stack is started with: a part that is started again must find the same."""
        if text is None:
            self.policy_file.unlink(missing_ok=True)
            return None
        draft = self.policy_file.with_suffix(".draft")
        draft.write_text(text, encoding="utf-8")
        draft.replace(self.policy_file)
        return self.policy_file

    def forget(self) -> None:
        self.note_file.unlink(missing_ok=True)


def _locked(descriptor: int, how: int, patience: float = 0.0) -> bool:
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.02)
