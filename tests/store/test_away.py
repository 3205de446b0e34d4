"""A store that can't answer says so, soon, by one error; and answers again when it can."""

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, text

from activities import store
from activities.store import SqlJournal, Store, StoreAway
from tests.store.cluster import Cluster
from tests.store.plant import NOW, TellsOfAnOrder, said
from workflows.types.orders import Line
from workflows.types.words import Kind

SOON = 5.0
"""Seconds; what takes 1.5 or 2 on its own may take longer on a busy machine."""


def tells_of_an_order(journal: SqlJournal) -> TellsOfAnOrder:
    tells = TellsOfAnOrder()
    tells.open(Kind.PRODUCE)
    journal.flush(tells.flush())
    return tells


def soon_away(call: Callable[[], object], within: float = SOON) -> None:
    started = time.monotonic()
    with pytest.raises(StoreAway):
        call()
    assert time.monotonic() - started < within


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Somebody else is writing, and does not end."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.close()
    else:
        with psycopg.connect(url) as other:
            other.execute("SELECT * FROM customer_order FOR UPDATE")
            yield


def test_writes_give_up_on_a_lock_soon_and_reads_go_on(db: Store, journal: SqlJournal, url: str) -> None:
    tells = tells_of_an_order(journal)
    with locked(url):
        soon_away(lambda: journal.flush(tells.flush()), within=3.0)
        soon_away(lambda: db.inbox.claim("PO-1.produce.1", "bo", said("a"), NOW), within=3.0)
        assert db.orders.get("PO-1", NOW)
        db.ping()
    db.inbox.claim("PO-1.produce.1", "bo", said("a"), NOW)
    assert (record := db.tasks.record("PO-1.produce.1")) and record.holder == "bo"


@pytest.mark.parametrize("nowhere", ["sqlite:///{}/nowhere/store.db", "postgresql://postgres@/x?host={}"])
def test_a_store_that_is_not_there_is_away(tmp_path: Path, nowhere: str) -> None:
    absent = Store.open(url := nowhere.format(tmp_path))
    soon_away(absent.ping)
    soon_away(lambda: absent.orders.get("PO-1", NOW))
    soon_away(lambda: absent.people.new_token("bo"))
    soon_away(lambda: store.migrate(url))
    absent.close()


def test_a_store_that_is_not_migrated_is_away(empty_url: str) -> None:
    unready = Store.open(empty_url)
    soon_away(unready.ping)
    store.migrate(empty_url)
    unready.ping()
    unready.close()


def test_a_store_that_is_overrun_is_away(db: Store) -> None:
    with ExitStack() as busy:
        for _ in range(30 if db.database.is_sqlite else 20):
            busy.enter_context(db.database.reading())
        soon_away(db.ping, within=3.0)
    db.ping()


def test_a_full_disk_is_away_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    store.migrate(url := f"sqlite:///{tmp_path / 'store.db'}")
    full = Store.open(url)

    @event.listens_for(full.database.engine, "connect")
    def limit(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # no page more than there are

    tells = TellsOfAnOrder(lines=[Line(product_model=f"{n}".ljust(200, "x"), quantity=1) for n in range(200)])
    soon_away(lambda: SqlJournal(full).flush(tells.flush()))
    assert full.orders.get("PO-1", NOW) is None
    full.close()


def test_all_connections_broken_are_made_anew(postgres: Cluster) -> None:
    store.migrate(url := postgres.create())
    opened = Store.open(url)
    tells_of_an_order(SqlJournal(opened))
    # The caller's own connection too, so that the call itself fails.
    with pytest.raises(psycopg.OperationalError), psycopg.connect(url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()")
    assert opened.orders.get("PO-1", NOW)
    opened.close()


def test_a_silent_server_is_given_up(postgres: Cluster) -> None:
    """Frozen, it neither answers nor hangs up, and its own timeouts stand still too."""
    store.migrate(url := postgres.create())
    opened = Store.open(url)
    with opened.database.reading() as connection:
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
    assert isinstance(pid, int)
    for stopped in (postgres.server.pid, pid):
        os.kill(stopped, signal.SIGSTOP)
    try:
        soon_away(lambda: opened.orders.get("PO-1", NOW))
    finally:
        for stopped in (postgres.server.pid, pid):
            os.kill(stopped, signal.SIGCONT)
    opened.ping()
    opened.close()


def test_errors_tell_nothing_of_what_was_written(db: Store, journal: SqlJournal, url: str) -> None:
    tells = TellsOfAnOrder(note="our secret")
    journal.flush(tells.flush())
    with locked(url), pytest.raises(StoreAway) as away:
        journal.flush(tells.flush())
    assert "secret" not in f"{away.value} {away.value.__cause__}"
    flush = tells.flush()
    with pytest.raises(Exception, match=r"(?i)unique") as raised:
        journal.flush(flush.model_copy(update={"events": (*flush.events, *flush.events)}))
    assert "secret" not in str(raised.value)


def test_an_error_of_ours_is_not_away(db: Store, journal: SqlJournal) -> None:
    tells = TellsOfAnOrder()
    flush = tells.flush()
    with pytest.raises(Exception, match=r"(?i)unique") as raised:
        journal.flush(flush.model_copy(update={"events": (*flush.events, *flush.events)}))
    assert not isinstance(raised.value, StoreAway)
    assert db.orders.get("PO-1", NOW) is None
