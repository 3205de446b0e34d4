"""What people answer to each kind of task: outcomes and their fields (contract §2)."""

from typing import Annotated, Any, Literal

from pydantic import Field

from workflows.types.base import Message
from workflows.types.orders import Lines
from workflows.types.texts import Day, Flag, Name, Quantity, QuantityMap, Reference, Text, When, Whole
from workflows.types.words import Department, Kind

Mode = Literal["road", "rail", "sea", "air", "courier", "pickup"]


class Answer(Message):
    """The fields of one outcome."""


# Confirm.


class Confirm(Answer):
    promised_date: Day
    channel: Name
    note: Text | None = None
    customer_agreed_by: Name | None = None


class Revise(Answer):
    reason: Text
    lines: Lines | None = None
    requested_date: Day | None = None
    ship_to: Name | None = None


class Reject(Answer):
    reason: Text


# Plan and produce.


class Planned(Answer):
    planned_start: When
    expected_completion: When
    work_center: Name | None = None
    note: Text | None = None


class Cannot(Answer):
    reason: Text
    earliest: Day | None = None


class Ready(Answer):
    note: Text | None = None


class Short(Answer):
    item: Name
    eta: Day
    quantity: Quantity | None = None
    note: Text | None = None


class Produced(Answer):
    good: QuantityMap | None = None
    scrap: QuantityMap | None = None
    note: Text | None = None


# Inspect, rework, accept.


class Defect(Message):
    code: Reference
    quantity: Quantity
    note: Text | None = None


class Passed(Answer):
    inspected: QuantityMap | None = None
    note: Text | None = None


class Failed(Answer):
    failed: QuantityMap
    defects: Annotated[tuple[Defect, ...], Field(max_length=200)]
    inspected: QuantityMap | None = None


class Reworked(Answer):
    cause: Text
    corrective_action: Text
    scrap: QuantityMap | None = None
    note: Text | None = None


class ReworkAgain(Answer):
    reason: Text


class Concede(Answer):
    reason: Text


class Remake(Answer):
    reason: Text


class Accepted(Answer):
    accepted: QuantityMap | None = None
    note: Text | None = None


class AcceptedShort(Answer):
    accepted: QuantityMap
    reason: Text


class ShipPart(Answer):
    reason: Text
    rest: Literal["later", "waived"]
    customer_agreed: Flag | None = None


# Ship and sign off.


class ShipmentPlanned(Answer):
    mode: Mode
    carrier: Name
    ship_at: When
    transit_days: Annotated[int, Field(strict=True, ge=0, le=365)]
    note: Text | None = None
    accept_late: Flag = False


class Dispatched(Answer):
    shipped_at: When | None = None
    tracking_no: Reference | None = None
    override_reason: Text | None = None
    note: Text | None = None


class Replan(Answer):
    reason: Text


class Signed(Answer):
    signed_by: Name
    received: QuantityMap | None = None
    received_on: Day | None = None
    damaged: QuantityMap | None = None
    remarks: Text | None = None


class Refused(Answer):
    reason: Text
    quantities: QuantityMap | None = None


class Lost(Answer):
    reason: Text


class Redeliver(Answer):
    reason: Text


class CloseShort(Answer):
    reason: Text


# Feedback and the promise.


class Issue(Message):
    kind: Literal["product", "delivery", "service", "documents"]
    text: Text
    department: Department


class Answered(Answer):
    csat: Annotated[int, Field(strict=True, ge=1, le=5)]
    channel: Name
    nps: Annotated[int, Field(strict=True, ge=0, le=10)] | None = None
    comment: Text | None = None
    issues: Annotated[tuple[Issue, ...], Field(max_length=50)] = ()


class NoAnswer(Answer):
    note: Text | None = None


class Repromise(Answer):
    promised_date: Day
    reason: Text
    customer_agreed: Flag
    approved_by: Reference | None = None


class Keep(Answer):
    reason: Text


class Agree(Answer):
    reason: Text


class RefuseAmendment(Answer):
    reason: Text


# Cases.


class Assign(Answer):
    department: Department
    note: Text | None = None


class Drop(Answer):
    reason: Text


class Analysed(Answer):
    """The root cause, and what will be done about it until when."""

    cause: Text
    action: Text
    due: Day


class HandOver(Answer):
    department: Department
    reason: Text


class ActionDone(Answer):
    note: Text


class CannotAct(Answer):
    reason: Text


class Effective(Answer):
    note: Text


class NotEffective(Answer):
    reason: Text


class FileComplete(Answer):
    note: Text | None = None


class Waive(Answer):
    reason: Text


_READINESS: dict[str, type[Answer]] = {"ready": Ready, "short": Short}

OUTCOMES: dict[Kind, dict[str, type[Answer]]] = {
    Kind.CONFIRM_ORDER: {"confirm": Confirm, "revise": Revise, "reject": Reject},
    Kind.MAKE_PLAN: {"plan": Planned, "cannot": Cannot},
    Kind.READY_MATERIALS: _READINESS,
    Kind.READY_EQUIPMENT: _READINESS,
    Kind.READY_PEOPLE: _READINESS,
    Kind.PRODUCE: {"done": Produced, "cannot": Cannot},
    Kind.INSPECT: {"pass": Passed, "fail": Failed},
    Kind.REWORK: {"reworked": Reworked},
    Kind.DECIDE_DISPOSITION: {"rework": ReworkAgain, "concede": Concede, "remake": Remake},
    Kind.ACCEPT: {"accept": Accepted, "short": AcceptedShort},
    Kind.DECIDE_SHORTAGE: {"remake": Remake, "ship_part": ShipPart},
    Kind.PLAN_SHIPMENT: {"plan": ShipmentPlanned},
    Kind.DISPATCH: {"dispatched": Dispatched, "replan": Replan},
    Kind.SIGN_OFF: {"signed": Signed, "refused": Refused, "lost": Lost},
    Kind.RESOLVE_REFUSAL: {"redeliver": Redeliver, "remake": Remake, "close": CloseShort},
    Kind.COLLECT_FEEDBACK: {"answered": Answered, "no_answer": NoAnswer},
    Kind.DECIDE_PROMISE: {"repromise": Repromise, "keep": Keep},
    Kind.DECIDE_AMENDMENT: {"agree": Agree, "refuse": RefuseAmendment},
    Kind.ASSIGN_IMPROVEMENT: {"assign": Assign, "drop": Drop},
    Kind.FIND_CAUSE: {"analysed": Analysed, "hand_over": HandOver},
    Kind.ACT: {"done": ActionDone, "cannot": CannotAct},
    Kind.VERIFY: {"effective": Effective, "not_effective": NotEffective},
    Kind.COMPLETE_FILE: {"complete": FileComplete, "waive": Waive},
}


def read(kind: Kind, outcome: str, fields: dict[str, Any]) -> Answer:
    """The typed answer; raises pydantic's ValidationError, and KeyError for an outcome that the kind does not have."""
    return OUTCOMES[kind][outcome].model_validate(fields, extra="forbid")


class Progress(Message):
    """What the shop floor reports while producing; at least one of percent and quantity (pieces good so far)."""

    percent: Annotated[int, Field(strict=True, ge=0, le=100)] | None = None
    quantity: Whole | None = None
    note: Text | None = None
    expected_completion: When | None = None
