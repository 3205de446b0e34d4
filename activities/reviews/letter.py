"""A pack as it is read in the mail: short, with a link to where it is discussed and decided on."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple
from urllib.parse import quote

from jinja2 import Undefined

from activities.figures.letter import FigureLetters
from activities.languages import Tongue
from activities.mail.letters import Letter, templates
from activities.mail.words import Words
from activities.reviews.findings import Body, Quarter, Week
from activities.reviews.telling import Teller
from activities.store.reviews import Review
from workflows.types.policy import Plant
from workflows.types.words import Language

SHOWN = 15
"""Of a section; the page has all that was kept."""


class Item(NamedTuple):
    title: str
    note: str
    link: str | None = None


class Part(NamedTuple):
    title: str
    items: tuple[Item, ...]
    none: str
    more: str | None = None


class ReviewLetters:
    def __init__(self, public_url: str, undefined: type[Undefined] = Undefined) -> None:
        self._public_url = public_url.rstrip("/")
        self._templates = templates(undefined)
        self._figures = FigureLetters(public_url, undefined)

    def write(self, review: Review, body: Body, language: Language, plant: Plant) -> Letter:
        if body.month:
            return self._figures.write(body.month.report, body.month.trend, language, plant, body.targets)
        tell = Teller(Tongue.of(language), body.zone)
        parts = list(self._week(body.week, tell, review.day) if body.week else self._quarter(body.quarter, tell))
        at = tell.tongue.instant(review.made_at, body.zone)
        return self._letter(tell.title(review.kind, review.day), tell, parts, review, plant.name, at)

    def missed(self, review: Review, language: Language, plant: Plant) -> Letter:
        """That a pack was not made when it should have been."""
        tell = Teller(Tongue.of(language), plant.time_zone)
        tongue = tell.tongue
        when = tongue.instant(review.planned_at, plant.time_zone)
        subject = tongue.text("Not made: {review}", review=tell.title(review.kind, review.day))
        notes = (
            tongue.text(
                "It should have been made {when}, and was not. It can be made by hand on the page of meetings.", when=when
            ),
            tongue.text(
                "Whether Temporal and a worker answer is told on the page of operations; its schedule may be paused in Temporal."
            ),
        )
        parts = [Part(note, (), "") for note in notes]
        return self._letter(subject, tell, parts, review, plant.name, None)

    def _letter(self, subject: str, tell: Teller, parts: list[Part], review: Review, plant: str, at: str | None) -> Letter:
        words = Words.of(tell.tongue.language)
        frame = {
            "subject": subject,
            "language": tell.tongue.language,
            "words": words,
            "greeting": None,
            "link": f"{self._public_url}/meetings/{quote(review.id)}",
            "open": tell.tongue.text("Open the pack"),
            "as_of": tell.tongue.text("As of {when}", when=at) if at else None,
            "parts": parts,
            "footer": words.letter["staff_footer"].format(plant=plant),
        }
        text, html = (self._templates.get_template(f"review.{kind}.j2").render(frame).strip() for kind in ("txt", "html"))
        return Letter(subject, text + "\n", html + "\n")

    def _part(self, title: str, items: list[Item], tell: Teller, there_are: int = 0) -> Part:
        """`there_are`: more than are told, where a pack does not have all of them."""
        count = max(there_are, len(items))
        more = tell.tongue.text("and {count} more", count=count - SHOWN) if count > SHOWN else None
        return Part(f"{title} ({count})", tuple(items[:SHOWN]), tell.tongue.text("None."), more)

    def _week(self, week: Week, tell: Teller, day: date) -> Iterator[Part]:
        for kind in week.counts:
            of_kind = [each for each in week.troubles if each.kind is kind]
            items = [
                Item(
                    f"{each.order_no} · {each.customer}",
                    f"{tell.trouble(each)} · {tell.turn(each)}",
                    f"{self._public_url}/orders/{quote(each.order_no)}",
                )
                for each in of_kind
            ]
            yield self._part(tell.trouble_kind(kind), items, tell)
        cases = [Item(f"{tell.origin(each.origin)} · {each.number} · {each.text[:120]}", tell.asked(each)) for each in week.cases]
        yield self._part(tell.tongue.text("Open improvements"), cases, tell, week.open_cases)
        decided = [
            Item(each.text, f"{tell.mark(each, day)} {tell.became(each)} · {tell.whose(each)} · {tell.tongue.day(each.due)}")
            for each in week.decisions
        ]
        yield self._part(tell.tongue.text("Decisions of last time"), decided, tell)

    def _quarter(self, quarter: Quarter | None, tell: Teller) -> Iterator[Part]:
        assert quarter is not None  # noqa: S101 - a pack is one of the three
        targets = [
            Item(tell.figures.name(each.name), f"{tell.verdict(each)} · {tell.reached(each)} · {tell.target(each)}")
            for each in quarter.targets
        ]
        yield self._part(tell.tongue.text("Targets and what was reached"), targets, tell)
        changes = [
            Item(tell.change(each), tell.changed(each, SHOWN), f"{self._public_url}/policy/applied/{each.number}")
            for each in quarter.changes
        ]
        yield self._part(tell.tongue.text("Changes of the policy"), changes, tell)
