"""The links in an order's mails, as their readers find them in the real mailbox."""

import re

from tests.endtoend.mails import Mail
from tests.endtoend.order import Order
from tests.endtoend.waiting import until

ADDRESS = re.compile(r"https?://[^\s\"'<>]+")
OURS = re.compile(r"https?://[^\s\"'<>]+/l/[\w-]{43}")
CUSTOMER = "buyer@customer.example"


def every_link(order: Order) -> list[str]:
    """All that a scanner finds: in the text and in the HTML of all mails of an order."""
    found = [link for mail in order.plant.mails(order.number) for part in parts(mail) for link in ADDRESS.findall(part)]
    return list(dict.fromkeys(found))


def parts(mail: Mail) -> list[str]:
    return [str(part.get_content()) for part in mail.message.walk() if part.get_content_maintype() == "text"]


def letter(order: Order, kind: str, to: str = CUSTOMER) -> Mail:
    """The newest mail of this kind to somebody, once it has come."""

    def newest() -> Mail | None:
        found = [mail for mail in order.plant.mails(order.number) if mail.kind == kind and to in mail.to]
        return found[-1] if found else None

    mail = until(newest, f"the mail {kind} to {to}")
    assert mail is not None
    return mail


def answer_link(order: Order, kind: str, to: str = CUSTOMER) -> str:
    """The link by which its reader answers: the same in the text and in the HTML."""
    return answer_links(order, kind, to)[0]


def answer_links(order: Order, kind: str, to: str = CUSTOMER) -> list[str]:
    """One a letter; but who is asked how it was may also say, then or later, what was wrong."""
    text, markup = parts(letter(order, kind, to))[:2]
    links = [str(link) for link in OURS.findall(text)]
    assert OURS.findall(markup) == links
    assert len(links) == (2 if kind == "feedback_request" else 1)
    return links


def code(order: Order, other_than: str = "") -> str:
    """The newest code that the customer was sent."""

    def newest() -> str:
        found = re.findall(r"^\d{6}$", letter(order, "signing_code").text, re.MULTILINE)[-1]
        return "" if found == other_than else str(found)

    return until(newest, "another code")
