"""The figures as an Excel file: a sheet of all, one of each trend, one of what made orders late, one of the departments."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from starlette.responses import Response

from activities.figures.telling import Teller, standing
from activities.figures.words import Figure, Report
from activities.languages import Tongue
from activities.mail.words import Words
from api.pages.downloads import AT_A_TIME, named
from api.pages.figures import appraisal, overview, period
from api.pages.figures import asked as asking
from api.pages.figures.asked import Asked
from api.pages.figures.overview import Look
from api.pages.visitors import Visitor
from api.pages.workbook import MEDIA_TYPE, Book, Value
from api.services import Services
from workflows.types.policy import Targets

WIDTHS = (34, 14, 16, 14, 14, 10, 14, 60, 80)


async def show(visitor: Visitor) -> Response:
    asked = asking.read(visitor)
    async with AT_A_TIME:
        content, zone = await visitor.run(made, visitor.here, asked, visitor.tongue, visitor.now)
    return Response(content, 200, named("figures", visitor, ZoneInfo(zone)), MEDIA_TYPE)


def made(here: Services, asked: Asked, tongue: Tongue, now: datetime) -> tuple[bytes, str]:
    look = overview.read(here, asked, now, period.MOST_MONTHS)
    departments = appraisal.read(here, asked, now).departments
    writing = Writing(Teller(tongue), look.policy.targets, asked)
    writing.all(look.report)
    writing.departments(departments)
    writing.causes(look.report)
    for name, trend in look.trends.items():
        writing.trend(name, trend)
    writing.about(look)
    return writing.book.content(), look.policy.plant.time_zone


class Writing:
    """Sheet by sheet, in one language."""

    def __init__(self, tell: Teller, targets: Targets, asked: Asked) -> None:
        self.tell, self.targets, self.asked = tell, targets, asked
        self.text, self.words, self.book = tell.tongue.text, Words.of(tell.tongue.language), Book()

    def all(self, report: Report) -> None:
        sheet = self.book.sheet(self.text("Figures"), (self.text("Figure"), *self._header(), self.text("Definition")), WIDTHS)
        for figure in report.figures:
            definition = self.tell.definition(figure.name, self.asked.basis)
            sheet.add((self.tell.name(figure.name), *self._row(figure), definition))

    def departments(self, appraised: Iterable[appraisal.Appraised]) -> None:
        header = (self.words.labels["department"], self.text("Figure"), *self._header())
        sheet = self.book.sheet(self.text("Figures by department"), header, (20, *WIDTHS))
        for each in appraised:
            for figure in each.figures:
                sheet.add((self.words.department(each.department), self.tell.name(figure.name), *self._row(figure)))

    def causes(self, report: Report) -> None:
        header = (self.text("Cause"), self.text("Hours of slack"), self.text("Orders"))
        sheet = self.book.sheet(self.words.delivery_report["causes"], header, (50, 16, 12))
        for cause in report.causes:
            sheet.add((self.tell.blame(cause), cause.hours, cause.orders))

    def trend(self, name: str, trend: overview.Trend) -> None:
        sheet = self.book.sheet(self.tell.name(name), (self.text("Month"), *self._header()), (14, *WIDTHS[1:]))
        for month, figure in trend:
            sheet.add((month, *self._row(figure)))

    def about(self, look: Look) -> None:
        """Of what, of when, and by which date orders are due."""
        wanted, zone = look.report.wanted, look.policy.plant.time_zone
        about = self.book.sheet(self.text("About this file"), ("", ""), (30, 60))
        about.add((self.text("As of"), self.tell.tongue.instant(look.report.as_of, zone)))
        about.add((self.text("Period"), self.tell.span(wanted)))
        about.add((self.text("Orders are due by"), self.tell.basis(wanted.basis)))
        about.add((self.words.labels["customer"], wanted.customer or self.text("all")))
        about.add((self.words.fields["product_model"], wanted.product or self.text("all")))
        department = wanted.department and self.words.department(wanted.department)
        about.add((self.words.labels["department"], department or self.text("all")))

    def _header(self) -> tuple[str, ...]:
        beside = (self.text("Numerator"), self.text("Denominator"), self.text("Target"), self.text("Against the target"))
        return (self.text("Value"), self.text("As shown"), *beside, self.text("Beside it"))

    def _row(self, figure: Figure) -> tuple[Value, ...]:
        stands = standing(figure, self.targets)
        against = (stands.target, self.tell.target(stands)) if stands else (None, None)
        beside = "; ".join(self.tell.details(figure)) or None
        return (figure.value, self.tell.value(figure), figure.part, figure.of, *against, beside)
