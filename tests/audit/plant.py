"""Orders with a past, a chain over it, and hands that know the store but not the key."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, text

from activities.audit.findings import Discrepancy, Verified
from activities.audit.heads import Head
from activities.audit.keeper import Keeper
from activities.audit.verifying import Verification
from activities.store import SqlJournal, Store
from activities.store.audit_tables import AUDIT_HEAD, AUDIT_LINK
from activities.store.house_log import Entry
from activities.store.tables import EVENT, HOUSE_LOG, ORDER
from tests.store.plant import NOW, TellsOfAnOrder
from workflows.types.words import Kind, OrderStatus, Stage

KEY = secrets.token_bytes(32)
LATER = NOW + timedelta(hours=1)


def told(journal: SqlJournal, order_no: str, answers: int = 4, *, is_over: bool = False, **facts: Any) -> TellsOfAnOrder:
    """An order with two events an answer, all of them confirmed."""
    order = TellsOfAnOrder(order_no, **facts)
    for n in range(1, answers + 1):
        task = order.open(Kind.CONFIRM_ORDER, n)
        order.complete(task, "revise")
        write(journal, order)
    if is_over:
        order.change(status=OrderStatus.COMPLETED, stage=Stage.CLOSED)
    write(journal, order)
    return order


def write(journal: SqlJournal, order: TellsOfAnOrder) -> None:
    journal.flush(order.flush())
    order.confirm()


class House:
    """A store with its chain."""

    def __init__(self, store: Store, key: bytes = KEY, older: tuple[bytes, ...] = ()) -> None:
        self.store, self.key, self.older = store, key, older
        self.keeper = Keeper(store, key, older)
        self.keeper.begin()

    def take(self, now: datetime = LATER) -> int:
        """Everything that has settled by then; how many links that made."""
        made = 0
        while news := self.keeper.news(now):
            made += (links := self.keeper.take_orders(news, (), now))
            if not links:
                break
        self.keeper.take_records(now - timedelta(minutes=2))
        return made + self.keeper.take_records(now)

    def verify(self, *heads: Head, key: bytes | None = None) -> list[Discrepancy]:
        found, _ = self.verified(*heads, key=key)
        return found

    def verified(self, *heads: Head, key: bytes | None = None) -> tuple[list[Discrepancy], Verified]:
        run = Verification(self.store, key or self.key, older=self.older)
        return list(run.everything(heads)), run.so_far

    def head(self) -> Head:
        head = self.keeper.head()
        assert head is not None
        return head

    def sql(self, statement: str, **given: Any) -> int:
        """By whoever gets at the store, past everything of ours."""
        past_keys = "PRAGMA foreign_keys = OFF" if self.store.database.is_sqlite else "SET session_replication_role = replica"
        again = "PRAGMA foreign_keys = ON" if self.store.database.is_sqlite else "SET session_replication_role = origin"
        with self.store.database.engine.connect() as connection:
            connection.exec_driver_sql(past_keys)
            done = connection.execute(text(statement), given)
            connection.exec_driver_sql(again)
            connection.commit()
            return int(done.rowcount)

    def note(self, what: str, at: datetime = NOW) -> None:
        self.store.house_log.note(Entry(at, "admin", what, "anna"))


TOUCHED = (ORDER, EVENT, HOUSE_LOG, AUDIT_LINK, AUDIT_HEAD)


class Kept:
    """What is in the tables that hands get at, to be put back: quicker than another house for each test."""

    def __init__(self, house: House) -> None:
        self._house = house
        with house.store.database.reading() as connection:
            self._rows = {table: connection.execute(select(table)).mappings().all() for table in TOUCHED}

    def put_back(self) -> None:
        for table in TOUCHED:
            self._house.sql(f"DELETE FROM {table.name}")  # noqa: S608
        with self._house.store.database.writing() as connection:
            for table, rows in self._rows.items():
                connection.execute(insert(table), [dict(row) for row in rows])
