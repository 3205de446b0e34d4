"""Somebody else who holds the store: a backup, a migration, a forgotten session."""

import sqlite3
from typing import Protocol

import psycopg

from tests.chaos.plant import SQLITE

PATIENCE = 5
"""Seconds to get hold of it; a store that is broken otherwise is not locked besides."""


class Held(Protocol):
    def close(self) -> None: ...


def hold(url: str, store: str) -> Held | None:
    """Nobody else writes (SQLite) or touches an order (PostgreSQL) until it is closed; None when it cannot be had."""
    try:
        return hold_sqlite(url) if store == SQLITE else hold_postgresql(url)
    except (sqlite3.OperationalError, psycopg.OperationalError):
        return None


def hold_sqlite(url: str) -> Held:
    # Closed by another thread than the one that opened it.
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN EXCLUSIVE")
    return connection


def hold_postgresql(url: str) -> Held:
    options = f"-c lock_timeout={PATIENCE * 1000} -c statement_timeout={PATIENCE * 1000}"
    connection = psycopg.connect(url, connect_timeout=PATIENCE, options=options)
    connection.execute("LOCK TABLE customer_order IN ACCESS EXCLUSIVE MODE")
    return connection
