"""The indicators, reckoned from sums (requirements, Indicators; docs/figures.md says them in words)."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from math import ceil

from activities.figures import facts as f
from activities.figures.facts import Heard, Inspected, Mark
from activities.figures.words import Basis, Figure, LatenessCause, Unit
from activities.store.figure_sums import Choice, Sum, Sums
from workflows.types.slack import Blame
from workflows.types.words import Department, Kind

MICROSECONDS_AN_HOUR = 3_600_000_000
SECONDS_AN_HOUR = 3_600


@dataclass(frozen=True)
class Reading:
    """What figures are reckoned from, of one moment."""

    sums: Sums
    choice: Choice
    basis: Basis
    department: Department | None
    today: date
    _decided: dict[str, list[Sum]] = field(default_factory=dict)
    _overdue: dict[str, list[tuple[date, Sum]]] = field(default_factory=dict)

    def decided(self, *measures: str) -> list[Sum]:
        self.load(measures)
        return [each for measure in measures for each in self._decided[measure]]

    def overdue(self, measure: str) -> list[tuple[date, Sum]]:
        self.load([measure])
        return self._overdue[measure]

    def load(self, measures: Iterable[str]) -> None:
        """Reads at once what several figures need."""
        if lacking := [measure for measure in measures if measure not in self._decided]:
            self._decided.update({measure: [] for measure in lacking})
            self._overdue.update({measure: [] for measure in lacking})
            for each in self.sums.sums(lacking, self.choice):
                self._decided[each.sort.measure].append(each)
            for day, each in self.sums.overdue(lacking, self.choice):
                self._overdue[each.sort.measure].append((day, each))

    @property
    def due(self) -> str:
        return f.DUE + self.basis


def measures(basis: Basis) -> list[str]:
    """Of all figures."""
    return [f.DUE + basis, f.CAUSE + basis, *f.OTHERS]


def share(name: str, part: int, of: int, **more: float) -> Figure:
    return Figure(name=name, value=part / of if of else None, part=part, of=of, unit=Unit.SHARE, more=more)


# The order by its date.


class Dated:
    """The orders that were due: delivered ones, those that were never delivered, and open ones whose date is over."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.orders: Counter[Mark] = Counter()
        self.days: Counter[int] = Counter()
        """Of late orders, by the days that they were late."""
        for each in reading.decided(reading.due):
            marks = Mark(each.sort.marks)
            self.orders[marks] += each.n
            if Mark.DELIVERED in marks and each.sort.bucket > 0:
                self.days[each.sort.bucket] += each.n
        for day, each in reading.overdue(reading.due):
            self.orders[Mark.OPEN] += each.n
            self.days[(reading.today - day).days] += each.n
        self.cancelled = self.orders.pop(Mark.CANCELLED, 0)

    def having(self, wanted: Mark) -> int:
        return sum(n for marks, n in self.orders.items() if wanted in marks)

    def share(self, name: str, wanted: Mark) -> Figure:
        """Of all that were due; cancelled ones apart."""
        more = {"open": self.having(Mark.OPEN), "cancelled": self.cancelled}
        return share(name, self.having(wanted), self.orders.total(), **more)

    @property
    def tardiness(self) -> Figure:
        late, days = self.days.total(), sum(day * n for day, n in self.days.items())
        of = self.orders.total()
        undelivered = of - self.having(Mark.DELIVERED) - self.having(Mark.OPEN)
        more: dict[str, float] = {"late": late, "max": max(self.days, default=0), "undelivered": undelivered, "orders": of}
        more |= {"share": late / of} if of else {}
        mean = days / late if late else None
        return Figure(name="tardiness", value=mean, part=days, of=late, unit=Unit.DAYS, more=more)


def on_time(reading: Reading) -> Figure:
    return Dated(reading).share("on_time", Mark.ON_TIME)


def in_full(reading: Reading) -> Figure:
    return Dated(reading).share("in_full", Mark.IN_FULL)


def otif(reading: Reading) -> Figure:
    return Dated(reading).share("otif", Mark.ON_TIME | Mark.IN_FULL)


def perfect_order(reading: Reading) -> Figure:
    return Dated(reading).share("perfect_order", f.PERFECT)


def tardiness(reading: Reading) -> Figure:
    return Dated(reading).tardiness


def promise_stability(reading: Reading) -> Figure:
    """Of the orders whose last promise lies in the period, whatever the basis."""
    counted = [each for each in reading.decided(f.PROMISES) if each.sort.marks != Mark.CANCELLED]
    counted += [each for _, each in reading.overdue(f.PROMISES)]
    of, none, revisions = (sum(getattr(each, name) for each in counted) for name in ("n", "part", "total"))
    more: dict[str, float] = {"revisions": revisions} | ({"per_order": revisions / of} if of else {})
    return share("promise_stability", none, of, **more)


# The goods.


def first_pass_yield(reading: Reading) -> Figure:
    first = [each for each in reading.decided(f.INSPECTION) if Inspected.FIRST in Inspected(each.sort.marks)]
    return share("first_pass_yield", sum(each.part for each in first), sum(each.of for each in first))


def right_first_time(reading: Reading) -> Figure:
    return part_of("right_first_time", reading.decided(f.FIRST_ROUND))


def rework_rate(reading: Reading) -> Figure:
    counted = reading.decided(f.INSPECTION, f.REWORK)
    sent = sum(each.part for each in counted if each.sort.measure == f.REWORK)
    return share("rework_rate", sent, sum(each.of for each in counted))


