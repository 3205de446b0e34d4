"""What a check finds: how many things it looked at, and what is wrong with which of them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.chaos.evidence import Evidence


@dataclass
class Verdict:
    """One check on one seed."""

    looked: int = 0
    wrong: list[str] = field(default_factory=list)

    def see(self, holds: bool, what: str) -> None:
        """One more thing looked at."""
        self.looked += 1
        if not holds:
            self.wrong.append(what)


@dataclass(frozen=True)
class Check:
    """A sentence that must be true."""

    sentence: str
    examine: Callable[[Evidence, Verdict], None]
    may_be_empty: bool = False
    """Whether it depends on chance that there is anything to look at; else looking at nothing is a violation."""

    def judge(self, evidence: Evidence) -> Verdict:
        verdict = Verdict()
        self.examine(evidence, verdict)
        if not verdict.looked and not self.may_be_empty:
            verdict.wrong.append("there was nothing to look at")
        return verdict
