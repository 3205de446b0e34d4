"""What people send: one form for each request body, read strictly, with a pointer to each fault."""

from collections.abc import Callable
from datetime import MAXYEAR, MINYEAR, datetime
from typing import Annotated, Any, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictStr, ValidationError, model_validator

from api.problems import invalid
from workflows import ids
from workflows.types import answers
from workflows.types.orders import Customer, Lines
from workflows.types.refusals import Fault
from workflows.types.texts import Day, Flag, Name, Reference, Text, When, no_control_characters
from workflows.types.words import Priority

F = TypeVar("F", bound=BaseModel)


class Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Nothing(Form):
    """A request that says all by its path."""


class CustomerIn(Customer):
    @model_validator(mode="after")
    def _email_is_one_line(self) -> Self:
        # A NUL in it would stop the order's journal on PostgreSQL.
        no_control_characters(self.email or "")
        return self


class OrderIn(Form):
    """A customer's order as sales enters it (R5)."""

    order_no: Annotated[StrictStr, AfterValidator(ids.order_no), Field(min_length=1, examples=["PO-2027-118"])]
    customer: CustomerIn
    lines: Lines
    requested_date: Day
    customer_ref: Reference | None = None
    ship_to: Name | None = None
    priority: Priority = Priority.NORMAL
    note: Text | None = None
    owner: Reference | None = None


class CompleteIn(Form):
    outcome: StrictStr
    fields: dict[str, Any]
    comment: Text | None = None


class ProgressIn(answers.Progress):
    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.percent is None and self.quantity is None:
            raise ValueError("give percent or quantity")
        return self


class ExtendIn(Form):
    due_at: When
    reason: Text


class SnoozeIn(Form):
    until: When


class AssignIn(Form):
    person: Reference
    reason: Text


class RepromiseIn(Form):
    promised_date: Day
    reason: Text
    customer_agreed: Flag
    approved_by: Reference | None = None


class HoldIn(Form):
    reason: Text
    until: When


class ReasonIn(Form):
    reason: Text


def read(form: type[F], value: object) -> F:
    """The form filled in; raises the problem `invalid`. Unknown fields are refused at every depth."""
    if not isinstance(value, dict):
        raise invalid(Fault(pointer="", message="must be an object"))
    return checked(lambda: form.model_validate(value, extra="forbid"))


def checked(reading: Callable[[], F], below: str = "") -> F:
    """What `reading` gives; what is wrong in it becomes a problem with pointers below `below`."""
    try:
        form = reading()
    except ValidationError as error:
        raise invalid(*faults(error, below)) from None
    if edges := [name for name, value in form if is_at_the_edge(value)]:
        raise invalid(*(Fault(pointer=f"{below}/{name}", message="lies outside the calendar") for name in edges))
    return form


def is_at_the_edge(value: object) -> bool:
    """Whether an instant has no date in some time zone: the rules would overflow, and the order could answer nothing."""
    return isinstance(value, datetime) and not MINYEAR < value.year < MAXYEAR


def faults(error: ValidationError, below: str = "") -> list[Fault]:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    places = [each["loc"] for each in found]
    return [
        Fault(pointer=below + pointer(each["loc"]), message=message(each["msg"]))
        for each in found
        # Pydantic does not count a list's faulty items, and then also calls the list too short.
        if each["type"] != "too_short" or not any(holds(each["loc"], place) for place in places)
    ]


def holds(place: tuple[int | str, ...], other: tuple[int | str, ...]) -> bool:
    return len(other) > len(place) and other[: len(place)] == place


def pointer(where: tuple[int | str, ...]) -> str:
    """A JSON pointer (RFC 6901); pydantic marks a wrong key, as against its value, by a last step that is no place."""
    steps = where[:-1] if where and where[-1] == "[key]" else where
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def message(said_by_pydantic: str) -> str:
    """Without pydantic's own words for what a value, a key or an error is."""
    return said_by_pydantic.removeprefix("Value error, ").removeprefix("Input ").replace("Extra inputs are", "is")
