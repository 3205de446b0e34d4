"""Whatever people say, in whatever order, and however time passes: what must always hold of an order does (issue 4).

The order is the real one, driven by hand (`by_hand`); what it writes is audited event by event (`books`).
JIAOQI_TEST_LONG=1: many more orders.
"""

import os
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from typing_extensions import override

from tests.rules.books import A_MOMENT, Books, is_on_the_way
from tests.rules.by_hand import OrderByHand
from tests.rules.samples import at, facts, policy
from workflows.clock import wakes
from workflows.rules import causes, fold, risk
from workflows.rules.calendar import Calendar
from workflows.types import commands as c
from workflows.types.answers import OUTCOMES, Progress
from workflows.types.events import SaidRef
from workflows.types.notices import Told
from workflows.types.orders import Line, Promise
from workflows.types.refusals import Refusal
from workflows.types.slack import Blame, Cause
from workflows.types.tasks import Task
from workflows.types.words import NOT_HELD, READINESS, Department, Kind, NoticeState, Step

LONG = bool(os.environ.get("JIAOQI_TEST_LONG"))
POLICIES = {
    "usual": policy(""),
    "hasty": policy('[order]\nbuffer = "4h"\nmax_rework_rounds = 1\nsilent_after = "3h"\n[tasks.produce]\nallowance = "1d"'),
    "nights": policy('[plant]\nhours = ["20:00-04:00"]\n[order]\ntransit = "0s"'),
    "always": policy("[plant]\naround_the_clock = true"),
}
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
REASON = {"reason": "x"}
CAST = {department: c.Actor(id=f"{department}1", departments=(department,)) for department in Department}
HEADS = {d: c.Actor(id=f"{d}-head", departments=(d,), heads=(d,)) for d in Department}
SALES = CAST[Department.SALES]
ADMIN = c.Actor(id="admin", admin=True)

weeks = st.integers(0, 45)
days = st.integers(0, 12)
spans = st.one_of(
    st.integers(1, 300), st.integers(1, 200).map(lambda hours: 60 * hours), st.integers(1, 12).map(lambda n: 1440 * n)
)
"""Minutes."""
names = st.sampled_from(sorted(POLICIES))
LAST_WORDS = ("reject", "close", "answered", "no_answer")
"""Answers that end an order: not before something could be seen."""
ENOUGH = 80
"""Events."""


