"""The message as any mail program reads it: literal order number, ids from ids alone, readable bodies, no smuggled headers."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import compat32, default
from typing import Any

import pytest

from activities.mail.letters import Letter
from activities.mail.message import AddressIsUnusable, Envelope, Message, Sender, SenderIsNoAddress, address_of
from tests.mail.samples import NOW, notice, row

SENDER = Sender.of("Jiaoqi 交期 <jiaoqi@plant.example>")
LETTER = Letter("新任務「品質檢驗」，期限 2026年11月20日 週五 17:00 +0800，請準時完成", "您好\n", "<p>您好</p>\n")


def seal(order_no: str = "JQ-1", address: str = "wang@customer.example", letter: Letter = LETTER, **more: Any) -> Message:
    told = notice("overdue", "assignee", order_no=order_no)
    task_id = f"{order_no}.decide_disposition.12"
    on_record = row(told, address=address, **more.pop("row", {}))
    entries = more.pop("entries", None)
    envelope = Envelope(
        sender=more.pop("sender", SENDER),
        to=on_record.address or "",
        kind=on_record.kind,
        message_id=on_record.message_id,
        order_no=more.pop("about", order_no),
        task_id=more.pop("task_id", task_id),
        at=NOW,
        **more,
    )
    return envelope.seal(letter, entries)


def read(message: Message) -> EmailMessage:
    parsed = message_from_bytes(message.content, policy=default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    return parsed


def raw(message: Message, header: str) -> str:
    """A header as it travels, unfolded but not decoded."""
    return re.sub(r"\r\n(?=[ \t])", "", str(message_from_bytes(message.content, policy=compat32)[header]))


def body(message: Message, kind: str) -> str:
    part = read(message).get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


@pytest.mark.parametrize("order_no", ["JQ-1", "A.b_c-9", "X" * 64, "X" * 64 + "-R12", "訂單-2026-貳", "é́-1", "PO." + "y" * 40])
def test_headers_name_the_order_and_the_task(order_no: str) -> None:
    message = seal(order_no)
    parsed = read(message)
    assert parsed["Subject"] == f"[{order_no}] {LETTER.subject}"
    assert parsed["X-Jiaoqi-Order"] == order_no
    assert parsed["X-Jiaoqi-Task"] == f"{order_no}.decide_disposition.12"
    assert parsed["X-Jiaoqi-Kind"] == "overdue"
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed["To"] == "wang@customer.example"
    assert parsed["From"] == "Jiaoqi 交期 <jiaoqi@plant.example>"
    assert parsed["Date"].datetime == NOW
    if order_no.isascii():
        assert raw(message, "Subject").strip().startswith(f"[{order_no}] ")
        assert raw(message, "X-Jiaoqi-Task") == f"{order_no}.decide_disposition.12"


def test_no_task_no_header() -> None:
    assert "X-Jiaoqi-Task" not in read(seal(task_id=None))


def test_all_mails_of_an_order_are_one_thread() -> None:
    threads = {(raw(one, "In-Reply-To"), raw(one, "References")) for one in (seal(), seal(address="li@customer.example"))}
    ((root, references),) = threads
    assert root == references and re.fullmatch(r"<[0-9a-f]{40}@plant\.example>", root)
    assert raw(seal("JQ-2"), "References") != references


def test_ids_longer_than_a_line_stay_readable() -> None:
    """The library would encode them, and no mail program would find the thread."""
    sender = Sender.of(f"jiaoqi@{'very.' * 20}long.example")
    long_id = sender.message_id("JQ-1.overdue.7", "quality1")
    message = seal(sender=sender, row={"message_id": long_id})
    assert raw(message, "Message-ID") == long_id
    assert raw(message, "References").startswith("<") and "=?" not in raw(message, "References")


def test_message_ids_come_from_ids_alone() -> None:
    assert SENDER.message_id("JQ-1.overdue.7", "quality1") == Sender.of("x@plant.example").message_id(
        "JQ-1.overdue.7", "quality1"
    )
    ids = {SENDER.message_id(*parts) for parts in (("a", "bc"), ("ab", "c"), ("abc",), ("a", "b", "c"))}
    assert len(ids) == 4


def test_text_and_html_arrive_as_they_were_written() -> None:
    letter = Letter("新任務", "您好 – 交期\n\n.dot\nFrom here\n" + "長" * 3000 + "\n", "<p>您好 &lt;b&gt;</p>\n")
    message = seal(letter=letter)
    assert body(message, "plain") == letter.text
    assert body(message, "html") == letter.html
    assert read(message).get_content_type() == "multipart/alternative"
    assert message.content.isascii() and not message.needs_utf8
    assert max(map(len, message.content.split(b"\r\n"))) < 998


@pytest.mark.parametrize(
    "typed", ["a\r\nBcc: thief@evil.example", "a\nX-Evil: 1", "a\x0bb\u2028c", "tab\there", "=?utf-8?b?5L2g?=", "a" * 400]
)
def test_nobody_writes_headers_through_a_subject_or_a_rungs_name(typed: str) -> None:
    letter = Letter(typed, "x\n", "x\n")
    parsed = read(seal(letter=letter, row={"kind": typed}))
    assert parsed["Bcc"] is None and parsed["X-Evil"] is None
    assert "\n" not in parsed["Subject"] and parsed["Subject"].startswith("[JQ-1] ")
    assert parsed["Message-ID"]


@pytest.mark.parametrize(
    "address",
    ["", "wang", "@customer.example", "wang@", "a@b\r\nRCPT TO:<c@d>", "a b@c.example", "a\x00@c.example", "a@" + "ü" * 64],
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(AddressIsUnusable):
        seal(address=address)


@pytest.mark.parametrize(
    ("address", "envelope"),
    [
        ("wang@工廠.example", "wang@xn--esttv.example"),
        ("a(b)@customer.example", "a(b)@customer.example"),
        ("a..b@customer.example", "a..b@customer.example"),
        ("o'neill+x@customer.example", "o'neill+x@customer.example"),
    ],
)
def test_odd_addresses_are_written_as_they_must_be(address: str, envelope: str) -> None:
    message = seal(address=address)
    assert message.to == envelope
    assert read(message)["To"].addresses[0].addr_spec.replace('"', "") == envelope
    assert not message.needs_utf8


def test_a_mailbox_in_another_script_needs_utf8() -> None:
    message = seal(address="王@customer.example")
    assert message.needs_utf8 and message.to == "王@customer.example"
    assert "To: 王@customer.example".encode() in message.content


def test_replies_reach_whom_the_letter_names() -> None:
    message = seal(reply_to=address_of('Li, "Ada" 李', "li@plant.example"))
    (reader,) = read(message)["Reply-To"].addresses
    assert (reader.display_name, reader.addr_spec) == ('Li, "Ada" 李', "li@plant.example")


@pytest.mark.parametrize(
    ("text", "address", "domain"),
    [
        ("jiaoqi@localhost", "jiaoqi@localhost", "localhost"),
        ("Jiaoqi <a@plant.example>", "a@plant.example", "plant.example"),
        ('"Plan, Works" <a@工廠.example>', "a@xn--esttv.example", "xn--esttv.example"),
    ],
)
def test_the_sender_is_an_address_with_or_without_a_name(text: str, address: str, domain: str) -> None:
    sender = Sender.of(text)
    assert (sender.address, sender.domain) == (address, domain)


@pytest.mark.parametrize("text", ["", "Jiaoqi", "Jiaoqi <>", "jiaoqi@", "@plant.example"])
def test_a_sender_that_is_no_address_is_refused_at_the_start(text: str) -> None:
    with pytest.raises(SenderIsNoAddress, match="NAME <local@domain>"):
        Sender.of(text)
