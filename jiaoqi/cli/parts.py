"""`jiaoqi worker` and `jiaoqi api`: one part alone, for whoever runs the others elsewhere."""

import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from jiaoqi.cli.options import home_option
from jiaoqi.health import check_api, check_worker
from jiaoqi.settings import Settings

check_option = click.option("--check", is_flag=True, help="Start nothing; exit 0 if the one that runs here is well, else 1.")


@click.command()
@home_option
@check_option
def worker(home: Path | None, check: bool) -> None:
    """Run a worker; several may run at once."""
    settings = Settings.load(home)
    if check:
        check_worker(settings)
    else:
        become("workers", settings)


@click.command()
@home_option
@check_option
def api(home: Path | None, check: bool) -> None:
    """Serve the API and the pages on JIAOQI_API_HOST and JIAOQI_API_PORT."""
    settings = Settings.load(home)
    if check:
        check_api(settings)
    else:
        become("api", settings)


def become(module: str, settings: Settings) -> NoReturn:
    """Turn this process into the part, so that signals and supervisors meet it directly. Raises NoStackIsRunning."""
    _ = settings.temporal_address
    # What was given goes on as it was given: a password from a file is read again, and stands in no environment.
    given = {name: value for name, value in os.environ.items() if value}
    environment = {**settings.environment(), **given, "JIAOQI_HOME": str(settings.home)}
    os.execve(sys.executable, [sys.executable, "-P", "-m", module], environment)  # noqa: S606 - no shell is wanted
