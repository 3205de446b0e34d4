"""The line to the mail server: read from its URL, and honest about what every answer means."""

import dataclasses
import ssl
from pathlib import Path
from typing import NamedTuple

import pytest
import trustme

from activities.mail.message import Message
from activities.mail.transport import Line, MailServerIsAway, MailServerUrlIsWrong, NotNow, Refused, Transport
from tests.mail.servers import Server, free_port, running, who


class Certified(NamedTuple):
    """A certificate for our own machine and who vouches for it, made for this run."""

    server: ssl.SSLContext
    authority: Path


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Certified:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    path = tmp_path_factory.mktemp("tls") / "authority.pem"
    authority.cert_pem.write_to_path(path)
    return Certified(context, path)


def message(to: str = "wang@customer.example", sender: str = "jiaoqi@plant.example") -> Message:
    content = f"From: {sender}\r\nTo: {to}\r\nSubject: hello\r\n\r\n.dot\r\n".encode()
    return Message(sender, to, content, not (to + sender).isascii())


def line(url: str, patience: float = 5) -> Line:
    return dataclasses.replace(Transport.of(url), patience=patience).line("plant.example")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example:2525", Transport(host="mail.example", port=2525)),
        ("smtp://mail.example", Transport(host="mail.example", port=25)),
        ("smtps://mail.example", Transport(host="mail.example", port=465, tls=True)),
        ("smtp://[::1]:1025", Transport(host="::1", port=1025)),
        ("smtp://mail.example:587?starttls=1", Transport(host="mail.example", port=587, starttls=True)),
        ("smtp://mail.example:587/?starttls=0", Transport(host="mail.example", port=587)),
        (
            "smtp://me%40plant:p%3Aa%2Fs%20s@mail.example:25",
            Transport(host="mail.example", port=25, user="me@plant", password="p:a/s s"),
        ),
        ("smtps://u:@mail.example:465", Transport(host="mail.example", port=465, user="u", tls=True)),
    ],
)
def test_a_url_says_where_and_how(url: str, expected: Transport) -> None:
    assert Transport.of(url) == expected


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "begins neither"),
        ("mail.example:25", "begins neither"),
        ("http://mail.example", "begins neither"),
        ("smtp://", "names no host"),
        ("smtp://:25", "names no host"),
        ("smtp://mail.example:0", "names no host and port"),
        ("smtp://mail.example:70000", "no port between"),
        ("smtp://mail.example:smtp", "no port between"),
        ("smtp://mail.example:25/inbox", "more after the port"),
        ("smtp://mail.example:25?tls=1", "option other than"),
        ("smtp://mail.example:25?starttls=yes", "option other than"),
        ("smtps://mail.example:25?starttls=1", "encrypted already"),
        ("smtp://user@mail.example:25", "user without a password"),
    ],
)
def test_a_wrong_url_is_refused_with_what_to_write_instead(url: str, why: str) -> None:
    with pytest.raises(MailServerUrlIsWrong, match=why) as refusal:
        Transport.of(url)
    assert "smtp://[user:pass@]host:port[?starttls=1]" in str(refusal.value)


def test_a_password_is_never_shown() -> None:
    assert "secret" not in repr(Transport.of("smtp://u:secret@mail.example:25"))
    with pytest.raises(MailServerUrlIsWrong) as refusal:
        Transport.of("smtp://u:secret@mail.example:25/x")
    assert "secret" not in str(refusal.value)


def test_many_messages_take_one_connection(server: Server) -> None:
    with line(server.url) as open_line:
        for n in range(3):
            open_line.send(message(f"c{n}@customer.example"))
    assert [envelope.rcpt_tos for envelope in server.envelopes] == [[f"c{n}@customer.example"] for n in range(3)]
    assert len(server.sessions) == 1
    assert server.sessions[0].host_name == "plant.example"
    assert server.envelopes[0].mail_from == "jiaoqi@plant.example"


