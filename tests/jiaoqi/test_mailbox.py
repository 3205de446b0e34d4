"""The mailbox keeps what it acknowledges and shows it to people and programs, whatever is in it."""

import asyncio
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from jiaoqi.addresses import HOST, Ports
from jiaoqi.mailbox.__main__ import Sink
from jiaoqi.mailbox.messages import Messages
from jiaoqi.mailbox.pages import app
from jiaoqi.stack import answer_of
from tests.jiaoqi.waiting import soon


def mail(subject: str, to: str = "王小明 <wang@customer.example>", order: str = "DEMO-1", body: str = "你好") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "Jiaoqi <jiaoqi@localhost>"
    message["To"] = to
    message["X-Jiaoqi-Kind"] = "order_confirmed"
    message["X-Jiaoqi-Order"] = order
    message.set_content(body)
    return message


@pytest.fixture
def messages(tmp_path: Path) -> Messages:
    return Messages(tmp_path / "mailbox")


@pytest.fixture
def browser(messages: Messages) -> Iterator[TestClient]:
    with TestClient(app(messages)) as client:
        yield client


def add(messages: Messages, message: EmailMessage) -> int:
    return messages.add(message.as_bytes(), ["wang@customer.example"])


def listed(browser: TestClient, query: str = "") -> list[str]:
    return [item["subject"] for item in browser.get(f"/messages.json{query}").json()["items"]]


def test_the_list_shows_the_newest_first_with_what_people_look_for(messages: Messages, browser: TestClient) -> None:
    add(messages, mail("[DEMO-1] 您的訂單已確認"))
    add(messages, mail("[DEMO-1] 出貨通知"))
    page = browser.get("/").text
    assert page.index("出貨通知") < page.index("您的訂單已確認")
    for shown in ("王小明 &lt;wang@customer.example&gt;", "Jiaoqi &lt;jiaoqi@localhost&gt;", "order_confirmed"):
        assert shown in page


def test_programs_get_the_same_as_json(messages: Messages, browser: TestClient) -> None:
    add(messages, mail("[DEMO-1] 出貨通知"))
    (item,) = browser.get("/messages.json").json()["items"]
    assert item.pop("at").endswith("Z")
    assert item == {
        "n": 1,
        "subject": "[DEMO-1] 出貨通知",
        "sender": "Jiaoqi <jiaoqi@localhost>",
        "to": "王小明 <wang@customer.example>",
        "kind": "order_confirmed",
        "order": "DEMO-1",
        "task": "",
    }


def test_search_finds_parts_of_addresses_and_whole_order_numbers(messages: Messages, browser: TestClient) -> None:
    add(messages, mail("one", order="DEMO-1"))
    add(messages, mail("ten", order="DEMO-10", to="boss@plant.example"))
    assert listed(browser, "?order=demo-1") == ["one"]
    assert listed(browser, "?to=PLANT.example") == ["ten"]
    assert listed(browser, "?to=customer&order=DEMO-10") == []
    assert listed(browser, "?kind=ORDER_confirmed") == ["ten", "one"]
    assert listed(browser, "?kind=late") == []


def test_pages_follow_each_other_without_gap_or_overlap(messages: Messages, browser: TestClient) -> None:
    for n in range(5):
        add(messages, mail(f"mail {n}"))
    first = browser.get("/messages.json?limit=2").json()
    second = browser.get(f"/messages.json?limit=2&before={first['next']}").json()
    third = browser.get(f"/messages.json?limit=2&before={second['next']}").json()
    subjects = [item["subject"] for page in (first, second, third) for item in page["items"]]
    assert subjects == ["mail 4", "mail 3", "mail 2", "mail 1", "mail 0"]
    assert third["next"] is None
    assert 'href="/?limit=2&amp;to=wang&amp;before=4"' in browser.get("/?limit=2&to=wang").text


@pytest.mark.parametrize("query", ["limit=many", "before=-1", "limit=" + "9" * 20])
def test_a_page_number_that_is_none_is_refused(browser: TestClient, query: str) -> None:
    assert browser.get(f"/messages.json?{query}").status_code == 400


