"""What people send: one form for each request body, read strictly, with a pointer to each fault."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictStr, ValidationError, model_validator

from api.problems import invalid
from workflows import ids
from workflows.rules.faults import faults
from workflows.types import answers
from workflows.types.orders import Customer, Lines
from workflows.types.refusals import Fault
from workflows.types.reviews import ReviewKind
from workflows.types.texts import Day, Flag, Name, Reference, Text, When
from workflows.types.words import Department, Priority

F = TypeVar("F", bound=BaseModel)


class Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Nothing(Form):
    """A request that says all by its path."""


class OrderIn(Form):
    """A customer's order as sales enters it (R5)."""

    order_no: Annotated[StrictStr, AfterValidator(ids.order_no), Field(min_length=1, examples=["PO-2027-118"])]
    customer: Customer
    lines: Lines
    requested_date: Day
    customer_ref: Reference | None = None
    ship_to: Name | None = None
    priority: Priority = Priority.NORMAL
    note: Text | None = None
    owner: Reference | None = None


class ImprovementIn(Form):
    """What somebody wants improved: a suggestion, or a complaint or non-conformance about an order (R18, R23)."""

    text: Text
    origin: Literal["suggestion", "complaint", "nonconformance"] = "suggestion"
    department: Department | None = None
    order_no: Reference | None = None
    reference: Reference | None = None

    @model_validator(mode="after")
    def _says_about_what(self) -> Self:
        if self.origin != "suggestion" and self.order_no is None:
            raise ValueError(f"a {self.origin} is about an order; give its order_no")
        return self


class CompleteIn(Form):
    outcome: StrictStr
    fields: dict[str, Any]
    comment: Text | None = None


class CorrectIn(Form):
    outcome: StrictStr
    fields: dict[str, Any]
    reason: Text


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


class AmendIn(Form):
    """What the customer wants otherwise; what is left out stays. `lines` replaces all lines."""

    reason: Text
    lines: Lines | None = None
    requested_date: Day | None = None
    ship_to: Name | None = None


class HoldIn(Form):
    reason: Text
    until: When


class ReasonIn(Form):
    reason: Text


class ReviewIn(Form):
    """A pack to be made; of today when no day is given."""

    kind: ReviewKind
    day: Day | None = None


class DecisionIn(Form):
    """What is to be done, by a department or one of its people, until the end of a day (R20)."""

    text: Text
    department: Department | None = None
    owner: Reference | None = None
    due: Day

    @model_validator(mode="after")
    def _says_whose(self) -> Self:
        if self.department is None and self.owner is None:
            raise ValueError("give a department or an owner")
        return self


def read(form: type[F], value: object) -> F:
    """The form filled in; raises the problem `invalid`. Unknown fields are refused at every depth."""
    if not isinstance(value, dict):
        raise invalid(Fault(pointer="", message="must be an object"))
    return checked(lambda: form.model_validate(value, extra="forbid"))


def checked(reading: Callable[[], F], below: str = "") -> F:
    """What `reading` gives; what is wrong in it becomes a problem with pointers below `below`."""
    try:
        return reading()
    except ValidationError as error:
        raise invalid(*faults(error, below)) from None
