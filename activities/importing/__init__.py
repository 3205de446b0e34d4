"""Orders in files: read by a mapping, gathered by number, ready to be entered by the same way as everybody's (R5)."""

from activities.importing.gathering import FileOrder, RowFault, Survey, gather, survey
from activities.importing.mapping import Mapping
from activities.importing.reading import OrderFile, opened
from activities.importing.tables import FileCannotBeRead
from activities.importing.tally import Tally
from activities.importing.verdicts import Outcome, Verdict

__all__ = [
    "FileCannotBeRead",
    "FileOrder",
    "Mapping",
    "OrderFile",
    "Outcome",
    "RowFault",
    "Survey",
    "Tally",
    "Verdict",
    "gather",
    "opened",
    "survey",
]
