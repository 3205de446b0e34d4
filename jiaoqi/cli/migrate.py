"""`jiaoqi migrate`: the store's shape alone."""

from pathlib import Path

import click

from jiaoqi import migration
from jiaoqi.cli.options import home_option
from jiaoqi.home import Home
from jiaoqi.settings import Settings


@click.command()
@home_option
def migrate(home: Path | None) -> None:
    """Bring the store to the shape that this version needs; `up` does so by itself."""
    settings = Settings.load(home)
    place = Home(settings.home)
    # A store elsewhere needs no home, and a container may have no place for one.
    if settings.database_url == place.store_url:
        place.make()
    migration.migrate(settings.database_url)
