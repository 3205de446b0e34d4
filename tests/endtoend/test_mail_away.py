"""Mail never blocks an order; what is still worth telling arrives once the mail server is back, the rest does not."""

from collections import Counter

from tests.endtoend.mails import Sink
from tests.endtoend.order import ASKED, CONFIRMED, SHIPPED, Order
from tests.endtoend.plant import Plant
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
    told_once(sink, late, stale={"remind"}, sent={"order_confirmed", "order_released"})
    told_once(sink, forgotten, stale={"remind", "overdue", "escalate"}, sent={"critical"})


def queued(order: Order, kind: str) -> bool:
    return any((row["kind"], row["state"]) == (kind, "queued") for row in order.notices())


def told_once(sink: Sink, order: Order, stale: set[str], sent: set[str]) -> None:
    """Each notice has come to its end; what was overtaken meanwhile never arrived, all else did once."""
    wanted = {(kind, "stale") for kind in stale} | {(kind, "sent") for kind in sent}
    until(lambda: {(row["kind"], row["state"]) for row in order.notices()} == wanted, lambda: f"{wanted}: {order.notices()}")
    on_record = {row["message_id"]: 1 for row in order.notices() if row["state"] == "sent"}
    assert Counter(mail.message_id for mail in sink.of(order.number)) == on_record
    order.audit()
