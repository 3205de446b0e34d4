"""The chain's tests run on SQLite and on PostgreSQL, each on a real one."""

from tests.store.conftest import backend, db, empty_url, journal, postgres, shared_database, shared_url, url

__all__ = ["backend", "db", "empty_url", "journal", "postgres", "shared_database", "shared_url", "url"]
