"""The mailbox as a process: an SMTP server that keeps what it is given, and pages that show it."""

import asyncio
import logging
import signal
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import click
import uvicorn
import uvloop
from aiosmtpd.smtp import SMTP, Envelope, Session
from typing_extensions import override

from jiaoqi.mailbox.messages import Messages
from jiaoqi.mailbox.pages import app

HOST = "127.0.0.1"

log = logging.getLogger("jiaoqi.mailbox")


class Sink:
    """Accepts everything for everybody."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        try:
            n = await asyncio.to_thread(self._messages.add, envelope.original_content or b"", envelope.rcpt_tos)
        except OSError as error:
            # A full disk passes: 4xx keeps the sender trying, where a 5xx would bury the mail.
            log.warning("a mail could not be kept: %s", error)
            return "451 the mailbox cannot write now"
        return f"250 kept as {n}"


class Pages(uvicorn.Server):
    """Leaves signals to us: uvicorn would raise them again after its own end, before the SMTP server has ended."""

    @override
    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    def end(self) -> None:
        self.should_exit = True


async def serve(messages: Messages, smtp_port: int, port: int) -> None:
    """Until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    reading = loop.run_in_executor(None, messages.refresh)
    sink = Sink(messages)
    smtp = await loop.create_server(lambda: SMTP(sink, enable_SMTPUTF8=True, hostname="localhost"), HOST, smtp_port)
    pages = Pages(uvicorn.Config(app(messages), host=HOST, port=port, log_level="warning", access_log=False))
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, pages.end)
    async with smtp:
        await pages.serve()
    await reading


@click.command()
@click.option("--directory", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--smtp-port", type=int, required=True)
@click.option("--port", type=int, required=True)
def main(directory: Path, smtp_port: int, port: int) -> None:
    logging.basicConfig(level=logging.WARNING)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(Messages(directory), smtp_port, port))


if __name__ == "__main__":
    main()
