"""What became of a file's orders: counted as it happens, so that it can be told wherever an import ends."""

from collections import Counter

from activities.importing.gathering import RowFault
from activities.importing.verdicts import Outcome, Verdict


class Tally:
    def __init__(self) -> None:
        self.counts: Counter[Outcome] = Counter()
        self.faults: list[tuple[RowFault, str]] = []
        """Each with the number of its order."""
        self.refused: dict[str, int] = {}
        """By order: the first of its rows that is at fault."""

    def add(self, verdict: Verdict) -> None:
        self.counts[verdict.outcome] += 1
        if verdict.outcome is Outcome.REFUSED:
            self.faults.extend((fault, verdict.order.order_no) for fault in verdict.faults)
            self.refused[verdict.order.key] = min(fault.row for fault in verdict.faults)

    def by_row(self) -> dict[int, list[RowFault]]:
        found: dict[int, list[RowFault]] = {}
        for fault, _ in sorted(self.faults):
            found.setdefault(fault.row, []).append(fault)
        return found
