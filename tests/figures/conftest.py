"""The store's own fixtures: a real SQLite and a real PostgreSQL."""

from tests.store.conftest import backend, db, empty_url, journal, postgres, shared_database, shared_url, url

__all__ = ["backend", "db", "empty_url", "journal", "postgres", "shared_database", "shared_url", "url"]
