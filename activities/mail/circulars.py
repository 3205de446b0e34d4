"""Tells a letter that goes to several people: each once, as their rows remember across workers and attempts."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from activities.mail.message import Sender
from activities.mail.postman import Postman, Written
from activities.mail.smtp_mail import utc_now
from activities.mail.transport import Transport
from activities.store import Person, Store
from activities.store.circulars import CircularRow

LENT = timedelta(seconds=60)
"""As long as an attempt may take: another one that begins meanwhile leaves the same copies alone."""

Writer = Callable[[CircularRow], Written | None]


class Circulars:
    def __init__(self, store: Store, transport: Transport, sender: str, clock: Callable[[], datetime] = utc_now) -> None:
        self._rows, self._clock = store.circulars, clock
        self._sender = Sender.of(sender)
        self._postman = Postman(transport, self._sender, clock, self._rows.settle)

    def open(self, letter: str, kind: str, readers: Iterable[Person]) -> None:
        """Decides who is told, once and for all."""
        if not self._rows.is_open(letter):
            self._rows.open((self._row(letter, kind, one, one.email) for one in readers if one.email), self._clock())

    def _row(self, letter: str, kind: str, reader: Person, address: str) -> CircularRow:
        return CircularRow(
            letter=letter,
            person=reader.id,
            kind=kind,
            address=address,
            language=reader.language,
            message_id=self._sender.message_id(kind, letter, reader.id),
        )

    def tell(self, letter: str, kind: str, until: datetime, write: Writer) -> int:
        """One attempt; how many copies are still to be told. What is not out by then is dropped."""
        now = self._clock()
        if now >= until:
            self._rows.drop(letter, now)
            return 0
        self._postman.tell(self._rows.take(letter, now, now + LENT), kind, write)
        return self._rows.waiting(letter)
