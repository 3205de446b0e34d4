"""What people are told by mail, and how the telling went."""

from datetime import datetime

from workflows.types.base import Message
from workflows.types.words import NoticeState

SHIPPING_NOTICE = "shipping_notice"
"""The one kind on which something waits: goods leave once it is on record, so the order must hear of it (R15)."""


class Notice(Message):
    """One thing to tell. Recipients are words of the policy, resolved to people when it is sent."""

    key: str
    """Unique for ever: `{order_no}.{kind}.{seq}`; with the recipient it names one ledger row and one Message-ID."""
    kind: str
    to: tuple[str, ...]
    """`assignee`, `head`, `sales` (the order's owner), `management`, `customer`, `admins`, a department,
    or `head_of:NAME`, the heads of a recipient who could not be reached."""
    at: datetime
    task_id: str | None = None
    """The notice is stale once this task has closed."""
    level: int = 0
    ladder_round: int = 0
    """For a rung: it is stale once its task has reached a higher level or its deadline has moved."""
    data: dict[str, str] = {}
    """What the template needs beyond the order and the task."""


class Told(Message):
    """How one notice ended, over all its recipients."""

    key: str
    states: dict[str, NoticeState]
    """By recipient: a person's id, `customer`, or an address."""
    unreachable: tuple[str, ...] = ()
    """Words of `to` for which nobody was left; management has been told instead."""
