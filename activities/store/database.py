"""One database, SQLite or PostgreSQL: how it is reached, and what a read and a write are there."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Connection, Engine, Executable, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from typing_extensions import override

from activities.store.away import StoreAway, telling_away
from activities.store.hot import Hot

PATIENCE = 1.5
"""Seconds that any wait for the store may take: below the 2 s that a flush has as a local activity."""
LEAST_PATIENCE = 0.25
"""What is left for the database to whoever queued within the process before."""
SILENCE = 2.0
"""Seconds after which a server is given up that should have given up by itself before."""
CONNECT_PATIENCE = 2
FROZEN = 5
"""Seconds after which a writer that froze inside its transaction loses it: its successor needs the order's row."""

# What customers wrote is nobody's business in a log, hence no parameters in errors.
POOLED: dict[str, Any] = {"pool_size": 10, "pool_timeout": PATIENCE, "hide_parameters": True}


class ImpatientConnection(psycopg.Connection[Any]):
    """A connection that also gives up when the server is there but silent, which no server-side timeout notices."""

    @override
    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval=interval, timeout=timeout or SILENCE)
        except psycopg.OperationalError:
            # Still at it: whatever comes later is the answer to a question that nobody asks any more.
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise


class Database:
    """Where statements run. Reads see one moment; writes hold the database (SQLite) or lock the rows that they name."""

    def __init__(self, url: str) -> None:
        parsed = parse(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.engine = sqlite_engine(parsed) if self.is_sqlite else postgres_engine(parsed)
        # One statement alone needs no BEGIN. SQLite's connections begin nothing by themselves anyway.
        self._reader = self.engine if self.is_sqlite else self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._turn = threading.Lock()
        self._made: dict[tuple[Table, tuple[str, ...] | None], Hot] = {}

    def close(self) -> None:
        self.engine.dispose()

    def insert_new(self, table: Table) -> Executable:
        """INSERT that leaves rows alone which are there already."""
        return self.hot_insert_new(table).statement

    def upsert(self, table: Table, *kept: str) -> Executable:
        """INSERT that changes a row which is there already, but for the columns that it is to keep."""
        return self.hot_upsert(table, *kept).statement

    def hot_insert_new(self, table: Table) -> Hot:
        return self._on_conflict(table, None)

    def hot_upsert(self, table: Table, *kept: str) -> Hot:
        return self._on_conflict(table, kept)

    def _on_conflict(self, table: Table, kept: tuple[str, ...] | None) -> Hot:
        # Made once: building such a statement takes longer than running it.
        if (table, kept) not in self._made:
            self._made[table, kept] = Hot(conflict(self.is_sqlite, table, kept))
        return self._made[table, kept]

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """For one statement, which sees one moment by itself."""
        with telling_away(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """For several statements that must see the same moment."""
        with telling_away(), self.engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN")
            else:
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, kept when the block ends and undone when it raises."""
        with telling_away(), self._my_turn() as patience, self.engine.connect() as connection:
            if self.is_sqlite:
                begin_immediate(connection, patience)
            # Said, since SQLAlchemy does not hear what is said to the driver alone.
            connection.begin()
            yield connection
            connection.commit()

    @contextmanager
    def _my_turn(self) -> Iterator[float]:
        """SQLite lets waiting writers sleep, ever longer; within one process they had better queue."""
        if not self.is_sqlite:
            yield PATIENCE
            return
        deadline = monotonic() + PATIENCE
        if not self._turn.acquire(timeout=PATIENCE):
            raise StoreAway("too many are writing to the store")
        try:
            yield max(deadline - monotonic(), LEAST_PATIENCE)
        finally:
            self._turn.release()


def conflict(is_sqlite: bool, table: Table, kept: tuple[str, ...] | None) -> Executable:
    add = sqlite.insert(table) if is_sqlite else postgresql.insert(table)
    if kept is None:
        return add.on_conflict_do_nothing()
    keys = [column.name for column in table.primary_key]
    changes = {column.name: add.excluded[column.name] for column in table.c if column.name not in (*keys, *kept)}
    return add.on_conflict_do_update(index_elements=keys, set_=changes)


def parse(url: str) -> URL:
    """The URL with the driver that we use."""
    parsed = make_url(url)
    if parsed.get_backend_name() in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def begin_immediate(connection: Connection, patience: float) -> None:
    """Begins as a writer: a reader that becomes one when another has written is refused at once, however long it would wait."""
    # Said to the driver itself: these two would be a tenth of what a writing costs.
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - it has just been connected
    driver.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")
    driver.execute("BEGIN IMMEDIATE")


def sqlite_engine(url: URL) -> Engine:
    # isolation_level None: Python's driver begins nothing by itself, so that BEGIN is ours to say.
    options = {"isolation_level": None, "timeout": PATIENCE}
    engine = create_engine(url, max_overflow=20, connect_args=options, **POOLED)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -8000")  # KiB: the upper levels of every index stay at hand

    return engine


def postgres_engine(url: URL) -> Engine:
    milliseconds = int(PATIENCE * 1000)
    options = (
        f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds}"
        f" -c idle_in_transaction_session_timeout={FROZEN * 1000}"
    )
    connect_args = {"connect_timeout": CONNECT_PATIENCE, "options": options}
    engine = create_engine(url, max_overflow=10, pool_pre_ping=True, connect_args=connect_args, **POOLED)

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, args: list[Any], options: dict[str, Any]) -> ImpatientConnection:
        return ImpatientConnection.connect(*args, **options)

    return engine
