"""Nothing that a user typed is ever markup: on pages, in mails, in files."""

import email
import email.policy
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from typing_extensions import override

from activities.mail.letters import Letter, Letters
from activities.mail.message import Envelope, Sender, address_of
from activities.mail.recipients import CUSTOMER
from activities.store import Person, Store
from activities.store.training import Course
from tests.api.looking import Looker
from tests.api.plant import PEOPLE, Plant
from tests.mail.samples import NOW, matter, notice, order, row
from workflows.types.notices import Notice
from workflows.types.orders import Customer, Line
from workflows.types.words import Department, Kind, Language

TAG = "<evil-tag onclick=alert(1)>"
BREAKING = f"\"'>{TAG}</title></textarea></style><script>alert(1)</script>"
BRACES = "{{7*7}} {%raw%} ${7*7} <%= 7*7 %> {0.__class__} %(x)s"
TURNED = "invoice\u202egnp.exe\u2066\u2069"
UNSEEN = "A\u200bB\u200d\u0301\ufeff"
FORMULAS = ('=HYPERLINK("http://evil.example","click")', "+1+1", "-1+1", "@SUM(1)")
TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
NAME = f"{BREAKING} {BRACES}"
PAGES = (
    *("/", "/orders", "/orders?q=PO", "/orders/PO-1", "/orders/PO-1/sheet", "/orders/PO-1/signatures", "/orders/new"),
    *("/board", "/exceptions", "/tasks/PO-1.confirm_order.1", "/tasks/PO-2.make_plan.1", "/people", "/me", "/operations"),
    *("/improvements", "/improvements/new?order_no=%22%3E%3Cevil-tag%3E", "/improvements/imp:1", "/tasks/imp:1.find_cause.1"),
    *("/training", "/training/courses", "/training/courses/safety", "/training/sessions", "/training/sessions/1"),
)


