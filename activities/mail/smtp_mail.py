"""Telling by SMTP: each recipient once, as the ledger remembers across workers and attempts."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from activities.mail.clerk import Clerk
from activities.mail.letters import Letters
from activities.mail.links import Minter, links_are_possible
from activities.mail.message import AddressIsUnusable, Sender
from activities.mail.recipients import UNOWNED
from activities.mail.staleness import is_stale, is_too_old
from activities.mail.transport import Line, MailServerIsAway, NotNow, Refused, Transport
from activities.store import LedgerRow, Store, StoreAway, Waiting
from activities.store.ledger import Addressed
from activities.store.links import Minted
from workflows.types.notices import Notice, Told
from workflows.types.words import NoticeState

GIVE_UP_AFTER = timedelta(days=7)

log = logging.getLogger("jiaoqi.mail")


def utc_now() -> datetime:
    return datetime.now(UTC)


class SmtpMail:
    """Tells what notices ask for; whoever tells them again sends only what is still queued."""

    def __init__(
        self, store: Store, transport: Transport, sender: str, public_url: str, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._ledger = store.ledger
        self._transport = transport
        self._sender = Sender.of(sender)
        self._clerk = Clerk(store, self._sender, Letters(public_url), clock)
        self._minter = Minter(store.links, clock, is_open=links_are_possible(public_url))
        self._clock = clock
        self._accepted: set[str] = set()
        """Message-IDs that a mail server took while the ledger could not be told."""

    def tell(self, waiting: Sequence[Waiting]) -> list[Told]:
        """Tells over one line whom these notices are for; how each of them ended that has come to its end. Raises StoreAway."""
        asked = {each.notice.key: each for each in waiting}
        undecided = self._open(waiting)
        self._tell_all(asked, [row for row in self._ledger.rows(*asked) if row.state is NoticeState.QUEUED])
        rows = self._bury_old(asked, self._ledger.rows(*asked))
        unfinished = undecided | {row.notice_key for row in rows if row.state is NoticeState.QUEUED}
        return [told(each.notice, rows) for key, each in asked.items() if key not in unfinished]

    def _open(self, waiting: Sequence[Waiting]) -> set[str]:
        """Who is told is decided once, when a notice is first looked at, and put on record; the keys where it could not be."""
        tried_before = [each.notice.key for each in waiting if each.attempts > 1]
        known = {row.notice_key for row in self._ledger.rows(*tried_before)} if tried_before else set()
        addressed: list[Addressed] = []
        links: list[Minted] = []
        undecided: set[str] = set()
        for each in (each for each in waiting if each.notice.key not in known):
            try:
                found = list(self._addressed(each.order_no, each.notice))
                addressed += [one for one, _ in found]
                links += [link for _, minted in found for link in minted]
            except StoreAway:
                raise
            except Exception:
                # A defect of ours must not keep the other orders' mail; once it is mended, a retry finds them.
                log.exception("nobody knows whom %s is for", each.notice.key)
                undecided.add(each.notice.key)
        self._ledger.open(addressed, links)
        return undecided

    def _addressed(self, order_no: str, notice: Notice) -> Iterator[tuple[Addressed, list[Minted]]]:
        now = self._clock()
        circle = self._clerk.circle(order_no, notice)
        overtaken = is_stale(notice, circle.order, circle.task) or is_too_old(notice, now)
        for recipient in circle.resolve(notice.to):
            message_id = self._sender.message_id(notice.key, recipient.name)
            addressed = Addressed(order_no, notice, recipient, message_id, now if overtaken else None)
            yield addressed, [] if overtaken else self._minter.mint(addressed, circle)

    def _tell_all(self, asked: Mapping[str, Waiting], queued: list[LedgerRow]) -> None:
        """Sends what is queued over one line, until all is told, the line has no more time, or nobody answers it."""
        with self._transport.line(greet_as=self._sender.domain) as line:
            # Who was tried least comes first: a recipient whose server hangs must not starve the others.
            for row in sorted(queued, key=lambda row: row.attempts):
                if line.is_spent or not self._tell(row.order_no, asked[row.notice_key].notice, row, line):
                    return

    def _tell(self, order_no: str, notice: Notice, row: LedgerRow, line: Line) -> bool:
        """Tells one recipient what is still worth telling, and notes what came of it; whether to go on with others."""
        if row.message_id in self._accepted:
            self._settle(row, NoticeState.SENT)
            return True
        # Read just before each message: between two of them tasks are answered.
        matter = self._clerk.matter(order_no, notice, row.recipient)
        if is_stale(notice, matter.order, matter.task) or is_too_old(notice, matter.now):
            self._settle(row, NoticeState.STALE)
            return True
        if not self._minter.knows(row):
            # Another worker made its link, and took the token with it.
            self._minter.mint_anew(row, notice, self._clerk.circle(order_no, notice))
        try:
            line.send(self._clerk.message(notice, row, replace(matter, links=self._minter.links(row))))
        except (Refused, AddressIsUnusable) as refusal:
            self._settle(row, NoticeState.DEAD, refusal)
        except (NotNow, MailServerIsAway) as delay:
            self._settle(row, NoticeState.QUEUED, delay)
            return isinstance(delay, NotNow)
        else:
            self._accepted.add(row.message_id)
            self._settle(row, NoticeState.SENT)
        return True

    def _bury_old(self, asked: Mapping[str, Waiting], rows: list[LedgerRow]) -> list[LedgerRow]:
        """The rows, without any that has waited for too long still waiting."""
        old = [
            row
            for row in rows
            if row.state is NoticeState.QUEUED and self._clock() - asked[row.notice_key].notice.at >= GIVE_UP_AFTER
        ]
        for row in old:
            self._settle(row, NoticeState.DEAD, f"not accepted within 7 days; the last answer: {row.last_error}")
        return self._ledger.rows(*asked) if old else rows

    def _settle(self, row: LedgerRow, state: NoticeState, why: Exception | str | None = None) -> None:
        self._ledger.settle(row, state, self._clock(), error=None if why is None else str(why))
        self._accepted.discard(row.message_id)
        if state is not NoticeState.QUEUED:
            self._minter.forget(row)


def told(notice: Notice, all_rows: Sequence[LedgerRow]) -> Told:
    """What became of one notice, whose rows are among these."""
    rows = [row for row in all_rows if row.notice_key == notice.key]
    nobody_left = not rows or (notice.kind != UNOWNED and all(row.kind == UNOWNED for row in rows))
    states = {row.recipient: row.state for row in rows}
    return Told(key=notice.key, states=states, unreachable=notice.to if nobody_left else ())