def test_what_strangers_wrote_stays_text(messages: Messages, browser: TestClient) -> None:
    evil = '<script>alert("1")</script>'
    message = mail(f"{evil} in the subject", to=f'"{evil}" <wang@customer.example>', order=evil, body=f"{evil} in the body")
    message.add_alternative(f"<p>{evil} in the page</p>", subtype="html")
    n = add(messages, message)
    for path in ("/", f"/messages/{n}", f"/?to={evil}&order={evil}"):
        answer = browser.get(path)
        assert "<script" not in answer.text
        assert "&lt;script&gt;" in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_mail_shows_text_with_links_page_in_a_sandbox_and_attachments(messages: Messages, browser: TestClient) -> None:
    message = mail("[DEMO-1] 出貨通知", body="See http://127.0.0.1:8000/orders/DEMO-1?a=1&b=2 please")
    message.add_alternative("<p>as a page</p>", subtype="html")
    message.add_attachment("1,2", filename="lines.csv")
    page = browser.get(f"/messages/{add(messages, message)}").text
    assert '<a href="http://127.0.0.1:8000/orders/DEMO-1?a=1&amp;b=2" rel="noopener noreferrer">' in page
    assert '<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="&lt;p&gt;as a page&lt;/p&gt;' in page
    assert "Attached: lines.csv" in page


def test_the_source_is_what_came_under_its_envelope_and_never_a_page(messages: Messages, browser: TestClient) -> None:
    message = mail("[DEMO-1] 出貨通知")
    answer = browser.get(f"/messages/{add(messages, message)}.eml")
    assert answer.content == b"Delivered-To: wang@customer.example\r\n" + message.as_bytes()
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_what_is_not_there_is_404(browser: TestClient) -> None:
    assert [browser.get(path).status_code for path in ("/messages/1", "/messages/1.eml", "/elsewhere")] == [404] * 3


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe no header at all",
        b"Subject: =?utf-8?b?!!?=\r\nTo: =?nope?q?x?=\r\n\r\n\xff",
        b"Content-Type: text/plain; charset=nope\r\n\r\n\xff",
        b"Content-Type: multipart/mixed\r\nTo: <<>>, ,;\r\n\r\nno parts",
    ],
)
def test_what_is_no_proper_mail_is_shown_all_the_same(messages: Messages, browser: TestClient, content: bytes) -> None:
    n = messages.add(content, ["wang@customer.example"])
    assert [browser.get(path).status_code for path in ("/", "/messages.json", f"/messages/{n}")] == [200] * 3


def test_mails_are_still_there_after_a_restart_and_numbers_go_on(messages: Messages, tmp_path: Path) -> None:
    assert add(messages, mail("before")) == 1
    (tmp_path / "mailbox" / "00000002.draft").write_text("a mail that was never acknowledged")
    again = Messages(tmp_path / "mailbox")
    assert add(again, mail("after")) == 2
    with TestClient(app(again)) as browser:
        assert listed(browser) == ["after", "before"]


async def test_a_full_disk_is_a_passing_trouble(messages: Messages, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> int:
        raise OSError("no space left")

    monkeypatch.setattr(messages, "add", full)
    envelope: Any = SimpleNamespace(original_content=b"", rcpt_tos=[])
    unused: Any = None
    assert (await Sink(messages).handle_DATA(unused, unused, envelope)).startswith("451 ")


async def test_the_process_takes_mail_by_smtp_and_ends_cleanly(tmp_path: Path) -> None:
    ports = Ports()
    smtp_port, port = ports.take("--smtp-port", 0), ports.take("--port", 0)
    options = ["--directory", str(tmp_path), "--smtp-port", str(smtp_port), "--port", str(port)]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "jiaoqi.mailbox", *options), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    await soon(lambda: answer_of(f"http://{HOST}:{port}/") == "200")
    with smtplib.SMTP(HOST, smtp_port) as client:
        client.send_message(mail("[DEMO-1] 出貨通知"), to_addrs=["a@plant.example", "b@plant.example"])
    stored = (tmp_path / "00000001.eml").read_bytes()
    assert answer_of(f"http://{HOST}:{port}/messages/1") == "200"
    process.terminate()
    output, _ = await process.communicate()
    assert stored.startswith(b"Delivered-To: a@plant.example\r\nDelivered-To: b@plant.example\r\n")
    assert (process.returncode, output) == (0, b"")
