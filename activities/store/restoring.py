"""Writes an order's rows anew from its events: what a restored backup, or somebody's hand, took from the store."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import bindparam, select, update

from activities.store import event_rows, outbox
from activities.store.journal import write
from activities.store.keys import order_key
from activities.store.store import Store
from activities.store.tables import EVENT, ORDER
from workflows.rules import views
from workflows.rules.calendar import Calendar
from workflows.types.events import Event, NoticeRequested
from workflows.types.flush import Flush
from workflows.types.notices import Notice
from workflows.types.policy import Policy
from workflows.types.state import OrderState
from workflows.types.tasks import Task

STANDS = select(ORDER.c.fence, ORDER.c.chain).where(ORDER.c.order_id == bindparam("order")).with_for_update()
GOVERNED = update(ORDER).where(ORDER.c.order_id == bindparam("order"))


def restore(
    store: Store,
    state: OrderState,
    *,
    tasks: Iterable[Task],
    events: Iterable[Event],
    policies: Mapping[str, Policy],
    seen: tuple[float, str] | None,
    now: datetime,
) -> bool:
    """Puts back these events, and makes the rows of the order and of all its tasks what its state says.

    Who holds a task stays. False, and nothing written, when the order has been written since it was seen with this fence
    (None: it was not there).
    """
    order_id = order_key(state.facts.order_no)
    for digest, policy in policies.items():
        store.policies.put(policy, digest)
    with store.database.writing() as connection:
        stands = connection.execute(STANDS, {"order": order_id}).first()
        if (stands and (stands.fence, stands.chain)) != seen:
            return False
        write(store, connection, as_it_is(state, tasks, seen[0] if seen else 0.0, now))
        lacking = tuple(events)
        if rows := [event_rows.row_of(order_id, event) for event in lacking]:
            connection.execute(store.database.upsert(EVENT), rows)
        if notice := awaited(state, lacking):
            outbox.put_back(store.database, connection, state.facts.order_no, notice)
        connection.execute(GOVERNED, {"order": order_id, "policy": state.digest})
    return True


def awaited(state: OrderState, events: Iterable[Event]) -> Notice | None:
    """Of the notices that are lost with these events, the one without which goods cannot leave.

    The others may have been told since the backup was made, which nobody knows any more: they are not told again.
    """
    asked = (event.data.notice for event in events if isinstance(event.data, NoticeRequested))
    return next((notice for notice in asked if notice.key == state.shipping_notice), None)


def as_it_is(state: OrderState, tasks: Iterable[Task], fence: float, now: datetime) -> Flush:
    """A writing without news."""
    return Flush(
        order=views.row(state, Calendar.of(state.policy.plant), now),
        events=(),
        tasks=tuple(tasks),
        first_seq=state.seq + 1,
        confirmed_seq=state.seq,
        fence=fence,
        at=now,
    )
