"""`jiaoqi worker` and `jiaoqi api`: one part alone, for whoever runs the others elsewhere."""

import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from jiaoqi.cli.options import home_option
from jiaoqi.settings import Settings


@click.command()
@home_option
def worker(home: Path | None) -> None:
    """Run a worker; several may run at once."""
    become("workers", Settings.load(home))


@click.command()
@home_option
def api(home: Path | None) -> None:
    """Serve the API and the pages on JIAOQI_API_HOST and JIAOQI_API_PORT."""
    become("api", Settings.load(home))


def become(module: str, settings: Settings) -> NoReturn:
    """Turn this process into the part, so that signals and supervisors meet it directly. Raises NoStackIsRunning."""
    _ = settings.temporal_address
    environment = {**os.environ, **settings.environment()}
    os.execve(sys.executable, [sys.executable, "-P", "-m", module], environment)  # noqa: S606 - no shell is wanted
