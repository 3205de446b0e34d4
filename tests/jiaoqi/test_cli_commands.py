"""What holds for every command, also for the next one."""

from collections.abc import Iterator

import click
import pytest

from jiaoqi.cli.main import jiaoqi


def commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        here = f"{path} {name}".strip()
        if isinstance(command, click.Group):
            yield from commands(command, here)
        else:
            yield here, command


EVERY = dict(commands(jiaoqi))
WITHOUT_A_STACK = {"rehearse"}
"""They read files alone."""


def test_the_commands_are_the_contracts() -> None:
    assert {
        *("up", "worker", "api", "migrate", "import"),
        *("people add", "people list", "people away", "people remove", "people token"),
        *("policy show", "policy check", "policy apply"),
        *("order show", "order list", "task list"),
    } <= EVERY.keys()


@pytest.mark.parametrize("name", EVERY)
def test_every_command_takes_a_home_and_says_what_it_does(name: str) -> None:
    command = EVERY[name]
    takes_a_home = "--home" in [option for parameter in command.params for option in parameter.opts]
    assert takes_a_home is (name not in WITHOUT_A_STACK)
    assert command.get_short_help_str()