def notice_lead(reading: Reading) -> Figure:
    counted = reading.decided(f.NOTICE)
    noticed = [each for each in counted if each.sort.bucket >= 0]
    more = {"without_notice": sum(each.n for each in counted) - sum(each.n for each in noticed)}
    return part_of("notice_lead", counted, **more, **ranks(reading, f.NOTICE, noticed))


def part_of(name: str, counted: Iterable[Sum], **more: float) -> Figure:
    found = list(counted)
    return share(name, sum(each.part for each in found), sum(each.of for each in found), **more)


# How long it took.


def ranks(reading: Reading, measure: str, counted: list[Sum]) -> dict[str, float]:
    """Median and p90 in hours, by nearest rank: the smallest value that at least this share does not exceed."""
    by_bucket = sorted((each.sort.bucket, each.n) for each in merged(counted))
    n = sum(count for _, count in by_bucket)
    if not n:
        return {}
    return {name: ranked(reading, measure, by_bucket, max(1, ceil(percent * n / 100))) for name, percent in RANKS.items()}


RANKS = {"median": 50, "p90": 90}


def ranked(reading: Reading, measure: str, by_bucket: list[tuple[int, int]], rank: int) -> float:
    for bucket, n in by_bucket:
        if rank <= n:
            return reading.sums.ranked(measure, bucket, rank - 1, reading.choice) / MICROSECONDS_AN_HOUR
        rank -= n
    raise AssertionError("more were counted than there are")


def merged(counted: list[Sum]) -> list[Sum]:
    """By bucket alone."""
    found: dict[int, Sum] = {}
    for each in counted:
        before = found.get(each.sort.bucket)
        found[each.sort.bucket] = each if before is None else before._replace(n=before.n + each.n)
    return list(found.values())


def lasting(name: str, measure: str) -> Callable[[Reading], Figure]:
    def figure(reading: Reading) -> Figure:
        counted = reading.decided(measure)
        n, total = sum(each.n for each in counted), sum(each.total for each in counted)
        more = ranks(reading, measure, counted) | ({"mean": total / n / MICROSECONDS_AN_HOUR} if n else {})
        return Figure(name=name, value=more.get("median"), part=None, of=n, unit=Unit.HOURS, more=more)

    return figure


# People.


def stage_on_time(reading: Reading) -> Figure:
    """Of one department, or of all with each beside the whole."""
    counted = reading.decided(f.TASK) + [each for _, each in reading.overdue(f.TASK)]
    if reading.department is not None:
        return part_of("stage_on_time", [each for each in counted if each.sort.what == reading.department])
    more: Counter[str] = Counter()
    for each in counted:
        more[f"{each.sort.what}_part"] += each.part
        more[f"{each.sort.what}_of"] += each.of
    return part_of("stage_on_time", counted, **more)


def csat(reading: Reading) -> Figure:
    counted = reading.decided(f.FEEDBACK)
    asked, answered = sum(each.n for each in counted), having(counted, Heard.ANSWERED)
    more: dict[str, float] = {"asked": asked} | ({"response_rate": answered / asked} if asked else {})
    more |= {"mean": sum(each.total for each in counted) / answered} if answered else {}
    return share("csat", having(counted, Heard.SATISFIED), answered, **more)


def nps(reading: Reading) -> Figure:
    counted = reading.decided(f.FEEDBACK)
    asked, answered = sum(each.n for each in counted), having(counted, Heard.NPS)
    promoters, detractors = having(counted, Heard.PROMOTER), having(counted, Heard.DETRACTOR)
    more: dict[str, float] = {"asked": asked, "promoters": promoters, "detractors": detractors}
    more |= {"response_rate": answered / asked} if asked else {}
    score = 100 * (promoters - detractors) / answered if answered else None
    return Figure(name="nps", value=score, part=promoters - detractors, of=answered, unit=Unit.SCORE, more=more)


def having(counted: list[Sum], wanted: Heard) -> int:
    return sum(each.n for each in counted if wanted in Heard(each.sort.marks))


FIGURES: dict[str, Callable[[Reading], Figure]] = {
    "on_time": on_time,
    "in_full": in_full,
    "otif": otif,
    "perfect_order": perfect_order,
    "tardiness": tardiness,
    "promise_stability": promise_stability,
    "first_pass_yield": first_pass_yield,
    "right_first_time": right_first_time,
    "rework_rate": rework_rate,
    "first_answer": lasting("first_answer", f.FIRST_ANSWER),
    "promise_answer": lasting("promise_answer", f.PROMISE_ANSWER),
    "cycle_time": lasting("cycle_time", f.CYCLE),
    "stage_on_time": stage_on_time,
    "notice_lead": notice_lead,
    "csat": csat,
    "nps": nps,
}
"""In the order in which they are shown."""


def causes(reading: Reading) -> tuple[LatenessCause, ...]:
    """What ate the slack of late orders, as they were told last; the most hours first."""
    measure = f.CAUSE + reading.basis
    seconds: Counter[str] = Counter()
    orders: Counter[str] = Counter()
    for each in reading.decided(measure) + [overdue for _, overdue in reading.overdue(measure)]:
        seconds[each.sort.what] += each.total
        orders[each.sort.what] += each.n
    found = [cause(what, total / SECONDS_AN_HOUR, orders[what]) for what, total in seconds.items()]
    return tuple(sorted(found, key=lambda each: (-each.hours, each.blame, each.kind or "")))


def cause(what: str, hours: float, orders: int) -> LatenessCause:
    blame, _, kind = what.partition(".")
    return LatenessCause(blame=Blame(blame), kind=Kind(kind) if kind else None, hours=hours, orders=orders)
