"""Sentences with gaps: which of them an English text was made from, and what stood in its gaps."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from string import Formatter

LONGEST = 4_000
"""Characters of a text that is looked at: ours are short, and whoever quotes more may read English."""


@dataclass(frozen=True)
class Mould:
    """`{id} is for {department}`: the words between the gaps, and the gaps' names."""

    template: str

    @cached_property
    def words(self) -> Sequence[str]:
        return self._taken_apart[0]

    @cached_property
    def gaps(self) -> Sequence[str]:
        return self._taken_apart[1]

    @cached_property
    def _taken_apart(self) -> tuple[list[str], list[str]]:
        words, gaps = [""], []
        for literal, gap, _, _ in Formatter().parse(self.template):
            words[-1] += literal
            if gap is not None:
                gaps.append(gap)
                words.append("")
        return words, gaps

    @property
    def length(self) -> int:
        """Of its own words: the more of a text they explain, the likelier it was made from them."""
        return sum(map(len, self.words))

    def fit(self, text: str) -> dict[str, str] | None:
        """What stands in the gaps, or None. Goes through the text once, since strangers can write what is matched."""
        if not self.gaps:
            return {} if text == self.words[0] else None
        first, *between, last = self.words
        if len(text) > LONGEST or not text.startswith(first) or not text.endswith(last):
            return None
        values, start, end = [], len(first), len(text) - len(last)
        for word in between:
            found = text.find(word, start, end) if word else before_an_addition(text, start, end)
            if found < 0:
                return None
            values.append(text[start:found])
            start = found + len(word)
        return dict(zip(self.gaps, [*values, text[start:end]], strict=True)) if start <= end else None


def before_an_addition(text: str, start: int, end: int) -> int:
    """Where the second of two gaps side by side begins: what may be added to a sentence is set off from it."""
    places = (text.find(mark, start, end) for mark in ("; ", ", "))
    return min((place for place in places if place >= 0), default=end)
