"""What every caller said and was told, one line each: written down before anybody knows what it is worth."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

OK, REFUSED, UNKNOWN = "ok", "refused", "unknown"
GATEWAYS = (502, 503, 504)


@dataclass
class Call:
    """One attempt of a POST or PUT."""

    by: str
    path: str
    body: Any
    key: str
    purpose: str
    """What the caller is up to: `work`, `enter`, `twin`, `race`, `repeat`, `wrong`, `settle` …"""
    api: str
    method: str = "POST"
    began: float = 0.0
    ended: float = 0.0
    told: str = UNKNOWN
    status: int = 0
    """0 when there was no answer at all."""
    code: str = ""
    answer: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    read_back: str = ""
    """Read-your-writes: `seen` or what was seen instead; empty when nobody looked, or nothing was answered."""

    @property
    def said(self) -> tuple[str, str, str, str]:
        """The scope of an Idempotency-Key, and the key."""
        return self.by, self.method, self.path, self.key

    def hear(self, status: int, text: str, headers: dict[str, str]) -> None:
        self.status, self.answer = status, text
        wanted = ("etag", "idempotent-replayed", "location", "retry-after", "content-type")
        self.headers = {name: headers[name] for name in wanted if name in headers}
        self.told = OK if status in (200, 201) else UNKNOWN if status in GATEWAYS else REFUSED
        if self.told != OK:
            self.code = code_of(text)


def code_of(text: str) -> str:
    try:
        return str(json.loads(text)["code"])
    except (ValueError, KeyError, TypeError):
        return ""


class Diary:
    def __init__(self, file: Path) -> None:
        self._file = file
        self.calls: list[Call] = []

    def note(self, call: Call) -> None:
        self.calls.append(call)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(call), ensure_ascii=False) + "\n")

    def count(self, told: str) -> int:
        return sum(call.told == told for call in self.calls)
