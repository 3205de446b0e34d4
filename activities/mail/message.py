"""The message as it travels: headers, ids made from ids alone, and both alternatives of the letter."""

import hashlib
from base64 import encodebytes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from itertools import takewhile
from typing import Self

from activities.mail.ics import Entries
from activities.mail.letters import Letter

EOL = "\r\n"


class SenderIsNoAddress(ValueError):
    """What mail is sent from must be one address, with or without a name."""


class AddressIsUnusable(ValueError):
    """No message can be written to this address."""


@dataclass(frozen=True)
class Message:
    """What the mail server needs to know of a message."""

    sender: str
    to: str
    content: bytes
    needs_utf8: bool


@dataclass(frozen=True)
class Sender:
    """Who mail comes from; its domain is also ours in ids and in EHLO."""

    name: str
    local: str
    domain: str

    @classmethod
    def of(cls, text: str) -> Self:
        try:
            address = address_of(*parseaddr(text))
        except AddressIsUnusable as error:
            why = f"{text!r} is no address to send mail from; write NAME <local@domain> or local@domain"
            raise SenderIsNoAddress(why) from error
        return cls(address.display_name, address.username, address.domain)

    @property
    def address(self) -> str:
        return f"{self.local}@{self.domain}"

    def message_id(self, *ids: str) -> str:
        """The same ids make the same Message-ID on every worker and at every attempt."""
        return f"<{hashlib.sha256(chr(0).join(ids).encode()).hexdigest()[:40]}@{self.domain}>"


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What is written on a message beside its letter."""

    sender: Sender
    to: str
    kind: str
    message_id: str
    at: datetime
    order_no: str | None = None
    """None: it is about more than one order."""
    task_id: str | None = None
    reply_to: Address | None = None

    def seal(self, letter: Letter, entries: Entries | None = None) -> Message:
        """The message, with the calendar entries that go with it; raises AddressIsUnusable."""
        to = address_of("", self.to)
        kind, body = self._alternatives(letter)
        if entries:
            kind, body = self._with_entries(kind, body, entries)
        head = [f"Content-Type: {kind}", "MIME-Version: 1.0", *map(": ".join, self._headers(letter.subject, to))]
        content = EOL.join([*head, "", body]).encode()
        needs_utf8 = not (to.username + self.sender.local).isascii()
        return Message(self.sender.address, f"{to.username}@{to.domain}", content, needs_utf8)

    def _alternatives(self, letter: Letter) -> tuple[str, str]:
        parts = [_part('text/plain; charset="utf-8"', letter.text), _part('text/html; charset="utf-8"', letter.html)]
        return self._joined("alternative", "letter", parts)

    def _with_entries(self, kind: str, body: str, entries: Entries) -> tuple[str, str]:
        letter = f"Content-Type: {kind}{EOL}{EOL}{body}"
        calendar = f'text/calendar; charset="utf-8"; method="{entries.method}"'
        file = 'Content-Disposition: attachment; filename="jiaoqi.ics"'
        return self._joined("mixed", "entries", [letter, _part(calendar, entries.content, file)])

    def _joined(self, how: str, of: str, parts: Iterable[str]) -> tuple[str, str]:
        """Several parts as one, and its type."""
        boundary = self._boundary(of)
        body = "".join(f"--{boundary}{EOL}{part}{EOL}" for part in parts)
        return f'multipart/{how}; boundary="{boundary}"', f"{body}--{boundary}--{EOL}"

    def _boundary(self, of: str) -> str:
        # Made of the id: to find one by chance takes the library as long as half of the rest.
        return hashlib.sha256(f"{of} {self.message_id}".encode()).hexdigest()

    def _headers(self, subject: str, to: Address) -> Iterator[tuple[str, str]]:
        yield "From", _mailbox(Address(self.sender.name, self.sender.local, self.sender.domain))
        yield "To", _mailbox(to)
        if self.reply_to:
            yield "Reply-To", _mailbox(self.reply_to)
        about = f"[{self.order_no}] " if self.order_no else ""
        yield "Subject", _encoded("Subject", about + _one_line(subject))
        yield "Date", format_datetime(self.at)
        yield "Message-ID", self.message_id
        yield "Auto-Submitted", "auto-generated"
        yield "X-Jiaoqi-Kind", _encoded("X-Jiaoqi-Kind", _one_line(self.kind))
        if self.order_no:
            yield from self._thread(self.order_no)
            yield "X-Jiaoqi-Order", _encoded("X-Jiaoqi-Order", self.order_no)
        if self.task_id:
            yield "X-Jiaoqi-Task", _encoded("X-Jiaoqi-Task", self.task_id)

    def _thread(self, order_no: str) -> Iterator[tuple[str, str]]:
        """All mails of an order hang on one that nobody ever gets."""
        thread = self.sender.message_id("order", order_no)
        yield "In-Reply-To", thread
        yield "References", thread


def address_of(name: str, text: str) -> Address:
    """An address as headers take it, its domain as the name service knows it; raises AddressIsUnusable."""
    local, _, domain = text.rpartition("@")
    if not local or not domain or any(char.isspace() or not char.isprintable() for char in text):
        raise AddressIsUnusable(f"{text!r} is no address")
    try:
        return Address(_one_line(name), local, domain if domain.isascii() else domain.encode("idna").decode("ascii"))
    except ValueError as error:
        raise AddressIsUnusable(f"{text!r} is no address") from error


def _part(kind: str, text: str, *more: str) -> str:
    """One part of a message. The library's own way takes as long for two of them as writing the letter does."""
    head = [f"Content-Type: {kind}", "Content-Transfer-Encoding: base64", *more]
    return EOL.join([*head, "", encodebytes(text.encode()).decode().replace("\n", EOL)])


def _mailbox(address: Address) -> str:
    """An address as a header shows it; its name is encoded as a whole, since parts of it would need quotes."""
    name = address.display_name
    return str(address) if name.isascii() else f"{_words('Reply-To', name)} <{address.addr_spec}>"


def _encoded(name: str, text: str) -> str:
    """ASCII as it is; else with its leading ASCII words left readable: the order number of a subject is among them."""
    if text.isascii():
        return text
    plain = " ".join(takewhile(str.isascii, text.split(" ")))
    encoded = _words(name, text.removeprefix(plain).lstrip())
    return f"{plain}\r\n {encoded}" if plain else encoded


@lru_cache(256)
def _words(name: str, text: str) -> str:
    """The text in the encoded words of RFC 2047, folded."""
    return Header(text, "utf-8", header_name=name).encode(linesep="\r\n")


def _one_line(text: str) -> str:
    return " ".join(text.split())
