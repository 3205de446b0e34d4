"""The clerk: looks up in the store what a notice is about, and writes the message to each recipient."""

from collections.abc import Callable
from datetime import datetime
from email.headerregistry import Address
from typing import NamedTuple
from zoneinfo import ZoneInfo

from activities.mail import ics
from activities.mail.letters import Letters
from activities.mail.matter import Matter
from activities.mail.message import AddressIsUnusable, Envelope, Message, Sender, address_of
from activities.mail.recipients import CUSTOMER, TASK_OPENED, Circle
from activities.mail.transport import NotNow
from activities.store import LedgerRow, Store
from workflows.types.notices import Notice
from workflows.types.orders import OrderRow
from workflows.types.policy import Policy
from workflows.types.tasks import Task


class About(NamedTuple):
    """The order, the policy that governs it, and the task if there is one."""

    order: OrderRow
    policy: Policy
    task: Task | None = None
    holder: str | None = None


class Clerk:
    def __init__(self, store: Store, sender: Sender, letters: Letters, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._sender = sender
        self._letters = letters
        self._clock = clock

    def circle(self, order_no: str, notice: Notice) -> Circle:
        """Everybody whom a notice could be for, as of today."""
        about = self._found(order_no, notice)
        departments = about.policy.departments
        return Circle(
            register=self._store.people.register(),
            addresses={name: policy.address for name, policy in departments.items() if policy.address},
            today=self._clock().astimezone(ZoneInfo(about.order.plant_time_zone)).date(),
            order=about.order,
            task=about.task,
            holder=about.holder,
            may_wait=may_wait(notice, about.task, about.policy),
        )

    def matter(self, order_no: str, notice: Notice, recipient: str) -> Matter:
        """What a notice is about, as of now; customers learn whom to write to."""
        # Before looking: a store that takes its time must not date the mail after what it no longer saw.
        now = self._clock()
        about = self._found(order_no, notice)
        return Matter(
            order=about.order,
            plant=about.policy.plant.name,
            now=now,
            task=about.task,
            holder=about.holder,
            owner=self._store.people.get(about.order.owner) if recipient == CUSTOMER else None,
        )

    def message(self, notice: Notice, row: LedgerRow, matter: Matter) -> Message:
        """The message to one recipient; raises AddressIsUnusable, and NotNow for a letter that can't be written."""
        envelope = Envelope(
            sender=self._sender,
            to=row.address or "",
            kind=row.kind,
            message_id=row.message_id,
            order_no=matter.order.order_no,
            task_id=notice.task_id,
            at=matter.now,
            # What a customer answers reaches the order's owner; colleagues answer in Jiaoqi.
            reply_to=_reply_to(matter) if row.recipient == CUSTOMER else None,
        )
        try:
            entries = ics.entries(notice, row, matter, self._sender.address)
            return envelope.seal(self._letters.write(notice, row, matter), entries)
        except AddressIsUnusable:
            raise
        except Exception as defect:
            # A letter of ours that can't be written must not keep the others; once it is mended, a retry sends it.
            raise NotNow(f"the letter cannot be written: {type(defect).__name__}: {defect}") from defect

    def _found(self, order_no: str, notice: Notice) -> About:
        record = self._store.tasks.record(notice.task_id) if notice.task_id else None
        if record:
            return About(record.order, self._store.policies.get(record.policy), record.task, record.holder)
        order, digest = self._store.orders.governed(order_no)
        return About(order, self._store.policies.get(digest))


def may_wait(notice: Notice, task: Task | None, policy: Policy) -> bool:
    """Whether nothing is lost if people read it in their next digest: it tells of a task that is not due yet."""
    if task is None or notice.kind == TASK_OPENED:
        return task is not None
    ladder = policy.ladder_of(policy.tasks[task.kind])
    return 0 < notice.level <= len(ladder) and ladder[notice.level - 1].at.count < 0


def _reply_to(matter: Matter) -> Address | None:
    owner = matter.owner
    try:
        return address_of(owner.name, owner.email) if owner and owner.email and owner.email.isascii() else None
    except AddressIsUnusable:
        return None
