"""The command line: one module per command, imported only when it is called."""

from jiaoqi.cli.main import main

__all__ = ["main"]
