"""What a file of orders is to whoever reads it: records of cells, the same again as often as they are asked for."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from activities.failures import ForeseenFailure


class FileCannotBeRead(ForeseenFailure):
    """Nothing of the file can be imported."""

    exit_code = 2

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.reason = reason


class Unreadable(str):
    """A cell that says nothing but why it can't be read."""

    __slots__ = ()


class Record(NamedTuple):
    """One row of cells, under the number that a spreadsheet shows it by; the first of a file is number 1."""

    number: int
    cells: tuple[str, ...]


class Table(ABC):
    """A file, opened once for each reading, so that no reading needs more of it in memory than it keeps."""

    delimiter = ","
    """What stands between its cells when they are written as CSV."""
    cells_can_shift = True
    """Whether a row with more cells than the head has columns is a row whose cells stand in wrong columns."""

    @abstractmethod
    def records(self) -> Iterator[Record]:
        """Every row that is not empty, its cells trimmed. Raises FileCannotBeRead."""
