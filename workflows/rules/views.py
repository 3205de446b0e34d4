"""The order as people read it, made from its state."""

from datetime import datetime

from workflows import ids
from workflows.rules import risk
from workflows.rules.calendar import Calendar
from workflows.types.orders import OrderRow
from workflows.types.state import OrderState
from workflows.types.words import Step


def row(state: OrderState, calendar: Calendar, now: datetime) -> OrderRow:
    """The whole order, but for what the inbox alone knows; its slack is as of now."""
    facts, promise, shipment = state.facts, state.promise, state.shipment
    return OrderRow(
        case=facts.case,
        came_to=state.case,
        order_no=facts.order_no,
        order_id=ids.order_id(facts.order_no),
        customer=facts.customer,
        lines=facts.lines,
        requested_date=facts.requested_date,
        customer_ref=facts.customer_ref,
        ship_to=facts.ship_to,
        priority=facts.priority,
        note=facts.note,
        owner=facts.owner,
        status=state.status,
        stage=state.stage,
        risk=state.risk,
        slack_hours=risk.slack_hours(state, calendar, now),
        promised=promise.date if promise else None,
        first_promised=state.promises[0].date if promise else None,
        expected_completion=state.expected_completion,
        planned_ship=shipment.ship_at if shipment else None,
        planned_arrival=shipment.arrival if shipment else None,
        delivered=state.delivered,
        promises=tuple(state.promises),
        delivery=state.delivery,
        rework_rounds=state.work.rework_rounds,
        hold=state.hold,
        follows=facts.follows,
        followed_by=state.followed_by,
        cancel_refused=cancel_refused(state),
        amend_refused=amend_refused(state),
        asked=tuple(state.asked),
        begun=tuple(state.begun),
        customer_told=tuple(state.customer_told),
        version=state.seq,
        created_at=state.created_at,
        created_by=state.created_by,
        plant_time_zone=state.policy.plant.time_zone,
    )


def cancel_refused(state: OrderState) -> str | None:
    """The code that a cancellation meets: none once goods are with the customer or on their way."""
    if state.is_closed:
        return "order-closed"
    if state.step is Step.SIGN_OFF or any(state.work.received.values()):
        return "already-dispatched"
    return None


def amend_refused(state: OrderState) -> str | None:
    """The code that an amendment meets: of goods that came back or were lost sales has to decide first."""
    return "already-dispatched" if state.step is Step.RESOLVE_REFUSAL else cancel_refused(state)
