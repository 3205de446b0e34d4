"""When a notice that is not out yet has nothing left to say (contract §3, Ladder)."""

from datetime import datetime

from activities.store.signatures import CODE_LIVES
from workflows.types.notices import Notice
from workflows.types.orders import OrderRow
from workflows.types.tasks import Task
from workflows.types.words import ENDED, OrderStatus, Risk

HOLD_ENDED = "hold_ended"
SILENT = "silent"
WARNINGS = (Risk.AT_RISK, Risk.LATE)
SIGNING_CODE = "signing_code"


def is_too_old(notice: Notice, now: datetime) -> bool:
    """Whether what it brings is good for nothing by now: a code that nobody takes any more."""
    return notice.kind == SIGNING_CODE and now - notice.at >= CODE_LIVES


def is_stale(notice: Notice, order: OrderRow, task: Task | None) -> bool:
    """Whether what the notice tells has been overtaken: answered, reported, resumed, escalated, or given a new date."""
    if notice.kind == HOLD_ENDED:
        return order.status is not OrderStatus.ON_HOLD
    if notice.kind in WARNINGS:
        # A new promise has a risk of its own.
        return order.status in ENDED or notice.data.get("revision") != f"{len(order.promises)}"
    if notice.task_id is None:
        return False
    # A notice leaves only once the store has its task: a task that is gone was an undone attempt's.
    if task is None or not task.is_open:
        return True
    if notice.kind == SILENT and task.reported_at is not None and task.reported_at > notice.at:
        return True
    # Only rungs have a level.
    if notice.level == 0:
        return False
    return task.escalation_level > notice.level or task.ladder_round != notice.ladder_round
