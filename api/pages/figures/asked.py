"""Which figures a page is asked for: of which days, by which date orders are due, and of whom."""

from datetime import date, datetime
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, StrictStr, model_validator

from activities.figures.report import Basis, Wanted
from api.forms import Form
from api.pages import filters
from api.pages.figures import period
from api.pages.figures.period import Days, Period
from api.pages.visitors import Visitor
from api.queries import LONGEST, NearDay, Word
from workflows.types.policy import Policy
from workflows.types.words import Department

OVERVIEW, DEPARTMENTS, BOOK = "/figures", "/figures/departments", "/figures.xlsx"


class Asked(Form):
    period: Period = Period.THIS_MONTH
    start: NearDay | None = Field(None, alias="from")
    last: NearDay | None = Field(None, alias="to")
    """Both days are meant; they go before a period with a name."""
    basis: Basis = Basis.LAST
    customer: Word | None = None
    product: Word | None = None
    department: Department | None = None
    cursor: Annotated[StrictStr, Field(min_length=1, max_length=2000)] | None = None

    @model_validator(mode="after")
    def _says_which_days(self) -> Self:
        if (self.start is None) is not (self.last is None):
            raise ValueError("give the first and the last day")
        if self.start and self.last and self.last < self.start:
            raise ValueError("the last day lies before the first")
        if self.start and self.last and (self.last - self.start).days >= LONGEST:
            raise ValueError("ask for ten years at most")
        return self

    def days(self, today: date) -> Days:
        if self.start and self.last:
            return period.free(self.start, self.last)
        return period.days_of(self.period, today)

    def wanted(self, today: date) -> Wanted:
        return self.of(self.days(today))

    def months(self, today: date) -> Wanted:
        """The same, for a trend up to these days."""
        return self.of(period.trend_of(self.days(today)))

    def of(self, days: Days) -> Wanted:
        known = {name: getattr(self, name) for name in ("basis", "customer", "product", "department")}
        return Wanted(start=days.start, end=days.end, **known)


def read(visitor: Visitor) -> Asked:
    return filters.read(Asked, visitor.request)


def address(path: str, asked: Asked, **changes: object) -> str:
    """Another page of the same figures, from its first row on."""
    return filters.address(path, asked, **{"cursor": None, **changes})


def today_of(policy: Policy, now: datetime) -> date:
    return now.astimezone(ZoneInfo(policy.plant.time_zone)).date()
