"""The register of training: how much each department has of what it needs, and who has what until when."""

from collections.abc import Mapping
from itertools import groupby
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, Field
from starlette.responses import Response

from activities.languages import Tongue
from activities.mail.words import Words
from activities.store.certificates import FOR_EVER
from activities.store.register import Person
from activities.training import coverage
from activities.training.coverage import Certificate, Coverage, Standing
from api import queries
from api.forms import Form
from api.pages import filters
from api.pages.training.looking import Known, known
from api.pages.visitors import Visitor
from workflows.types.words import Department

A_PAGE = 100
"""People."""
MARKS: Mapping[Standing, str] = {Standing.VALID: "✓", Standing.ENDING: "◔", Standing.EXPIRED: "✖", Standing.MISSING: "✖"}
TONES: Mapping[Standing, str] = {
    Standing.VALID: "good",
    Standing.ENDING: "warn",
    Standing.EXPIRED: "bad",
    Standing.MISSING: "bad",
}


class Asked(Form):
    department: Department | None = None
    course: queries.Word | None = None
    standing: Standing | None = None
    page: Annotated[int, BeforeValidator(queries.digits), Field(ge=1, le=100_000)] = 1

    def takes(self, one: Certificate) -> bool:
        return (
            (self.department is None or self.department in one.person.member_of)
            and self.course in (None, one.course.id)
            and self.standing in (None, one.standing)
        )


class Row(NamedTuple):
    person: Person
    certificates: list[Certificate]


class Look(NamedTuple):
    at: Known
    rows: list[Row]
    coverage: list[Coverage]
    unknown: list[str]
    """Courses that the policy asks for and nobody has described."""


def read(visitor: Visitor, asked: Asked) -> Look:
    at = known(visitor)
    found = (one for one in coverage.certificates(at.register, at.courses.values(), at.today) if asked.takes(one))
    rows = [Row(person, list(some)) for person, some in groupby(found, lambda one: one.person)]
    unknown = [course for course in at.asked if course not in at.courses or at.courses[course].retired]
    return Look(at, rows, coverage.coverage(at.register, at.courses.values(), at.today), unknown)


async def show(visitor: Visitor) -> Response:
    asked = filters.read(Asked, visitor.request)
    look = await visitor.run(read, visitor, asked)
    first = (asked.page - 1) * A_PAGE
    more = len(look.rows) > first + A_PAGE
    return visitor.page(
        "training/register.html",
        asked=asked,
        look=look,
        rows=look.rows[first : first + A_PAGE],
        tell=Teller(visitor.tongue),
        standings=list(Standing),
        before=filters.address("/training", asked, page=asked.page - 1) if asked.page > 1 else None,
        after=filters.address("/training", asked, page=asked.page + 1) if more else None,
        export=filters.address("/training.xlsx", asked, page=None),
    )


class Teller(NamedTuple):
    """Says in one language where somebody stands with a course."""

    tongue: Tongue

    def standing(self, standing: Standing) -> str:
        return {
            Standing.VALID: self.tongue.text("valid"),
            Standing.ENDING: self.tongue.text("running out"),
            Standing.EXPIRED: self.tongue.text("run out"),
            Standing.MISSING: self.tongue.text("missing"),
        }[standing]

    def mark(self, standing: Standing) -> str:
        return MARKS[standing]

    def tone(self, standing: Standing) -> str:
        return TONES[standing]

    def until(self, one: Certificate) -> str:
        """In a few words: until when, since when not, or not at all."""
        if one.until is None:
            return self.tongue.text("never passed")
        if one.until == FOR_EVER:
            return self.tongue.text("for ever")
        day = self.tongue.day(one.until)
        return self.tongue.text("until {day}", day=day) if one.counts else self.tongue.text("ran out on {day}", day=day)

    def departments(self, person: Person) -> str:
        words = Words.of(self.tongue.language)
        return ", ".join(words.department(each) for each in person.member_of)

    def share(self, one: Coverage) -> str:
        return "–" if one.share is None else f"{self.tongue.number(round(100 * one.share, 1))} %"
