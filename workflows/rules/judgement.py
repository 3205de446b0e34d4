"""What is wrong with an answer, given the order it is for: faults in its fields first, then what stands against it now."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import singledispatch
from typing import NamedTuple

from workflows.rules import dates, quantities
from workflows.rules.calendar import Calendar
from workflows.types import answers as a
from workflows.types.orders import Quantities
from workflows.types.refusals import Fault, Refusal, invalid
from workflows.types.state import OrderState
from workflows.types.tasks import Task


class Case(NamedTuple):
    """What an answer is judged against."""

    task: Task
    state: OrderState
    calendar: Calendar
    now: datetime

    @property
    def today(self) -> date:
        return self.calendar.day_of(self.now)

    @property
    def before(self) -> Quantities:
        return self.task.quantities or {}


def judge(answer: a.Answer, case: Case) -> Refusal | None:
    """Why this answer cannot be taken, or None."""
    faults = _faults(answer, case)
    return invalid(*faults) if faults else _standing_against(answer, case)


# Faults in the fields: 422.


@singledispatch
def _faults(answer: a.Answer, case: Case) -> list[Fault]:
    return []


@_faults.register
def _(answer: a.Confirm, case: Case) -> list[Fault]:
    return dates.in_promise("/fields/promised_date", answer.promised_date, case.today, case.calendar)


@_faults.register
def _(answer: a.Revise, case: Case) -> list[Fault]:
    return dates.in_promise("/fields/requested_date", answer.requested_date, case.today, case.calendar)


@_faults.register
def _(answer: a.Planned, case: Case) -> list[Fault]:
    faults = dates.in_plan("/fields/planned_start", answer.planned_start, case.today, case.calendar)
    faults += dates.in_plan("/fields/expected_completion", answer.expected_completion, case.today, case.calendar)
    if not faults and _ends_before_it_starts(answer, case.calendar):
        faults.append(Fault(pointer="/fields/expected_completion", message="lies before planned_start"))
    return faults


def _ends_before_it_starts(plan: a.Planned, calendar: Calendar) -> bool:
    return dates.instant(plan.expected_completion, calendar) < dates.instant(plan.planned_start, calendar)


@_faults.register
def _(answer: a.Cannot, case: Case) -> list[Fault]:
    return dates.in_plan("/fields/earliest", answer.earliest, case.today, case.calendar)


@_faults.register
def _(answer: a.Short, case: Case) -> list[Fault]:
    return dates.in_plan("/fields/eta", answer.eta, case.today, case.calendar)


@_faults.register
def _(answer: a.Produced, case: Case) -> list[Fault]:
    return _unknown("good", answer.good, case) + _above("scrap", answer.scrap, case.before, case)


@_faults.register
def _(answer: a.Passed, case: Case) -> list[Fault]:
    return _above("inspected", answer.inspected, case.before, case)


@_faults.register
def _(answer: a.Failed, case: Case) -> list[Fault]:
    inspected = case.before if answer.inspected is None else answer.inspected
    faults = _above("inspected", answer.inspected, case.before, case) + _above("failed", answer.failed, inspected, case)
    return faults + _nothing("failed", answer.failed, "nothing has failed; answer pass")


@_faults.register
def _(answer: a.Reworked, case: Case) -> list[Fault]:
    return _above("scrap", answer.scrap, case.before, case)


@_faults.register
def _(answer: a.Accepted, case: Case) -> list[Fault]:
    faults = _above("accepted", answer.accepted, case.before, case)
    total = quantities.total_if_accepted(case.state.work, answer.accepted)
    if not faults and not quantities.covers(total, quantities.owed(case.state)):
        faults.append(Fault(pointer="/fields/accepted", message="is less than ordered on some line; answer short"))
    return faults


@_faults.register
def _(answer: a.AcceptedShort, case: Case) -> list[Fault]:
    faults = _above("accepted", answer.accepted, case.before, case)
    total = quantities.total_if_accepted(case.state.work, answer.accepted)
    if not faults and quantities.covers(total, quantities.owed(case.state)):
        faults.append(Fault(pointer="/fields/accepted", message="is all that was ordered; answer accept"))
    return faults


@_faults.register
def _(answer: a.ShipPart, case: Case) -> list[Fault]:
    return _nothing("rest", case.state.work.accepted, "nothing is accepted, so there is no part to ship")


@_faults.register
def _(answer: a.ShipmentPlanned, case: Case) -> list[Fault]:
    return dates.in_plan("/fields/ship_at", answer.ship_at, case.today, case.calendar)


@_faults.register
def _(answer: a.Dispatched, case: Case) -> list[Fault]:
    return dates.in_past("/fields/shipped_at", answer.shipped_at, case.today, case.calendar)


@_faults.register
def _(answer: a.Signed, case: Case) -> list[Fault]:
    faults = _above("received", answer.received, case.before, case) + _above("damaged", answer.damaged, case.before, case)
    return faults + _received_on(answer.received_on, case)


def _received_on(received: date | None, case: Case) -> list[Fault]:
    shipment = case.state.shipment
    if received is None:
        return []
    if received > case.today:
        return [Fault(pointer="/fields/received_on", message="lies in the future")]
    if shipment and shipment.shipped_at and received < case.calendar.day_of(shipment.shipped_at):
        return [Fault(pointer="/fields/received_on", message="lies before the dispatch")]
    return []


@_faults.register
def _(answer: a.Refused, case: Case) -> list[Fault]:
    refused = case.before if answer.quantities is None else answer.quantities
    return _above("quantities", answer.quantities, case.before, case) + _nothing(
        "quantities", refused, "nothing is refused; answer signed"
    )


@_faults.register
def _(answer: a.Repromise, case: Case) -> list[Fault]:
    return dates.in_promise("/fields/promised_date", answer.promised_date, case.today, case.calendar) + unapproved(
        "/fields/approved_by", answer.customer_agreed, answer.approved_by
    )


@_faults.register
def _(answer: a.Analysed, case: Case) -> list[Fault]:
    return dates.in_plan("/fields/due", answer.due, case.today, case.calendar)


def unapproved(pointer: str, customer_agreed: bool, approved_by: str | None) -> list[Fault]:
    """A date that the customer did not agree to needs somebody of management; that they are, the API checks."""
    if customer_agreed or approved_by:
        return []
    return [Fault(pointer=pointer, message="the customer did not agree, so a member of management must approve")]


def _unknown(field: str, given: Mapping[str, int] | None, case: Case) -> list[Fault]:
    lines = case.state.facts.ordered
    unknown = [line for line in given or {} if line not in lines]
    return [Fault(pointer=f"/fields/{field}/{line}", message=f"the order has lines 1 to {len(lines)}") for line in unknown]


def _above(field: str, given: Mapping[str, int] | None, most: Mapping[str, int], case: Case) -> list[Fault]:
    faults = _unknown(field, given, case)
    return faults or [
        Fault(pointer=f"/fields/{field}/{line}", message=f"is above {most.get(line, 0)}")
        for line, quantity in (given or {}).items()
        if quantity > most.get(line, 0)
    ]


def _nothing(field: str, given: Mapping[str, int], message: str) -> list[Fault]:
    return [] if any(given.values()) else [Fault(pointer=f"/fields/{field}", message=message)]


# What stands against it now: 409.


@singledispatch
def _standing_against(answer: a.Answer, case: Case) -> Refusal | None:
    return None


@_standing_against.register
def _(answer: a.ShipmentPlanned, case: Case) -> Refusal | None:
    promise = case.state.promise
    if promise is None or answer.accept_late or arrival(answer, case.calendar) <= promise.date:
        return None
    latest = latest_ship_at(promise.date, answer.transit_days, case.calendar)
    return Refusal(
        code="breaks-promise",
        detail=f"to arrive by {promise.date} after {answer.transit_days} days the goods must leave by {written(latest)}",
        extra={"latest_ship_at": written(latest)},
    )


def written(at: datetime) -> str:
    """An instant as it is written everywhere: UTC with Z."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def arrival(answer: a.ShipmentPlanned, calendar: Calendar) -> date:
    """The day of arrival: calendar days after the day of shipping."""
    return dates.day(answer.ship_at, calendar) + timedelta(days=answer.transit_days)


def latest_ship_at(promised: date, transit_days: int, calendar: Calendar) -> datetime:
    """The end of the last day on which the goods may leave to arrive by the promised one; a night shift's ends at midnight."""
    last = promised - timedelta(days=transit_days)
    return min(calendar.end_of(last), calendar.midnight_after(last) - timedelta(seconds=1))


@_standing_against.register
def _(answer: a.Dispatched, case: Case) -> Refusal | None:
    if answer.override_reason is not None:
        return None
    shipment, lead = case.state.shipment, case.state.policy.order.notice_lead
    if shipment is None or shipment.noticed_at is None:
        return Refusal(code="notice-missing", detail="the shipping notice is not on record for all its recipients yet")
    ready = case.calendar.add(shipment.noticed_at, lead)
    if case.now < ready:
        return Refusal(
            code="notice-missing", detail=f"notice must be {lead} old before the goods leave: from {written(ready)} on"
        )
    return None
