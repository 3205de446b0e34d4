"""How often something counted within a period, read from the sums; what time has decided since is added as of the reading."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, exists, func, or_, select, text

from activities.store.database import Database
from activities.store.figure_rows import NO_BUCKET, reach, scope
from activities.store.figure_tables import FIGURE_CELL, FIGURE_FACT, FIGURE_PRODUCT
from activities.store.keys import folded
from activities.store.lists import Beside, Sorting, day, word
from activities.store.tables import ORDER
from workflows.rules.calendar import since_epoch

SUMS = ("n", "part", "of", "total")
FACT = FIGURE_FACT.c
# In the words of the partial indexes, else SQLite does not see them.
UNDECIDED = text("figure_fact.is_open")
MEASURED = text("figure_fact.value IS NOT NULL AND NOT figure_fact.is_open")

RUN = (
    select(FIGURE_CELL.c.measure, FIGURE_CELL.c.what, FIGURE_CELL.c.marks, FIGURE_CELL.c.bucket)
    .add_columns(*(func.sum(FIGURE_CELL.c[name]).label(name) for name in SUMS))
    .where(
        FIGURE_CELL.c.scope == bindparam("scope"),
        FIGURE_CELL.c.period >= bindparam("first"),
        FIGURE_CELL.c.period <= bindparam("last"),
        FIGURE_CELL.c.measure.in_(bindparam("measures", expanding=True)),
    )
    .group_by(FIGURE_CELL.c.measure, FIGURE_CELL.c.what, FIGURE_CELL.c.marks, FIGURE_CELL.c.bucket)
)
COUNTED = (func.count().label("n"), func.sum(FACT.part).label("part"), func.sum(FACT["of"]).label("of"))
TOTAL = func.sum(func.coalesce(FACT.value, 0)).label("total")

BY_DAY = Sorting("figures", ("day", "order_id", "item"), (day, word, word))


class Sort(NamedTuple):
    """Facts that count alike."""

    measure: str
    what: str
    marks: int
    bucket: int


class Sum(NamedTuple):
    sort: Sort
    n: int
    part: int
    of: int
    total: int
    """Of the values."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which facts are asked for."""

    start: date
    end: date
    """Exclusive."""
    now: datetime
    customer: str | None = None
    product: str | None = None

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """On facts, beside measure and day."""
        return self._chosen(FACT.customer)

    @property
    def beside(self) -> list[ColumnElement[bool]]:
        """The same on facts that another index than the customer's leads to."""
        return self._chosen(Beside(FACT.customer))

    def _chosen(self, customer: ColumnElement[str]) -> list[ColumnElement[bool]]:
        found = [] if self.customer is None else [customer == folded(self.customer)]
        if self.product is not None:
            # By the products of the sums, not by the order's lines: these may be ahead, and ranks would miss their value.
            of = and_(FIGURE_PRODUCT.c.order_id == FACT.order_id, FIGURE_PRODUCT.c.product == folded(self.product))
            found.append(exists().where(of))
        return found

    @property
    def days(self) -> ColumnElement[bool]:
        return and_(FACT.day >= self.start, FACT.day < self.end)

    @property
    def counts(self) -> ColumnElement[bool]:
        """Decided, or over."""
        return or_(~FACT.is_open, FACT.expires <= since_epoch(self.now))


class FigureSums:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def reading(self) -> Iterator["Sums"]:
        """For figures that must be of one moment."""
        with self._database.snapshot() as connection:
            yield Sums(connection)


class Sums:
    """One moment of the store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def newest_policy(self) -> str | None:
        """The digest of the policy of the newest order: its plant says which day it is."""
        newest = select(ORDER.c.policy).order_by(ORDER.c.created_at.desc(), ORDER.c.order_id.desc()).limit(1)
        return self._connection.execute(newest).scalar()

    def sums(self, measures: Collection[str], choice: Choice) -> list[Sum]:
        """What is decided: years and months as they are summed up, days of other scopes than all orders fact by fact."""
        found: dict[Sort, Counter[str]] = defaultdict(Counter)
        of, wanted = scope(choice.customer, choice.product), list(measures)
        parts = reach(choice.start, choice.end)
        for first, last in parts.runs:
            if of and first[0] == "d":
                continue
            given = {"scope": of, "first": first, "last": last, "measures": wanted}
            add(found, self._connection.execute(RUN, given))
        for since, until in parts.days if of else ():
            add(found, self._connection.execute(decided(wanted, since, until, choice)))
        return [Sum(sort, *(sums[name] for name in SUMS)) for sort, sums in found.items() if any(sums.values())]

    def overdue(self, measures: Collection[str], choice: Choice) -> list[tuple[date, Sum]]:
        """What nobody has decided and time has made a failure of, by the day on which it was due."""
        sort = (FACT.measure, FACT.what, FACT.marks, FACT.bucket)
        statement = (
            select(*sort, FACT.day, *COUNTED, TOTAL)
            .where(UNDECIDED, FACT.measure.in_(list(measures)), choice.days, FACT.expires <= since_epoch(choice.now))
            .where(*choice.beside)
            .group_by(*sort, FACT.day)
        )
        return [(row.day, sum_of(row)) for row in self._connection.execute(statement)]

    def ranked(self, measure: str, bucket: int, rank: int, choice: Choice) -> int:
        """Of the decided values in a bucket the one with so many before it."""
        statement = select(FACT.value).where(
            MEASURED, FACT.measure == measure, FACT.bucket == bucket, choice.days, *choice.conditions
        )
        return int(self._connection.execute(statement.order_by(FACT.value).limit(1).offset(rank)).scalar_one())

    def rows(
        self, measure: str, only: Iterable[Any], limit: int, cursor: str | None, choice: Choice
    ) -> tuple[list[Any], str | None]:
        """What counts, by day, each with its order's number and customer; and the next cursor. Raises BadCursor."""
        statement: Select[Any] = (
            select(FIGURE_FACT, ORDER.c.order_no, ORDER.c.customer.label("customer_name"))
            .join_from(FIGURE_FACT, ORDER, ORDER.c.order_id == FACT.order_id)
            .where(FACT.measure == measure, choice.days, choice.counts, *choice.conditions, *only)
        )
        if cursor:
            statement = statement.where(BY_DAY.after(BY_DAY.values(cursor), FIGURE_FACT))
        found = list(self._connection.execute(BY_DAY.first(limit + 1, statement, FIGURE_FACT)))
        return found[:limit], BY_DAY.next_cursor(found, limit)


def decided(measures: list[str], first: date, last: date, choice: Choice) -> Select[Any]:
    sort = (FACT.measure, FACT.what, FACT.marks, FACT.bucket)
    return (
        select(*sort, *COUNTED, TOTAL)
        .where(FACT.measure.in_(measures), FACT.day.between(first, last), ~FACT.is_open, *choice.conditions)
        .group_by(*sort)
    )


def add(found: dict[Sort, Counter[str]], rows: Iterable[Any]) -> None:
    for row in rows:
        for name in SUMS:
            found[Sort(row.measure, row.what, row.marks, row.bucket)][name] += int(getattr(row, name) or 0)


def sum_of(row: Any) -> Sum:
    return Sum(Sort(row.measure, row.what, row.marks, NO_BUCKET), *(int(getattr(row, name) or 0) for name in SUMS))
