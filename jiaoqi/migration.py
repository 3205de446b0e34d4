"""Brings the store to the shape that this version needs."""

import logging
import sqlite3
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from jiaoqi.errors import SettingIsWrong, StoreDoesNotAnswer, first_line

log = logging.getLogger("jiaoqi")


def migrate(database_url: str) -> None:
    """Again changes nothing. Raises StoreDoesNotAnswer when the database is away, SettingIsWrong when its URL is none."""
    if is_up_to_date(database_url):
        return
    check_is_a_databases(database_url)
    from alembic.script.revision import ResolutionError
    from alembic.util import CommandError
    from sqlalchemy.exc import ProgrammingError

    from activities.store import StoreAway
    from activities.store import migrate as bring_up_to_date

    try:
        bring_up_to_date(database_url)
    except CommandError as error:
        if not isinstance(error.__cause__, ResolutionError):
            raise
        # Every migration leaves a store that the release before can live with (docs/rooms.md).
        log.warning("the store is of a newer release, and is used as it is: %s", error)
    except ProgrammingError as error:
        # What the server refuses has a state; the driver alone refuses what it is asked to connect with.
        if getattr(error.orig, "sqlstate", None):
            raise
        raise not_a_databases(str(error.orig)) from error
    except StoreAway as error:
        raise StoreDoesNotAnswer(str(error)) from error


def check_is_a_databases(url: str) -> None:
    """Nothing is connected yet. Raises SettingIsWrong."""
    from sqlalchemy import create_engine
    from sqlalchemy.exc import ArgumentError

    from activities.store.database import parse

    try:
        create_engine(parse(url)).dispose()
    # A port that is no number, a database whose driver we don't have.
    except (ArgumentError, ValueError, ModuleNotFoundError) as error:
        raise not_a_databases(str(error)) from error


def not_a_databases(why: str) -> SettingIsWrong:
    return SettingIsWrong(f"JIAOQI_DATABASE_URL is not a database's: {first_line(why)}")


def is_up_to_date(database_url: str) -> bool:
    """Whether an embedded store needs nothing: asked without its libraries, which cost `up` more than a second; else no."""
    file = Path(database_url.removeprefix("sqlite:///"))
    if not database_url.startswith("sqlite:///") or not file.exists():
        return False
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as store:
            return store.execute("SELECT version_num FROM alembic_version").fetchall() == [(newest_revision(),)]
    except sqlite3.Error:
        return False


def newest_revision() -> str:
    """The revision that the last migration leads to; their files are numbered."""
    package = find_spec("activities")
    folders = (package.submodule_search_locations if package else None) or []
    files = (file for folder in folders for file in (Path(folder) / "store" / "migrations" / "versions").glob("[0-9]*_*.py"))
    return max(file.name.partition("_")[0] for file in files)
