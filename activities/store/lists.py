"""How a long list is read page by page, each page at the cost of the first."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, Subquery, literal, select, tuple_, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from activities.store import cursors
from activities.store.keys import plain

MANY = 12
"""More lists than this are not merged: SQLite takes no more than 500 at all."""


@dataclass(frozen=True)
class Sorting:
    """The order in which a list is read, by columns of which the last is unique, and the cursors that say where."""

    name: str
    keys: tuple[str, ...]
    readers: tuple[Callable[[Any], Any], ...]
    newest_first: bool = False

    def values(self, cursor: str) -> list[Any]:
        """The sort key of the last item before the page; raises BadCursor."""
        return cursors.decode(cursor, self.name, *self.readers)

    def after(self, last: Sequence[Any], of: FromClause) -> ColumnElement[bool]:
        """What lies behind the item with this sort key."""
        here, there = self._pair(last, of)
        return here < there if self.newest_first else here > there

    def until(self, last: Sequence[Any], of: FromClause) -> ColumnElement[bool]:
        """What does not."""
        here, there = self._pair(last, of)
        return here >= there if self.newest_first else here <= there

    def _pair(self, last: Sequence[Any], of: FromClause) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        here = tuple_(*(of.c[key] for key in self.keys))
        return here, tuple_(*(literal(value, of.c[key].type) for key, value in zip(self.keys, last, strict=True)))

    def first(self, n: int, statement: Select[Any], of: FromClause) -> Select[Any]:
        columns = (of.c[key] for key in self.keys)
        return statement.order_by(*(column.desc() if self.newest_first else column for column in columns)).limit(n)

    def merged(self, n: int, lists: list[Select[Any]], of: FromClause) -> Subquery:
        """The first of several lists together: each is read by its own index, and no further than n."""
        parts = [self.first(n, one, of).subquery() for one in lists]
        if len(parts) == 1:
            return parts[0]
        return union_all(*(select(part) for part in parts)).subquery()

    def next_cursor(self, rows: Sequence[Row[Any]], limit: int) -> str | None:
        """Where the next page begins, when one row more than the page has was found."""
        if len(rows) <= limit:
            return None
        values = (rows[limit - 1]._mapping[key] for key in self.keys)
        return cursors.encode(self.name, *(value.isoformat() if isinstance(value, date) else value for value in values))


def branches(of: FromClause, asked: Mapping[str, Collection[Any]], leading: Sequence[str]) -> list[list[ColumnElement[bool]]]:
    """Filters by columns as lists that together hold what is asked: one for each value of the columns that are to lead."""
    others = [Beside(of.c[name]).in_(list(values)) for name, values in asked.items() if values and name not in leading]
    return [[*lead, *others] for lead in product(*(each(of.c[name], asked[name]) for name in leading))]


def each(column: ColumnElement[Any], values: Collection[Any]) -> list[ColumnElement[bool]]:
    """A list for each value, which an index leads through in order; one for all where they are many."""
    distinct = list(dict.fromkeys(values))
    return [column == value for value in distinct] if len(distinct) <= MANY else [column.in_(distinct)]


class Beside(FunctionElement[Any]):
    """A column that SQLite must not look up by: it keeps no statistics, and might leave the index that we chose for it."""

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(Beside)
def _as_it_is(element: Beside, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(Beside, "sqlite")
def _hidden(element: Beside, compiler: SQLCompiler, **options: Any) -> str:
    return "+" + compiler.process(element.clauses, **options)


def word(key: object) -> str:
    if not isinstance(key, str) or key != plain(key):
        raise ValueError("not a text")
    return key


def day(key: str) -> date:
    return date.fromisoformat(key)


def instant(key: str) -> datetime:
    read = datetime.fromisoformat(key)
    if read.tzinfo is None:
        raise ValueError("not an instant")
    return read.astimezone(UTC)


def number(key: object) -> int:
    if type(key) is not int or not 0 <= key < 2**31:
        raise ValueError("not a number")
    return key
