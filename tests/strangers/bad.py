"""Things that must not be: what is wrong in each, how it is said, and what the answer must tell."""

import json
from typing import Any, NamedTuple

from typing_extensions import override

from tests.strangers.line import Answer, Line, request
from tests.strangers.plant import BesiegedPlant

OPEN, PLANNED, GONE = "Öffnet-1", "PLANNED-1", "GONE-1"
"""An order that waits for its confirmation, one that waits for its plan, and one that was cancelled."""
CONFIRM, PLAN, CLOSED = f"{OPEN}.confirm_order.1", f"{PLANNED}.make_plan.1", f"{GONE}.confirm_order.1"
WHY = {"reason": "because"}


class Bad(NamedTuple):
    """One thing wrong, said by sales1 unless by somebody else."""

    what: str
    path: str
    body: Any
    status: int
    code: str
    pointer: str | None = None
    by: str = "sales1"
    headers: dict[str, str | bytes] = {}
    method: str = "POST"

    @override
    def __str__(self) -> str:
        return self.what

    def said_to(self, plant: BesiegedPlant) -> Answer:
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        with Line(plant.stack.url) as line:
            line.say(request(self.method, f"/api/v1{ascii_path(self.path)}", plant.token(self.by), body, **self.headers))
            return line.answer(self.method)


def ascii_path(path: str) -> str:
    return "".join(char if char.isascii() else "".join(f"%{byte:02X}" for byte in char.encode()) for char in path)


def changes_nothing(plant: BesiegedPlant, bad: Bad) -> None:
    """A problem with a pointer tells what is wrong and where, and the store is as it was."""
    before = plant.content()
    answer = bad.said_to(plant)
    assert answer.code == (bad.status, bad.code), answer.body
    if bad.pointer is not None:
        assert bad.pointer in [fault["pointer"] for fault in answer.json["errors"]], answer.body
    after = plant.content()
    assert after == before, [name for name in after if after[name] != before[name]]
