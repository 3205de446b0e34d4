"""The real store and the real mail transport, with faults around every statement, commit and message."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection
from typing_extensions import override

from activities.mail.message import Message
from activities.mail.transport import Line, NotNow, Transport
from activities.store import Database, StoreAway
from tests.faulty.faults import Faults

READ, WRITE, SMTP = "store.read", "store.write", "smtp"


class FaultyDatabase(Database):
    """Every look-up and every transaction of whoever uses the store goes through here."""

    def __init__(self, url: str, faults: Faults) -> None:
        super().__init__(url)
        self._faults = faults

    @override
    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._faults.around(READ, StoreAway), super().reading() as connection:
            yield connection

    @override
    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        with self._faults.around(READ, StoreAway), super().snapshot() as connection:
            yield connection

    @override
    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Failing after it was done means that the commit happened and its answer was lost."""
        with self._faults.around(WRITE, StoreAway), super().writing() as connection:
            yield connection


@dataclass(frozen=True, kw_only=True)
class FaultyTransport(Transport):
    """Lines that break before a message is said, or between the server's taking it and its saying so."""

    faults: Faults

    @classmethod
    def to(cls, url: str, faults: Faults) -> "FaultyTransport":
        return cls(**vars(Transport.of(url)), faults=faults)

    @override
    def line(self, greet_as: str) -> Line:
        return FaultyLine(self, greet_as, self.faults)


class FaultyLine(Line):
    def __init__(self, transport: Transport, greet_as: str, faults: Faults) -> None:
        super().__init__(transport, greet_as)
        self._faults = faults

    @override
    def send(self, message: Message) -> None:
        with self._faults.around(SMTP, NotNow):
            super().send(message)
