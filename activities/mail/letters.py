"""Letters: what a mail says, in the reader's language, as text and as HTML made of the same paragraphs."""

from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, Template, Undefined, select_autoescape

from activities.languages import Tongue
from activities.languages.bidi import tamed
from activities.mail import facts
from activities.mail.links import Link
from activities.mail.matter import Matter, day_of
from activities.mail.recipients import CUSTOMER, UNOWNED
from activities.mail.words import TEMPLATES, Words
from activities.store.ledger import LedgerRow
from activities.store.links import MOST_COMPLAINTS, Purpose
from workflows.types import slack
from workflows.types.notices import Notice
from workflows.types.orders import OrderRow

RUNGS = ("remind", "overdue", "escalate", "critical")
"""The built-in ladder's names have letters of their own; a plant's own rungs share one."""

NOTES = {Purpose.VIEW: "link_note_view", Purpose.COMPLAIN: "link_note_complain"}
"""What is said of links that work more than once."""

DATA = {
    "shipping_notice": ("mode", "carrier", "ship_at", "arrival", "transit_days"),
    "sign_off_request": ("carrier", "tracking_no", "arrival"),
    "order_cancelled": ("reason",),
    "promise_moved": ("old", "new", "reason"),
    "at_risk": ("forecast", "cause"),
    "late": ("forecast", "cause"),
    "silent": ("since",),
    "undeliverable": ("kind", "recipient"),
    "signing_code": ("code",),
}
"""By kind of mail: the keys of `Notice.data` that its letter reads; a missing one is left out of the letter.

Instants (`ship_at`, `since`) and dates are written in ISO form, causes as `slack.written` writes them."""


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str


class Item(NamedTuple):
    """One thing of a list in a letter."""

    title: str
    note: str
    link: str


class Part(NamedTuple):
    """A list with its heading, and what is said of those left out."""

    title: str
    items: tuple[Item, ...]
    more: str | None


class Letters:
    """Writes letters from the templates; `undefined` says what a name that no template should use does."""

    def __init__(self, public_url: str, undefined: type[Undefined] = Undefined) -> None:
        self._public_url = public_url.rstrip("/")
        self._templates = templates(undefined)

    def write(self, notice: Notice, row: LedgerRow, matter: Matter) -> Letter:
        """What the row's recipient reads; the order number in front of the subject is the message's."""
        words, tongue = Words.of(row.language), Tongue.of(row.language)
        subject, body = self._template(notice, row).render(_context(notice, row, matter, words, tongue)).lstrip().split("\n", 1)
        frame = {"subject": subject, "paragraphs": _paragraphs(body), "words": words, "language": row.language}
        frame |= self._for_reader(matter, words, tongue)
        if row.recipient == CUSTOMER:
            frame |= self._for_customer(matter, words, tongue)
        else:
            frame |= self._for_staff(notice, matter, words, tongue)
        return Letter(subject, self._lay_out("layout.txt.j2", frame), self._lay_out("layout.html.j2", frame))

    def _template(self, notice: Notice, row: LedgerRow) -> Template:
        kind = row.kind if row.kind in RUNGS or row.kind == UNOWNED or not notice.level else "rung"
        reader = f"{row.language}.customer" if row.recipient == CUSTOMER else row.language
        return self._templates.select_template([f"{kind}/{reader}.txt.j2", f"rung/{reader}.txt.j2"])

    def _for_customer(self, matter: Matter, words: Words, tongue: Tongue) -> dict[str, Any]:
        footer = words.letter["replies_footer"] if matter.contact else words.letter["customer_footer"]
        return {
            "greeting": words.letter["greeting"].format(name=matter.order.customer.name),
            "facts": facts.for_customer(matter, words, tongue),
            "plant": matter.plant,
            "footer": footer.format(contact=matter.contact),
            "link": None,
        }

    def _for_staff(self, notice: Notice, matter: Matter, words: Words, tongue: Tongue) -> dict[str, Any]:
        room = "improvements" if matter.order.case else "orders"
        page = f"tasks/{quote(notice.task_id)}" if notice.task_id else f"{room}/{quote(matter.order.order_no)}"
        return {
            "greeting": None,
            "facts": facts.for_staff(matter, words, tongue),
            "footer": words.letter["staff_footer"].format(plant=matter.plant),
            "link": f"{self._public_url}/{page}",
        }

    def _for_reader(self, matter: Matter, words: Words, tongue: Tongue) -> dict[str, Any]:
        """The links by which this one reader may answer."""
        return {"answers": [self._answer(link, matter, words, tongue) for link in matter.links]}

    def _answer(self, link: Link, matter: Matter, words: Words, tongue: Tongue) -> dict[str, str]:
        note = words.letter[NOTES.get(link.purpose, "link_note")]
        until = tongue.day((matter.now + link.purpose.lives).date())
        return {
            "url": f"{self._public_url}/l/{link.token}",
            "label": words.letter[f"link_{link.purpose}"],
            "note": note.format(until=until, most=MOST_COMPLAINTS),
        }

    def _lay_out(self, layout: str, frame: dict[str, Any]) -> str:
        return self._templates.get_template(layout).render(frame).strip() + "\n"


