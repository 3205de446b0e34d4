"""The mails of an order, as its recipients get them: from the stack's own mailbox, or into a sink of ours."""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from typing import Any, Self

import httpx
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Mail:
    """One message that somebody received."""

    to: str
    message: EmailMessage
    arrived: datetime

    def header(self, name: str) -> str:
        return str(self.message[name] or "")

    @property
    def kind(self) -> str:
        return self.header("X-Jiaoqi-Kind")

    @property
    def order_no(self) -> str:
        return self.header("X-Jiaoqi-Order")

    @property
    def task(self) -> str:
        return self.header("X-Jiaoqi-Task")

    @property
    def message_id(self) -> str:
        return self.header("Message-ID")

    @property
    def sent(self) -> datetime:
        return parsedate_to_datetime(self.header("Date"))

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain",))
        assert body is not None, "every mail can be read without HTML"
        return str(body.get_content())

    def check(self) -> None:
        """What holds for every mail of the plant."""
        assert self.header("Auto-Submitted") == "auto-generated"
        assert self.header("Subject").startswith(f"[{self.order_no}] "), self.header("Subject")
        assert self.header("References") or self.header("In-Reply-To"), "mails of an order are one thread"
        assert self.order_no in self.text


def read(content: bytes) -> EmailMessage:
    return BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(content)


class Mailbox:
    """The stack's own."""

    def __init__(self, url: str) -> None:
        self._url = url

    def of(self, order_no: str) -> list[Mail]:
        """From the oldest to the newest."""
        with httpx.Client(base_url=self._url, trust_env=False) as client:
            listed: list[Any] = client.get("/messages.json", params={"order": order_no, "limit": 200}).json()["items"]
            return [self._mail(client, item) for item in reversed(listed)]

    def _mail(self, client: httpx.Client, item: dict[str, Any]) -> Mail:
        message = read(client.get(f"/messages/{item['n']}.eml").content)
        arrived = datetime.fromisoformat(item["at"].replace("Z", "+00:00"))
        return Mail(to=str(message["Delivered-To"]), message=message, arrived=arrived)


class Sink:
    """A mail server of the tests' own: it outlives every stack, may be away for a while, and knows when what arrived."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.mails: list[Mail] = []
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        """Again changes nothing."""
        if self._controller is None:
            self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
            self._controller.start()

    def close(self) -> None:
        if self._controller:
            self._controller.stop()
            self._controller = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        content = envelope.content
        assert isinstance(content, bytes)
        arrived = datetime.now(UTC)
        self.mails += [Mail(to=to, message=read(content), arrived=arrived) for to in envelope.rcpt_tos]
        return "250 OK"

    def of(self, order_no: str) -> list[Mail]:
        return [mail for mail in self.mails if mail.order_no == order_no]


def told(mails: Iterable[Mail]) -> set[tuple[str, str]]:
    """Who was told what."""
    return {(mail.kind, mail.to) for mail in mails}


def times(mails: Iterable[Mail]) -> list[tuple[str, str]]:
    """The same with every repetition."""
    return sorted((mail.kind, mail.to) for mail in mails)
