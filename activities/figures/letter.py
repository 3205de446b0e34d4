"""The delivery report as a mail: all figures of a period, each against its target, what made orders late, and the months before.

    FigureLetters(public_url).write(report, trend, language, plant, targets) -> Letter

`report` is `report(store, wanted, now)` of `activities.figures.report`, `trend` what `trend(store, wanted, "on_time", now)`
gives for the months to be shown (any other figure would do), `plant` and `targets` those of the policy in force.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode

from jinja2 import Undefined

from activities.figures.telling import NOTHING, Teller, standing
from activities.figures.words import Basis, Figure, Report, Wanted
from activities.languages import Tongue
from activities.mail.letters import Letter, templates
from activities.mail.words import Words
from workflows.rules.calendar import DAY
from workflows.types.policy import Plant, Targets
from workflows.types.words import Language

MOST_CAUSES = 8
Trend = Sequence[tuple[date, Figure]]


class Line(NamedTuple):
    name: str
    value: str
    note: str


class FigureLetters:
    def __init__(self, public_url: str, undefined: type[Undefined] = Undefined) -> None:
        self._public_url = public_url.rstrip("/")
        self._templates = templates(undefined)

    def write(self, report: Report, trend: Trend, language: Language, plant: Plant, targets: Targets) -> Letter:
        words, tell = Words.of(language), Teller(Tongue.of(language))
        told, wanted = words.delivery_report, report.wanted
        at = tell.tongue.instant(report.as_of, plant.time_zone)
        subject = told["subject"] + words.letter["colon"] + tell.span(wanted)
        frame = {
            "subject": subject,
            "language": language,
            "words": words,
            "greeting": None,
            "link": f"{self._public_url}{address(wanted)}",
            "as_of": told["as_of"].format(at=at, date=tell.basis(wanted.basis)),
            "figures": [*figures(report, tell, targets)],
            "causes": [Line(tell.blame(each), tell.cause(each), "") for each in report.causes[:MOST_CAUSES]],
            "trend": [*months(trend, tell, targets)],
            "trend_title": trend_title(trend, tell),
            "footer": words.letter["staff_footer"].format(plant=plant.name),
        }
        text, html = (self._templates.get_template(f"figures.{kind}.j2").render(frame).strip() for kind in ("txt", "html"))
        return Letter(subject, text + "\n", html + "\n")


def figures(report: Report, tell: Teller, targets: Targets) -> Iterator[Line]:
    for figure in report.figures:
        yield Line(tell.name(figure.name), tell.value(figure), note(figure, tell, targets))


def months(trend: Trend, tell: Teller, targets: Targets) -> Iterator[Line]:
    for month, figure in trend:
        yield Line(tell.month(month), tell.value(figure), note(figure, tell, targets))


def note(figure: Figure, tell: Teller, targets: Targets) -> str:
    stands = standing(figure, targets)
    told = [tell.counted(figure), *tell.details(figure)]
    return " · ".join(told + ([tell.target(stands)] if stands else []))


def trend_title(trend: Trend, tell: Teller) -> str:
    named = tell.name(trend[0][1].name) if trend else NOTHING
    return tell.words.delivery_report["trend"] + tell.words.letter["colon"] + named


def address(wanted: Wanted) -> str:
    """The same figures on their page."""
    asked: dict[str, object] = {"from": wanted.start, "to": wanted.end - DAY}
    asked |= {"basis": wanted.basis} if wanted.basis is not Basis.LAST else {}
    asked |= dict(filters(wanted))
    return f"/figures?{urlencode(asked)}"


def filters(wanted: Wanted) -> Iterable[tuple[str, str]]:
    """As an address writes them: a comma in a name is no comma between names."""
    for name in ("customer", "product", "department"):
        if value := getattr(wanted, name):
            yield name, str(value)
