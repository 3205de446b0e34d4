"""The tables: made by the migrations exactly as the code declares them, once, whoever comes first."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Connection, MetaData, create_engine, inspect, text

from activities import store
from activities.store.database import parse
from activities.store.migrate import config
from activities.store.people import digest
from activities.store.tables import METADATA
from tests.store.cluster import Cluster
from tests.store.plant import NOW


def test_the_migrations_make_what_the_code_declares(url: str) -> None:
    engine = create_engine(parse(url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_there_is_one_newest_revision(url: str) -> None:
    engine = create_engine(parse(url))
    with engine.connect() as connection:
        newest = ScriptDirectory.from_config(config(connection)).get_heads()
        assert connection.scalars(text("SELECT version_num FROM alembic_version")).all() == newest
    engine.dispose()


def test_again_it_changes_nothing(empty_url: str) -> None:
    store.migrate(empty_url)
    store.migrate(empty_url)
    assert registers(empty_url) == 1


def test_a_store_from_before_the_pages_comes_up_with_everything_in_it(empty_url: str) -> None:
    engine = create_engine(parse(empty_url))
    with engine.begin() as connection:
        command.upgrade(config(connection), "0004")
        before = MetaData()
        before.reflect(connection)
        put(connection, before, "person", id="anna", name="Anna", language="en", removed=False)
        put(connection, before, "token", digest=digest("jq_anna"), person="anna", revoked=False)
        put(connection, before, "customer_order", order_id="po-1", order_no="PO-1", body='{"owner": "安娜"}')
        put(connection, before, "task", id="po-1.plan.1", order_id="po-1", status="open", body="{}")
        put(connection, before, "task", id="po-1.confirm.1", order_id="po-1", status="completed", body="{}")
        connection.execute(text("DELETE FROM register"))
        connection.execute(text("INSERT INTO register (id, version) VALUES (1, 7)"))
    store.migrate(empty_url)
    with engine.connect() as connection:
        owners = {row.id: row.owner for row in connection.execute(text("SELECT id, owner FROM task"))}
        assert owners == {"po-1.plan.1": "安娜", "po-1.confirm.1": None}
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), METADATA) == []
    engine.dispose()
    with closing(store.Store.open(empty_url)) as migrated:
        anna = migrated.people.by_token("jq_anna")
        assert anna is not None and (anna.id, anna.mail) == ("anna", "instant")
        assert [(token.name, token.used_at) for token in migrated.people.tokens("anna")] == [("", None)]
        migrated.sessions.set_password("anna", "ten letters", NOW)
        assert migrated.sessions.find(migrated.sessions.begin("anna", "a test", NOW), NOW)


def test_figures_know_their_products_from_before_they_were_asked_for_them(empty_url: str) -> None:
    """An order's lines tell them; of one that has gone on since, its story does."""
    engine = create_engine(parse(empty_url))
    with engine.begin() as connection:
        command.upgrade(config(connection), "0020")
        before = MetaData()
        before.reflect(connection)
        story = '{"wish": {"products": ["Pump 7", "PUMP 7"], "requested": "2026-12-01"}}'
        for order_id, seq, last_seq in (("po-1", 9, 9), ("po-2", 7, 9)):
            put(connection, before, "customer_order", order_id=order_id, order_no=order_id, last_seq=last_seq)
            put(connection, before, "order_line", order_id=order_id, product_key="valve 2")
            put(connection, before, "figure_order", order_id=order_id, seq=seq, story=story)
        put(connection, before, "customer_order", order_id="po-3", order_no="po-3", last_seq=9)
        put(connection, before, "order_line", order_id="po-3", product_key="valve 2")
    store.migrate(empty_url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT product, order_id FROM figure_product ORDER BY order_id")).all()
    engine.dispose()
    assert [tuple(row) for row in found] == [("valve 2", "po-1"), ("pump 7", "po-2")]


def put(connection: Connection, tables: MetaData, table: str, /, **known: object) -> None:
    """A row; what nobody asks about has some value of its type."""
    some = {str: "x", int: 0, float: 0.0, bool: False, datetime: NOW, date: NOW.date(), list: [], dict: []}
    wanted = [column for column in tables.tables[table].columns if not column.nullable and column.name not in known]
    row = {column.name: [] if isinstance(column.type, JSON) else some[column.type.python_type] for column in wanted}
    connection.execute(tables.tables[table].insert(), {**row, **known})


def test_two_at_once_both_succeed(empty_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(store.migrate, [empty_url] * 4))
    assert registers(empty_url) == 1


def test_sqlite_is_left_in_wal_mode(tmp_path: Path) -> None:
    store.migrate(f"sqlite:///{tmp_path / 'store.db'}")
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_on_postgresql_what_is_read_in_ranges_is_compared_byte_by_byte(postgres: Cluster) -> None:
    """Alembic's comparison looks away from collations."""
    store.migrate(url := postgres.create())
    engine = create_engine(parse(url))
    for table in METADATA.sorted_tables:
        declared = {column.name: collation(column.type.dialect_impl(engine.dialect)) for column in table.columns}
        made = {column["name"]: collation(column["type"]) for column in inspect(engine).get_columns(table.name)}
        assert made == declared
    assert collation(METADATA.tables["customer_order"].c.customer_key.type.dialect_impl(engine.dialect)) == "C"
    engine.dispose()


def collation(of: object) -> str | None:
    return getattr(of, "collation", None)


def registers(url: str) -> int:
    engine = create_engine(parse(url))
    with engine.connect() as connection:
        found = connection.scalar(text("SELECT count(*) FROM register"))
    engine.dispose()
    return int(found or 0)
