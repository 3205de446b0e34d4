"""What becomes of a file's orders."""

from dataclasses import dataclass
from enum import StrEnum

from activities.importing.gathering import FileOrder, RowFault


class Outcome(StrEnum):
    ENTERED = "entered"
    THERE = "already there"
    REFUSED = "refused"


@dataclass(frozen=True)
class Verdict:
    """What became of one order."""

    order: FileOrder
    outcome: Outcome
    faults: tuple[RowFault, ...] = ()
