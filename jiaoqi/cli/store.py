"""The store, as commands use it: one that is there whether a stack runs or not, or that of a running stack."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from activities.store import Person, Store, StoreAway
from jiaoqi.errors import NobodyHasThisName, NoStackIsRunning, StoreDoesNotAnswer
from jiaoqi.home import Home
from jiaoqi.migration import migrate
from jiaoqi.settings import Settings


@contextmanager
def opened(home: Path | None) -> Iterator[Store]:
    """The home's store, made if it is not there yet. Raises StoreDoesNotAnswer."""
    settings = Settings.load(home)
    place = Home(settings.home)
    if settings.database_url == place.store_url:
        place.make()
    migrate(settings.database_url)
    with connected(settings) as store:
        yield store


@contextmanager
def of_running_stack(home: Path | None) -> Iterator[Store]:
    """The store of the stack that runs in the home, or that a variable names. Raises NoStackIsRunning, StoreDoesNotAnswer."""
    settings = Settings.load(home)
    if not os.environ.get("JIAOQI_DATABASE_URL") and Home(settings.home).running_stack() is None:
        raise NoStackIsRunning(settings.home, "JIAOQI_DATABASE_URL")
    with connected(settings) as store:
        yield store


@contextmanager
def connected(settings: Settings) -> Iterator[Store]:
    """The store that the settings name. Raises StoreDoesNotAnswer."""
    with closing(Store.open(settings.database_url, settings.temporal_ui_url or "", settings.temporal_namespace)) as store:
        try:
            yield store
        except StoreAway as error:
            raise StoreDoesNotAnswer(str(error)) from error


def somebody(store: Store, name: str) -> Person:
    """The person of this name. Raises NobodyHasThisName."""
    person = store.people.get(name)
    if person is None:
        raise NobodyHasThisName(f"there is no {name} in the register")
    return person
