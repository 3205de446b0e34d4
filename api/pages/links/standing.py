"""How the matter of a link stands: what it is about, whether it may still be answered, and what happened if not."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from activities.store import Person, Store, TaskRecord
from activities.store.links import COMPLAINTS_LIVE, MailLink, Purpose
from activities.store.signatures import Signature
from workflows.types.orders import OrderRow, Promise
from workflows.types.policy import Policy
from workflows.types.words import CUSTOMER, UNDER_WAY, Stage, TaskStatus

ARRIVING = (Stage.SIGN_OFF, Stage.FEEDBACK, Stage.CLOSED)
"""The goods have left, or nothing comes any more."""


class Why(StrEnum):
    """Why a link does nothing any more."""

    ANSWERED = "answered"
    """By this reader."""
    DONE = "done"
    """By somebody else."""
    WITHDRAWN = "withdrawn"
    MOVED = "moved"
    """Another date has been promised since."""
    ENDED = "ended"
    OLD = "old"
    GONE = "gone"
    """Its reader is not of the plant any more."""
    SPENT = "spent"
    """It has taken as many complaints as it may."""


class Over(NamedTuple):
    why: Why
    at: datetime | None = None
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class Standing:
    link: MailLink
    token: str
    order: OrderRow
    policy: Policy
    now: datetime
    record: TaskRecord | None
    person: Person | None
    """Who reads it, of the plant; nobody for customers."""
    owner: Person | None
    """Of the order: whom a customer may write to."""
    closed_by: str
    """The name of who closed the task."""
    signature: Signature | None
    shown_until: datetime
    """The order itself: as long as the link lives for what it is for."""
    beside: bool = False
    """For a complaint, by a link that is for something else."""

    @property
    def is_customers(self) -> bool:
        return self.link.who == CUSTOMER

    @property
    def task(self) -> TaskRecord:
        assert self.record is not None  # noqa: S101 - a link that needs a task has one: the mail was about it
        return self.record

    @property
    def address(self) -> str:
        return f"/l/{self.token}/complaint" if self.beside else f"/l/{self.token}"

    @property
    def may_complain(self) -> bool:
        """By any link of theirs: whichever mail came, or came too late to be sent, they can say what is wrong."""
        if not self.is_customers or self.link.purpose is Purpose.COMPLAIN:
            return False
        has_left = self.order.stage in ARRIVING or self.order.delivered is not None
        return has_left and self.now < self.link.made_at + COMPLAINTS_LIVE

    @property
    def complaining(self) -> "Standing":
        """The same link, for a complaint: as many of them, and for as long, as by a link of its own."""
        until = self.link.made_at + COMPLAINTS_LIVE
        link = replace(self.link, purpose=Purpose.COMPLAIN, expires_at=until, used_at=None)
        return replace(self, link=link, beside=True)

    @property
    def key(self) -> str:
        """The Idempotency-Key of what is done by it: the same for every copy of one mail, so that two answers are one."""
        named = "\0".join((self.link.notice_key, self.link.who, self.link.purpose))
        return f"link-{hashlib.sha256(named.encode()).hexdigest()[:32]}"

    @property
    def promise(self) -> Promise | None:
        """What the mail said was promised: the newest revision when it was asked for."""
        return next((each for each in reversed(self.order.promises) if each.at <= self.link.asked_at), None)

    @property
    def over(self) -> Over | None:
        """What happened meanwhile, if it may not be answered any more."""
        link = self.link
        if link.purpose is not Purpose.COMPLETE and link.used_at:
            return Over(Why.SPENT if link.purpose is Purpose.COMPLAIN else Why.ANSWERED, link.used_at)
        if not self.is_customers and self.person is None:
            return Over(Why.GONE)
        return self._moved_on() or (Over(Why.OLD, link.made_at) if self.now >= link.expires_at else None)

    def _moved_on(self) -> Over | None:
        match self.link.purpose:
            case Purpose.VIEW | Purpose.COMPLAIN:
                return None
            case Purpose.CONFIRM | Purpose.AGREE:
                return self._date_moved_on()
            case _:
                return self._task_moved_on()

    def _date_moved_on(self) -> Over | None:
        if self.order.status not in UNDER_WAY:
            return Over(Why.ENDED)
        # What was promised when the mail was asked for was promised for ever: only newer dates come after it.
        return Over(Why.MOVED) if self.promise != self.order.promises[-1] else None

    def _task_moved_on(self) -> Over | None:
        if self.record is None:
            return Over(Why.WITHDRAWN)
        task = self.record.task
        if task.is_open:
            return None
        if task.status is TaskStatus.CANCELLED:
            return Over(Why.WITHDRAWN, task.completed_at)
        is_theirs = task.completed_by == self.link.who
        return Over(Why.ANSWERED if is_theirs else Why.DONE, task.completed_at, self.closed_by)


def standing_of(store: Store, link: MailLink, token: str, now: datetime) -> Standing:
    record = store.tasks.record(link.task_id) if link.task_id else None
    order, policy = store.orders.governed(link.order_no)
    people = store.people.register().people
    closed_by = (record.task.completed_by if record else None) or ""
    return Standing(
        link=link,
        token=token,
        order=order,
        policy=store.policies.get(policy),
        now=now,
        shown_until=link.expires_at,
        record=record,
        person=people.get(link.who),
        owner=people.get(order.owner),
        closed_by=people[closed_by].name if closed_by in people else closed_by,
        signature=store.signatures.of_link(link) if link.purpose is Purpose.SIGN else None,
    )
