"""The goods on their way: planned, announced, dispatched, delivered or back (R14 to R16)."""

from temporalio import workflow

from workflows.journal import Journal
from workflows.mailroom import Mailroom
from workflows.rules import dates, judgement
from workflows.types import answers as a
from workflows.types import events as e
from workflows.types.orders import Quantities, Shipment
from workflows.types.tasks import Task

ITS_OWN_DAY = "its-own-day"
"""Orders that were signed for before took the day of the last delivery, whatever it brought."""


class Shipping:
    """The shipment of one order, one at a time."""

    def __init__(self, journal: Journal, mailroom: Mailroom) -> None:
        self.journal, self.mailroom = journal, mailroom
        self.state = journal.state

    def plan(self, answer: a.ShipmentPlanned) -> None:
        """The warehouse's plan; one that arrives too late asks sales, whatever it answered before."""
        calendar = self.journal.calendar
        shipment = Shipment(
            mode=answer.mode,
            carrier=answer.carrier,
            ship_at=dates.instant(answer.ship_at, calendar),
            transit_days=answer.transit_days,
            arrival=judgement.arrival(answer, calendar),
        )
        self.journal.record(e.ShipmentArranged(shipment=shipment))
        promise = self.state.promise
        if promise is not None and shipment.arrival > promise.date:
            self.journal.record(e.ForecastBroken(reason=f"planned arrival {shipment.arrival}, promised {promise.date}"))

    def give_notice(self, dispatch: Task) -> None:
        """Customer and owner are told before the goods leave; every plan notifies again (R15)."""
        shipment = self.state.shipment
        assert shipment is not None
        self.mailroom.tell(
            "shipping_notice",
            "customer",
            "sales",
            about=dispatch,
            mode=shipment.mode,
            carrier=shipment.carrier,
            ship_at=judgement.written(shipment.ship_at),
            arrival=f"{shipment.arrival}",
            transit_days=f"{shipment.transit_days}",
        )

    def leave(self, answer: a.Dispatched) -> None:
        shipped = workflow.now() if answer.shipped_at is None else dates.instant(answer.shipped_at, self.journal.calendar)
        self.journal.record(
            e.GoodsDispatched(shipped_at=shipped, tracking_no=answer.tracking_no, override_reason=answer.override_reason)
        )

    def request_signature(self, sign_off: Task) -> None:
        shipment = self.state.shipment
        assert shipment is not None
        self.mailroom.tell(
            "sign_off_request",
            "customer",
            about=sign_off,
            carrier=shipment.carrier,
            arrival=f"{shipment.arrival}",
            tracking_no=shipment.tracking_no or "",
        )

    def arrive(self, answer: a.Signed, kept: Quantities) -> None:
        """The customer has signed; what is missing from the delivery goes to sales. `kept`: of earlier deliveries."""
        if self._has_brought(kept):
            day = answer.received_on or self.journal.calendar.day_of(workflow.now())
            self.journal.record(e.GoodsDelivered(delivered=day, signed_by=answer.signed_by, remarks=answer.remarks))
        if self.state.work.returned:
            self.drop("received less than dispatched")

    def come_back(self, reason: str, kept: Quantities) -> None:
        """Refused: what the customer kept counts as received today."""
        if self._has_brought(kept):
            self.journal.record(e.GoodsDelivered(delivered=self.journal.calendar.day_of(workflow.now())))
        self.drop(reason)

    def _has_brought(self, kept: Quantities) -> bool:
        """Whether anything of this delivery stays with the customer: one that brought nothing has no day."""
        received = self.state.work.received
        if not received or received != kept:
            return bool(received)
        return not workflow.patched(ITS_OWN_DAY)

    def drop(self, reason: str) -> None:
        """The plan of shipment no longer stands."""
        self.journal.record(e.ShipmentDropped(reason=reason))

    def request_feedback(self, feedback: Task) -> None:
        self.mailroom.tell("feedback_request", "customer", about=feedback)
