"""What may stand behind the question mark: filters are exact, a comma means or, and nothing unknown is ignored."""

import re
from datetime import date
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, StrictStr
from starlette.datastructures import QueryParams

from activities.training.coverage import Standing
from api.forms import Form, checked
from api.problems import invalid
from workflows.types.refusals import Fault
from workflows.types.reviews import ReviewKind
from workflows.types.texts import Day, When, no_control_characters
from workflows.types.words import Department, Kind, Lateness, OrderStatus, Origin, Risk, Stage, TaskStatus

MOST, USUAL = 200, 50
FEW = Field(max_length=20)
"""Values of one filter: each may be a branch of the statement, which takes its time to be made, and SQLite takes 500."""
LAST_SEQ = 2**31 - 1
FIRST_YEAR, LAST_YEAR = 2000, 2100
"""Of days that may be asked for: at the ends of the calendar no day lies before, or after."""
LONGEST = 3_660
"""Days of one period, ten years: a trend of it has a figure for each month."""
Q = TypeVar("Q", bound=Form)


def split(value: object) -> object:
    """At commas; one that belongs to a name is written with a backslash before it."""
    if not isinstance(value, str):
        return value
    return tuple(part.replace("\\,", ",") for part in re.split(r"(?<!\\),", value))


def digits(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{1,10}", value):
        raise ValueError("write a whole number")
    return value


def within_years(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"write a day between {FIRST_YEAR} and {LAST_YEAR}")
    return day


Commas = BeforeValidator(split)
NearDay = Annotated[Day, AfterValidator(within_years)]
Word = Annotated[StrictStr, Field(min_length=1, max_length=200), AfterValidator(no_control_characters)]
Words = Annotated[tuple[Word, ...], Commas, FEW]


class Paged(Form):
    limit: Annotated[int, BeforeValidator(digits), Field(ge=1, le=MOST)] = USUAL
    cursor: Annotated[StrictStr, Field(min_length=1, max_length=2000)] | None = None


class Orders(Paged):
    status: Annotated[tuple[OrderStatus, ...], Commas, FEW] = ()
    stage: Annotated[tuple[Stage, ...], Commas, FEW] = ()
    risk: Annotated[tuple[Risk, ...], Commas, FEW] = ()
    customer: Words = ()
    due_before: When | None = None
    q: Word | None = None
    sort: Literal["created_at", "promised", "order_no"] = "created_at"


class Events(Paged):
    after: Annotated[int, BeforeValidator(digits), Field(ge=0, le=LAST_SEQ)] = 0


class Tasks(Paged):
    department: Annotated[tuple[Department, ...], Commas, FEW] = ()
    assignee: Words = ()
    status: Annotated[tuple[TaskStatus, ...], Commas, FEW] = ()
    order_no: Words = ()
    kind: Annotated[tuple[Kind, ...], Commas, FEW] = ()
    lateness: Annotated[tuple[Lateness, ...], Commas, FEW] = ()
    due_before: When | None = None
    sort: Literal["due_at"] = "due_at"


class Improvements(Paged):
    status: Annotated[tuple[OrderStatus, ...], Commas, FEW] = ()
    origin: Annotated[tuple[Origin, ...], Commas, FEW] = ()
    department: Annotated[tuple[Department, ...], Commas, FEW] = ()
    order_no: Word | None = None


class Reviews(Paged):
    kind: Annotated[tuple[ReviewKind, ...], Commas, FEW] = ()


class TrainingSessions(Paged):
    course: Word | None = None


class Certificates(Paged):
    person: Words = ()
    course: Words = ()
    department: Annotated[tuple[Department, ...], Commas, FEW] = ()
    standing: Annotated[tuple[Standing, ...], Commas, FEW] = ()


class Archive(Paged):
    """Beginnings in any case; the days on which an order was closed, both included."""

    order_no: Word | None = None
    customer: Word | None = None
    product: Word | None = None
    closed_from: NearDay | None = None
    closed_to: NearDay | None = None


class DryRun(Form):
    dry_run: Literal["true", "false"] = "false"


def read(form: type[Q], query: QueryParams) -> Q:
    """The query as a form; raises the problem `invalid`."""
    given = query.multi_items()
    names = [name for name, _ in given]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise invalid(*(Fault(pointer=f"/query/{name}", message="stands there twice; use commas") for name in twice))
    return checked(lambda: form.model_validate(dict(given)), below="/query")
