"""Options that several commands share."""

from enum import StrEnum
from pathlib import Path

import click

home_option = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder with the stack's data; JIAOQI_HOME or ~/.jiaoqi when left out.",
)

json_option = click.option("--json", "as_json", is_flag=True, help="For programs.")

DAY = click.DateTime(["%Y-%m-%d"])
FINDINGS = 1
"""The exit status of a command that looked for something, and found it."""

limit_option = click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="No more than so many.")


def one_of(words: type[StrEnum]) -> click.Choice[str]:
    """By value: click alone would offer the names of an enum's members."""
    return click.Choice([word.value for word in words])