class AnyOrder(RuleBasedStateMachine):
    """People of all departments, who say whatever comes to mind."""

    @initialize(name=names, hour=st.integers(0, 7 * 24), steps=st.integers(0, 11), data=st.data())
    def enter(self, name: str, hour: int, steps: int, data: st.DataObject) -> None:
        """A new order, or one that has come some way already."""
        self.books = Books(dict(POLICIES))
        self.calls = 0
        self.promises: list[Promise] = []
        now = at("16 00:00") + timedelta(hours=hour)
        start = c.OrderStart(facts=facts(100, 20), entered_by=SALES, policy=POLICIES[name], digest=name, ref=self.ref())
        self.order = OrderByHand(start, now, self.books.write)
        for _ in range(steps):
            self.answer_straight(data, data.draw(spans))

    # What people say.

    @precondition(lambda self: not self.order.is_over)
    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        """Whoever is asked answers, somehow."""
        task = data.draw(st.sampled_from(sorted(self.order.state.tasks.values(), key=lambda task: task.id)))
        self._answer(task, data.draw(st.sampled_from(self.outcomes(task))), data)

    @precondition(lambda self: not self.order.is_over)
    @rule(data=st.data(), then=spans)
    def answer_straight(self, data: st.DataObject, then: int) -> None:
        """The goods go on a step; readiness all at once."""
        for task in [task for task in self.order.state.tasks.values() if is_on_the_way(task)]:
            self._answer(task, self.outcomes(task)[0], data)
        self.order.pass_until(self.order.now + then * MINUTE)

    @precondition(
        lambda self: self.order.state.open_task(Kind.DECIDE_PROMISE) or self.order.state.open_task(Kind.DECIDE_AMENDMENT)
    )
    @rule(data=st.data())
    def decide(self, data: st.DataObject) -> None:
        """What is asked beside the way."""
        beside = [task for task in self.order.state.tasks.values() if not is_on_the_way(task)]
        for task in beside[: data.draw(st.integers(1, 2))]:
            self._answer(task, data.draw(st.sampled_from(self.outcomes(task))), data)

    def outcomes(self, task: Task) -> list[str]:
        """What may be answered, the straight answer first."""
        possible = [each for each in OUTCOMES[task.kind] if each not in task.withheld]
        return [each for each in possible if each not in LAST_WORDS or len(self.books.events) > ENOUGH] or possible

    def _answer(self, task: Task, outcome: str, data: st.DataObject) -> None:
        by, fields = CAST[task.department], self.fields(task, outcome, data)
        self.say("complete", c.CompleteTask(actor=by, ref=self.ref(), task_id=task.id, outcome=outcome, fields=fields))

    @precondition(lambda self: self.order.state.answered)
    @rule(data=st.data())
    def correct(self, data: st.DataObject) -> None:
        task = data.draw(st.sampled_from([each.task for each in self.order.state.answered.values()]))
        outcome = data.draw(st.sampled_from(self.outcomes(task)))
        by, fields = HEADS[task.department], self.fields(task, outcome, data)
        said = c.CorrectTask(actor=by, ref=self.ref(), task_id=task.id, outcome=outcome, fields=fields, reason="mistaken")
        self.say("correct", said)

    @precondition(lambda self: self.order.state.promise and self.order.state.step not in (Step.ASK_FEEDBACK, Step.CLOSED))
    @rule(day=weeks)
    def repromise(self, day: int) -> None:
        said = {"promised_date": self.day(day), "reason": "x", "customer_agreed": True}
        assert self.say("repromise", c.RepromiseOrder(actor=SALES, ref=self.ref(), **said)) is None

    @rule(quantities=st.lists(st.integers(1, 150), min_size=1, max_size=3), where=st.sampled_from(["Dock 1", "Dock 2", None]))
    def amend(self, quantities: list[int], where: str | None) -> None:
        lines = tuple(Line(product_model=f"JQ-{n}", quantity=quantity) for n, quantity in enumerate(quantities))
        wanted: dict[str, Any] = {"ship_to": where} if where else {"lines": lines}
        self.say("amend", c.AmendOrder(actor=SALES, ref=self.ref(), reason="x", **wanted))

    @precondition(lambda self: self.order.state.open_task(Kind.PRODUCE))
    @rule(percent=st.integers(0, 100), done=st.one_of(st.none(), days))
    def report(self, percent: int, done: int | None) -> None:
        stated = None if done is None else self.order.now + timedelta(days=done)
        progress = Progress(percent=percent, expected_completion=stated)
        task = self.order.state.open_task(Kind.PRODUCE)
        assert task is not None
        actor = CAST[Department.PRODUCTION]
        self.say("progress", c.ReportProgress(actor=actor, ref=self.ref(), task_id=task.id, progress=progress))

    @precondition(lambda self: self.order.state.tasks)
    @rule(data=st.data(), later=days)
    def extend(self, data: st.DataObject, later: int) -> None:
        task = data.draw(st.sampled_from(sorted(self.order.state.tasks.values(), key=lambda task: task.id)))
        due, head = self.order.now + timedelta(days=later, hours=1), HEADS[task.department]
        self.say("extend", c.ExtendTask(actor=head, ref=self.ref(), task_id=task.id, due_at=due, reason="fair"))

    @precondition(lambda self: self.order.state.hold is None and not self.order.is_over)
    @rule(until=days, then=spans)
    def hold(self, until: int, then: int) -> None:
        said = c.HoldOrder(actor=SALES, ref=self.ref(), reason="x", until=self.order.now + timedelta(days=until, hours=1))
        assert self.say("hold", said) is None
        self.order.pass_until(self.order.now + then * MINUTE)

    @precondition(lambda self: self.order.state.hold)
    @rule()
    def resume(self) -> None:
        """Held working time moves what was held, and nothing else."""
        before = self.order.state.model_copy(deep=True)
        assert before.hold is not None
        assert self.say("resume", c.ResumeOrder(actor=SALES, ref=self.ref(), reason="x")) is None
        calendar, now, after = self.calendar, self.order.now, self.order.state
        assert after.promises == before.promises
        for task in before.tasks.values():
            held = calendar.between(max(before.hold.since, task.opened_at), now)
            stays = task.kind in NOT_HELD or not held
            assert after.tasks[task.id].due_at == (task.due_at if stays else calendar.add(task.due_at, held))
        if before.expected_completion is not None:
            held = calendar.between(before.hold.since, now)
            assert after.expected_completion == calendar.add(before.expected_completion, held)

    @precondition(lambda self: self.order.state.hold is None and not self.order.is_over and self.may_all_be_held())
    @rule(held=spans)
    def hold_for(self, held: int) -> None:
        """While nobody says anything: nobody is to blame for held time, and the goods come later by just that."""
        state = self.order.state
        was, blamed, forecast = self.order.now, self.blamed(), self.forecast()
        self.hold(until=1, then=held)
        self.resume()
        # Days of arrival are days: for goods that came back and should have left again, hours are not told apart.
        if state.detour is None or state.shipment is None or self.order.now <= state.shipment.ship_at:
            assert self.blamed() == blamed, f"{self.blamed()} instead of {blamed}"
        if state.shipment is None:
            assert self.calendar.between(forecast, self.forecast()) == self.calendar.between(was, self.order.now)

    def may_all_be_held(self) -> bool:
        return not any(task.kind in NOT_HELD for task in self.order.state.tasks.values())

    @precondition(lambda self: self.order.state.shipping_notice)
    @rule(how=st.sampled_from([NoticeState.SENT, NoticeState.SENT, NoticeState.DEAD]))
    def give_notice(self, how: NoticeState) -> None:
        key = self.order.state.shipping_notice
        assert key is not None
        self.order.say("notice_told", Told(key=key, states={"customer": how, "sales1": NoticeState.SENT}))

    @precondition(lambda self: not self.order.is_over)
    @rule(name=names, what=st.sampled_from(["policy", "policy", "age", "age", "end"]))
    def go_otherwise(self, name: str, what: str) -> None:
        """Another policy, another run, or no order any more."""
        if what == "policy":
            said = c.AdoptPolicy(actor=ADMIN, ref=self.ref(), policy=POLICIES[name], digest=name)
            assert self.say("adopt_policy", said) is None
        elif what == "age":
            self.order.grow_old()
        elif len(self.books.events) > ENOUGH:
            self.say("cancel", c.CancelOrder(actor=SALES, ref=self.ref(), reason="x"))

    # Time passes.

    @rule(minutes=spans, is_anybody_there=st.sampled_from([True, True, False]))
    def pass_time(self, minutes: int, is_anybody_there: bool) -> None:
        then = self.order.now + minutes * MINUTE
        if is_anybody_there:
            self.order.pass_until(then)
        else:
            self.books.is_awake = False
            self.order.sleep_until(then)
            self.books.is_awake = True

    # What always holds.

    @invariant()
    def it_holds(self) -> None:
        self.the_events_tell_the_state()
        self.the_ledger_only_grows()
        self.what_time_brings_was_told()
        self.who_is_asked_fits_where_the_order_stands()
        self.nothing_is_less_than_nothing()
        self.each_rung_is_told_once()

    def the_events_tell_the_state(self) -> None:
        assert self.books.state.model_dump() == self.order.state.model_dump()
        assert self.order.is_over == self.order.state.is_closed

    def the_ledger_only_grows(self) -> None:
        kept, self.promises = self.promises, list(self.order.state.promises)
        assert self.promises[: len(kept)] == kept
        assert [each.revision for each in self.promises] == list(range(1, len(self.promises) + 1))

    def what_time_brings_was_told(self) -> None:
        """A moment later at the most."""
        assert all(wake.at > self.order.now - SECOND for wake in wakes(self.order.state, self.calendar, self.order.now))
        self.books.is_up_to_date(self.order.now - A_MOMENT)

    def who_is_asked_fits_where_the_order_stands(self) -> None:
        open_now = self.order.state.tasks.values()
        kinds = [task.kind for task in open_now if is_on_the_way(task)]
        assert len(kinds) == (not self.order.is_over) or (len(kinds) == len(set(kinds)) and set(kinds) <= set(READINESS))
        assert {task.stage for task in open_now} <= {self.order.state.stage}
        assert sum(task.kind is Kind.DECIDE_PROMISE for task in open_now) <= 1
        assert sum(task.kind is Kind.DECIDE_AMENDMENT for task in open_now) <= 2
        for task in open_now:
            assert task.latest_finish == self.books.latest_finish(task.kind)

    def nothing_is_less_than_nothing(self) -> None:
        state = self.order.state
        maps = [value for _, value in state.work if isinstance(value, dict)] + [task.quantities for task in state.tasks.values()]
        counted = [amount for each in maps for amount in (each or {}).values() if isinstance(amount, int)]
        assert all(amount >= 0 for amount in counted)
        assert all(cause.hours >= 0 for cause in causes.causes(state, self.calendar, self.order.now))

    def each_rung_is_told_once(self) -> None:
        assert max(self.books.rungs.values(), default=1) == 1

    @override
    def teardown(self) -> None:
        if not hasattr(self, "order"):
            return
        self.order.end()
        folded = fold.fold(self.books.events, self.books.policies)
        assert folded.model_dump() == self.order.state.model_dump()

    # How it is said.

    def say(self, update: str, said: c.Said) -> Refusal | None:
        """A refusal leaves no trace; what is done leaves one event with its call."""
        before = len(self.books.events)
        no = self.order.say(update, said)
        with_it = [event for event in self.books.events[before:] if event.said is not None]
        assert len(with_it) == (no is None)
        assert no is None or len(self.books.events) == before
        return no

    def ref(self) -> SaidRef:
        self.calls += 1
        return SaidRef(id=f"call-{self.calls}", key=f"call-{self.calls}", fingerprint="x")

    def fields(self, task: Task, outcome: str, data: st.DataObject) -> dict[str, Any]:
        """As they come over HTTP."""
        match outcome:
            case "confirm":
                return {"promised_date": self.text(self.day(data.draw(weeks))), "channel": "phone"}
            case "revise":
                return {**REASON, "requested_date": self.text(self.day(data.draw(weeks)))}
            case "plan" if task.kind is Kind.MAKE_PLAN:
                start, takes = data.draw(days), data.draw(days)
                stated = {"planned_start": self.later(start), "expected_completion": self.later(start + takes)}
                return {name: self.text(value) for name, value in stated.items()}
            case "plan":
                plan = {"mode": "road", "carrier": "x", "transit_days": data.draw(st.integers(0, 5)), "accept_late": True}
                return {**plan, "ship_at": self.text(self.later(data.draw(days)))}
            case "cannot":
                earliest = data.draw(st.one_of(st.none(), days))
                return REASON if earliest is None else {**REASON, "earliest": self.text(self.day(earliest))}
            case "short" if task.kind in READINESS:
                return {"item": "wire", "eta": self.text(self.day(data.draw(days)))}
            case "short":
                return {**REASON, "accepted": self.some(task, data)}
            case "done":
                return data.draw(
                    st.sampled_from([{}, {}, {"good": {"1": 70}}, {"good": {"1": 0}}, {"good": {"1": 200, "2": 20}}])
                )
            case "fail":
                return {"failed": self.some(task, data), "defects": []}
            case "reworked":
                return {
                    "cause": "x",
                    "corrective_action": "x",
                    "scrap": data.draw(st.sampled_from([None, self.some(task, data)])),
                }
            case "ship_part":
                return {**REASON, "rest": data.draw(st.sampled_from(["waived", "later"]))}
            case "dispatched":
                return data.draw(st.sampled_from([{"override_reason": "x"}, {}]))
            case "signed":
                return {"signed_by": "x", "received": data.draw(st.sampled_from([None, self.some(task, data)]))}
            case "refused":
                return {**REASON, "quantities": data.draw(st.sampled_from([None, self.some(task, data)]))}
            case "answered":
                return {"csat": 5, "channel": "phone"}
            case "repromise":
                return {**REASON, "promised_date": self.text(self.day(data.draw(weeks))), "customer_agreed": True}
            case "ready" | "pass" | "accept" | "no_answer":
                return {}
        return REASON

    def some(self, task: Task, data: st.DataObject) -> dict[str, int]:
        return {line: data.draw(st.integers(0, quantity)) for line, quantity in (task.quantities or {}).items()} or {"1": 0}

    def day(self, later: int) -> date:
        return self.calendar.day_of(self.order.now) + timedelta(days=later)

    def later(self, days: int) -> datetime:
        return self.order.now + timedelta(days=days)

    def text(self, when: datetime | date) -> str:
        return when.isoformat()

    @property
    def calendar(self) -> Calendar:
        return Calendar.of(self.order.state.policy.plant)

    def forecast(self) -> datetime:
        return risk.forecast(self.order.state, self.calendar, self.order.now)

    def blamed(self) -> list[Cause]:
        """All causes but the hold, and but for the promise, which is named where there is none."""
        found = causes.causes(self.order.state, self.calendar, self.order.now)
        return sorted((each for each in found if each.blame not in (Blame.HOLD, Blame.PROMISE)), key=repr)


AnyOrder.TestCase.settings = settings(
    max_examples=2000 if LONG else 45,
    stateful_step_count=50,
    deadline=None,
    derandomize=not LONG,
    suppress_health_check=list(HealthCheck),
)
TestAnyOrder = AnyOrder.TestCase
