"""Bringing a database to the tables of this release."""

from pathlib import Path
from time import monotonic, sleep

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, NullPool, create_engine, exc

from activities.store.away import telling_away
from activities.store.database import CONNECT_PATIENCE, parse

PATIENCE = 60
"""Seconds to wait for another process that migrates."""
LOCK = 0x6A69616F7169
"""The advisory lock's number: `jiaoqi`."""


def migrate(database_url: str) -> None:
    """Idempotent, and safe when two processes do it at once: one migrates, the other waits and finds it done."""
    url = parse(database_url)
    options = {} if url.get_backend_name() == "sqlite" else {"connect_timeout": CONNECT_PATIENCE}
    engine = create_engine(url, poolclass=NullPool, connect_args=options)
    try:
        with telling_away(), engine.connect() as connection:
            (take_sqlite if engine.dialect.name == "sqlite" else take_postgres)(connection)
            command.upgrade(config(connection), "head")
            connection.commit()
    finally:
        engine.dispose()


def config(connection: Connection) -> Config:
    """Alembic's, made here: no file needs to lie where the process happens to stand."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made


def take_sqlite(connection: Connection) -> None:
    """The whole migration is one transaction, begun as a writer."""
    raw = connection.connection.dbapi_connection
    assert raw is not None  # noqa: S101
    raw.isolation_level = None
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
    change_to_wal(connection)
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def change_to_wal(connection: Connection) -> None:
    """Lets readers and the writer not wait for each other; refused at once, not in turn, while another is in the file."""
    deadline = monotonic() + PATIENCE
    while True:
        try:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            return
        except exc.OperationalError:
            if monotonic() > deadline:
                raise
            sleep(0.05)


def take_postgres(connection: Connection) -> None:
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}s'")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
