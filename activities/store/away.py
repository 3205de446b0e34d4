"""The one error that the store raises when it can't answer."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import exc

UNDEFINED_TABLE = "42P01"
AWAY = tuple(
    error for driver in (sqlite3, psycopg) for error in (driver.OperationalError, driver.InterfaceError, driver.InternalError)
)


class StoreAway(Exception):
    """The store can't answer now: it is unreachable, locked, full, overloaded or not yet migrated."""


@contextmanager
def telling_away() -> Iterator[None]:
    """Raises StoreAway for whatever of the database's errors is no fault of our statement."""
    try:
        yield
    # InternalError: a standby refuses writes with it.
    except (exc.OperationalError, exc.InterfaceError, exc.InternalError) as error:
        raise StoreAway(str(error.orig)) from error
    # The drivers' own errors come from hot statements and from connection hooks, which nothing wraps.
    except (exc.TimeoutError, *AWAY) as error:
        raise StoreAway(str(error)) from error
    except (exc.ProgrammingError, psycopg.ProgrammingError) as error:
        if getattr(getattr(error, "orig", error), "sqlstate", None) != UNDEFINED_TABLE:
            raise
        raise StoreAway("the store is not migrated yet") from error
