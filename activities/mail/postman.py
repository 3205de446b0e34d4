"""Carries letters that have a row for each reader, over one line, each once, as the rows remember across workers and attempts."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Generic, NamedTuple, Protocol, TypeVar

from temporalio.exceptions import TemporalError

from activities.mail.letters import Letter
from activities.mail.message import AddressIsUnusable, Envelope, Sender
from activities.mail.transport import Line, MailServerIsAway, NotNow, Refused, Transport
from activities.store.away import StoreAway
from workflows.types.words import NoticeState

log = logging.getLogger("jiaoqi.mail")


class Row(Protocol):
    """One reader's letter, not out yet."""

    @property
    def person(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def message_id(self) -> str: ...


R = TypeVar("R", bound=Row)


def nothing() -> None:
    """There is nothing to note beside that it is out."""


class Written(NamedTuple):
    letter: Letter
    when_sent: Callable[[], None] = nothing


class Postman(Generic[R]):
    """`settle` notes what became of a row; with QUEUED it is given back, to be tried again."""

    def __init__(
        self,
        transport: Transport,
        sender: Sender,
        clock: Callable[[], datetime],
        settle: Callable[[R, NoticeState, datetime, str | None], None],
    ) -> None:
        self._transport, self._sender, self._clock, self._note = transport, sender, clock, settle
        self._accepted: dict[str, Callable[[], None]] = {}
        """By Message-IDs that a mail server took while the store could not be told: what is still to be noted."""

    def tell(self, rows: Sequence[R], kind: str, write: Callable[[R], Written | None]) -> None:
        """Until all is told, the line has no more time, or nobody answers it; the rest is given back.

        `write` says None of what has nothing left to say.
        """
        with self._transport.line(greet_as=self._sender.domain) as line:
            away: str | None = None
            for row in rows:
                if away or line.is_spent:
                    self._settle(row, NoticeState.QUEUED, away or "the mail server takes too long")
                else:
                    away = self._tell(row, kind, write, line)

    def _tell(self, row: R, kind: str, write: Callable[[R], Written | None], line: Line) -> str | None:
        """Tells one reader and notes what came of it; why nobody else need be tried now."""
        if row.message_id in self._accepted:
            self._sent(row)
            return None
        # Written just before it is told: in the meantime somebody may have done it all.
        now, written = self._clock(), self._written(row, kind, write)
        if written is None:
            return None
        try:
            envelope = Envelope(sender=self._sender, to=row.address, kind=kind, message_id=row.message_id, at=now)
            line.send(envelope.seal(written.letter))
        except (Refused, AddressIsUnusable) as refusal:
            log.warning("the %s of %s is refused: %s", kind, row.person, refusal)
            self._settle(row, NoticeState.DEAD, f"{refusal}")
        except (NotNow, MailServerIsAway) as delay:
            self._settle(row, NoticeState.QUEUED, f"{delay}")
            return f"{delay}" if isinstance(delay, MailServerIsAway) else None
        else:
            self._accepted[row.message_id] = written.when_sent
            self._sent(row)
        return None

    def _sent(self, row: R) -> None:
        self._accepted[row.message_id]()
        self._settle(row, NoticeState.SENT)

    def _written(self, row: R, kind: str, write: Callable[[R], Written | None]) -> Written | None:
        """None, and noted, where there is nothing to be told now."""
        try:
            written = write(row)
        except (StoreAway, TemporalError):
            raise
        except Exception as failure:
            # A defect of ours, or of one row, must not keep the other readers' mail; once it is mended, a retry writes it.
            log.exception("the %s of %s cannot be written", kind, row.person)
            self._settle(row, NoticeState.QUEUED, f"it cannot be written: {type(failure).__name__}")
            return None
        if written is None:
            self._settle(row, NoticeState.STALE)
        return written

    def _settle(self, row: R, state: NoticeState, why: str | None = None) -> None:
        self._note(row, state, self._clock(), why)
        self._accepted.pop(row.message_id, None)
