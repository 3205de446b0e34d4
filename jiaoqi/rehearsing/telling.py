"""A rehearsal in the words of whoever plans: what was in the file, which warnings would have helped, how much mail it costs."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from jiaoqi.rehearsing.course import Lost
from jiaoqi.rehearsing.figures import QUANTILES, Figures, Share, Warnings
from jiaoqi.rehearsing.past import PastOrder, Unusable
from jiaoqi.rehearsing.post import in_order

Row = tuple[str, ...]
"""A name, and what it is under each policy."""


@dataclass(frozen=True)
class Found:
    """What a file holds."""

    name: str
    orders: Sequence[PastOrder]
    unusable: Sequence[Unusable]

    @property
    def late(self) -> Share:
        return Share(sum(order.was_late for order in self.orders), len(self.orders))

    @property
    def known_entries(self) -> Share:
        return Share(sum(order.entered is not None for order in self.orders), len(self.orders))

    @property
    def reasons(self) -> Counter[str]:
        return Counter(each.reason for each in self.unusable)

    @property
    def first(self) -> date:
        """The earliest day of the past that it speaks of."""
        return min(min(order.entered or order.promised, order.promised, order.delivered) for order in self.orders)

    @property
    def last(self) -> date:
        return max(max(order.promised, order.recorded) for order in self.orders)


def about(found: Found) -> Iterator[Row]:
    """The orders of a file, counted."""
    whole = len(found.orders) + len(found.unusable)
    yield "order numbers in the file", number(whole)
    yield "rehearsed", of(Share(len(found.orders), whole))
    for reason, count in sorted(found.reasons.items()):
        yield f"  left out: {reason}", of(Share(count, whole))
    yield "day of entry known", of(found.known_entries)
    yield "delivered late (a line after its promised day)", percent(found.late)


def warned(figures: Sequence[Figures]) -> Iterator[Row]:
    """By where the time was lost, since the file does not say: what lies between the first and the last can be true."""
    yield "came in time, but later than planned", *(percent(each.tight) for each in figures)
    for lost in Lost:
        yield f"time lost {lost}", *("" for _ in figures)
        yield from warnings("at risk or late", [each.warned[lost] for each in figures])
        yield from warnings("late", [each.told_late[lost] for each in figures])
    yield 'told "late" after they came in time: not signed for', *(percent(each.unsigned) for each in figures)


def warnings(what: str, under: Sequence[Warnings]) -> Iterator[Row]:
    yield f'  late, told "{what}" before the day', *(percent(each.in_time) for each in under)
    yield "    working days before: p10, median, p90", *(days(each.days_before) for each in under)
    yield f'  false: told "{what}", came in time', *(percent(each.false) for each in under)


def mailed(figures: Sequence[Figures]) -> Iterator[Row]:
    """By recipient, and of each by kind."""
    yield "all", *(number(each.mails.total()) for each in figures)
    yield "for an order, on average", *(f"{each.mails.total() / each.orders:.1f}" for each in figures)
    yield "for one order, at most", *(number(each.most) for each in figures)
    all_mails = {mail for each in figures for mail in each.mails}
    for to in sorted({mail.to for mail in all_mails}, key=in_order):
        ours = [Counter({mail.kind: count for mail, count in each.mails.items() if mail.to == to}) for each in figures]
        yield to, *(number(each.total()) for each in ours)
        for kind in sorted({kind for each in ours for kind in each}):
            yield f"  {kind}", *(number(each[kind]) for each in ours)


def number(count: int) -> str:
    return f"{count:,}"


def of(share: Share) -> str:
    return f"{share.n:,} of {share.of:,}"


def percent(share: Share) -> str:
    """With what it is a part of: a share of nothing has no percentage."""
    return f"{of(share)}  {share.n / share.of:6.1%}" if share.of else f"{of(share)}       –"


def days(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.1f}" for value in values) or "–"


def as_json(found: Found, figures: Sequence[Figures]) -> dict[str, Any]:
    """For programs; a share is n of so many."""
    return {
        "file": found.name,
        "as_of": found.last.isoformat() if found.orders else None,
        "orders": len(found.orders),
        "left_out": dict(sorted(found.reasons.items())),
        "known_entries": found.known_entries._asdict(),
        "late": found.late._asdict(),
        "policies": [policy_as_json(each) for each in figures],
    }


def policy_as_json(figures: Figures) -> dict[str, Any]:
    return {
        "version": figures.version,
        "at_risk_or_late": {lost.value: warnings_as_json(each) for lost, each in figures.warned.items()},
        "late": {lost.value: warnings_as_json(each) for lost, each in figures.told_late.items()},
        "unsigned": figures.unsigned._asdict(),
        "in_time_but_later_than_planned": figures.tight._asdict(),
        "mails": [{"to": mail.to, "kind": mail.kind, "count": count} for mail, count in sorted(figures.mails.items())],
    }


def warnings_as_json(warnings: Warnings) -> dict[str, Any]:
    quantiles = [f"p{share * 100:.0f}" for share in QUANTILES]
    return {
        "before_the_day": warnings.in_time._asdict(),
        "days_before": dict(zip(quantiles, warnings.days_before, strict=True)) if warnings.days_before else None,
        "false": warnings.false._asdict(),
    }
