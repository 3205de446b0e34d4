"""The line to the mail server: where it is, how it is dialled, and what its answers mean."""

import smtplib
import ssl
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from typing_extensions import override

from activities.failures import ForeseenFailure
from activities.mail.message import Message

WRITTEN = "smtp://[user:pass@]host:port[?starttls=1] or smtps://[user:pass@]host:port"


class MailServerUrlIsWrong(ForeseenFailure, ValueError):
    """The URL names no mail server; the message says why, and never the password."""

    exit_code = 2

    def __init__(self, why: str) -> None:
        super().__init__(f"the mail server's URL {why}; write {WRITTEN}")


class MailServerIsAway(Exception):
    """Nobody answers, or the server lets nobody in: no message can be sent now."""


class NotNow(Exception):
    """This message may be accepted later; when the line broke after its last byte it may have been accepted already."""


class Refused(Exception):
    """The server takes this message neither now nor later."""


@dataclass(frozen=True, kw_only=True)
class Transport:
    """Where the mail server is and how it wants to be spoken to."""

    host: str
    port: int
    user: str | None = None
    password: str = field(default="", repr=False)
    tls: bool = False
    starttls: bool = False
    patience: float = 10.0
    """Seconds to wait for one answer."""

    @classmethod
    def of(cls, url: str) -> Self:
        parts, port = _split(url)
        if parts.username and parts.password is None:
            raise MailServerUrlIsWrong("has a user without a password")
        tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname or "",
            port=port or (465 if tls else 25),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password or ""),
            tls=tls,
            starttls=_starttls(parts),
        )

    def line(self, greet_as: str) -> "Line":
        """A line that is dialled when the first message needs it; `greet_as` is our name in EHLO."""
        return Line(self, greet_as)


class Line:
    """One connection for many messages, dialled again when it broke; it ends after twice the server's patience."""

    def __init__(self, transport: Transport, greet_as: str) -> None:
        self._transport = transport
        self._greet_as = greet_as
        self._smtp: smtplib.SMTP | None = None
        # The last message may begin while one patience is left, so that its answers find time.
        self._begin_by = time.monotonic() + transport.patience
        self._end_by = self._begin_by + transport.patience

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._smtp and self._smtp.sock:
            try:
                self._smtp.quit()
            except OSError:
                self._smtp.close()

    @property
    def is_spent(self) -> bool:
        """Whether no more message may begin on it."""
        return time.monotonic() >= self._begin_by

    def send(self, message: Message) -> None:
        """Returns once the server has accepted the message; raises MailServerIsAway, NotNow or Refused."""
        smtp = self._smtp if self._smtp and self._smtp.sock else self._dial()
        if message.needs_utf8 and not smtp.has_extn("smtputf8"):
            raise Refused("the mail server takes no address like this one")
        options = ("SMTPUTF8", "BODY=8BITMIME") if message.needs_utf8 else ()
        try:
            smtp.sendmail(message.sender, [message.to], message.content, options)
        except smtplib.SMTPRecipientsRefused as refusal:
            raise _meaning(*refusal.recipients[message.to]) from refusal
        except smtplib.SMTPResponseException as refusal:
            raise _meaning(refusal.smtp_code, refusal.smtp_error) from refusal
        except OSError as broken:
            smtp.close()
            raise NotNow(_short(broken)) from broken

    def _dial(self) -> smtplib.SMTP:
        there = self._transport
        kind = _PatientOverTls if there.tls else _Patient
        try:
            # With no context of its own smtplib would trust any certificate.
            context = {"context": ssl.create_default_context()} if there.tls else {}
            smtp = kind(there.host, there.port, self._greet_as, self, timeout=self._wait(), **context)
        except OSError as error:
            raise MailServerIsAway(_short(error)) from error
        try:
            self._introduce(smtp)
        except OSError as error:
            smtp.close()
            raise MailServerIsAway(_short(error)) from error
        self._smtp = smtp
        return smtp

    def _introduce(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if self._transport.starttls:
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
        if self._transport.user is not None:
            smtp.login(self._transport.user, self._transport.password)

    def _wait(self) -> float:
        """Seconds that the next answer may take; never 0, which would mean not to wait at all."""
        return max(0.001, min(self._transport.patience, self._end_by - time.monotonic()))


class _Patient(smtplib.SMTP):
    """Waits for each answer as long as its line has time: a server slow at every step must not outlast the activity."""

    def __init__(self, host: str, port: int, greet_as: str, line: Line, **options: Any) -> None:
        self._line = line
        super().__init__(host, port, greet_as, **options)

    @override
    def getreply(self) -> tuple[int, bytes]:
        if self.sock:
            self.sock.settimeout(self._line._wait())
        return super().getreply()


class _PatientOverTls(_Patient, smtplib.SMTP_SSL):
    """The same over TLS from the first byte on."""


def _meaning(code: int, answer: bytes | str) -> NotNow | Refused:
    text = _short(answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer)
    return (Refused if 500 <= code < 600 else NotNow)(f"{code} {text}")


def _short(what: object) -> str:
    return " ".join(str(what).split())[:200] or type(what).__name__


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise MailServerUrlIsWrong("has no port between 1 and 65535") from error
    if parts.scheme not in ("smtp", "smtps"):
        raise MailServerUrlIsWrong("begins neither with smtp:// nor with smtps://")
    if not parts.hostname or port == 0:
        raise MailServerUrlIsWrong("names no host and port")
    if parts.path.strip("/") or parts.fragment:
        raise MailServerUrlIsWrong("has more after the port than ?starttls=1")
    return parts, port


def _starttls(parts: SplitResult) -> bool:
    options = parse_qs(parts.query, keep_blank_values=True)
    if options.keys() - {"starttls"} or options.get("starttls", ["1"]) not in (["0"], ["1"]):
        raise MailServerUrlIsWrong("has an option other than starttls=1")
    if parts.scheme == "smtps" and "starttls" in options:
        raise MailServerUrlIsWrong("asks for starttls on a line that is encrypted already")
    return options.get("starttls") == ["1"]
