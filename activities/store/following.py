"""Which orders have news for somebody who follows them behind their back: no writing of an order knows of it.

A follower has a table of its own with a row for each order that it has taken in: `order_id`, `seq` (of the last event taken
in), `is_final` (no more will come), maybe `unnumbered` (as the order's row had it then), and a partial index of the rows
`NOT is_final`. Orders that it has no row of are found by the instant of their entry, walking from the oldest to the newest.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Table, and_, bindparam, case, false, or_, select, text, tuple_

from activities.store.database import Database
from activities.store.tables import ORDER
from workflows.types.words import ENDED, UNDER_WAY

SETTLED = 120.0
"""Seconds after which what was written last counts as kept by history: a crash undoes what was written just before it
(workers/mending.py goes by the same). Whoever must be surer of an order under way takes what is confirmed alone."""
OVERLAP = timedelta(minutes=5)
"""So much later than it was entered an order may get its row; one that takes longer is found by a walk from the start."""
STRIDE = 2_000
"""Orders that one look passes on its walk."""
LONG_AGO = datetime.fromtimestamp(0, UTC)

IS_SILENT = ORDER.c.fence <= bindparam("settled")
IS_OVER = and_(ORDER.c.status.in_(ENDED), IS_SILENT)


@dataclass(frozen=True, slots=True)
class Behind:
    """An order of which not everything is taken in that could be."""

    order_id: str
    seq: int
    """Of the last event taken in, 0 before the first."""
    upto: int
    """What may be taken in; below `seq` only where what was taken in may be gone."""
    is_over: bool
    """It has ended and been silent since: `upto` is its last event, and with that the order is final."""
    unnumbered: int
    """The order's count of changes without a seq: it grows whenever events of an undone attempt are taken away."""
    was_final: bool = False
    """It was taken for final and goes on: the end that was taken in never was. Told only on a walk from the start."""
    is_doubtful: bool = False
    """What was taken in may be gone: `unnumbered` has grown (where the follower keeps it), or it was final."""


class Following:
    """`trusts_silence`: of an order under way that was silent for `SETTLED` the last events count as well."""

    def __init__(self, database: Database, table: Table, *, trusts_silence: bool = False) -> None:
        self._database = database
        upto = case((or_(IS_OVER, IS_SILENT if trusts_silence else false()), ORDER.c.last_seq), else_=ORDER.c.confirmed_seq)
        self._news = news(table, upto)
        self._entered = entered(table, upto)
        self._there = select(table.c.order_id).where(table.c.order_id == bindparam("order"))
        self._walked = (LONG_AGO, "")
        self._known: str | None = None
        """An order that was taken in when the walk passed it."""

    def from_the_start(self) -> None:
        """The next looks pass all orders again: one whose row came late, or that was taken for final too early."""
        self._walked, self._known = (LONG_AGO, ""), None

    def stale(self, limit: int, now: datetime) -> list[Behind]:
        """At most so many, those known already first; none when everything is taken in. Call it until it says none.

        Whoever could not take in those that it had not known says `from_the_start`: the walk has passed them.
        """
        if self._is_forgotten():
            self.from_the_start()
        given = {"settled": now.timestamp() - SETTLED}
        with self._database.reading() as connection:
            found = [behind(row) for row in connection.execute(self._news, {**given, "limit": limit})]
        # Some of those known have news at any time: new ones must not wait until none has.
        return found if len(found) >= limit else found + self._met(limit - len(found), given, now)

    def _is_forgotten(self) -> bool:
        """Whether somebody has emptied the follower's table: those that the walk has passed are new again."""
        if self._known is None:
            return False
        with self._database.reading() as connection:
            return connection.execute(self._there, {"order": self._known}).first() is None

    def _met(self, limit: int, given: dict[str, Any], now: datetime) -> list[Behind]:
        """Walks on until it meets orders that nobody has taken in, or the newest order."""
        while True:
            at, order_id = self._walked
            with self._database.reading() as connection:
                passed = connection.execute(self._entered, {**given, "at": at, "order": order_id, "stride": STRIDE}).all()
            fresh = [n for n, row in enumerate(passed) if row.is_new]
            is_last = len(passed) < STRIDE and len(fresh) <= limit
            passed = passed if len(fresh) <= limit else passed[: fresh[limit]]
            self._known = next((row.order_id for row in reversed(passed) if row.seq is not None), self._known)
            if passed:
                last = passed[-1]
                self._walked = (min(last.created_at, now - OVERLAP), "") if is_last else (last.created_at, last.order_id)
            if fresh or is_last:
                return [behind(row) for row in passed if row.is_new]


def news(table: Table, upto: ColumnElement[Any]) -> Select[Any]:
    """Of the orders taken in those that have moved, or ended."""
    has_grown = grown(table)
    # In the words of the partial index, else SQLite does not see it.
    goes_on = text(f"NOT {table.name}.is_final")
    return (
        select(*told(upto), table.c.seq, table.c.is_final.label("was_final"), has_grown.label("is_doubtful"))
        .join_from(table, ORDER, table.c.order_id == ORDER.c.order_id)
        .where(goes_on, or_(upto > table.c.seq, IS_OVER, and_(has_grown, upto > 0)))
        .limit(bindparam("limit", type_=Integer))
    )


def entered(table: Table, upto: ColumnElement[Any]) -> Select[Any]:
    """The next orders in the order of their entry, and which of them are not taken in, or go on after all."""
    goes_on = and_(table.c.is_final, ORDER.c.status.in_(UNDER_WAY))
    is_new = and_(or_(table.c.order_id.is_(None), goes_on), upto > 0)
    here = tuple_(ORDER.c.created_at, ORDER.c.order_id)
    there = tuple_(bindparam("at", type_=ORDER.c.created_at.type), bindparam("order", type_=ORDER.c.order_id.type))
    return (
        select(*told(upto), ORDER.c.created_at, table.c.seq, table.c.is_final.label("was_final"), is_new.label("is_new"))
        .add_columns(goes_on.label("is_doubtful"))
        .join_from(ORDER, table, table.c.order_id == ORDER.c.order_id, isouter=True)
        .where(here > there)
        .order_by(ORDER.c.created_at, ORDER.c.order_id)
        .limit(bindparam("stride", type_=Integer))
    )


def told(upto: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    return ORDER.c.order_id, upto.label("upto"), IS_OVER.label("is_over"), ORDER.c.unnumbered


def grown(table: Table) -> ColumnElement[bool]:
    return table.c.unnumbered != ORDER.c.unnumbered if "unnumbered" in table.c else false()


def behind(row: Any) -> Behind:
    seq, is_doubtful = row.seq or 0, bool(row.is_doubtful)
    upto = row.upto if is_doubtful else max(seq, row.upto)
    return Behind(row.order_id, seq, upto, bool(row.is_over), row.unnumbered, bool(row.was_final), is_doubtful)
