"""Keeps the promise ledger: what was promised, what production expects, and when sales must answer (R4, R8, R13)."""

from datetime import date, datetime

from temporalio import workflow

from workflows.desk import Desk
from workflows.journal import Journal
from workflows.mailroom import Mailroom
from workflows.rules import dates, risk
from workflows.types import answers as a
from workflows.types import commands as c
from workflows.types import events as e
from workflows.types.commands import Actor
from workflows.types.events import SaidRef
from workflows.types.orders import Promise
from workflows.types.words import Department, Kind


class PromiseKeeper:
    """The promise of one order."""

    def __init__(self, journal: Journal, desk: Desk, mailroom: Mailroom) -> None:
        self.journal, self.desk, self.mailroom = journal, desk, mailroom
        self.state = journal.state

    # What is promised.

    def give(self, answer: a.Confirm, by: Actor) -> None:
        """The first promise, which is never overwritten."""
        self._add(answer.promised_date, by, customer_agreed=True if answer.customer_agreed_by else None)
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
        told = dict.fromkeys(task.department.value for task in self.state.tasks.values())
        self.mailroom.tell("promise_moved", "customer", *told, old=f"{old}", new=f"{to.promised_date}", reason=to.reason)
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
        calendar, forecast = self.journal.calendar, self._forecast()
        promise = Promise(
            revision=len(self.state.promises) + 1,
            date=day,
            reason=reason,
            by=by.id,
            approved_by=approved_by,
            customer_agreed=customer_agreed,
            forecast=calendar.day_of(forecast),
            at=workflow.now(),
        )
        is_known = self.state.expected_completion and risk.would_break(day, self.state, calendar, workflow.now())
        promised = e.Promised(promise=promise, answered_forecast=forecast if is_known else None)
        return self.journal.record(promised, by, of=Department.SALES, said=said)

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
            self.expect(stated, progress.note or "progress report")

    def cannot(self, answer: a.Cannot) -> None:
        """Production cannot: sales is asked at once, whatever it answered before."""
        if answer.earliest is not None:
            self.expect_not_before(self.journal.calendar.end_of(answer.earliest), answer.reason)
        self.journal.record(e.ForecastBroken(reason=answer.reason))

    def expect_not_before(self, earliest: datetime, reason: str) -> None:
        """The expected completion becomes this, if it is later."""
        if self.state.expected_completion is None or earliest > self.state.expected_completion:
            self.expect(earliest, reason)

    def expect(self, completion: datetime, reason: str) -> None:
        """The expected completion moves, and the deadline of producing with it."""
        if completion == self.state.expected_completion:
            return
        self.journal.record(e.ExpectedCompletionMoved(expected_completion=completion, reason=reason))
        produce = self.state.open_task(Kind.PRODUCE)
        if produce is not None:
            self.desk.move(produce, self.desk.due_of(produce), reason)

    # With every change.

    def review(self) -> None:
        """Notes a changed risk, and asks sales when the forecast breaks the promise."""
        now, calendar = workflow.now(), self.journal.calendar
        if risk.must_ask_sales(self.state, calendar, now):
            self.desk.open(Kind.DECIDE_PROMISE)
        stands = risk.risk(self.state, calendar, now)
        if stands is not self.state.risk:
            self.journal.record(e.RiskMoved(risk=stands, slack_hours=risk.slack_hours(self.state, calendar, now)))

    def _forecast(self) -> datetime:
        return risk.forecast(self.state, self.journal.calendar, workflow.now())
