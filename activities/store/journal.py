"""The flush: an order as its workflow knows it, written in one transaction (design §2, Journal).

The workflow is right and the store follows. What a local activity wrote is confirmed only by history, since a kill can
undo the attempt that ran it; so a flush carries all that could differ, and takes away what an undone attempt left.
"""

import hashlib
import json
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from typing_extensions import override

from activities.store import event_rows, outbox, task_rows
from activities.store.hot import Hot
from activities.store.keys import folded, order_key
from activities.store.reply_rows import Answers
from activities.store.store import Store
from activities.store.tables import EVENT, LINE, NO_PROMISE, ORDER, REPLY
from activities.store.task_rows import Standing
from workflows import ports
from workflows.types.events import CaseOpened, OrderEntered, PolicyAdopted, TaskOpened
from workflows.types.flush import Flush, Flushed
from workflows.types.orders import OrderRow

LISTED = ("order_no", "customer", "customer_key", "status", "risk", "due", "created_at")
"""What lists are found by: written only when it changed, since each costs its indexes."""

KNOWN = ("fence", "chain", "last_seq", "unnumbered", "policy", "lines_digest")
RECORDED = ("is_case", "about", "origin")
LOCK = Hot(
    select(*(ORDER.c[column] for column in (*KNOWN, *LISTED, *RECORDED)))
    .where(ORDER.c.order_id == bindparam("order"))
    .with_for_update(key_share=True)
)
TURN = select(func.pg_advisory_xact_lock(func.hashtext(bindparam("order"))))
"""Nobody can lock a row that is not there yet: two first writers of an order take turns, and the second one finds it."""
ADD, ADD_EVENTS, ADD_LINES = Hot(insert(ORDER)), Hot(insert(EVENT)), Hot(insert(LINE))
CHANGE = Hot(update(ORDER).where(ORDER.c.order_id == bindparam("order")))
UNDONE_EVENTS = delete(EVENT).where(EVENT.c.order_id == bindparam("order"), EVENT.c.seq >= bindparam("first_seq"))
UNDONE_REPLIES = delete(REPLY).where(REPLY.c.order_id == bindparam("order"), REPLY.c.seq >= bindparam("first_seq"))
LINES = delete(LINE).where(LINE.c.order_id == bindparam("order"))
PINNED = (
    select(EVENT)
    .where(EVENT.c.order_id == bindparam("order"), EVENT.c.type.in_(("order_entered", "case_opened", "policy_adopted")))
    .order_by(EVENT.c.seq.desc())
    .limit(1)
)
PINNING = OrderEntered | CaseOpened | PolicyAdopted


class SqlJournal(ports.Journal):
    def __init__(self, store: Store) -> None:
        self._store = store

    @override
    @activity.defn(name="journal.flush", no_thread_cancel_exception=True)
    def flush(self, flush: Flush) -> Flushed:
        with self._store.database.writing() as connection:
            chain = write(self._store, connection, fenced(flush), on_trust=is_on_trust())
            return Flushed(chain=chain, nobody=self._nobody(connection, flush))

    def _nobody(self, connection: Connection, flush: Flush) -> tuple[str, ...]:
        opened = [event.data.task for event in flush.events if isinstance(event.data, TaskOpened)]
        if not opened:
            return ()
        today = flush.at.astimezone(ZoneInfo(flush.order.plant_time_zone)).date()
        register = self._store.people.register_by(connection)
        return tuple(task.id for task in opened if register.nobody_for(task, today))


def is_on_trust() -> bool:
    """Whether what is written may yet be undone: a local activity runs before history has what it writes."""
    return activity.in_activity() and activity.info().is_local


def fenced(flush: Flush) -> Flush:
    """What history has asked for outranks whatever was written on trust before this attempt began."""
    if is_on_trust() or not activity.in_activity():
        return flush
    return flush.model_copy(update={"fence": activity.info().started_time.timestamp()})


def write(store: Store, connection: Connection, flush: Flush, *, on_trust: bool = False) -> str:
    """Writes it all, and returns the chain that the store has now; or raises Overtaken, with nothing written."""
    order_id, chain = order_key(flush.order.order_no), flush.chain
    held = LOCK.first(connection, {"order": order_id})
    if held is None and not store.database.is_sqlite:
        connection.execute(TURN, {"order": order_id})
        held = LOCK.first(connection, {"order": order_id})
    if on_trust and (held.chain if held else "") not in (flush.follows, chain):
        # A worker that was given the same workflow task, or an attempt that was undone: history will tell who is right.
        raise overtaken("another writer's history of the order is there")
    if held and held.fence > flush.fence and not on_trust:
        raise overtaken("a later writer was there")
    standing = standing_of(connection, order_id, held, flush)
    write_order(connection, held, flush, standing, chain)
    if flush.events:
        ADD_EVENTS.run(connection, *(event_rows.row_of(order_id, event) for event in flush.events))
        outbox.write(connection, flush)
    records = task_rows.write(store.database, connection, flush, standing)
    if replies := Answers(flush, standing, records, store.temporal_ui_url).rows():
        store.database.hot_insert_new(REPLY).run(connection, *replies)
    return chain


