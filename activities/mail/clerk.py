"""The clerk: looks up in the store what a notice is about, and writes the message to each recipient."""

from collections.abc import Callable
from datetime import datetime
from email.headerregistry import Address
from zoneinfo import ZoneInfo

from temporalio.exceptions import ApplicationError

from activities.mail.letters import Letters
from activities.mail.matter import Matter
from activities.mail.message import AddressIsUnusable, Envelope, Message, Sender, address_of
from activities.mail.recipients import CUSTOMER, Circle
from activities.mail.transport import NotNow
from activities.store import LedgerRow, Store, TaskRecord
from workflows.types.notices import Notice
from workflows.types.orders import OrderRow


class Clerk:
    def __init__(self, store: Store, sender: Sender, letters: Letters, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._sender = sender
        self._letters = letters
        self._clock = clock

    def circle(self, order_no: str, notice: Notice) -> Circle:
        """Everybody whom a notice could be for, as of today."""
        order, record = self._found(order_no, notice)
        departments = self._store.policies.of_order(order_no).departments
        return Circle(
            register=self._store.people.register(),
            addresses={name: policy.address for name, policy in departments.items() if policy.address},
            today=self._clock().astimezone(ZoneInfo(order.plant_time_zone)).date(),
            order=order,
            task=record.task if record else None,
            holder=record.holder if record else None,
        )

    def matter(self, order_no: str, notice: Notice) -> Matter:
        """What a notice is about, as of now."""
        order, record = self._found(order_no, notice)
        return Matter(
            order=order,
            plant=self._store.policies.of_order(order_no).plant.name,
            now=self._clock(),
            task=record.task if record else None,
            holder=record.holder if record else None,
            owner=self._store.people.get(order.owner),
        )

    def message(self, notice: Notice, row: LedgerRow, matter: Matter) -> Message:
        """The message to one recipient; raises AddressIsUnusable, and NotNow for a letter that can't be written."""
        envelope = Envelope(
            sender=self._sender,
            row=row,
            order_no=matter.order.order_no,
            task_id=notice.task_id,
            at=matter.now,
            # What a customer answers reaches the order's owner; colleagues answer in Jiaoqi.
            reply_to=_reply_to(matter) if row.recipient == CUSTOMER else None,
        )
        try:
            return envelope.seal(self._letters.write(notice, row, matter))
        except AddressIsUnusable:
            raise
        except Exception as defect:
            # A letter of ours that can't be written must not keep the others; once it is mended, a retry sends it.
            raise NotNow(f"the letter cannot be written: {type(defect).__name__}: {defect}") from defect

    def _found(self, order_no: str, notice: Notice) -> tuple[OrderRow, TaskRecord | None]:
        record = self._store.tasks.record(notice.task_id) if notice.task_id else None
        order = record.order if record else self._store.orders.row(order_no)
        if order is None:
            raise ApplicationError("the store does not know the order yet", type="OrderIsMissing")
        return order, record


def _reply_to(matter: Matter) -> Address | None:
    owner = matter.owner
    try:
        return address_of(owner.name, owner.email) if owner and owner.email and owner.email.isascii() else None
    except AddressIsUnusable:
        return None
