"""Which orders a list shows, and the index that leads to its first page, whatever lies behind it.

Orders that are done only ever grow in number. So a list walks an index in its own order, from where the page begins,
or is confined to orders of which there are few: those of a customer, those under way, those that are late.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, func, or_, select, union, union_all

from activities.store.keys import LAST, folded, plain
from activities.store.lists import Beside, Sorting, branches, day, instant, word
from activities.store.tables import LINE, ORDER
from workflows.types.words import OrderStatus, Risk, Stage

Condition = ColumnElement[bool]

SORTINGS = {
    "created_at": Sorting("orders by created_at", ("created_at", "order_id"), (instant, word), newest_first=True),
    "promised": Sorting("orders by promised", ("due", "order_id"), (day, word)),
    "order_no": Sorting("orders by order_no", ("order_id",), (word,)),
}

UNDER_WAY, DONE = (OrderStatus.OPEN, OrderStatus.ON_HOLD), (OrderStatus.COMPLETED, OrderStatus.CANCELLED)

FEW = 2_000
"""So many matches of a prefix are fetched and sorted; if there are more, walking the list soon meets enough of them."""


@dataclass(frozen=True)
class OrderFilter:
    """An empty tuple means any, several values mean or."""

    status: tuple[OrderStatus, ...] = ()
    stage: tuple[Stage, ...] = ()
    risk: tuple[Risk, ...] = ()
    customer: tuple[str, ...] = ()
    due_before: date | None = None
    q: str | None = None
    sort: Literal["created_at", "promised", "order_no"] = "created_at"


def rows(connection: Connection, wanted: OrderFilter, n: int, cursor: str | None) -> list[Row[Any]]:
    """The first n orders behind the cursor."""
    sorting = SORTINGS[wanted.sort]
    rare = bool(wanted.q and is_rare(connection, wanted.q))
    conditions = filters(wanted, rare)
    if cursor:
        conditions.append(sorting.after(cursor, ORDER))
    lists = [select(ORDER).where(*branch, *conditions) for branch in by_columns(wanted, rare)]
    found = sorting.merged(n, lists, ORDER)
    return list(connection.execute(sorting.first(n, select(found), found)))


def by_columns(wanted: OrderFilter, rare: bool) -> list[list[Condition]]:
    """What is asked of columns; the first that has an index leads, unless there is a prefix that is rarer still."""
    asked = {
        "customer": [plain(name) for name in wanted.customer],
        "status": statuses_of(wanted),
        "risk": wanted.risk,
        "stage": wanted.stage,
    }
    indexed = [name for name in ("customer", "status", "risk") if asked[name]]
    return branches(ORDER, asked, [] if rare else indexed[:1])


def statuses_of(wanted: OrderFilter) -> tuple[OrderStatus, ...]:
    """A stage says whether an order is done, so that a list by stage never walks through all that are."""
    if wanted.status:
        return wanted.status
    under_way = UNDER_WAY if any(stage != Stage.CLOSED for stage in wanted.stage) else ()
    done = DONE if Stage.CLOSED in wanted.stage else ()
    return (*under_way, *done)


def filters(wanted: OrderFilter, rare: bool) -> list[Condition]:
    """What is asked of prefixes and of the promise."""
    found: list[Condition] = []
    if wanted.q:
        found.append(ORDER.c.order_id.in_(union(*matches(wanted.q))) if rare else met_on_the_way(wanted.q))
    if wanted.due_before:
        due = ORDER.c.due if wanted.sort == "promised" else Beside(ORDER.c.due)
        found.append(due < wanted.due_before)
    return found


def matches(q: str) -> list[Select[Any]]:
    """The ids of orders whose number, customer or any product begins with q, each by its index."""
    return [
        select(ORDER.c.order_id).where(begins(ORDER.c.order_id, q)),
        select(ORDER.c.order_id).where(begins(ORDER.c.customer_key, q)),
        select(LINE.c.order_id).where(begins(LINE.c.product_key, q)),
    ]


def is_rare(connection: Connection, q: str) -> bool:
    probes = [select(match.limit(FEW + 1).subquery()) for match in matches(q)]
    count = select(func.count()).select_from(union_all(*probes).subquery())
    return connection.execute(count).scalar_one() <= FEW


def met_on_the_way(q: str) -> Condition:
    product = exists().where(LINE.c.order_id == ORDER.c.order_id, begins(LINE.c.product_key, q))
    return or_(begins(ORDER.c.order_id, q), begins(ORDER.c.customer_key, q), product)


def begins(column: ColumnElement[str], prefix: str) -> Condition:
    start = folded(prefix)
    return (column >= start) & (column < start + LAST)
