"""An order as it runs in a rehearsal: its events, open tasks and mails. The rules are those of a real one, the clock is not."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from jiaoqi.rehearsing.post import Mail, recipient
from workflows.clock import next_wake, ticking
from workflows.rules import escalation, fold, opening, risk, silence
from workflows.rules.calendar import Calendar
from workflows.types import events as e
from workflows.types.notices import Notice
from workflows.types.orders import Customer, Line, OrderFacts
from workflows.types.policy import Policy
from workflows.types.state import OrderState
from workflows.types.tasks import Task
from workflows.types.words import SYSTEM, Kind, Risk

DIGEST = "rehearsed"
CUSTOMER = Customer(name="customer")
GOODS = (Line(product_model="as ordered", quantity=1),)


@dataclass
class Told:
    """What would have come of one order."""

    mails: Counter[Mail] = field(default_factory=Counter)
    warned: dict[Risk, datetime] = field(default_factory=dict)
    """When each risk was told."""
    kept: list[datetime] = field(default_factory=list)
    """When sales answered that the promise is kept all the same."""


def entered(order_no: str, requested: date, at: datetime, policy: Policy) -> OrderState:
    """An order just entered; what is in it does not matter to its dates."""
    facts = OrderFacts(order_no=order_no, customer=CUSTOMER, lines=GOODS, requested_date=requested, owner="sales")
    event = e.Event(seq=1, at=at, actor=SYSTEM, data=e.OrderEntered(order=facts, policy=DIGEST))
    return fold.begin(event, {DIGEST: policy})


class Running:
    """One order; `now` moves on only by `pass_until`."""

    def __init__(self, state: OrderState, calendar: Calendar) -> None:
        self.state, self.calendar, self.now = state, calendar, state.created_at
        self.told = Told()
        self._answers: dict[str, datetime] = {}
        """When the questions beside the way of the goods are answered, by task."""

    def record(self, data: e.Happening) -> None:
        event = e.Event(seq=self.state.seq + 1, at=self.now, actor=SYSTEM, data=data)
        fold.apply(self.state, event, {})

    def open(self, kind: Kind) -> Task:
        """A question as the desk of a real order puts it."""
        task = opening.question(kind, self.state, self.calendar, self.now)
        self.record(e.TaskOpened(task=task))
        if self.state.policy.departments[task.department].task_opened:
            self.tell("task_opened", "assignee", about=task)
        return task

    def close(self, task: Task, outcome: str) -> None:
        self.record(e.TaskCompleted(task_id=task.id, outcome=outcome))

    def tell(self, kind: str, *to: str, about: Task | None = None) -> None:
        """One mail for each word that says who is told."""
        self.told.mails.update(Mail(recipient(word, about), kind) for word in dict.fromkeys(to))

    def pass_until(self, then: datetime) -> None:
        """Whatever comes due on the way is told; what comes due in the very instant of the answer is not any more."""
        while (at := self._next()) is not None and at < then:
            self.now = max(self.now, at)
            self._answer()
            self._ring()
            self.review()
        self.now = max(self.now, then)

    def review(self) -> None:
        """After each change, as with a real order: asks sales if the promise breaks, and tells of a greater risk."""
        state, calendar = self.state, self.calendar
        if risk.must_ask_sales(state, calendar, self.now):
            asked = self.open(Kind.DECIDE_PROMISE)
            # Like every step that nothing hinders: in half the time allowed.
            self._answers[asked.id] = calendar.add(self.now, calendar.between(self.now, asked.due_at) / 2)
        stands = risk.risk(state, calendar, self.now)
        if stands is not state.risk:
            self.record(e.RiskMoved(risk=stands, slack_hours=risk.slack_hours(state, calendar, self.now)))
        if stands is not None and risk.must_warn(state):
            self._warn(stands)

    def _warn(self, stands: Risk) -> None:
        """Told once for a promise, which the order must remember."""
        to = risk.told_of(self.state)
        key = f"{self.state.facts.order_no}.{stands.value}.{self.state.seq + 1}"
        self.record(e.NoticeRequested(notice=Notice(key=key, kind=stands.value, to=to, at=self.now)))
        self.tell(stands.value, *to)
        self.told.warned[stands] = self.now

    def _next(self) -> datetime | None:
        wake = next_wake(self.state, self.calendar, self.now)
        return min([*self._answers.values(), *([wake.at] if wake else [])], default=None)

    def _answer(self) -> None:
        """Sales keeps the promise: nobody knows that it was ever moved."""
        for task_id in [each for each, at in self._answers.items() if at <= self.now]:
            del self._answers[task_id]
            self.close(self.state.tasks[task_id], "keep")
            self.told.kept.append(self.now)
            forecast = risk.forecast(self.state, self.calendar, self.now)
            self.record(e.PromiseKept(reason="rehearsed", answered_forecast=forecast))

    def _ring(self) -> None:
        for task in ticking(self.state):
            self._pass_over_silence(task)
            self._climb(task)

    def _pass_over_silence(self, task: Task) -> None:
        """Nobody is told: files do not say whether production reported."""
        at = silence.told_at(task, self.state, self.calendar)
        if at is not None and at <= self.now:
            self.record(e.SilenceNoticed(task_id=task.id, since=silence.since(task)))

    def _climb(self, task: Task) -> None:
        """As the escalator of a real order: of the rungs due only the highest is told."""
        due = escalation.reached(self.state.tasks[task.id], self.state.policy, self.calendar, self.now)
        if due:
            top = due[-1]
            self.record(e.RungReached(task_id=task.id, rung=top.rung.name, level=top.level))
            self.tell(top.rung.name, *top.rung.to, about=task)
