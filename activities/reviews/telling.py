"""Says in one language what a look at the plant found."""

from dataclasses import dataclass
from datetime import date

from activities.figures.report import Unit
from activities.figures.telling import LESS_IS_BETTER
from activities.figures.telling import Teller as FigureTeller
from activities.languages import Tongue
from activities.mail.words import Words
from activities.reviews.findings import CaseFound, PolicyChange, Reached, TroubleFound
from activities.store.review_decisions import Decision, DecisionState
from activities.store.troubles import TroubleKind
from workflows.types.reviews import ReviewKind
from workflows.types.words import SYSTEM, Origin


@dataclass(frozen=True)
class Teller:
    tongue: Tongue
    zone: str
    """The plant's."""

    @property
    def words(self) -> Words:
        return Words.of(self.tongue.language)

    @property
    def figures(self) -> FigureTeller:
        return FigureTeller(self.tongue)

    def review(self, kind: ReviewKind) -> str:
        named = {
            ReviewKind.WEEKLY: self.tongue.text("Weekly coordination meeting"),
            ReviewKind.MONTHLY: self.tongue.text("Monthly delivery report"),
            ReviewKind.QUARTERLY: self.tongue.text("Quarterly review of the targets"),
        }
        return named[kind]

    def title(self, kind: ReviewKind, day: date) -> str:
        return f"{self.review(kind)}{self.words.letter['colon']}{self.tongue.day(day)}"

    # What goes wrong.

    def trouble_kind(self, kind: TroubleKind) -> str:
        return self.tongue.text("blocked") if kind is TroubleKind.BLOCKED else self.words.risks[kind.value]

    def trouble(self, found: TroubleFound) -> str:
        """In one sentence."""
        if found.kind is TroubleKind.BLOCKED:
            until = f" ({self.tongue.day(found.eta)})" if found.eta else ""
            return (found.reason or "–") + until
        if found.days_late:
            return self.tongue.text("Days behind the promised day: {days}", days=self.tongue.number(found.days_late))
        if found.slack_hours is None:
            return "–"
        if found.slack_hours < 0:
            hours = self.tongue.number(-found.slack_hours)
            return self.tongue.text("Expected {hours} working hours after the promised day", hours=hours)
        return self.tongue.text("{hours} working hours of slack left", hours=self.tongue.number(found.slack_hours))

    def turn(self, found: TroubleFound) -> str:
        """Whose it is, and what they are asked."""
        whose = self.words.department(found.department)
        whose = f"{found.holder} ({whose})" if found.holder else whose
        return f"{whose} · {self.words.task(found.task)}" if found.task else whose

    # What is to become better, and what was decided.

    def origin(self, origin: Origin) -> str:
        named = {
            Origin.COMPLAINT: self.tongue.text("Complaint"),
            Origin.NONCONFORMANCE: self.tongue.text("Non-conformance"),
            Origin.SUGGESTION: self.tongue.text("Suggestion"),
        }
        return named.get(origin, origin.value)

    def asked(self, found: CaseFound) -> str:
        """What is to be done next, by whom and when."""
        when = self.tongue.instant(found.due, self.zone)
        if found.task is None:
            return self.tongue.text("Its effect is looked at {when}", when=when or "–")
        late = f"✖ {self.words.lateness['overdue']} · " if found.is_overdue else ""
        whose = self.words.department(found.department) if found.department else "–"
        return f"{late}{self.words.task(found.task)} · {whose} · {when}"

    def state(self, state: DecisionState) -> str:
        named = {
            DecisionState.OPEN: self.tongue.text("open"),
            DecisionState.DONE: self.tongue.text("done"),
            DecisionState.DROPPED: self.tongue.text("dropped"),
        }
        return named[state]

    def mark(self, decision: Decision, today: date) -> str:
        """A sign beside the word."""
        if decision.state is DecisionState.OPEN:
            return "✖" if decision.due < today else "●"
        return "✓" if decision.state is DecisionState.DONE else "⊘"

    def whose(self, decision: Decision) -> str:
        department = self.words.department(decision.department)
        return f"{decision.owner} ({department})" if decision.owner else department

    def became(self, decision: Decision) -> str:
        """What became of it, by whom, with what they said of that."""
        by = decision.settled_by if decision.settled_by != SYSTEM else None
        # What was settled by an earlier release has only how its case ended.
        said = self.words.results.get(decision.result or "", decision.result)
        told = (self.state(decision.state), by, said)
        return " · ".join(dict.fromkeys(filter(None, told)))

    # Figures and the policy.

    def target(self, found: Reached) -> str:
        return self.figures.amount(found.target, Unit.SHARE)

    def reached(self, found: Reached) -> str:
        """The figure, with what it was counted of."""
        if found.figure is None or found.figure.value is None:
            return self.tongue.text("nothing to count")
        return f"{self.figures.value(found.figure)} ({self.figures.counted(found.figure)})"

    def verdict(self, found: Reached) -> str:
        value = found.figure.value if found.figure else None
        if value is None:
            return "–"
        is_reached = value <= found.target if found.name in LESS_IS_BETTER else value >= found.target
        return f"✓ {self.tongue.text('reached')}" if is_reached else f"✖ {self.tongue.text('missed')}"

    def change(self, change: PolicyChange) -> str:
        """Which, by whom and when."""
        return f"{change.version} · {change.by} · {self.tongue.instant(change.at, self.zone)}"

    def changed(self, change: PolicyChange, most: int) -> str:
        """Why, and what."""
        because = [f"{self.tongue.text('because of')} {change.because}"] if change.because else []
        return " · ".join([*because, *change.changes[:most]])