def overtaken(why: str) -> ApplicationError:
    return ApplicationError(why, type="Overtaken", category=ApplicationErrorCategory.BENIGN)


def standing_of(connection: Connection, order_id: str, held: Any, flush: Flush) -> Standing:
    """Takes away what an undone attempt wrote, and says where that leaves the order."""
    undone = drop_undone(connection, order_id, held, flush)
    # One more than the seqs that are given again: the ETag passes every one that the undone attempt had shown.
    passed = undone + 1 if undone else 0
    return Standing(
        order_id,
        policy=pinned(connection, order_id, flush) if held is None or undone else newly_pinned(flush) or held.policy,
        unnumbered=(held.unnumbered if held else 0) + passed,
        healed=undone > 0,
    )


def drop_undone(connection: Connection, order_id: str, held: Any, flush: Flush) -> int:
    """Takes away the events that history never confirmed, with their replies and notices; how many they were."""
    if held is None or held.last_seq < flush.first_seq:
        return 0
    asked = {"order": order_id, "first_seq": flush.first_seq}
    connection.execute(UNDONE_REPLIES, asked)
    connection.execute(outbox.UNDONE, asked)
    return connection.execute(UNDONE_EVENTS, asked).rowcount


def newly_pinned(flush: Flush) -> str | None:
    adopted = (event.data.policy for event in reversed(flush.events) if isinstance(event.data, PINNING))
    return next(adopted, None)


def pinned(connection: Connection, order_id: str, flush: Flush) -> str:
    """The digest of the policy that the order's history ends with."""
    if found := newly_pinned(flush):
        return found
    row = connection.execute(PINNED, {"order": order_id}).first()
    return str(json.loads(row.data)["policy"]) if row else ""


def write_order(connection: Connection, held: Any, flush: Flush, standing: Standing, chain: str) -> None:
    """Inserts the order's row, or changes it where it differs."""
    order, this = flush.order, {"order": standing.order_id}
    row = {
        "stage": order.stage,
        "last_seq": flush.first_seq - 1 + len(flush.events),
        "unnumbered": standing.unnumbered,
        "policy": standing.policy,
        "fence": max(flush.fence, held.fence if held else 0.0),
        "chain": chain,
        "confirmed_seq": flush.confirmed_seq,
        "lines_digest": lines_digest(order),
        "body": order.model_dump_json(),
    }
    if held is None:
        ADD.run(connection, {"order_id": standing.order_id, **recorded(order), **row, **listed(order)})
    else:
        wanted = {**listed(order), **recorded(order)}
        changes = {name: value for name, value in wanted.items() if getattr(held, name) != value}
        CHANGE.run(connection, {**this, **row, **changes})
    if held is None or held.lines_digest != row["lines_digest"]:
        write_lines(connection, order, standing.order_id, new=held is None)


def recorded(order: OrderRow) -> dict[str, Any]:
    """What never changes: whether it is a case, and what that was recorded about. A release before this one wrote none of it."""
    case = order.case
    about = order_key(case.about) if case and case.about else None
    return {"is_case": case is not None, "about": about, "origin": case.origin if case else None}


def listed(order: OrderRow) -> dict[str, Any]:
    return {
        "order_no": order.order_no,
        "customer": order.customer.name,
        # Nobody who looks for a customer's orders means the cases about them.
        "customer_key": "" if order.case else folded(order.customer.name),
        "status": order.status,
        "risk": order.risk,
        "due": order.promised or NO_PROMISE,
        "created_at": order.created_at,
    }


def write_lines(connection: Connection, order: OrderRow, order_id: str, *, new: bool) -> None:
    if not new:
        connection.execute(LINES, {"order": order_id})
    if rows := [{"order_id": order_id, "product_key": product} for product in products(order)]:
        ADD_LINES.run(connection, *rows)


def products(order: OrderRow) -> list[str]:
    return sorted({folded(line.product_model) for line in order.lines})


def lines_digest(order: OrderRow) -> str:
    return hashlib.sha256("\0".join(products(order)).encode()).hexdigest()
