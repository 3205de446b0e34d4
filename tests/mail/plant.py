"""A plant on a real store: its orders as the journal writes them, and the mail room under test."""

import dataclasses
from collections.abc import Iterable
from datetime import datetime
from email.message import EmailMessage

from activities import policy_file
from activities.mail.smtp_mail import SmtpMail
from activities.mail.transport import Transport
from activities.store import LedgerRow, SqlJournal, Store, Waiting
from tests.mail.samples import NOW, cast, order, task
from tests.mail.servers import Server
from workflows.types.events import Event, OrderEntered
from workflows.types.flush import Flush
from workflows.types.notices import Notice, Told
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

    def tells(self, *notices: Notice, mail: SmtpMail | None = None) -> list[Told]:
        """One attempt, at which all of them come to their end."""
        told = self.tries_to_tell(*notices, mail=mail)
        assert [one.key for one in told] == [notice.key for notice in notices]
        return told

    def fails_to_tell(self, *notices: Notice, mail: SmtpMail | None = None) -> str:
        """One attempt that leaves something to be told of each; how much, and why."""
        assert self.tries_to_tell(*notices, mail=mail) == []
        rows = [row for notice in notices for row in self.ledger(notice).values()]
        queued = [row for row in rows if row.state is NoticeState.QUEUED]
        why = next((row.last_error for row in queued if row.last_error), None)
        return f"{len(queued)} of {len(rows)} messages are still queued: {why}"

    def tries_to_tell(self, *notices: Notice, mail: SmtpMail | None = None) -> list[Told]:
        """As a courier does that may not be the first."""
        waiting = [Waiting("JQ-1", notice, attempts=2, chain="", is_confirmed=True) for notice in notices]
        return (mail or self.mail()).tell(waiting)

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