def test_a_line_that_nothing_is_sent_on_is_never_dialled(server: Server) -> None:
    with line(server.url):
        pass
    assert not server.sessions


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [("450 busy", NotNow), ("421 going", NotNow), ("550 no such user", Refused), ("553 odd", Refused), ("drop", NotNow)],
)
def test_one_refused_recipient_does_not_keep_the_next(server: Server, answer: str, meaning: type[Exception]) -> None:
    server.answers["bad@customer.example"] = answer
    with line(server.url) as open_line:
        with pytest.raises(meaning) as refusal:
            open_line.send(message("bad@customer.example"))
        open_line.send(message("good@customer.example"))
    assert answer == "drop" or str(refusal.value) == answer
    assert server.told == ["good@customer.example"]


@pytest.mark.parametrize(
    ("answer", "meaning"), [("451 later", NotNow), ("554 spam", Refused), ("hang", NotNow), ("drop", NotNow)]
)
def test_what_the_server_does_after_the_final_dot(server: Server, answer: str, meaning: type[Exception]) -> None:
    server.after_dot = [answer]
    with line(server.url, patience=1) as open_line, pytest.raises(meaning):
        open_line.send(message())


def test_nobody_there() -> None:
    with line(f"smtp://127.0.0.1:{free_port()}") as open_line, pytest.raises(MailServerIsAway, match="refused"):
        open_line.send(message())


def test_a_server_slow_at_every_step_does_not_outlast_the_line(server: Server) -> None:
    """Each answer comes within the patience, all of them together don't."""
    server.slowness = 0.8
    with line(server.url, patience=1) as open_line, pytest.raises(NotNow, match="timed out"):
        open_line.send(message())
    assert not server.messages


def test_a_line_takes_no_more_messages_once_its_time_is_up(server: Server) -> None:
    server.after_dot = ["hang"]
    with line(server.url, patience=1) as open_line:
        assert not open_line.is_spent
        with pytest.raises(NotNow):
            open_line.send(message())
        assert open_line.is_spent


def test_a_user_logs_in() -> None:
    with running(Server(), **who("me@plant", "p:ss")) as server:
        url = server.url.replace("//", "//me%40plant:p%3Ass@")
        with line(url) as open_line:
            open_line.send(message())
        assert len(server.messages) == 1
        assert server.sessions[-1].authenticated


def test_a_wrong_password_is_no_fault_of_the_message() -> None:
    server = Server()
    url = server.url.replace("//", "//me:wrong@")
    with running(server, **who("me", "right")), line(url) as open_line, pytest.raises(MailServerIsAway, match="535"):
        open_line.send(message())


def test_starttls_when_asked_and_only_with_a_trusted_certificate(tls: Certified, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(Server(), tls_context=tls.server, require_starttls=True) as server:
        with line(server.url + "?starttls=1") as open_line, pytest.raises(MailServerIsAway, match="certificate"):
            open_line.send(message())
        monkeypatch.setenv("SSL_CERT_FILE", str(tls.authority))
        with line(server.url + "?starttls=1") as open_line:
            open_line.send(message())
        assert server.sessions[-1].ssl is not None
        assert len(server.messages) == 1


def test_starttls_that_is_not_offered_is_not_done_without(server: Server) -> None:
    with line(server.url + "?starttls=1") as open_line, pytest.raises(MailServerIsAway):
        open_line.send(message())
    assert not server.messages


def test_smtps(tls: Certified, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tls.authority))
    with running(Server(), ssl_context=tls.server) as server:
        with line(server.url.replace("smtp://", "smtps://")) as open_line:
            open_line.send(message())
            open_line.send(message())
        assert len(server.messages) == 2


def test_an_address_in_another_script_needs_a_server_that_takes_it() -> None:
    with running(Server(), enable_SMTPUTF8=True) as server, line(server.url) as open_line:
        open_line.send(message("王小明@customer.example"))
        open_line.send(message())
        assert server.envelopes[0].rcpt_tos == ["王小明@customer.example"]
        assert [envelope.smtp_utf8 for envelope in server.envelopes] == [True, False]
    with running(Server(), enable_SMTPUTF8=False) as server, line(server.url) as open_line:
        with pytest.raises(Refused):
            open_line.send(message("王小明@customer.example"))
        open_line.send(message())
