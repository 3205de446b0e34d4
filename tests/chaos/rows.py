"""The store's rows, read with SQL past everything of ours."""

import sqlite3
from contextlib import closing
from typing import Any

import psycopg

from tests.chaos.plant import SQLITE

TABLES = {
    "customer_order": "order_id, order_no, status, stage, last_seq",
    "event": "order_id, seq, type, actor, task_id, key",
    "task": "id, order_id, kind, status, department",
    "notice": "notice_key, recipient, order_no, task_id, kind, state, message_id, opened_at",
    "outbox": "notice_key, order_id, seq, attempts",
    "reply": "said_id, order_id, seq, status",
    "inbox_log": "task_id, action, by, at",
}
"""What the check needs of each."""


def read(url: str, store: str) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table that the check needs."""
    return {table: fetched(url, store, f"SELECT {columns} FROM {table}") for table, columns in TABLES.items()}  # noqa: S608


def fetched(url: str, store: str, statement: str) -> list[dict[str, Any]]:
    if store == SQLITE:
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            return named(connection.execute(statement))
    with psycopg.connect(url) as connection:
        return named(connection.execute(statement))


def named(found: Any) -> list[dict[str, Any]]:
    columns = [column[0] for column in found.description]
    return [{name: plain(value) for name, value in zip(columns, row, strict=True)} for row in found]


def plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | None) else str(value)
