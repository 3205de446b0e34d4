"""The message as it travels: headers, ids made from ids alone, and both alternatives of the letter."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from itertools import takewhile
from typing import Any, Self

from typing_extensions import override

from activities.mail.letters import Letter
from activities.store.ledger import LedgerRow


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


class _Headers(EmailPolicy):
    """Encodes only what it must: the library also encodes ids longer than a line, and garbles some folds of Chinese."""

    @override
    def fold_binary(self, name: str, value: Any) -> bytes:
        if str(value).isascii():
            return f"{name}: {value}{self.linesep}".encode("ascii")
        if isinstance(value, UnstructuredHeader):
            return f"{name}: {_encoded(name, str(value))}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


_POLICY = _Headers(linesep="\r\n", cte_type="7bit")


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What is written on a message beside its letter."""

    sender: Sender
    row: LedgerRow
    order_no: str
    task_id: str | None
    at: datetime
    reply_to: Address | None = None

    def seal(self, letter: Letter) -> Message:
        """The message; raises AddressIsUnusable."""
        to = address_of("", self.row.address or "")
        message = self._headed(letter.subject, to)
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        needs_utf8 = not (to.username + self.sender.local).isascii()
        content = message.as_bytes(policy=_POLICY.clone(utf8=needs_utf8))
        return Message(self.sender.address, f"{to.username}@{to.domain}", content, needs_utf8)

    def _headed(self, subject: str, to: Address) -> EmailMessage:
        thread = self.sender.message_id("order", self.order_no)
        message = EmailMessage(policy=_POLICY)
        message["From"] = Address(self.sender.name, self.sender.local, self.sender.domain)
        message["To"] = to
        if self.reply_to:
            message["Reply-To"] = self.reply_to
        message["Subject"] = f"[{self.order_no}] {_one_line(subject)}"
        message["Date"] = format_datetime(self.at)
        message["Message-ID"] = self.row.message_id
        message["In-Reply-To"] = thread
        message["References"] = thread
        message["Auto-Submitted"] = "auto-generated"
        message["X-Jiaoqi-Kind"] = _one_line(self.row.kind)
        message["X-Jiaoqi-Order"] = self.order_no
        if self.task_id:
            message["X-Jiaoqi-Task"] = self.task_id
        return message


def address_of(name: str, text: str) -> Address:
    """An address as headers take it, its domain as the name service knows it; raises AddressIsUnusable."""
    local, _, domain = text.rpartition("@")
    if not local or not domain or any(char.isspace() or not char.isprintable() for char in text):
        raise AddressIsUnusable(f"{text!r} is no address")
    try:
        return Address(_one_line(name), local, domain if domain.isascii() else domain.encode("idna").decode("ascii"))
    except ValueError as error:
        raise AddressIsUnusable(f"{text!r} is no address") from error


def _encoded(name: str, text: str) -> str:
    """The text with its leading ASCII words left readable: the order number of a subject is among them."""
    plain = " ".join(takewhile(str.isascii, text.split(" ")))
    encoded = Header(text.removeprefix(plain).lstrip(), "utf-8", header_name=name).encode(linesep="\r\n")
    return f"{plain}\r\n {encoded}" if plain else encoded


def _one_line(text: str) -> str:
    return " ".join(text.split())
