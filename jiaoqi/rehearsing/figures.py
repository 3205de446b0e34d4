"""What a rehearsal comes to: counts with what they are counted of, and how long before the promised day people were told."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import NamedTuple

from jiaoqi.rehearsing.course import Lost
from jiaoqi.rehearsing.play import Played
from jiaoqi.rehearsing.post import Mail
from workflows.rules.calendar import Calendar
from workflows.types.policy import Policy, Span, Unit
from workflows.types.words import Risk

WORKING_DAY = Span(count=1, unit=Unit.DAYS)
QUANTILES = (0.1, 0.5, 0.9)
ANY = (Risk.AT_RISK, Risk.LATE)
"""The mails that warn."""


class Share(NamedTuple):
    """So many of so many."""

    n: int
    of: int


@dataclass(frozen=True)
class Warnings:
    """How well one kind of warning told the late orders from the others."""

    in_time: Share
    """Late orders told of before the promised day, while there was working time left, of all late orders."""
    days_before: tuple[float, ...]
    """Of those: working days from the mail to the end of the promised day, by `QUANTILES`; empty where there are none."""
    false: Share
    """Orders that came in time, of all told of before they came."""


@dataclass(frozen=True)
class Figures:
    """One policy over all orders."""

    version: str
    warned: dict[Lost, Warnings]
    """At risk or late, whichever was told first."""
    told_late: dict[Lost, Warnings]
    unsigned: Share
    """Orders told as late after they had come in time, for want of a signature, of all that came in time."""
    mails: Counter[Mail]
    """Where the time was lost evenly."""
    tight: Share
    """Orders that came in time, but later than a buffer before, of all that came in time: nearly all warnings that are false."""
    orders: int
    most: int
    """Mails for one order."""


def figures(policy: Policy, played: Sequence[Played]) -> Figures:
    calendar = Calendar.of(policy.plant)
    mails: Counter[Mail] = Counter()
    for each in played:
        mails.update(each.told[Lost.EVENLY].mails)
    in_time = [each for each in played if not each.order.was_late]
    return Figures(
        version=policy.version,
        warned={lost: warnings(played, lost, ANY, calendar) for lost in Lost},
        told_late={lost: warnings(played, lost, (Risk.LATE,), calendar) for lost in Lost},
        unsigned=Share(sum(is_unsigned(each) for each in in_time), len(in_time)),
        mails=mails,
        tight=Share(sum(not each.course.kept_plan for each in in_time), len(in_time)),
        orders=len(played),
        most=max((sum(each.told[Lost.EVENLY].mails.values()) for each in played), default=0),
    )


def warnings(played: Iterable[Played], lost: Lost, kinds: Collection[Risk], calendar: Calendar) -> Warnings:
    late, false, told = 0, 0, 0
    days: list[float] = []
    for each in played:
        at = first_told(each, lost, kinds)
        late += each.order.was_late
        if at is None or at >= each.course.arrived:
            continue
        told += 1
        false += not each.order.was_late
        if each.order.was_late and is_before_the_day(at, each.order.promised, calendar):
            days.append(days_before(each, at, calendar))
    return Warnings(Share(len(days), late), tuple(quantile(days, each) for each in QUANTILES if days), Share(false, told))


def is_before_the_day(at: datetime, promised: date, calendar: Calendar) -> bool:
    """A promised day off has no working time of its own: then the last working day before it must not be over."""
    return calendar.day_of(at) < promised and at < calendar.end_of(promised)


def first_told(played: Played, lost: Lost, kinds: Collection[Risk] = ANY) -> datetime | None:
    return min((at for kind, at in played.told[lost].warned.items() if kind in kinds), default=None)


def is_unsigned(played: Played) -> bool:
    at = first_told(played, Lost.EVENLY, (Risk.LATE,))
    return at is not None and at >= played.course.arrived


def days_before(played: Played, at: datetime, calendar: Calendar) -> float:
    """Working days from an instant to the end of the promised day, to the tenth; negative after it."""
    left: timedelta = calendar.between(at, calendar.end_of(played.order.promised))
    return round(left / calendar.length(WORKING_DAY), 1)


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share does not exceed."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]
