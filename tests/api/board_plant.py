"""Orders with plans, promises and troubles, as the board and the exceptions find them in the store."""

from datetime import date, datetime, timedelta
from typing import Any

from activities.languages import Tongue
from activities.store import SqlJournal, Store
from tests.api.plant import NOW
from tests.store.plant import TellsOfAnOrder
from workflows.types.words import Kind, Language, Stage

TODAY = date(2027, 3, 1)


def at(days: float) -> datetime:
    return NOW + timedelta(days=days)


def told(when: datetime) -> str:
    """As English pages write it."""
    return Tongue.of(Language.EN).instant(when, "Asia/Taipei")


def planned(store: Store, order_no: str, start: float, end: float, center: str | None = "CNC-1", **row: Any) -> TellsOfAnOrder:
    """An order that production has planned, so many days from now, with what else its row says."""
    facts = {name: row.pop(name) for name in ("customer", "lines", "requested_date", "note") if name in row}
    order = TellsOfAnOrder(order_no, at=NOW, **facts)
    order.promise(row.pop("promised", TODAY + timedelta(days=20)))
    fields = {"planned_start": at(start).isoformat(), "expected_completion": at(end).isoformat(), "work_center": center}
    done = order.complete(order.open(Kind.MAKE_PLAN), "plan")
    order.closed[done.id] = done.model_copy(update={"fields": {name: value for name, value in fields.items() if value}})
    order.open(Kind.PRODUCE, due_in=timedelta(days=40), **row.pop("task", {}))
    order.change(**{"expected_completion": at(end), "stage": Stage.PRODUCE, "created_at": NOW, **row})
    SqlJournal(store).flush(order.flush())
    order.confirm()
    return order
