"""The tables: made by the migrations exactly as the code declares them, once, whoever comes first."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from activities import store
from activities.store.database import parse
from activities.store.migrate import config
from activities.store.tables import METADATA
from tests.store.cluster import Cluster


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
