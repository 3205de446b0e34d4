"""The books of an order: what it writes is kept, and each event is audited as it comes.

The dates are reckoned here once more, from the contract's words alone (§3).
"""

from collections import Counter
from datetime import datetime, timedelta
from functools import singledispatchmethod

from workflows.rules import causes, fold, risk, views
from workflows.rules.calendar import Calendar
from workflows.types import events as e
from workflows.types import slack
from workflows.types.events import Event
from workflows.types.flush import Flush, Flushed
from workflows.types.notices import Notice
from workflows.types.orders import OrderRow
from workflows.types.policy import Policy
from workflows.types.state import OrderState
from workflows.types.tasks import Task
from workflows.types.words import NOT_HELD, READINESS, STEP_OF, Kind, Risk

NONE = timedelta(0)
A_MOMENT = timedelta(seconds=1.5)
"""So long a thing that drifts may go unnoticed."""
LAST_STEPS = (Kind.INSPECT, Kind.ACCEPT, Kind.PLAN_SHIPMENT, Kind.DISPATCH)
FOLLOWING: dict[Kind, tuple[Kind, ...]] = {
    Kind.CONFIRM_ORDER: (Kind.MAKE_PLAN, Kind.READY_MATERIALS, Kind.PRODUCE, *LAST_STEPS),
    Kind.MAKE_PLAN: (Kind.READY_MATERIALS, Kind.PRODUCE, *LAST_STEPS),
    **dict.fromkeys(READINESS, (Kind.PRODUCE, *LAST_STEPS)),
    Kind.PRODUCE: LAST_STEPS,
    Kind.REWORK: LAST_STEPS,
    Kind.DECIDE_DISPOSITION: LAST_STEPS,
    Kind.INSPECT: LAST_STEPS[1:],
    Kind.ACCEPT: LAST_STEPS[2:],
    Kind.DECIDE_SHORTAGE: LAST_STEPS[2:],
    Kind.RESOLVE_REFUSAL: LAST_STEPS[2:],
    Kind.PLAN_SHIPMENT: LAST_STEPS[3:],
    Kind.DISPATCH: (),
}
"""What the goods still wait for after each question, on the straight path."""
BOTH = (Risk.AT_RISK, Risk.LATE)
WORSE: dict[Risk | None, tuple[Risk, ...]] = {None: BOTH, Risk.ON_TRACK: BOTH, Risk.AT_RISK: (Risk.LATE,), Risk.LATE: ()}


