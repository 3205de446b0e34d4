"""What `--help` and wrong usage show, in the language of the terminal, Chinese characters counted as the two that they take."""

import inspect
import re
from collections.abc import Iterable

import click
from typing_extensions import override

from jiaoqi.cli.speaking import say, spoken_here, worded
from jiaoqi.cli.tables import padded, width

GAP, INDENT = "  ", "  "
WIDEST_NAME = 30
END = re.compile(r"[。；;.]")
UNBROKEN = re.compile(r"[\x21-\x7e]+|\s+|.", re.DOTALL)
"""What a line is not broken within: Latin words, and single characters of others."""


class Formatter(click.HelpFormatter):
    """Click's own counts characters and breaks at spaces."""

    @override
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, worded("Usage:"))

    @override
    def write_heading(self, heading: str) -> None:
        super().write_heading(worded(heading))

    @override
    def write_text(self, text: str) -> None:
        indent = " " * self.current_indent
        paragraphs = (wrapped(" ".join(each.split()), self.width - len(indent)) for each in re.split(r"\n\s*\n", text))
        self.write("\n\n".join("\n".join(indent + line for line in lines) for lines in paragraphs) + "\n")

    @override
    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = WIDEST_NAME, col_spacing: int = len(GAP)) -> None:
        rows = list(rows)
        to = min(max(width(name) for name, _ in rows), col_max)
        indent = " " * self.current_indent
        for name, text in rows:
            first, *more = wrapped(defaulted(text), max(self.width - len(indent) - to - col_spacing, 20)) or [""]
            if width(name) > to:
                self.write(f"{indent}{name}\n")
                name = ""
            self.write(f"{indent}{padded(name, to)}{GAP}{first}".rstrip() + "\n")
            self.write("".join(f"{indent}{' ' * to}{GAP}{line}\n" for line in more))


class Context(click.Context):
    formatter_class = Formatter


def translated(command: click.Command) -> click.Command:
    """The command with its own words, and those of its commands and options, in the terminal's language."""
    if spoken_here() is None:
        return command
    command.context_class = Context
    if command.help:
        command.help = worded(inspect.cleandoc(command.help))
        command.short_help = END.split(command.help, maxsplit=1)[0]
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            parameter.help = worded(parameter.help)
    for below in command.commands.values() if isinstance(command, click.Group) else ():
        translated(below)
    return command


def show(error: click.ClickException) -> None:
    """As click shows it, translated."""
    if spoken_here() is None:
        error.show()
        return
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        click.echo(context.get_usage(), err=True)
        say(f"Try '{context.command_path} --help' for help.", to_stderr=True)
        click.echo(err=True)
    message = error.format_message()
    say(f"Error: {message}", to_stderr=True)


def defaulted(text: str) -> str:
    """The text, and what click adds to it in brackets."""
    said, bracket, added = text.rpartition("[")
    if not bracket or not added.endswith("]"):
        return worded(text)
    return f"{worded(said.rstrip())}{GAP if said else ''}[{'; '.join(worded(each) for each in added[:-1].split('; '))}]"


def wrapped(text: str, to: int) -> list[str]:
    lines, used = [""], 0
    for piece in UNBROKEN.findall(text):
        if used + width(piece) > to and lines[-1]:
            lines.append("")
            used = 0
        if piece.isspace() and not lines[-1]:
            continue
        lines[-1] += piece
        used += width(piece)
    return [line.rstrip() for line in lines if line]
