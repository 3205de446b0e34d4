"""Mail servers that behave well, and ones that don't."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HOST = "127.0.0.1"
OK = "250 OK"


class Server:
    """Takes every message, unless a test says what it answers to a recipient, or what it does after the final dot."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.sessions: list[Session] = []
        self.answers: dict[str, str] = {}
        """By address: what RCPT is answered with."""
        self.after_dot: list[str] = []
        """What is answered to the next messages, one each; `hang` accepts and then says nothing, `drop` hangs up."""
        self.slowness = 0.0
        """Seconds before each answer."""
        self.after_message: Callable[[], object] = bool
        """What happens in the plant as soon as a message has been accepted."""
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"smtp://{HOST}:{self.port}"

    @property
    def told(self) -> list[str]:
        return [str(message["To"]) for message in self.messages]

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, _: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        await asyncio.sleep(self.slowness)
        self.sessions.append(session)
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await asyncio.sleep(self.slowness)
        answer = self.answers.get(address, OK)
        if answer == "drop":
            assert server.transport is not None
            server.transport.close()
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await asyncio.sleep(self.slowness)
        answer = self.after_dot.pop(0) if self.after_dot else OK
        if answer[0] not in "45":
            assert isinstance(envelope.content, bytes)
            message = message_from_bytes(envelope.content, policy=default)
            assert isinstance(message, EmailMessage)
            self.messages.append(message)
            self.envelopes.append(envelope)
        if answer == OK:
            self.after_message()
        if answer == "hang":
            await asyncio.sleep(60)
        if answer == "drop":
            assert server.transport is not None
            server.transport.close()
        return answer


@contextmanager
def running(server: Server, **options: Any) -> Iterator[Server]:
    controller = Controller(server, hostname=HOST, port=server.port, **options)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def who(login: str, password: str) -> dict[str, Any]:
    """The options of a server that knows one user."""

    def check(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
        return AuthResult(success=given == LoginPassword(login.encode(), password.encode()), handled=False)

    return {"authenticator": check, "auth_require_tls": False}


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        return int(taken.getsockname()[1])
