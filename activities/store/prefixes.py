"""Orders whose number, customer or any product begins with what somebody typed."""

from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, FromClause, Select, exists, or_, select, union

from activities.store.keys import LAST, folded
from activities.store.lists import Sorting
from activities.store.tables import LINE, ORDER

Condition = ColumnElement[bool]


def matches(q: str) -> list[Select[Any]]:
    """The ids of orders whose number, customer or any product begins with q, each by its index."""
    return [
        select(ORDER.c.order_id).where(begins(ORDER.c.order_id, q)),
        select(ORDER.c.order_id).where(begins(ORDER.c.customer_key, q)),
        select(LINE.c.order_id).where(begins(LINE.c.product_key, q)),
    ]


def first_of(q: str, sorting: Sorting, n: int, behind: list[Any] | None) -> CompoundSelect[Any]:
    """The ids of the first n by entry, wherever they lie in time, and maybe more: by keys that indexes hold, not by rows."""
    keys = (ORDER.c.order_id, ORDER.c.created_at)
    lists = [
        # Cases have no customer and no products to be found by, but a number with a colon.
        select(*keys).where(begins(ORDER.c.order_id, q), ORDER.c.order_id.not_like("%:%")),
        select(*keys).where(begins(ORDER.c.customer_key, q)),
        select(*keys).join(LINE, LINE.c.order_id == ORDER.c.order_id).where(begins(LINE.c.product_key, q)).distinct(),
    ]
    firsts = []
    for one in lists:
        every = one.offset(0).subquery()  # a fence: read as a whole, and not by walking
        mine = select(every).where(sorting.after(behind, every)) if behind else select(every)
        firsts.append(select(sorting.first(n, mine, every).subquery().c.order_id))
    return union(*firsts)


def begins_anywhere(of: FromClause, q: str) -> Condition:
    """The same asked of one order."""
    product = exists().where(LINE.c.order_id == of.c.order_id, begins(LINE.c.product_key, q))
    return or_(begins(of.c.order_id, q), begins(of.c.customer_key, q), product)


def begins(column: ColumnElement[str], prefix: str) -> Condition:
    start = folded(prefix)
    return (column >= start) & (column < start + LAST)