def templates(undefined: type[Undefined] = Undefined) -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        # Paragraphs are plain text until the HTML layout takes them in, and only there anything needs escaping.
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=undefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=_blank_for_none,
    )


def _context(notice: Notice, row: LedgerRow, matter: Matter, words: Words, tongue: Tongue) -> dict[str, Any]:
    """The names that the templates may use."""
    order, task = matter.order, matter.task
    data = {name: notice.data.get(name) for name in DATA.get(row.kind, ())}
    return {
        "order": order,
        "whose": whose(order, words),
        "is_case": order.case is not None,
        "task": task,
        "task_name": words.task(task.kind) if task else None,
        "todo": words.todo[task.kind] if task else None,
        "department": words.department(task.department) if task else None,
        "due": matter.time(task.due_at, tongue) if task else None,
        "is_overdue": task is not None and task.due_at <= matter.now,
        "kind_name": words.mail(notice.kind),
        "told": ", ".join(words.recipient(word) for word in notice.to) if notice.kind != UNOWNED else None,
        "data": data,
        "promised": tongue.day(order.promised),
        "delivered": tongue.day(order.delivered),
        **_readable(data, matter, words, tongue),
    }


def whose(order: OrderRow, words: Words) -> str:
    """What a task belongs to, as a sentence names it."""
    kind = order.case.origin if order.case else "order"
    about = (order.case.about if order.case else None) or order.order_no
    return words.letter[f"of_{kind}"].format(customer=order.customer.name, number=order.order_no, about=about)


def _readable(data: dict[str, str | None], matter: Matter, words: Words, tongue: Tongue) -> dict[str, Any]:
    """What the notice carries, in the reader's words and the plant's time; where it says nothing, what the order knows."""
    order = matter.order
    mode, undelivered, addressee = data.get("mode"), data.get("kind"), data.get("recipient")
    return {
        "mode": words.modes.get(mode, mode) if mode else None,
        "ship_at": matter.time_of(data.get("ship_at"), tongue) or matter.time(order.planned_ship, tongue),
        "arrival": day_of(data.get("arrival"), tongue) or tongue.day(order.planned_arrival),
        "old": day_of(data.get("old"), tongue),
        "new": day_of(data.get("new"), tongue) or tongue.day(order.promised),
        "forecast": day_of(data.get("forecast"), tongue),
        "slack": None if order.slack_hours is None else round(order.slack_hours, 1),
        "since": matter.time_of(data.get("since"), tongue),
        "until": matter.time(order.hold.until, tongue) if order.hold else None,
        "undelivered": words.mail(undelivered) if undelivered else None,
        "addressee": words.recipient(addressee) if addressee else None,
        "causes": [words.cause(cause) for cause in slack.read(data.get("cause") or "[]")],
    }


def _paragraphs(body: str) -> list[list[str]]:
    """What blank lines part, line by line."""
    return [part.strip().split("\n") for part in body.split("\n\n") if part.strip()]


def _blank_for_none(value: object) -> object:
    return "" if value is None else tamed(value)
