"""Which orders a list shows, and what leads to its first page, whatever lies behind it.

Orders that are done only ever grow in number, and no set of indexes leads straight to every page. So a list either
walks an index in its own order, because what is asked is soon met on the way, or it fetches all that one of its filters
leaves, or several leave together, where that is little enough to be sorted. Which of them is found by counting, and by
walking for a while.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select, func, intersect, not_, select, union, union_all

from activities.store import prefixes
from activities.store.keys import plain
from activities.store.lists import Beside, Sorting, branches, day, instant, word
from activities.store.tables import ORDER
from workflows.types.words import ENDED, UNDER_WAY, OrderStatus, Risk, Stage

Condition = ColumnElement[bool]

SORTINGS = {
    "created_at": Sorting("orders by created_at", ("created_at", "order_id"), (instant, word), newest_first=True),
    "promised": Sorting("orders by promised", ("due", "order_id"), (day, word)),
    "order_no": Sorting("orders by order_no", ("order_id",), (word,)),
}
WAYS = {
    "created_at": ("customer", "risk", "status"),
    "promised": ("customer", "due", "status"),
    "order_no": ("customer", "status"),
}
"""By sort, the columns through each value of which an index leads in that order; the first that is asked is walked."""


FEW, MANY = 10_000, 100_000
"""So many orders are fetched and sorted at once; so many, where a walk has met too little for a while."""
A_WHILE = 5_000
"""Orders that a walk through all of them may pass before other ways are tried."""
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
        done = ENDED if Stage.CLOSED in self.stage else ()
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
    look = Look(connection, wanted, sorting, n, sorting.values(cursor) if cursor else None)
    if wanted.is_nonsense:
        return []
    for way in (look.walked_straight, look.fetched_few, look.walked_a_while, look.fetched_newest, look.fetched_many):
        if (found := way()) is not None:
            return found
    return look.walked()


class Look:
    """One page of a list, and the ways to it; one that does not lead there returns None."""

    def __init__(self, connection: Connection, wanted: OrderFilter, sorting: Sorting, n: int, behind: list[Any] | None) -> None:
        self._connection, self._wanted, self._sorting, self._n, self._behind = connection, wanted, sorting, n, behind
        self._sets = sets(wanted)
        self._way = next((name for name in WAYS[wanted.sort] if name in self._sets), None)

    # Walking.

    def walked_straight(self) -> list[Row[Any]] | None:
        """Where an index leads through nothing but what is asked."""
        others = [*self._sets.keys() - {self._way}, *columns(self._wanted)["stage"]]
        return None if others else self.walked()

    def walked_a_while(self) -> list[Row[Any]] | None:
        """Where no index leads, what is asked may yet be so frequent that the next orders make a page."""
        if self._way is not None:
            return None
        keys = (ORDER.c[key] for key in self._sorting.keys)
        ahead = self._sorting.first(1, select(*keys).where(*self._starts()), ORDER).offset(A_WHILE)
        end = self._connection.execute(ahead).first()
        found = self.walked(*([self._sorting.until(end, ORDER)] if end else []))
        return found if end is None or len(found) == self._n else None

    def walked(self, *conditions: Condition) -> list[Row[Any]]:
        lists = branches(ORDER, columns(self._wanted), [self._way] if self._way and self._way != "due" else [])
        met = (*self._met_on_the_way(), *self._starts(), *conditions)
        return self._first_of([select(ORDER).where(*branch, *met, not_(ORDER.c.is_case)) for branch in lists], ORDER)

    def _met_on_the_way(self) -> Iterator[Condition]:
        if self._wanted.q:
            yield prefixes.begins_anywhere(ORDER, self._wanted.q)
        if self._wanted.due_before:
            yield (ORDER.c.due if self._wanted.sort == "promised" else Beside(ORDER.c.due)) < self._wanted.due_before

    def _starts(self) -> list[Condition]:
        if self._behind:
            return [self._sorting.after(self._behind, ORDER)]
        if self._wanted.due_before and self._wanted.sort == "created_at":
            return [ORDER.c.created_at < entered_by(self._wanted.due_before)]
        return []

    # Fetching.

    def fetched_few(self) -> list[Row[Any]] | None:
        """By whichever filter leaves least."""
        sizes = counted(self._connection, self._wanted, self._sets, FEW)
        rarest = min(sizes, key=lambda name: sizes[name])
        return self._fetched(FEW, rarest) if sizes[rarest] <= FEW else None

    def fetched_many(self) -> list[Row[Any]] | None:
        """By all filters that leave little enough: what they have in common is found by keys that their indexes hold."""
        if self._way is not None:
            return None
        sizes = counted(self._connection, self._wanted, self._sets, MANY)
        little = [name for name, size in sizes.items() if size <= MANY]
        return self._fetched(MANY, *little) if little else None

    def _fetched(self, most: int, *by: str) -> list[Row[Any]]:
        lot = self._sets[by[0]] if len(by) == 1 else ORDER.c.order_id.in_(intersect(*map(self._ids, by)))
        few = select(ORDER).where(lot).limit(most).subquery()  # the limit keeps PostgreSQL from walking
        found = select(few).where(*conditions(self._wanted, few, but_for=by))
        return self._first_of([found.where(self._sorting.after(self._behind, few)) if self._behind else found], few)

    def _ids(self, name: str) -> Select[Any]:
        """The ids of the orders in a set, by its index alone."""
        if name == "q":
            return select(union(*prefixes.matches(str(self._wanted.q))).subquery())
        return select(ORDER.c.order_id).where(self._sets[name])

    def fetched_newest(self) -> list[Row[Any]] | None:
        """Where only a prefix is asked: its newest orders, wherever they lie in time."""
        if self._sets.keys() != {"q"} or columns(self._wanted)["stage"] or self._wanted.sort != "created_at":
            return None
        found = prefixes.first_of(str(self._wanted.q), self._sorting, self._n, self._behind)
        return self._first_of([select(ORDER).where(ORDER.c.order_id.in_(found), not_(ORDER.c.is_case))], ORDER)

    def _first_of(self, lists: list[Select[Any]], of: FromClause) -> list[Row[Any]]:
        found = self._sorting.merged(self._n, lists, of)
        return list(self._connection.execute(self._sorting.first(self._n, select(found), found)))


# What is asked.


def columns(wanted: OrderFilter) -> dict[str, Collection[Any]]:
    """The values of columns that are asked; empty means any."""
    return {
        "customer": [plain(name) for name in wanted.customer],
        "risk": wanted.risk,
        "status": wanted.statuses,
        # That an order is closed its status has said.
        "stage": () if wanted.stage == (Stage.CLOSED,) else wanted.stage,
    }


def sets(wanted: OrderFilter) -> dict[str, Condition]:
    """What is asked and has an index, by name."""
    asked = {name: list(values) for name, values in columns(wanted).items() if values and name != "stage"}
    found: dict[str, Condition] = {name: ORDER.c[name].in_(values) for name, values in asked.items()}
    if wanted.due_before:
        found["due"] = ORDER.c.due < wanted.due_before
    if wanted.q:
        found["q"] = ORDER.c.order_id.in_(union(*prefixes.matches(wanted.q)))
    return found


def conditions(wanted: OrderFilter, of: FromClause, *, but_for: Collection[str]) -> list[Condition]:
    """What is asked of orders that some of the sets hold; of columns all, which costs nothing."""
    found: list[Condition] = [of.c[name].in_(list(values)) for name, values in columns(wanted).items() if values]
    found.append(not_(of.c.is_case))
    if wanted.due_before:
        found.append(of.c.due < wanted.due_before)
    if wanted.q and "q" not in but_for:
        found.append(prefixes.begins_anywhere(of, wanted.q))
    return found


def entered_by(due_before: date) -> datetime:
    """Nobody promises a day that has passed; two days more, because the plant's days are not UTC's."""
    return datetime.combine(min(due_before, LAST_DAY), time(), UTC) + timedelta(days=2)


def counted(connection: Connection, wanted: OrderFilter, asked: Mapping[str, Condition], most: int) -> dict[str, int]:
    """How many orders are in each set; whatever is more than `most` counts as one more."""
    probes = {name: [select(ORDER.c.order_id).where(condition)] for name, condition in asked.items() if name != "q"}
    if wanted.q:
        probes["q"] = prefixes.matches(wanted.q)
    counts = select(*(at_most(some, most + 1).label(name) for name, some in probes.items()))
    return dict(connection.execute(counts).one()._mapping)


def at_most(some: list[Select[Any]], most: int) -> ColumnElement[int]:
    together = union_all(*(select(one.limit(most).subquery()) for one in some)).subquery()
    return select(func.count()).select_from(together).scalar_subquery()
