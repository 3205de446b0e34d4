"""A plant on a real store: its orders as the journal writes them, and the mail room under test."""

import dataclasses
from collections.abc import Iterable
from datetime import datetime
from email.message import EmailMessage

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import policy_file
from activities.mail.smtp_mail import SmtpMail
from activities.mail.transport import Transport
from activities.store import LedgerRow, SqlJournal, Store
from tests.mail.samples import NOW, cast, order, task
from tests.mail.servers import Server
from workflows.types.events import Event, OrderEntered
from workflows.types.flush import Flush
from workflows.types.notices import Bundle, Delivery, Notice
from workflows.types.orders import OrderFacts, OrderRow
from workflows.types.tasks import Task
from workflows.types.words import NoticeState, TaskStatus

POLICY = """
version = "test"
[plant]
name = "台中一廠"
[departments.warehouse]
address = "dock@plant.example"
"""


def found(store: Store) -> str:
    """Puts the plant's people and its policy into an empty store; the policy's digest."""
    for person in cast().people.values():
        store.people.put(person)
    return store.policies.put(policy_file.parse(POLICY))


class Plant:
    """One order with one open task of quality, and whoever is to be told of it."""

    def __init__(self, store: Store, server: Server, digest: str) -> None:
        self.store, self.server, self.digest = store, server, digest
        self.now = NOW
        self._seq = 0
        self.writes(order(), task())

    def writes(self, row: OrderRow, *tasks: Task) -> None:
        """What the journal tells the store: the order and its tasks as they are from here on."""
        events = (
            () if self._seq else (Event(seq=1, at=NOW, actor="sales1", data=OrderEntered(order=facts(row), policy=self.digest)),)
        )
        flush = Flush(
            order=row,
            events=events,
            tasks=tasks,
            first_seq=self._seq + 1,
            confirmed_seq=self._seq,
            fence=self._seq,
            at=self.now,
        )
        SqlJournal(self.store).flush(flush)
        self._seq += len(events)

    def closes_the_task(self) -> None:
        self.writes(order(), task(status=TaskStatus.COMPLETED, outcome="pass", completed_at=NOW, completed_by="quality1"))

    def mail(self, url: str | None = None, patience: float = 5) -> SmtpMail:
        transport = dataclasses.replace(Transport.of(url or self.server.url), patience=patience)
        return SmtpMail(self.store, transport, "Jiaoqi <jiaoqi@plant.example>", "https://jiaoqi.example", self._clock)

    def tells(self, *notices: Notice, mail: SmtpMail | None = None) -> Delivery:
        """One attempt of the activity."""
        bundle = Bundle(order_no="JQ-1", notices=notices)
        delivery = ActivityEnvironment().run((mail or self.mail()).send, bundle)
        assert isinstance(delivery, Delivery)
        return delivery

    def fails_to_tell(self, *notices: Notice, mail: SmtpMail | None = None) -> str:
        """One attempt that leaves something to be told; why."""
        with pytest.raises(ApplicationError) as failure:
            self.tells(*notices, mail=mail)
        assert not failure.value.non_retryable
        return failure.value.message

    def ledger(self, notice: Notice) -> dict[str, LedgerRow]:
        return {row.recipient: row for row in self.store.ledger.rows(notice.key)}

    def states(self, notice: Notice) -> dict[str, NoticeState]:
        return {name: row.state for name, row in self.ledger(notice).items()}

    def _clock(self) -> datetime:
        return self.now


def facts(row: OrderRow) -> OrderFacts:
    return OrderFacts(
        order_no=row.order_no, customer=row.customer, lines=row.lines, requested_date=row.requested_date, owner=row.owner
    )


def ids_of(messages: Iterable[EmailMessage]) -> list[str]:
    return [str(message["Message-ID"]) for message in messages]
