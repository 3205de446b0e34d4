"""Mail never blocks an order; what is still worth telling arrives once the mail server is back, the rest does not."""

from collections import Counter

from tests.endtoend.mails import Sink
from tests.endtoend.order import ASKED, CONFIRMED, FINAL, SHIPPED, Order
from tests.endtoend.plant import Plant
from tests.endtoend.policies import LADDER
from tests.endtoend.waiting import until


def test_orders_go_on_while_no_mail_leaves(hurried: Plant) -> None:
    sink = hurried.sink
    assert sink
    sink.close()
    forgotten, late = hurried.enter(), hurried.enter()
    gone = hurried.enter().accepted().shipped().signed().satisfied()
    gone.ends("completed", "full")
    until(lambda: queued(late, "remind"), "the reminder waits")
    late.confirmed()
    until(lambda: queued(forgotten, "critical"), "the last rung waits")
    assert {row["state"] for order in (gone, late, forgotten) for row in order.notices()} <= {"queued", "stale"}
    sink.open()
    gone.told(*CONFIRMED, *SHIPPED, *ASKED)
    told_once(sink, late, overtaken="remind", sent={"order_confirmed", "order_released"})
    told_once(sink, forgotten, overtaken="escalate", sent={"critical"})


def queued(order: Order, kind: str) -> bool:
    return any((row["kind"], row["state"]) == (kind, "queued") for row in order.notices())


def told_once(sink: Sink, order: Order, overtaken: str, sent: set[str]) -> None:
    """Each notice has come to its end; what was overtaken meanwhile never arrived, all else did once."""
    # The mail activity pauses twice as long after each attempt.
    until(lambda: ended(order), lambda: f"all notices have come to their end: {order.notices()}", within=60)
    rows = order.notices()
    assert {row["kind"] for row in rows if row["state"] == "sent"} == sent
    assert overtaken in {row["kind"] for row in rows if row["state"] == "stale"} <= LADDER.keys() - sent
    on_record = {row["message_id"]: 1 for row in rows if row["state"] == "sent"}
    assert Counter(mail.message_id for mail in sink.of(order.number)) == on_record
    order.audit()


def ended(order: Order) -> bool:
    return {row["state"] for row in order.notices()} <= FINAL
