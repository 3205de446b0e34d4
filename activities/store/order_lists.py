"""Which orders a list shows, and what leads to its first page, whatever lies behind it.

Orders that are done only ever grow in number. So a list either walks an index in its own order, from where the page
begins, because what is asked is soon met on the way; or it fetches all that one of its filters leaves, where that is
little enough to be sorted. Which of the two is found by counting, and no further than `FEW`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select, exists, func, or_, select, union, union_all

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
WAYS = {"created_at": ("customer", "risk", "status"), "promised": ("due", "status"), "order_no": ("status",)}
"""By sort, the columns through each value of which an index leads in that order; the first that is asked is walked."""

UNDER_WAY, DONE = (OrderStatus.OPEN, OrderStatus.ON_HOLD), (OrderStatus.COMPLETED, OrderStatus.CANCELLED)

FEW = 10_000
"""So many orders are fetched and sorted; of more, one in a hundred of a million, walking soon meets a page."""
LAST_DAY = date.max - timedelta(days=3)


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

    @property
    def statuses(self) -> tuple[OrderStatus, ...]:
        """A stage says whether an order is done, so that a list by stage never walks through all that are."""
        under_way = UNDER_WAY if any(stage is not Stage.CLOSED for stage in self.stage) else ()
        done = DONE if Stage.CLOSED in self.stage else ()
        possible = (*under_way, *done)
        if not (self.status and self.stage):
            return self.status or possible
        return tuple(status for status in self.status if status in possible)

    @property
    def is_nonsense(self) -> bool:
        """No order is of this stage with this status."""
        return bool(self.status and self.stage and not self.statuses)


def rows(connection: Connection, wanted: OrderFilter, n: int, cursor: str | None) -> list[Row[Any]]:
    """The first n orders behind the cursor."""
    sorting = SORTINGS[wanted.sort]
    asked, behind = sets(wanted), sorting.values(cursor) if cursor else None
    if wanted.is_nonsense:
        return []
    sizes = {} if walks_straight(wanted, asked) else counted(connection, wanted, asked)
    rarest = min(sizes, key=lambda name: sizes[name], default=None)
    if rarest and sizes[rarest] <= FEW:
        few = select(ORDER).where(asked[rarest]).limit(FEW).subquery()  # the limit keeps PostgreSQL from walking after all
        lists = [select(few).where(*conditions(wanted, few, met=rarest == "q"))]
        of: FromClause = few
    else:
        lists, of = walks(wanted, on_its_first_page=behind is None), ORDER
    if behind:
        lists = [one.where(sorting.after(behind, of)) for one in lists]
    found = sorting.merged(n, lists, of)
    return list(connection.execute(sorting.first(n, select(found), found)))


# What is asked.


def columns(wanted: OrderFilter) -> dict[str, Collection[Any]]:
    """The values of columns that are asked; empty means any."""
    statuses = wanted.statuses
    return {
        "customer": [plain(name) for name in wanted.customer],
        "risk": wanted.risk,
        "status": statuses,
        # That an order is closed its status has said.
        "stage": () if wanted.stage == (Stage.CLOSED,) else wanted.stage,
    }


def sets(wanted: OrderFilter) -> dict[str, Condition]:
    """What is asked and has an index, by name."""
    found = {name: ORDER.c[name].in_(list(values)) for name, values in columns(wanted).items() if values and name != "stage"}
    if wanted.due_before:
        found["due"] = ORDER.c.due < wanted.due_before
    if wanted.q:
        found["q"] = ORDER.c.order_id.in_(union(*matches(wanted.q)))
    return found


def conditions(wanted: OrderFilter, of: FromClause, *, met: bool) -> list[Condition]:
    """All that is asked of what was fetched; `met` is what its q asks."""
    found = [of.c[name].in_(list(values)) for name, values in columns(wanted).items() if values]
    if wanted.due_before:
        found.append(of.c.due < wanted.due_before)
    if wanted.q and not met:
        found.append(begin(of, wanted.q))
    return found


# Walking.


def walks_straight(wanted: OrderFilter, asked: Collection[str]) -> bool:
    """Whether an index leads through nothing but what is asked."""
    return len(asked) + bool(columns(wanted)["stage"]) <= 1 and set(asked) <= {*WAYS[wanted.sort]}


def walks(wanted: OrderFilter, *, on_its_first_page: bool) -> list[Select[Any]]:
    asked = columns(wanted)
    ways = [name for name in WAYS[wanted.sort] if asked.get(name)]
    found = [select(ORDER).where(*branch) for branch in branches(ORDER, asked, ways[:1])]
    besides: list[Condition] = [begin(ORDER, wanted.q)] if wanted.q else []
    if wanted.due_before:
        besides.append((ORDER.c.due if wanted.sort == "promised" else Beside(ORDER.c.due)) < wanted.due_before)
    if wanted.due_before and wanted.sort == "created_at" and on_its_first_page:
        besides.append(ORDER.c.created_at < entered_by(wanted.due_before))
    return [one.where(*besides) for one in found]


def entered_by(due_before: date) -> datetime:
    """Nobody promises a day that has passed; two days more, because the plant's days are not UTC's."""
    return datetime.combine(min(due_before, LAST_DAY), time(), UTC) + timedelta(days=2)


# Counting.


def counted(connection: Connection, wanted: OrderFilter, asked: Mapping[str, Condition]) -> dict[str, int]:
    """How many orders are in each set; whatever is more than FEW counts as one more."""
    probes = {name: [select(ORDER.c.order_id).where(condition)] for name, condition in asked.items() if name != "q"}
    if wanted.q:
        probes["q"] = matches(wanted.q)
    counts = select(*(at_most(some).label(name) for name, some in probes.items()))
    return dict(connection.execute(counts).one()._mapping)


def at_most(some: list[Select[Any]]) -> ColumnElement[int]:
    together = union_all(*(select(one.limit(FEW + 1).subquery()) for one in some)).subquery()
    return select(func.count()).select_from(together).scalar_subquery()


# Prefixes.


def matches(q: str) -> list[Select[Any]]:
    """The ids of orders whose number, customer or any product begins with q, each by its index."""
    return [
        select(ORDER.c.order_id).where(begins(ORDER.c.order_id, q)),
        select(ORDER.c.order_id).where(begins(ORDER.c.customer_key, q)),
        select(LINE.c.order_id).where(begins(LINE.c.product_key, q)),
    ]


def begin(of: FromClause, q: str) -> Condition:
    """The same asked of one order."""
    product = exists().where(LINE.c.order_id == of.c.order_id, begins(LINE.c.product_key, q))
    return or_(begins(of.c.order_id, q), begins(of.c.customer_key, q), product)


def begins(column: ColumnElement[str], prefix: str) -> Condition:
    start = folded(prefix)
    return (column >= start) & (column < start + LAST)
