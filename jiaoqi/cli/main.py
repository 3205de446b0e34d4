"""The command `jiaoqi`: finds the subcommand, runs it, and turns how it ended into one line and an exit status."""

import importlib
import logging
import sys
from typing import NoReturn

import click
from typing_extensions import override

from activities.failures import ForeseenFailure
from jiaoqi.cli.helping import show, translated
from jiaoqi.cli.speaking import say
from jiaoqi.leaving import leave

# Where each command lives: "module:name".
COMMANDS = {
    "up": "jiaoqi.cli.up:up",
    "worker": "jiaoqi.cli.parts:worker",
    "api": "jiaoqi.cli.parts:api",
    "migrate": "jiaoqi.cli.migrate:migrate",
    "people": "jiaoqi.cli.people:people",
    "policy": "jiaoqi.cli.policy:policy",
    "training": "jiaoqi.cli.training:training",
    "order": "jiaoqi.cli.orders:order",
    "task": "jiaoqi.cli.tasks:task",
    "import": "jiaoqi.cli.importing:import_orders",
    "documents": "jiaoqi.cli.documents:documents",
    "archive": "jiaoqi.cli.archive:archive",
    "figures": "jiaoqi.cli.figures:figures",
    "rehearse": "jiaoqi.cli.rehearsing:rehearse",
    "review": "jiaoqi.cli.review:review",
    "doctor": "jiaoqi.cli.doctor:doctor",
    "audit": "jiaoqi.cli.audit:audit",
}
INTERRUPTED = 130


class Commands(click.Group):
    """A group that imports a command when it is called: `up` starts a second sooner without the others' libraries."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return translated(command)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def jiaoqi() -> None:
    """Jiaoqi keeps a manufacturer's delivery promises."""


def run(arguments: list[str]) -> int:
    """The exit status: 0 done, 1 findings, 2 usage, 3 no stack; expected failures are one line on stderr."""
    try:
        status = translated(jiaoqi).main(arguments, prog_name="jiaoqi", standalone_mode=False)
    except click.ClickException as error:
        show(error)
        return error.exit_code
    except ForeseenFailure as error:
        say(f"jiaoqi: {error}", to_stderr=True)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except SystemExit as end:
        # How click answers a reader that left early.
        return end.code if isinstance(end.code, int) else 1
    return status if isinstance(status, int) else 0


def main() -> NoReturn:
    logging.basicConfig(level=logging.WARNING, format="jiaoqi: %(message)s", stream=sys.stderr)
    status = 1
    try:
        status = run(sys.argv[1:])
    except Exception:
        logging.exception("this should not happen, please report it")
    leave(status)
