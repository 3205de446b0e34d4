"""Importing orders from files: read by a mapping, gathered by number, entered by the same way as everybody's (R5)."""

from jiaoqi.importing.desk import Desk, Outcome, PolicyLookedAt, StackWentAway, Verdict
from jiaoqi.importing.gathering import FileOrder, RowFault, Survey, gather, survey
from jiaoqi.importing.mapping import Mapping
from jiaoqi.importing.reading import OrderFile, opened
from jiaoqi.importing.tables import FileCannotBeRead
from jiaoqi.importing.tally import Tally

__all__ = [
    "Desk",
    "FileCannotBeRead",
    "FileOrder",
    "Mapping",
    "OrderFile",
    "Outcome",
    "PolicyLookedAt",
    "RowFault",
    "StackWentAway",
    "Survey",
    "Tally",
    "Verdict",
    "gather",
    "opened",
    "survey",
]
