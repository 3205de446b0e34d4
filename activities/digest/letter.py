"""The digest as it is read: section by section, each task with its deadline and a link to where it is done."""

from urllib.parse import quote

from jinja2 import Undefined

from activities.digest.agenda import MOST, Agenda, Section
from activities.languages import Tongue
from activities.mail.letters import Item, Letter, Part, templates
from activities.mail.words import Words
from activities.store import TaskRecord
from workflows.types.orders import OrderRow
from workflows.types.words import Language

SHOWN = 20
"""Tasks of a section that a mail shows."""
LONGEST = 60
"""Characters of what a case is about."""


class DigestLetters:
    def __init__(self, public_url: str, undefined: type[Undefined] = Undefined) -> None:
        self._public_url = public_url.rstrip("/")
        self._templates = templates(undefined)

    def write(self, agenda: Agenda, language: Language, plant: str) -> Letter:
        words, tongue = Words.of(language), Tongue.of(language)
        subject = words.digest["subject"] + words.letter["colon"] + " · ".join(count(each, words) for each in agenda.sections)
        frame = {
            "subject": subject,
            "language": language,
            "words": words,
            "greeting": None,
            "link": f"{self._public_url}/",
            "parts": [self._part(each, words, tongue) for each in agenda.sections],
            "footer": f"{words.letter['staff_footer'].format(plant=plant)} {words.digest['settings']}",
        }
        text, html = (self._templates.get_template(f"digest.{kind}.j2").render(frame).strip() for kind in ("txt", "html"))
        return Letter(subject, text + "\n", html + "\n")

    def _part(self, section: Section, words: Words, tongue: Tongue) -> Part:
        items = tuple(self._item(each, words, tongue) for each in section.tasks[:SHOWN])
        return Part(words.digest[section.name], items, words.digest["more"] if len(section.tasks) > SHOWN else None)

    def _item(self, record: TaskRecord, words: Words, tongue: Tongue) -> Item:
        task, order = record.task, record.order
        due = words.digest["due"].format(due=tongue.instant(task.due_at, order.plant_time_zone))
        holder = words.digest["holder"].format(holder=record.holder) if record.holder else words.department(task.department)
        return Item(
            title=f"{words.task(task.kind)} · {order.order_no} · {subject_of(order, words)}",
            note=f"{due} · {holder}",
            link=f"{self._public_url}/tasks/{quote(task.id)}",
        )


def subject_of(order: OrderRow, words: Words) -> str:
    """Whose order it is; of a case beside the orders where it comes from, and what it is about."""
    if order.case is None:
        customer: str = order.customer.name
        return customer
    text = order.case.text
    shown = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return f"{words.origins[order.case.origin]}: {shown}"


def count(section: Section, words: Words) -> str:
    """How many; late ones first, as the sections come."""
    number = f"{MOST}+" if section.is_cut else f"{len(section.tasks)}"
    return words.digest[f"count_{section.name}"].format(n=number)
