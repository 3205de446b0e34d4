"""`jiaoqi up`: the whole of Jiaoqi on this machine."""

import os
from pathlib import Path
from typing import TextIO

import click

from jiaoqi.cli.options import home_option
from jiaoqi.errors import SettingIsWrong
from jiaoqi.home import Home
from jiaoqi.plan import Plan, StackPorts
from jiaoqi.settings import Settings
from jiaoqi.stack import Wishes
from jiaoqi.stack import up as run_stack

PORT = click.IntRange(0, 65535)


@click.command()
@home_option
@click.option("--port", type=PORT, default=StackPorts.api, show_default=True, help="The API and the pages; 0 picks a free port.")
@click.option("--temporal-port", type=PORT, default=StackPorts.temporal, show_default=True)
@click.option("--temporal-ui-port", type=PORT, default=StackPorts.temporal_ui, show_default=True)
@click.option("--smtp-port", type=PORT, default=StackPorts.smtp, show_default=True, help="Where the mailbox takes mail.")
@click.option("--mailbox-port", type=PORT, default=StackPorts.mailbox, show_default=True, help="Where the mailbox shows it.")
@click.option("--demo", is_flag=True, help="With a plant's people, and orders DEMO-1 … on their way.")
@click.option("--policy", type=click.File(encoding="utf-8"), help="A policy.toml that governs new orders of this stack.")
def up(
    home: Path | None,
    port: int,
    temporal_port: int,
    temporal_ui_port: int,
    smtp_port: int,
    mailbox_port: int,
    demo: bool,
    policy: TextIO | None,
) -> None:
    """Start Temporal, the store, a worker, the API and a mailbox, and keep them running until Ctrl-C.

    JIAOQI_SMTP_URL, JIAOQI_DATABASE_URL and TEMPORAL_ADDRESS replace the part of that name by yours.
    """
    ports = StackPorts(api=port, temporal=temporal_port, temporal_ui=temporal_ui_port, smtp=smtp_port, mailbox=mailbox_port)
    place = Home(Settings.load(home).home)
    wishes = Wishes(ports=ports, policy=checked(policy) if policy else None, demo=demo)
    run_stack(place, wishes, os.environ, lambda plan: announce(place, plan))


def checked(policy: TextIO) -> str:
    """The text of a policy file without problems; each problem is a line of the refusal."""
    # Calendars of all countries come with this; who brings no policy need not wait for them.
    from activities.policy_file import PolicyError, parse

    try:
        text = policy.read()
        parse(text, policy.name)
    except (PolicyError, UnicodeDecodeError) as error:
        raise SettingIsWrong(str(error)) from error
    return text


def announce(home: Home, plan: Plan) -> None:
    """The only lines on stdout; programs wait for the first."""
    click.echo(f"jiaoqi is ready: {plan.url}")
    click.echo(f"temporal ui: {plan.temporal_ui_url}")
    click.echo(f"mailbox: {plan.mailbox_url}")
    click.echo(f"data: {home.path}")
