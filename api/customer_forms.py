"""What customers send by a link: what a page asks them, and what their deeds read."""

from typing import Annotated, Literal

from pydantic import Field

from api.forms import Form
from workflows.types.base import Message
from workflows.types.texts import Day, Flag, Name, QuantityMap, Text


class AnswerIn(Form):
    """Whether a promised date suits them."""

    revision: int
    agreed: Flag
    reason: Text | None = None
    wanted: Day | None = None


# What the pages ask.


class WishIn(Form):
    """What they want otherwise; what is left as it is is no wish."""

    reason: Text
    wished: QuantityMap | None = None
    requested_date: Day | None = None
    ship_to: Name | None = None


class DeclineIn(Form):
    reason: Text
    wanted: Day | None = None


class ReceivedIn(Form):
    """What they sign for."""

    signed_by: Name
    received: QuantityMap | None = None
    damaged: QuantityMap | None = None
    remarks: Text | None = None


class RefusedIn(Form):
    """What they do not take."""

    signed_by: Name
    reason: Text
    quantities: QuantityMap | None = None


class Complaint(Message):
    kind: Literal["product", "delivery", "service", "documents"]
    text: Text


class ComplaintIn(Form):
    """What is wrong, whenever it shows."""

    kind: Literal["product", "delivery", "service", "documents"]
    text: Text


class FeedbackIn(Form):
    csat: Annotated[int, Field(strict=True, ge=1, le=5)]
    nps: Annotated[int, Field(strict=True, ge=0, le=10)] | None = None
    comment: Text | None = None
    issues: Annotated[tuple[Complaint, ...], Field(max_length=50)] = ()
