"""Importing orders from files: read by a mapping, gathered by number, entered by the same way as everybody's (R5)."""

from jiaoqi.importing.desk import Desk, Outcome, StackWentAway, Verdict
from jiaoqi.importing.gathering import FileOrder, RowFault, gather, rebased
from jiaoqi.importing.mapping import BUILT_IN, PLAIN, Mapping
from jiaoqi.importing.reading import FileCannotBeRead, read

__all__ = [
    "BUILT_IN",
    "PLAIN",
    "Desk",
    "FileCannotBeRead",
    "FileOrder",
    "Mapping",
    "Outcome",
    "RowFault",
    "StackWentAway",
    "Verdict",
    "gather",
    "read",
    "rebased",
]
