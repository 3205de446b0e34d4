"""The findings about single orders, in words: what is wrong, and what to do about it."""

from temporalio.client import WorkflowExecutionStatus

from jiaoqi.doctor import books
from jiaoqi.doctor.engine import WITHIN, Seen
from jiaoqi.doctor.findings import Finding, Kind
from workflows import ids

ENDED_AS = {
    WorkflowExecutionStatus.TERMINATED: Kind.TERMINATED,
    WorkflowExecutionStatus.FAILED: Kind.FAILED,
    WorkflowExecutionStatus.TIMED_OUT: Kind.TIMED_OUT,
    WorkflowExecutionStatus.CANCELED: Kind.CANCELED,
    WorkflowExecutionStatus.COMPLETED: Kind.COMPLETED,
}
RESTORE = "restore the store from a newer backup: its history in Temporal does not tell any more"


def silent(order_no: str) -> Finding:
    what = f"its workflow did not answer within {WITHIN:.0f} s"
    todo = "run the doctor again; if it stays, look at the worker's log"
    return Finding(kind=Kind.NO_ANSWER, what=what, todo=todo, order_no=order_no)


def stuck(order_no: str, seen: Seen) -> Finding:
    what = f"its workflow task fails again and again: {', '.join(seen.problems)}"
    show = f"`temporal workflow show -w {ids.workflow_id(order_no)}`"
    return Finding(kind=Kind.STUCK, what=what, todo=f"{show} says why; mended, it goes on by itself", order_no=order_no)


def ended(order_no: str, seen: Seen | None, is_healed: bool) -> Finding:
    rebuild = f"`jiaoqi doctor --rebuild {order_no}` starts it again from its events"
    if seen is None:
        return Finding(kind=Kind.MISSING, what="Temporal does not know its workflow", todo=rebuild, order_no=order_no)
    # It ends in order only when the store has all of it.
    todo = "" if is_healed else RESTORE if seen.is_completed else rebuild
    what = f"its workflow is {seen.fate}"
    return Finding(kind=ENDED_AS[seen.status], what=what, todo=todo, order_no=order_no, healed=is_healed)


def differing(order_no: str, found: books.Difference) -> Finding:
    return Finding(kind=Kind.ROWS_DIFFER, what=found.what, todo=RESTORE, order_no=order_no, task_id=found.task_id)


def not_in_store(order_no: str, what: str, todo: str, healed: bool = False) -> Finding:
    return Finding(kind=Kind.NOT_IN_STORE, what=what, todo=todo, order_no=order_no, healed=healed)
