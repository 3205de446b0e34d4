"""The tables: made by the migrations exactly as the code declares them, once, whoever comes first."""

from concurrent.futures import ThreadPoolExecutor

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from activities import store
from activities.store.database import parse
from activities.store.migrate import config
from activities.store.tables import METADATA


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


def test_sqlite_is_left_in_wal_mode_and_prefixes_are_bytes_on_postgresql(url: str, backend: str) -> None:
    engine = create_engine(parse(url))
    with engine.connect() as connection:
        if backend == "sqlite":
            assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        else:
            columns = inspect(engine).get_columns("customer_order")
            collations = {column["name"]: column["type"].collation for column in columns if hasattr(column["type"], "collation")}
            assert collations["order_id"] == collations["customer_key"] == "C"
    engine.dispose()


def registers(url: str) -> int:
    engine = create_engine(parse(url))
    with engine.connect() as connection:
        found = connection.scalar(text("SELECT count(*) FROM register"))
    engine.dispose()
    return int(found or 0)