class Parsed(HTMLParser):
    """What a browser would make of it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.values: list[str] = []
        self.feed(html)
        self.close()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.values += [value for _, value in attrs if value]

    @override
    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)


def is_harmless(html: str) -> Parsed:
    """Our own scripts by address, none beside them, no handlers, nothing that was typed as a tag."""
    parsed = Parsed(html)
    for tag, given in parsed.tags:
        assert tag != "evil-tag"
        assert not [name for name in given if name.startswith("on")], (tag, given)
        assert tag != "script" or (given.get("src") or "").startswith("/static/"), given
        assert tag not in ("style", "iframe", "object", "embed", "base"), tag
        assert not (given.get("href") or "").strip().lower().startswith(("javascript:", "data:", "vbscript:")), given
    assert "49" not in parsed.text.replace("{{7*7}}", "")
    assert not set(TURNING) & set(parsed.text)
    return parsed


@pytest.fixture
async def plant(store: Store) -> AsyncIterator[Plant]:
    """Whose people and orders have names that nobody would choose."""
    store.people.put(
        Person(
            id=BREAKING[:60].replace("/", "").replace(" ", ""), name=NAME, email="x@y.example", departments=(Department.SALES,)
        )
    )
    store.people.put(next(each for each in PEOPLE if each.id == "sales1").model_copy(update={"name": f"{TURNED}{NAME}"}))
    async with Plant.running(store, {}) as running:
        await furnish(running)
        yield running


async def furnish(plant: Plant) -> None:
    hostile: dict[str, Any] = {
        "customer": {"name": NAME, "email": "buyer@fab.example"},
        "lines": [{"product_model": each, "quantity": 7, "unit": TAG[:16]} for each in (NAME, TURNED, UNSEEN, *FORMULAS)],
        "customer_ref": BREAKING[:64],
        "ship_to": f"{TURNED} {NAME}",
        "note": f"{NAME} {UNSEEN}",
    }
    training = plant.store.training
    training.describe(Course("safety", NAME, None, None), "sales1", plant.now)
    session = training.plan("safety", plant.now.date(), f"{TURNED}{NAME}", "form-1", "sales1", plant.now, NAME, FORMULAS[0])
    training.record(session, {"sales1": True, "sales2": False}, "sales1", plant.now)
    await plant.entered("PO-1", **hostile)
    for number, formula in enumerate(FORMULAS, start=3):
        await plant.entered(f"PO-{number}", **{**hostile, "customer": {"name": formula}, "customer_ref": formula})
    await plant.entered("PO-2", **hostile)
    fields = {"promised_date": "2027-04-01", "channel": NAME, "note": NAME, "customer_agreed_by": TURNED}
    done = await plant.post(
        "sales1", "/tasks/PO-2.confirm_order.1/complete", {"outcome": "confirm", "fields": fields, "comment": NAME}
    )
    assert done.status_code == 200, done.text
    plant.engine.open("PO-2", Kind.MAKE_PLAN)
    complaint = {"text": f"{NAME} {TURNED}", "origin": "complaint", "order_no": "PO-1", "department": "quality", "reference": TAG}
    raised = await plant.post("sales1", "/improvements", complaint)
    assert raised.status_code == 201, raised.text


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_shows_what_was_typed_as_text(plant: Plant, path: str) -> None:
    looker = Looker(plant, "admin")
    await looker.look(path)
    assert looker.answer.status_code in (200, 404), path
    parsed = is_harmless(looker.answer.text)
    if path == "/orders/PO-1":
        assert BREAKING in parsed.text
        assert BRACES in parsed.text


@pytest.mark.parametrize("language", Language)
async def test_translated_pages_are_no_less_careful(plant: Plant, language: Language) -> None:
    looker = Looker(plant, "sales1")
    for path in ("/orders/PO-2", "/tasks/PO-1.confirm_order.1", "/orders"):
        await looker.look(f"{path}?lang={language}")
        assert looker.answer.status_code == 200, path
        is_harmless(looker.answer.text)


@pytest.mark.parametrize("query", ["q", "customer", "cursor", "stage", "lang", "due_before", "next", "sort", "mode"])
async def test_an_address_is_no_markup_either(plant: Plant, query: str) -> None:
    looker = Looker(plant, "sales1")
    for path in ("/orders", "/board", "/exceptions", "/", "/sign-in", f"/orders/{TAG}", f"/tasks/{TAG}", f"/l/{TAG}", f"/{TAG}"):
        answer = await plant.client.get(f"http://plant.example{path}", params={query: BREAKING}, headers=cookie(looker))
        if answer.headers.get("content-type", "").startswith("text/html"):
            is_harmless(answer.text)
        assert "evil-tag" not in answer.headers.get("location", "").replace("%3C", "")


def cookie(looker: Looker) -> dict[str, str]:
    return {"Cookie": f"jiaoqi_session={looker._cookie}"}


@pytest.mark.parametrize("path", ["/orders.xlsx", "/exceptions.xlsx"])
async def test_what_was_typed_is_no_formula(plant: Plant, path: str) -> None:
    looker = Looker(plant, "sales1")
    answer = await plant.client.get(f"http://plant.example{path}", headers=cookie(looker))
    assert answer.status_code == 200, answer.text
    cells = [cell for sheet in load_workbook(BytesIO(answer.content)).worksheets for line in sheet.iter_rows() for cell in line]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    if path == "/orders.xlsx":
        shown = {str(cell.value) for cell in cells}
        assert all(any(formula in each for each in shown) for formula in FORMULAS)


# Mails.

HOSTILE_ORDER: dict[str, Any] = {
    "customer": Customer(name=NAME, email="buyer@customer.example"),
    "lines": tuple(Line(product_model=each, quantity=7) for each in (NAME, TURNED, UNSEEN)),
    "customer_ref": BREAKING[:64],
    "ship_to": f"{TURNED} {NAME}",
    "note": NAME,
}
HOSTILE_DATA = {"carrier": NAME, "reason": f"{TURNED} {NAME}", "tracking_no": BREAKING[:64], "arrival": "2026-12-02"}


def written(told: Notice, recipient: str, language: Language = Language.EN) -> Letter:
    about = matter(order=order(**HOSTILE_ORDER))
    return Letters("https://jiaoqi.example").write(told, row(told, recipient, language=language), about)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    ("kind", "recipient"),
    [("shipping_notice", CUSTOMER), ("sign_off_request", CUSTOMER), ("order_cancelled", "sales1"), ("promise_moved", "sales1")],
)
def test_a_mail_shows_what_was_typed_as_text(kind: str, recipient: str, language: Language) -> None:
    letter = written(notice(kind, recipient, data=HOSTILE_DATA), recipient, language)
    tags = {tag for tag, _ in Parsed(letter.html).tags}
    assert tags <= {"html", "head", "meta", "title", "body", "div", "p", "br", "h1", "table", "tr", "th", "td", "a"}
    assert not [name for _, given in Parsed(letter.html).tags for name in given if name.startswith("on")]
    assert BREAKING in Parsed(letter.html).text
    assert "49" not in letter.text.replace("{{7*7}}", "")
    assert not set(TURNING) & set(letter.text + letter.html + letter.subject)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\x00"])
def test_no_header_of_a_mail_is_written_by_a_name(end: str) -> None:
    letter = written(notice("order_released", "sales1"), "sales1")
    subject = f"Order{end}Bcc: all@evil.example{end}{end}<script>"
    hostile = Letter(subject, letter.text, letter.html)
    envelope = Envelope(
        sender=Sender.of("Jiaoqi <jiaoqi@plant.example>"),
        to="sales1@plant.example",
        kind=f"order_released{end}X-Evil: 1",
        message_id="<1@plant.example>",
        at=NOW,
        order_no="JQ-1",
        reply_to=address_of(f"Eve{end}X-Evil: 1", "eve@plant.example"),
    )
    message = email.message_from_bytes(envelope.seal(hostile).content, policy=email.policy.default)
    assert message["Bcc"] is None
    assert message["X-Evil"] is None
    assert str(message["Subject"]).startswith("[JQ-1] Order")
    assert message.get_body(("plain",)) is not None
