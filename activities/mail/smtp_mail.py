"""Telling by SMTP: each recipient once, as the ledger remembers across workers and attempts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from typing_extensions import override

from activities.mail.clerk import Clerk
from activities.mail.letters import Letters
from activities.mail.message import AddressIsUnusable, Sender
from activities.mail.recipients import UNOWNED
from activities.mail.staleness import is_stale
from activities.mail.transport import Line, MailServerIsAway, NotNow, Refused, Transport
from activities.store import LedgerRow, Store
from workflows import ports
from workflows.types.notices import Bundle, Delivery, Notice, Told
from workflows.types.words import NoticeState

GIVE_UP_AFTER = timedelta(days=7)


def utc_now() -> datetime:
    return datetime.now(UTC)


class SmtpMail(ports.Mail):
    """Sends what the notices of one flush ask for; whoever retries sends only what is still queued."""

    def __init__(
        self, store: Store, transport: Transport, sender: str, public_url: str, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._ledger = store.ledger
        self._transport = transport
        self._sender = Sender.of(sender)
        self._clerk = Clerk(store, self._sender, Letters(public_url), clock)
        self._clock = clock

    @override
    @activity.defn(name="mail.send")
    def send(self, bundle: Bundle) -> Delivery:
        for notice in bundle.notices:
            self._open(bundle.order_no, notice)
        self._tell_queued(bundle)
        self._bury_old(bundle)
        told = tuple(self._told(notice) for notice in bundle.notices)
        if waiting := [row for _, row in self._queued(bundle)]:
            why = next((row.last_error for row in waiting if row.last_error), "more to send")
            every = sum(len(one.states) for one in told)
            raise ApplicationError(
                f"{len(waiting)} of {every} messages are still queued: {why}"[:200],
                type="MailIsQueued",
                category=ApplicationErrorCategory.BENIGN,
            )
        return Delivery(told=told)

    def _open(self, order_no: str, notice: Notice) -> None:
        """Decides once who is told, when the notice is first looked at: stale ones, too, are on record."""
        if self._ledger.rows(notice.key):
            return
        recipients = self._clerk.circle(order_no, notice).resolve(notice.to)
        ids = [self._sender.message_id(notice.key, recipient.name) for recipient in recipients]
        self._ledger.open(order_no, notice, recipients, ids)

    def _tell_queued(self, bundle: Bundle) -> None:
        """Sends what is queued over one line, until all is told, the line has no more time, or nobody answers it."""
        # Who was tried least comes first: a recipient whose server hangs must not starve the others.
        queued = sorted(self._queued(bundle), key=lambda pair: pair[1].attempts)
        with self._transport.line(greet_as=self._sender.domain) as line:
            for notice, row in queued:
                if line.is_spent or not self._tell(bundle.order_no, notice, row, line):
                    return

    def _tell(self, order_no: str, notice: Notice, row: LedgerRow, line: Line) -> bool:
        """Tells one recipient what is still worth telling, and notes what came of it; whether to go on with others."""
        # Read just before each message: between two of them tasks are answered.
        matter = self._clerk.matter(order_no, notice)
        if is_stale(notice, matter.order, matter.task):
            self._settle(row, NoticeState.STALE)
            return True
        try:
            line.send(self._clerk.message(notice, row, matter))
        except (Refused, AddressIsUnusable) as refusal:
            self._settle(row, NoticeState.DEAD, refusal)
        except (NotNow, MailServerIsAway) as delay:
            self._settle(row, NoticeState.QUEUED, delay)
            return isinstance(delay, NotNow)
        else:
            self._settle(row, NoticeState.SENT)
        return True

    def _bury_old(self, bundle: Bundle) -> None:
        for notice, row in self._queued(bundle):
            if self._clock() - notice.at >= GIVE_UP_AFTER:
                self._settle(row, NoticeState.DEAD, f"not accepted within 7 days; the last answer: {row.last_error}")

    def _queued(self, bundle: Bundle) -> list[tuple[Notice, LedgerRow]]:
        rows = ((notice, row) for notice in bundle.notices for row in self._ledger.rows(notice.key))
        return [(notice, row) for notice, row in rows if row.state is NoticeState.QUEUED]

    def _told(self, notice: Notice) -> Told:
        rows = self._ledger.rows(notice.key)
        nobody_left = not rows or (notice.kind != UNOWNED and all(row.kind == UNOWNED for row in rows))
        states = {row.recipient: row.state for row in rows}
        return Told(key=notice.key, states=states, unreachable=notice.to if nobody_left else ())

    def _settle(self, row: LedgerRow, state: NoticeState, why: Exception | str | None = None) -> None:
        self._ledger.settle(row, state, self._clock(), error=None if why is None else str(why))
