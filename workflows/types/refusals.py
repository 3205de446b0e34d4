"""Why something that a person said is refused, in words that carry their code."""

from typing import Any

from workflows.types.base import Message


class Fault(Message):
    """One field that is wrong: a JSON pointer into the body, and what to write instead."""

    pointer: str
    message: str


class Refusal(Message):
    """A clean no. The API gives it as a problem document, a validator as a rejection; nothing has changed."""

    code: str
    detail: str
    errors: tuple[Fault, ...] = ()
    extra: dict[str, Any] = {}
    """Members that the contract adds to a code: `completed_by`, `assignee`, `latest_ship_at` …"""


def invalid(*faults: Fault) -> Refusal:
    return Refusal(code="invalid", detail="; ".join(f"{fault.pointer}: {fault.message}" for fault in faults), errors=faults)


STATUS = {
    "forbidden": 403,
    "not-your-department": 403,
    "four-eyes": 403,
    "not-trained": 403,
    "invalid": 422,
    "wrong-outcome": 422,
    "idempotency-key-reused": 422,
    "stale": 412,
    "order-exists": 409,
    "order-closed": 409,
    "order-on-hold": 409,
    "not-confirmed": 409,
    "task-closed": 409,
    "task-held": 409,
    "notice-missing": 409,
    "breaks-promise": 409,
    "already-on-hold": 409,
    "not-on-hold": 409,
    "already-dispatched": 409,
    "too-late": 409,
    "not-in-production": 409,
    "file-incomplete": 409,
}
"""The HTTP status of each code that an order or the inbox refuses with (contract §5)."""
