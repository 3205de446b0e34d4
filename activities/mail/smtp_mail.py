"""Telling by SMTP: each recipient once, as the ledger remembers across workers and attempts."""

from collections.abc import Callable, Mapping, Sequence
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
        self._accepted: set[str] = set()
        """Message-IDs that a mail server took while the ledger could not be told."""

    @override
    @activity.defn(name="mail.send", no_thread_cancel_exception=True)
    def send(self, bundle: Bundle) -> Delivery:
        notices = {notice.key: notice for notice in bundle.notices}
        queued = [row for row in self._opened(bundle, notices) if row.state is NoticeState.QUEUED]
        self._tell_all(bundle.order_no, notices, queued)
        rows = self._bury_old(notices, self._ledger.rows(*notices))
        if waiting := [row for row in rows if row.state is NoticeState.QUEUED]:
            why = next((row.last_error for row in waiting if row.last_error), "more to send")
            raise ApplicationError(
                f"{len(waiting)} of {len(rows)} messages are still queued: {why}"[:200],
                type="MailIsQueued",
                category=ApplicationErrorCategory.BENIGN,
            )
        return Delivery(told=tuple(told(notice, rows) for notice in bundle.notices))

    def _opened(self, bundle: Bundle, notices: Mapping[str, Notice]) -> list[LedgerRow]:
        """All rows; who is told is decided once, when a notice is first looked at: stale ones, too, are on record."""
        rows = self._ledger.rows(*notices)
        if rows:
            # Tried before: what can't be noted as sent must not be sent, or every attempt sends it again.
            self._ledger.touch(rows[0])
        unknown = [notice for key, notice in notices.items() if key not in {row.notice_key for row in rows}]
        for notice in unknown:
            recipients = self._clerk.circle(bundle.order_no, notice).resolve(notice.to)
            ids = [self._sender.message_id(notice.key, recipient.name) for recipient in recipients]
            rows += self._ledger.open(bundle.order_no, notice, recipients, ids)
        return rows

    def _tell_all(self, order_no: str, notices: Mapping[str, Notice], queued: list[LedgerRow]) -> None:
        """Sends what is queued over one line, until all is told, the line has no more time, or nobody answers it."""
        with self._transport.line(greet_as=self._sender.domain) as line:
            # Who was tried least comes first: a recipient whose server hangs must not starve the others.
            for row in sorted(queued, key=lambda row: row.attempts):
                if line.is_spent or not self._tell(order_no, notices[row.notice_key], row, line):
                    return

    def _tell(self, order_no: str, notice: Notice, row: LedgerRow, line: Line) -> bool:
        """Tells one recipient what is still worth telling, and notes what came of it; whether to go on with others."""
        if row.message_id in self._accepted:
            self._settle(row, NoticeState.SENT)
            return True
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
            self._accepted.add(row.message_id)
            self._settle(row, NoticeState.SENT)
        return True

    def _bury_old(self, notices: Mapping[str, Notice], rows: list[LedgerRow]) -> list[LedgerRow]:
        """The rows, without any that has waited for too long still waiting."""
        old = [
            row
            for row in rows
            if row.state is NoticeState.QUEUED and self._clock() - notices[row.notice_key].at >= GIVE_UP_AFTER
        ]
        for row in old:
            self._settle(row, NoticeState.DEAD, f"not accepted within 7 days; the last answer: {row.last_error}")
        return self._ledger.rows(*notices) if old else rows

    def _settle(self, row: LedgerRow, state: NoticeState, why: Exception | str | None = None) -> None:
        self._ledger.settle(row, state, self._clock(), error=None if why is None else str(why))
        self._accepted.discard(row.message_id)


def told(notice: Notice, all_rows: Sequence[LedgerRow]) -> Told:
    """What became of one notice, whose rows are among these."""
    rows = [row for row in all_rows if row.notice_key == notice.key]
    nobody_left = not rows or (notice.kind != UNOWNED and all(row.kind == UNOWNED for row in rows))
    states = {row.recipient: row.state for row in rows}
    return Told(key=notice.key, states=states, unreachable=notice.to if nobody_left else ())
