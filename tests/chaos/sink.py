"""The customer's and everybody's mail server: keeps all that it accepts, with its time, and can be in a bad mood."""

import asyncio
import json
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from typing_extensions import override

from jiaoqi.addresses import HOST
from tests.endtoend import mails

LONGEST_HANG = 45.0
"""Seconds, well beyond what a sender waits."""


class Mood(StrEnum):
    WELL = "well"
    BUSY = "answers 451"
    CLOSING = "answers 421"
    REFUSING = "answers 550"
    HANGS_ACCEPTING = "accepts, hangs after the final dot"
    HANGS_REFUSING = "hangs after the final dot, does not accept"
    AWAY = "away"


BAD = tuple(mood for mood in Mood if mood is not Mood.WELL)
AT_THE_DOOR = {
    Mood.BUSY: "451 4.3.0 come back later",
    Mood.CLOSING: "421 4.3.2 the server is closing",
    Mood.REFUSING: "550 5.7.1 not here",
}


class Sink:
    """Accepted mail goes to `mails`, and to a file that survives the run."""

    def __init__(self, port: int, file: Path) -> None:
        self.port, self.file = port, file
        self.mood = Mood.WELL
        self.mails: list[dict[str, Any]] = []
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.BaseTransport] = set()
        self._changed = asyncio.Event()

    async def turn(self, mood: Mood) -> None:
        self.mood = mood
        self._changed.set()
        self._changed = asyncio.Event()
        if mood is Mood.AWAY:
            await self.close()
        else:
            await self.open()

    async def open(self) -> None:
        if self._server is None:
            self._server = await asyncio.get_running_loop().create_server(lambda: _Line(self), HOST, self.port)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for line in tuple(self._lines):
            line.close()

    # What aiosmtpd asks.

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mood in AT_THE_DOOR:
            return AT_THE_DOOR[self.mood]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.mood is Mood.HANGS_REFUSING:
            await self._hang()
            return "451 4.3.0 where were we"
        self._keep(envelope)
        if self.mood is Mood.HANGS_ACCEPTING:
            await self._hang()
        return "250 OK"

    async def _hang(self) -> None:
        try:
            await asyncio.wait_for(self._changed.wait(), LONGEST_HANG)
        except TimeoutError:
            return

    def _keep(self, envelope: Envelope) -> None:
        content = envelope.content
        assert isinstance(content, bytes)
        message = mails.read(content)
        for to in envelope.rcpt_tos:
            mail = mails.Mail(to=to, message=message, arrived=datetime.now(UTC))
            self.mails.append(described(mail))
            with self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(self.mails[-1], ensure_ascii=False) + "\n")


def described(mail: mails.Mail) -> dict[str, Any]:
    """What the check needs of a mail. `dated` is its own Date: whole seconds, cut off."""
    return {
        "wrong": wrong(mail),
        "message_id": mail.message_id,
        "to": mail.to,
        "kind": mail.kind,
        "order_no": mail.order_no,
        "task_id": mail.task or None,
        "dated": mail.sent.timestamp(),
        "arrived": mail.arrived.timestamp(),
    }


def wrong(mail: mails.Mail) -> str | None:
    """What is not as every mail of the plant must be."""
    try:
        mail.check()
    except AssertionError as error:
        return str(error) or "the mail lacks what every mail has"
    return None


class _Line(SMTP):
    """One connection, known to the sink so that it can go away with it."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink, hostname=HOST, loop=asyncio.get_running_loop())
        self._sink = sink

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._sink._lines.add(transport)

    @override
    def connection_lost(self, error: Exception | None) -> None:
        if self.transport is not None:
            self._sink._lines.discard(self.transport)
        super().connection_lost(error)
