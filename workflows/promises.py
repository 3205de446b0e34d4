"""Keeps the promise ledger: what was promised, what production expects, and when sales must answer (R4, R8, R13)."""

from datetime import date, datetime

from temporalio import workflow

from workflows.desk import Desk
from workflows.journal import Journal
from workflows.mailroom import Mailroom
from workflows.rules import causes, dates, deadlines, risk
from workflows.types import answers as a
from workflows.types import commands as c
from workflows.types import events as e
from workflows.types import slack
from workflows.types.commands import Actor
from workflows.types.events import SaidRef
from workflows.types.orders import Promise
from workflows.types.slack import Blame
from workflows.types.state import OrderState
from workflows.types.words import Department, Kind, Step

STILL_OWED = "still-owed"
"""Orders whose day had passed before with a part of them delivered were not late for the rest."""


class PromiseKeeper:
    """The promise of one order."""

    def __init__(self, journal: Journal, desk: Desk, mailroom: Mailroom) -> None:
        self.journal, self.desk, self.mailroom = journal, desk, mailroom
        self.state = journal.state

    # What is promised.

    def give(self, answer: a.Confirm, by: Actor, reason: str | None = None) -> None:
        """The first promise, which is never overwritten; a corrected one is a revision, with the reason."""
        self._add(answer.promised_date, by, reason=reason, customer_agreed=True if answer.customer_agreed_by else None)
        self.mailroom.tell("order_confirmed", "customer")

    def move(self, to: a.Repromise, by: Actor, said: SaidRef | None = None) -> int:
        """A new revision; whoever has work with the order is told, and so is the customer."""
        assert self.state.promise is not None
        old = self.state.promise.date
        self.desk.withdraw(self.state.open_task(Kind.DECIDE_PROMISE), "the promise was moved")
        seq = self._add(
            to.promised_date,
            by,
            said=said,
            reason=to.reason,
            approved_by=to.approved_by,
            customer_agreed=to.customer_agreed,
        )
        self.mailroom.tell(
            "promise_moved", "customer", *self.state.busy, old=f"{old}", new=f"{to.promised_date}", reason=to.reason
        )
        return seq

    def decide(self, answer: a.Answer, by: Actor) -> None:
        """What sales decided when the promise could not hold: a new date, or to keep it all the same."""
        match answer:
            case a.Repromise():
                self.move(answer, by)
            case a.Keep(reason=reason):
                self.journal.record(e.PromiseKept(reason=reason, answered_forecast=self._forecast()), by, of=Department.SALES)

    def _add(
        self,
        day: date,
        by: Actor,
        *,
        said: SaidRef | None = None,
        reason: str | None = None,
        approved_by: str | None = None,
        customer_agreed: bool | None = None,
    ) -> int:
        calendar, now, before = self.journal.calendar, workflow.now(), _once_confirmed(self.state)
        promise = Promise(
            revision=len(self.state.promises) + 1,
            date=day,
            reason=reason,
            by=by.id,
            approved_by=approved_by,
            customer_agreed=customer_agreed,
            forecast=risk.forecast_day(before, calendar, now),
            at=now,
        )
        is_known = before.expected_completion and risk.would_break(day, before, calendar, now)
        after = before.model_copy(update={"promises": [*before.promises, promise]})
        promised = e.Promised(
            promise=promise,
            answered_forecast=risk.forecast(before, calendar, now) if is_known else None,
            latest_finish=deadlines.latest_finishes(after, calendar),
        )
        # Looked at before it is on record: what was is gone then.
        moved = deadlines.moved(before, after, calendar)
        seq = self.journal.record(promised, by, of=Department.SALES, said=said)
        for task_id, due in moved.items():
            self.desk.move(self.state.tasks[task_id], due, f"promised for {day}")
        return seq

    # What production expects.

    def plan(self, plan: a.Planned) -> None:
        """Production's plan; whether the promise holds with it is reviewed with every change."""
        calendar = self.journal.calendar
        start, end = dates.instant(plan.planned_start, calendar), dates.instant(plan.expected_completion, calendar)
        duration = calendar.between(start, end).total_seconds()
        self.journal.record(
            e.PlanMade(planned_start=start, expected_completion=end, duration=duration, work_center=plan.work_center)
        )

    def report(self, said: c.ReportProgress) -> None:
        """Progress from the shop floor; what it says of the completion counts, sooner or later (R10)."""
        progress, task = said.progress, self.state.tasks[said.task_id]
        data = e.ProgressReported(task_id=said.task_id, percent=progress.percent, quantity=progress.quantity, note=progress.note)
        self.journal.record(data, said.actor, of=task.department, said=said.ref)
        if progress.expected_completion is not None:
            stated = dates.instant(progress.expected_completion, self.journal.calendar)
            self.expect(stated, progress.note or "progress report", Blame.PROGRESS, Kind.PRODUCE)

    def cannot(self, answer: a.Cannot) -> None:
        """Production cannot: sales is asked at once, whatever it answered before."""
        if answer.earliest is not None:
            kind = Kind.MAKE_PLAN if self.state.step is Step.MAKE_PLAN else Kind.PRODUCE
            self.expect_not_before(self.journal.calendar.end_of(answer.earliest), answer.reason, Blame.CANNOT, kind)
        self.journal.record(e.ForecastBroken(reason=answer.reason))

    def expect_not_before(self, earliest: datetime, reason: str, blame: Blame, kind: Kind) -> None:
        """The expected completion becomes this, if it is later."""
        if self.state.expected_completion is None or earliest > self.state.expected_completion:
            self.expect(earliest, reason, blame, kind)

    def expect(self, completion: datetime, reason: str, blame: Blame, kind: Kind) -> None:
        """The expected completion moves, and the deadline of producing with it."""
        if completion == self.state.expected_completion:
            return
        moved = e.ExpectedCompletionMoved(expected_completion=completion, reason=reason, blame=blame, kind=kind)
        self.journal.record(moved)
        produce = self.state.open_task(Kind.PRODUCE)
        if produce is not None:
            self.desk.move(produce, self.desk.due_of(produce), reason)

    # With every change.

    def review(self) -> None:
        """Asks sales when the forecast breaks the promise, notes a changed risk, and tells of one that has worsened."""
        if risk.must_ask_sales(self.state, self.journal.calendar, workflow.now()):
            self.desk.open(Kind.DECIDE_PROMISE)
        self._update_question()
        self._assess()
        if risk.must_warn(self.state):
            self._warn()

    def _update_question(self) -> None:
        """Sales decides by the date that the forecast supports now."""
        asked = self.state.open_task(Kind.DECIDE_PROMISE)
        if asked is None or self.state.hold is not None:
            return
        earliest = risk.earliest(self.state, self.journal.calendar, workflow.now())
        if earliest != asked.earliest:
            self.journal.record(e.EarliestMoved(task_id=asked.id, earliest=earliest))

    def _assess(self) -> None:
        state, calendar, now = self.state, self.journal.calendar, workflow.now()
        stands = risk.risk(state, calendar, now)
        if state.delivered is not None:
            # Only then may the two differ.
            once = risk.risk(state, calendar, now, parts_will_do=True)
            if stands is not once and not workflow.patched(STILL_OWED):
                stands = once
        if stands is state.risk:
            return
        why = causes.causes(state, calendar, now) if risk.is_threatened(stands) else ()
        self.journal.record(e.RiskMoved(risk=stands, slack_hours=risk.slack_hours(state, calendar, now), causes=why))

    def _warn(self) -> None:
        """Whoever has work with the order hears what it is late for, and why."""
        state, calendar, now = self.state, self.journal.calendar, workflow.now()
        assert state.risk is not None and state.promise is not None
        self.mailroom.tell(
            state.risk.value,
            *risk.told_of(state),
            revision=f"{state.promise.revision}",
            forecast=f"{risk.forecast_day(state, calendar, now)}",
            cause=slack.written(causes.causes(state, calendar, now)),
        )

    def _forecast(self) -> datetime:
        return risk.forecast(self.state, self.journal.calendar, workflow.now())


def _once_confirmed(state: OrderState) -> OrderState:
    """The order as the first promise finds it: it is confirmed, and its plan is what comes next."""
    return state.model_copy(update={"step": Step.MAKE_PLAN}) if state.step is Step.CONFIRM else state