class Books:
    """Everything that an order ever wrote; `state` is what that comes to, from its JSON."""

    def __init__(self, policies: dict[str, Policy]) -> None:
        self.policies = policies
        self.events: list[Event] = []
        self.flushes: list[Flush] = []
        self.state: OrderState
        self.warned: Counter[tuple[int, str]] = Counter()
        """By revision of the promise and kind of mail."""
        self.rungs: Counter[tuple[str | None, int, int]] = Counter()
        """By task, round of its ladder and level."""
        self.reached: Counter[str] = Counter()
        """By task: the highest rung since its deadline was moved last."""
        self.is_awake = True
        """Whether somebody was there to do what came due since the last writing."""
        self._untold: Risk | None = None
        """What people must hear of when the order is not held."""

    @property
    def calendar(self) -> Calendar:
        return Calendar.of(self.state.policy.plant)

    @property
    def row(self) -> OrderRow:
        return self.flushes[-1].order

    def write(self, flush: Flush) -> Flushed:
        """One transaction: numbered without gaps, and the row tells what the events tell."""
        assert flush.first_seq == len(self.events) + 1
        if self.flushes and self.is_awake:
            self.is_up_to_date(flush.at - A_MOMENT)
        for event in flush.events:
            self.enter(Event.model_validate_json(event.model_dump_json()))
        self.flushes.append(flush)
        assert flush.order == views.row(self.state, self.calendar, flush.at)
        assert {task.id: task for task in flush.tasks if task.is_open} == self.state.tasks
        assert self.state.is_closed or self.state.risk is risk.risk(self.state, self.calendar, flush.at)
        # Cancelled in the middle of a hold, it is no more in danger.
        if not self.state.is_closed:
            assert self._untold is None or self.state.hold or self._untold is not self.state.risk
        return Flushed(chain=flush.chain)

    def enter(self, event: Event) -> None:
        if event.seq == 1:
            self.state = fold.begin(event, self.policies)
        else:
            assert event.at >= self.events[-1].at
            self.audit(event.data, event)
            fold.apply(self.state, event, self.policies)
        self.events.append(event)

    def is_up_to_date(self, now: datetime) -> None:
        """Whatever time has brought until now was told, and what drifts is noted; on hold that waits."""
        if now < self.flushes[-1].at:
            return
        state, calendar = self.state, self.calendar
        for task in state.tasks.values():
            if state.hold is None or task.kind in NOT_HELD:
                due = self._due_level(task, now)
                assert due <= self.reached[task.id], f"rung {due} of {task} was due at {now}"
        if state.hold is not None or state.is_closed:
            return
        assert state.risk is risk.risk(state, calendar, now)
        assert not risk.must_ask_sales(state, calendar, now)
        asked = state.open_task(Kind.DECIDE_PROMISE)
        assert not asked or asked.earliest == risk.earliest(state, calendar, now)
        produce = state.open_task(Kind.PRODUCE)
        if produce is not None and not produce.is_silence_told:
            since = produce.reported_at or produce.opened_at
            held = self._held_since(since)
            assert calendar.between(since, now) - held <= calendar.length(state.policy.order.silent_after)

    def _due_level(self, task: Task, now: datetime) -> int:
        """The highest rung of its ladder that lies between its opening and now."""
        ladder = self.state.policy.ladder_of(self.state.policy.tasks[task.kind])
        at = {level: self.calendar.add(task.due_at, rung.at) for level, rung in enumerate(ladder, start=1)}
        return max((level for level, instant in at.items() if task.opened_at <= instant < now), default=0)

    # Each event, given the order as it was before it.

    @singledispatchmethod
    def audit(self, data: object, event: Event) -> None:
        """Most are audited by what they lead to."""

    @audit.register
    def _(self, data: e.Promised, event: Event) -> None:
        assert data.promise.revision == len(self.state.promises) + 1
        assert data.promise.at == event.at
        assert self.state.open_task(Kind.DECIDE_PROMISE) is None
        if self.state.expected_completion is not None:
            # Sales knows what it promises.
            self._untold = None

    @audit.register
    def _(self, data: e.TaskOpened, event: Event) -> None:
        task = data.task
        assert task.opened_at == event.at
        assert task.due_at == self.due(task)
        assert task.latest_finish == self.latest_finish(task.kind)
        assert self.state.open_task(task.kind) is None or task.kind is Kind.DECIDE_AMENDMENT
        assert task.kind is not Kind.DECIDE_PROMISE or self.state.hold is None

    @audit.register
    def _(self, data: e.DeadlineMoved, event: Event) -> None:
        task = self.state.tasks[data.task_id]
        self.reached[data.task_id] = 0
        if data.is_extended:
            return
        if data.reason == "held":
            held = self.calendar.between(max(self.state.past_holds[-1].since, task.opened_at), event.at)
            assert task.kind not in NOT_HELD and data.due_at == self.calendar.add(task.due_at, held)
        else:
            assert data.due_at == self.due(task)

    @audit.register
    def _(self, data: e.RiskMoved, event: Event) -> None:
        assert data.risk is risk.risk(self.state, self.calendar, event.at) is not self.state.risk
        assert data.slack_hours == risk.slack_hours(self.state, self.calendar, event.at)
        blamed = causes.causes(self.state, self.calendar, event.at) if data.risk in BOTH else ()
        assert data.causes == blamed
        is_first_guess = self.state.risk is None and self.state.expected_completion is None
        if data.risk in WORSE[self.state.risk] and not is_first_guess:
            self._untold = data.risk if not self.warned[len(self.state.promises), data.risk] else None

    @audit.register
    def _(self, data: e.RungReached, event: Event) -> None:
        task = self.state.tasks[data.task_id]
        self._is_ticking(task)
        assert data.level > self.reached[task.id] == task.escalation_level
        self.reached[task.id] = data.level

    @audit.register
    def _(self, data: e.SilenceNoticed, event: Event) -> None:
        self._is_ticking(self.state.tasks[data.task_id])

    @audit.register
    def _(self, data: e.NoticeRequested, event: Event) -> None:
        if data.notice.level:
            self._rung(data.notice)
        if data.notice.kind in set(Risk):
            self._warning(data.notice)

    def _is_ticking(self, task: Task) -> None:
        assert self.state.hold is None or task.kind in NOT_HELD

    def _rung(self, notice: Notice) -> None:
        """Told of the deadline as it stands, at its instant or after it, and once."""
        task = self.state.tasks[notice.task_id or ""]
        ladder = self.state.policy.ladder_of(self.state.policy.tasks[task.kind])
        rung = ladder[notice.level - 1]
        at = self.calendar.add(task.due_at, rung.at)
        assert (rung.name, task.ladder_round, task.escalation_level) == (notice.kind, notice.ladder_round, notice.level)
        assert task.opened_at <= at <= notice.at
        later = [each for each in ladder[notice.level :] if self.calendar.add(task.due_at, each.at) <= notice.at]
        assert not later, f"{later} were due as well"
        self.rungs[task.id, task.ladder_round, notice.level] += 1

    def _warning(self, notice: Notice) -> None:
        state = self.state
        assert state.promise is not None and state.hold is None and state.risk == notice.kind
        assert notice.data["revision"] == f"{len(state.promises)}"
        assert slack.read(notice.data["cause"]) == causes.causes(state, self.calendar, notice.at)
        self._untold = None
        self.warned[len(state.promises), notice.kind] += 1
        assert self.warned[len(state.promises), notice.kind] == 1

    # The contract's dates.

    def due(self, task: Task) -> datetime:
        """When a task is due, as long as no head says otherwise."""
        minimum = self.calendar.add(task.opened_at, self.state.policy.order.minimum)
        return max(minimum, self._planned(task.kind) or self._allowed(task))

    def _planned(self, kind: Kind) -> datetime | None:
        state, calendar = self.state, self.calendar
        if kind in READINESS:
            return state.work.eta_due.get(kind) or state.planned_start
        if kind is Kind.PRODUCE:
            return state.expected_completion
        if kind is Kind.DISPATCH and state.shipment:
            return state.shipment.ship_at
        if kind is Kind.SIGN_OFF and state.shipment:
            return calendar.add(calendar.end_of(state.shipment.arrival), state.policy.order.signoff_grace)
        return None

    def _allowed(self, task: Task) -> datetime:
        held = NONE if task.kind in NOT_HELD else self._held_since(task.opened_at)
        allowed = self.calendar.add(task.opened_at, self._allowance(task.kind) + held)
        return min(allowed, self.latest_finish(task.kind) or allowed)

    def _held_since(self, since: datetime) -> timedelta:
        holds = [each for each in self.state.past_holds if each.until > since]
        return sum((self.calendar.between(max(each.since, since), each.until) for each in holds), NONE)

    def latest_finish(self, kind: Kind) -> datetime | None:
        """The end of the promised day, less the way to the customer, less the allowances of what follows."""
        state, calendar = self.state, self.calendar
        if state.promise is None or kind not in (*FOLLOWING, Kind.SIGN_OFF):
            return None
        if kind is Kind.SIGN_OFF:
            return calendar.end_of(state.promise.date)
        if state.shipment is not None:
            departure = calendar.end_of(state.promise.date - timedelta(days=state.shipment.transit_days))
        else:
            departure = calendar.add(calendar.end_of(state.promise.date), -calendar.length(state.policy.order.transit))
        return calendar.add(departure, -sum((self._longest(each) for each in FOLLOWING[kind]), NONE))

    def _longest(self, kind: Kind) -> timedelta:
        """The three readiness checks count as their longest."""
        return max(self._allowance(each) for each in (READINESS if kind in READINESS else (kind,)))

    def _allowance(self, kind: Kind) -> timedelta:
        return self.calendar.length(self.state.policy.tasks[kind].allowance)


def is_on_the_way(task: Task) -> bool:
    return task.kind in STEP_OF
