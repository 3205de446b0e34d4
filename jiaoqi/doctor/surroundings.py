"""What keeps orders from going on that is no fault of theirs: nobody to ask, nobody to serve them, mail that never arrived."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from activities.mail.dead import dead_letters
from activities.store import Store
from activities.store.checks import OrderRows
from activities.store.register import Register
from jiaoqi.doctor.findings import Finding, Kind
from workflows.ids import ORDERS_QUEUE
from workflows.types import words
from workflows.types.orders import OrderRow
from workflows.types.policy import Policy
from workflows.types.tasks import Task
from workflows.types.words import TaskStatus

RECENTLY = timedelta(days=30)
"""Mail of closed orders is told of for so long after it died; of open ones always."""
PROMPTLY = timedelta(minutes=10)
"""Mail that has waited for longer is held up by something."""
INSTEAD = {
    "digest": "the next digest goes there",
    "training": "what runs out stands on the page /training",
}
ON_THE_PAGES = "what it told stands on the page /meetings"
START = "start one (`jiaoqi worker`), or look for its faults in the stack's `logs`"


def unserved(missing: list[str]) -> Iterator[Finding]:
    if ORDERS_QUEUE in missing:
        what = f"no worker asks for work on the queue `{ORDERS_QUEUE}`: no order can go on, and none was compared"
        yield Finding(kind=Kind.NO_WORKER, what=what, todo=START)


def mail(store: Store, now: datetime) -> Iterator[Finding]:
    yield from waiting_mail(store, now)
    yield from dead_mail(store, now)
    yield from other_dead_mail(store, now)


def waiting_mail(store: Store, now: datetime) -> Iterator[Finding]:
    if found := store.outbox.long_waiting(now - PROMPTLY):
        notices, since = found
        yield Finding(
            kind=Kind.MAIL_WAITS,
            what=f"{notices} notices are still to be told, the first since {since:%Y-%m-%dT%H:%M:%SZ}",
            todo="see in the worker's log whether the mail server takes them, and that a worker runs",
        )


def dead_mail(store: Store, now: datetime) -> Iterator[Finding]:
    for row in store.checks.dead_mail(now - RECENTLY):
        yield Finding(
            kind=Kind.DEAD_MAIL,
            what=f"{row.kind} to {row.recipient} ({row.address}), given up {row.at:%Y-%m-%dT%H:%M:%SZ}: {row.last_error}",
            todo=f"correct the address of {row.recipient}, then send it again on the page /operations",
            order_no=row.order_no,
            task_id=row.task_id,
            message_id=row.message_id,
        )


def other_dead_mail(store: Store, now: datetime) -> Iterator[Finding]:
    """What no order asked for is not sent again."""
    for dead in dead_letters(store, now - RECENTLY):
        yield Finding(
            kind=Kind.DEAD_MAIL,
            what=" ".join(filter(None, (dead.kind, dead.name)))
            + f" to {dead.person} ({dead.address}), given up {dead.at:%Y-%m-%dT%H:%M:%SZ}: {dead.why}",
            todo=f"correct the address of {dead.person}; {INSTEAD.get(dead.kind, ON_THE_PAGES)}",
        )


def missed_runs(store: Store, now: datetime) -> Iterator[Finding]:
    for review in store.reviews.missed(now - RECENTLY):
        yield Finding(
            kind=Kind.RUN_MISSED,
            what=f"the {review.kind.value} pack of {review.day} was not made by itself",
            todo=f"`jiaoqi review {review.kind.value} --for {review.day}`, and see whether its schedule is paused in Temporal",
        )


def unowned(rows: OrderRows, register: Register, policy: Policy, now: datetime) -> Iterator[Finding]:
    """The open tasks for which nobody is left today; what cannot be read is told elsewhere."""
    try:
        order = OrderRow.model_validate_json(rows.order.body)
        tasks = [Task.model_validate_json(row.body) for row in rows.tasks if row.status == TaskStatus.OPEN]
    except ValidationError:
        return
    today = now.astimezone(ZoneInfo(order.plant_time_zone)).date()
    for task in tasks:
        if register.nobody_for(task, today):
            stand_in = policy.tasks[task.kind].stand_in
            may = stand_in and not register.nobody_for(task, today, stand_in)
            who = ", ".join(task.barred)
            did = f", {who} carried the action out" if task.kind is words.Kind.VERIFY else f", {who} made the goods"
            barred = did if who else ""
            barred += f", and the course {task.course} is asked for" if task.course else ""
            yield Finding(
                kind=Kind.UNOWNED,
                what=f"nobody is left in {task.department}{barred}" + (f"; {stand_in} stands in" if may else ""),
                todo=f"`jiaoqi people add NAME --email E --department {task.department}`"
                + (f", or let {stand_in} answer it" if may else ""),
                order_no=order.order_no,
                task_id=task.id,
            )
