"""Enters the order that carries what a part shipment left for later (contract §2, Follow-up order)."""

from datetime import timedelta

from temporalio import workflow

from workflows import ids, ports
from workflows.journal import Journal
from workflows.types import events as e
from workflows.types.commands import Actor, OrderStart
from workflows.types.events import SaidRef
from workflows.types.orders import OrderFacts, Quantities
from workflows.types.words import SYSTEM, Kind


async def enter(journal: Journal, rest: Quantities, by: str) -> None:
    """Waits until the follow-up order is durable, so that both can be read when the answer is acknowledged."""
    state = journal.state
    start = OrderStart(
        facts=facts(journal, rest), entered_by=Actor(id=by), policy=state.policy, digest=state.digest, ref=_call(journal)
    )
    number = await workflow.execute_activity_method(
        ports.Orders.enter_follow_up,
        start,
        start_to_close_timeout=timedelta(seconds=20),
        summary=f"follow-up of {state.facts.order_no}"[:60],
    )
    journal.record(e.FollowUpEntered(order_no=number))


def facts(journal: Journal, rest: Quantities) -> OrderFacts:
    """The same order with what is left; its number is the first free one when it is entered."""
    order, today = journal.state.facts, journal.calendar.day_of(workflow.now())
    lines = tuple(
        line.model_copy(update={"quantity": rest[number]})
        for number, line in zip(order.ordered, order.lines, strict=True)
        if rest.get(number)
    )
    requested = max(order.requested_date, today)
    return order.model_copy(update={"lines": lines, "requested_date": requested, "follows": order.order_no})


def _call(journal: Journal) -> SaidRef:
    """The same for every attempt at this part shipment, so that it is entered once."""
    number, shortage = journal.state.facts.order_no, journal.state.counters[Kind.DECIDE_SHORTAGE]
    key = f"follow-up-{shortage}"
    return SaidRef(id=ids.said(SYSTEM, "follow-up", number, key), key=key, fingerprint=key)
