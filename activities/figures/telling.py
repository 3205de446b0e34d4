"""How figures are said: their values as people write them, and what the policy aims at beside them."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from activities.figures.words import Basis, Counted, Figure, LatenessCause, Unit, Wanted
from activities.languages import Tongue
from activities.mail.words import Words
from activities.store.figure_rows import next_month
from workflows.rules.calendar import DAY
from workflows.types.policy import Targets
from workflows.types.words import Kind

NOTHING = "–"
DETAILS = {
    "share": Unit.SHARE,
    "response_rate": Unit.SHARE,
    "median": Unit.HOURS,
    "p90": Unit.HOURS,
    "mean": Unit.HOURS,
    "max": Unit.DAYS,
}
"""In what is measured what stands beside a figure; all else is counted."""
SAID_ALREADY = frozenset(
    {*((name, "median") for name in ("first_answer", "promise_answer", "cycle_time")), ("notice_lead", "p90")}
)
"""A median is these figures' own value; and of the longest leads nobody has to hear."""
LASTING = ("first_answer", "promise_answer", "cycle_time", "notice_lead")
OF_ROWS = {**dict.fromkeys(LASTING, Unit.HOURS), "csat": Unit.COUNT, "promise_stability": Unit.COUNT}
"""What a row of a figure says beside what it counts as; of orders that were due the days that they were late."""
OF_QUANTITIES = frozenset({"first_pass_yield", "rework_rate"})
MEASURED = {Unit.HOURS: ("hour", "hours"), Unit.DAYS: ("day", "days"), Unit.SCORE: ("points", "points")}
"""By unit: one of it, and several."""
LESS_IS_BETTER = frozenset({"rework_rate"})


class Standing(NamedTuple):
    """Against what the policy aims at."""

    target: float
    is_reached: bool


def standing(figure: Figure, targets: Targets) -> Standing | None:
    """None where there is no target, or nothing to compare with it."""
    target = target_of(figure.name, targets)
    if target is None or figure.value is None:
        return None
    is_reached = figure.value <= target if figure.name in LESS_IS_BETTER else figure.value >= target
    return Standing(target, is_reached)


def target_of(name: str, targets: Targets) -> float | None:
    target: float | None = getattr(targets, name, None)
    return target


@dataclass(frozen=True)
class Teller:
    tongue: Tongue

    @property
    def words(self) -> Words:
        return Words.of(self.tongue.language)

    def name(self, figure: str) -> str:
        return self.words.figures[figure]

    def definition(self, figure: str, basis: Basis) -> str:
        return self.words.definitions[figure].replace("{date}", self.basis(basis))

    def basis(self, basis: Basis) -> str:
        return self.words.bases[basis]

    def value(self, figure: Figure) -> str:
        return self.amount(figure.value, figure.unit)

    def amount(self, value: float | None, unit: Unit) -> str:
        if value is None:
            return NOTHING
        match unit:
            case Unit.SHARE:
                return str(format_percent(value, "#,##0.0%", self.tongue.locale))
            case Unit.HOURS | Unit.DAYS | Unit.SCORE:
                one, more = MEASURED[unit]
                return self.words.delivery_report[one if value == 1 else more].format(
                    n=self.decimal(value, 1 if abs(value) >= 1 else 2)
                )
            case Unit.COUNT:
                return self.decimal(value, 2)

    def decimal(self, value: float, digits: int = 1) -> str:
        """At most so many behind the point."""
        return str(format_decimal(value, f"#,##0.{'#' * digits}", self.tongue.locale))

    def counted(self, figure: Figure) -> str:
        """What was counted, of how much; of a median only how much."""
        of, told = self.tongue.number(figure.of), self.words.delivery_report
        if not figure.of:
            orders = figure.more.get("orders")
            return told["none_late"].format(of=self.tongue.number(orders)) if orders else told["nothing"]
        if figure.part is None:
            return told["counted"].format(of=of)
        return told["of"].format(part=self.decimal(figure.part), of=of)

    def details(self, figure: Figure) -> list[str]:
        """What belongs to a figure, each with its name; what did not happen is left out."""
        return [self.detail(figure.name, key, n) for key, n in figure.more.items() if n and self._detail(figure.name, key)]

    def detail(self, figure: str, key: str, value: float) -> str:
        unit = Unit.COUNT if figure == "csat" and key == "mean" else DETAILS.get(key, Unit.COUNT)
        return self._detail(figure, key).format(n=self.amount(value, unit))

    def _detail(self, figure: str, key: str) -> str:
        """Its sentence; what says no more than the value itself has none."""
        known = self.words.figure_details
        return known.get(f"{figure}.{key}") or ("" if (figure, key) in SAID_ALREADY else known.get(key, ""))

    def target(self, stands: Standing) -> str:
        """With a sign, so that nobody needs the colour."""
        told = self.words.delivery_report["reached" if stands.is_reached else "missed"]
        return f"{'✓' if stands.is_reached else '✖'} {told.format(target=self.amount(stands.target, Unit.SHARE))}"

    def blame(self, cause: LatenessCause) -> str:
        return self.words.blames[cause.blame].format(task=self.words.task(cause.kind) if cause.kind else "")

    def cause(self, cause: LatenessCause) -> str:
        told = self.words.delivery_report["cause"]
        return told.format(hours=self.decimal(cause.hours), orders=self.tongue.number(cause.orders))

    def counts_as(self, figure: str, row: Counted) -> str:
        known = self.words.counted_as
        return known.get(f"{figure}.{row.counts_as}") or known[row.counts_as]

    def row(self, figure: str, row: Counted) -> str:
        """How much one order or task put into the figure, where that is more than itself."""
        if figure in OF_QUANTITIES and row.part is not None:
            of = self.tongue.number(row.of)
            return (
                self.words.delivery_report["of"].format(part=self.decimal(row.part), of=of) if row.of else self.decimal(row.part)
            )
        return self.amount(row.value, OF_ROWS.get(figure, Unit.DAYS)) if row.value else NOTHING

    def task(self, task_id: str) -> str:
        """By its kind, which stands in its id."""
        return self.words.task(Kind(task_id.rsplit(".", 2)[1]))

    def tick(self, value: float, unit: Unit) -> str:
        """As much as there is room for beside a drawing."""
        if unit == Unit.SHARE:
            return str(format_percent(value, "#,##0.#%", self.tongue.locale))
        return self.decimal(value)

    def short_month(self, first: date) -> str:
        """With the year where one begins."""
        if first.month == 1:
            return str(format_date(first, "MMM y" if self.tongue.is_english else "y年M月", self.tongue.locale))
        return str(format_date(first, "MMM" if self.tongue.is_english else "M月", self.tongue.locale))

    def month(self, first: date) -> str:
        return str(format_date(first, "MMMM y" if self.tongue.is_english else "y年M月", self.tongue.locale))

    def span(self, wanted: Wanted) -> str:
        """A year or a month by its name, else the first and the last day."""
        if wanted.start == date(wanted.start.year, 1, 1) and wanted.end == date(wanted.start.year + 1, 1, 1):
            return str(format_date(wanted.start, "y" if self.tongue.is_english else "y年", self.tongue.locale))
        if wanted.start.day == 1 and wanted.end == next_month(wanted.start):
            return self.month(wanted.start)
        return f"{self.tongue.day(wanted.start)} – {self.tongue.day(wanted.end - DAY)}"
