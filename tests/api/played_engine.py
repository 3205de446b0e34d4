"""An engine that is played: orders hear and judge as the real ones and write to the store, but walk only where a test leads."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from typing_extensions import override

from activities.store import SqlJournal, Store
from api.engine import AlreadyEntered, Engine, EngineIsAway, NotRunning, Refused
from workflows import ids
from workflows.adoption import MovedDeadline
from workflows.rules import amending, cases, dates, deadlines, fold, hearing, views
from workflows.rules.calendar import Calendar
from workflows.types import commands as c
from workflows.types import events as e
from workflows.types.events import Event, SaidRef
from workflows.types.flush import Flush
from workflows.types.notices import Notice
from workflows.types.orders import Hold, Promise
from workflows.types.policy import Policy
from workflows.types.refusals import STATUS
from workflows.types.state import OrderState
from workflows.types.tasks import Task
from workflows.types.words import STAGE_OF, STEP_OF, DeliveryState, Kind, OrderStatus


class PlayedOrder:
    """One order: every change is an event, every event is flushed at once."""

    def __init__(self, store: Store, start: c.OrderStart, ref: SaidRef | None, now: datetime) -> None:
        self.store, self.journal = store, SqlJournal(store)
        self.policies: dict[str, Policy] = {start.digest: start.policy}
        begins = e.CaseOpened if start.facts.case else e.OrderEntered
        entered = begins(order=start.facts, policy=start.digest)
        event = Event(seq=1, at=now, actor=start.entered_by.id, said=ref, data=entered)
        self.state: OrderState = fold.begin(event, self.policies)
        self.pending, self.closed = [event], list[Task]()
        self.fence = 0.0

    @property
    def calendar(self) -> Calendar:
        return Calendar.of(self.state.policy.plant)

    def record(self, data: e.Happening, now: datetime, said: c.Said | None = None) -> int:
        actor = said.actor.id if said else "system"
        event = Event(seq=self.state.seq + 1, at=now, actor=actor, said=said.ref if said else None, data=data)
        if isinstance(data, e.TaskCompleted | e.TaskCancelled):
            self.closed.append(fold.closed(self.state.tasks[data.task_id], event))
        if isinstance(data, e.AnswerCorrected):
            self.closed.append(fold.corrected(self.state.answered[data.task_id].task, event))
        fold.apply(self.state, event, self.policies)
        self.pending.append(event)
        return event.seq

    def open(self, kind: Kind, now: datetime, **fields: Any) -> Task:
        state, due = self.state, now + timedelta(hours=8)
        n = state.counters.get(kind, 0) + 1
        task = Task(
            id=ids.task_id(state.facts.order_no, kind, n),
            kind=kind,
            n=n,
            stage=STAGE_OF[STEP_OF.get(kind, state.step)],
            department=cases.department(kind, state) or state.policy.tasks[kind].department,
            opened_at=now,
            due_at=due,
            due_soon_at=due - timedelta(hours=2),
            quantities=None if state.case else state.facts.ordered,
            **fields,
        )
        self.record(e.TaskOpened(task=task), now)
        return state.tasks[task.id]

    def flush(self, now: datetime) -> None:
        self.fence += 1
        flush = Flush(
            order=views.row(self.state, self.calendar, now),
            events=tuple(self.pending),
            tasks=(*self.state.tasks.values(), *self.closed),
            first_seq=self.pending[0].seq,
            confirmed_seq=self.pending[0].seq - 1,
            fence=self.fence,
            at=now,
        )
        self.journal.flush(flush)
        self.pending, self.closed = [], []

    def hear(self, said: c.Said, now: datetime) -> int:
        if said.ref.id in self.state.done:
            return self.state.done[said.ref.id]
        no = hearing.refusal(said, self.state, self.calendar, now)
        if no is not None:
            raise Refused(no) if no.code in STATUS else AssertionError(no)
        seq = self.record(self.effect(said, now), now, said)
        self.follow(said, now)
        self.flush(now)
        return seq

    def follow(self, said: c.Said, now: datetime) -> None:
        """The few consequences that tests need."""
        match said:
            case c.CancelOrder():
                self.withdraw_tasks(now)
            case c.CompleteTask(outcome="confirm", fields={"promised_date": str(day)}):
                promise = Promise(revision=1, date=date.fromisoformat(day), reason=None, by=said.actor.id, at=now)
                self.record(e.Promised(promise=promise), now)

    def withdraw_tasks(self, now: datetime) -> None:
        for task in tuple(self.state.tasks.values()):
            self.record(e.TaskCancelled(task_id=task.id, reason="the order is closed"), now)

    def effect(self, said: c.Said, now: datetime) -> e.Happening:
        match said:
            case c.CompleteTask():
                return e.TaskCompleted(task_id=said.task_id, outcome=said.outcome, fields=said.fields, comment=said.comment)
            case c.CorrectTask():
                return e.AnswerCorrected(task_id=said.task_id, outcome=said.outcome, fields=said.fields, reason=said.reason)
            case c.AmendOrder() if self.state.promise is None:
                return e.OrderAmended(amendment=amending.amendment(said))
            case c.AmendOrder():
                return e.AmendmentProposed(amendment=amending.amendment(said))
            case c.ReportProgress():
                return e.ProgressReported(task_id=said.task_id, **said.progress.model_dump(exclude={"expected_completion"}))
            case c.ExtendTask():
                due = dates.instant(said.due_at, self.calendar)
                return e.DeadlineMoved(task_id=said.task_id, due_at=due, due_soon_at=due, reason=said.reason)
            case c.RepromiseOrder():
                return e.Promised(promise=self.promise(said, now))
            case c.CustomerAnswers(revision=revision, agreed=agreed):
                promised = self.state.promises[revision - 1].date
                if agreed:
                    return e.CustomerConfirmed(revision=revision, promised=promised)
                return e.CustomerDeclined(revision=revision, promised=promised, reason=said.reason or "", wanted=said.wanted)
            case c.HoldOrder():
                until = dates.instant(said.until, self.calendar)
                return e.Held(hold=Hold(reason=said.reason, since=now, until=until, by=said.actor.id))
            case c.ResumeOrder():
                return e.Resumed(reason=said.reason)
            case c.AdoptPolicy():
                self.policies[said.digest] = said.policy
                return e.PolicyAdopted(policy=said.digest, version=said.policy.version, latest_finish={})
            case c.CancelOrder():
                return e.OrderClosed(status=OrderStatus.CANCELLED, delivery=DeliveryState.PENDING, reason=said.reason)
        raise AssertionError(said)

    def promise(self, said: c.RepromiseOrder, now: datetime) -> Promise:
        return Promise(
            revision=len(self.state.promises) + 1,
            date=said.promised_date,
            reason=said.reason,
            by=said.actor.id,
            approved_by=said.approved_by,
            customer_agreed=said.customer_agreed,
            at=now,
        )


def under(state: OrderState, policy: Policy) -> OrderState:
    return state.model_copy(update={"policy": policy})


class PlayedEngine(Engine):
    """Set `fails_before` or `fails_after` to what the next call is to raise, `waits` to an event that it waits for first."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self.store, self.now = store, now
        self.orders: dict[str, PlayedOrder] = {}
        self.heard: list[tuple[str, str]] = []
        """Every update that came through: its name, and the id of its call."""
        self.fails_before: Exception | None = None
        self.fails_after: Exception | None = None
        self.waits: asyncio.Event | None = None
        self.before: Callable[[], None] = lambda: None
        """What happens after the API has judged, and before the order hears of it."""
        self.away: list[str] = []
        self.stuck_orders: list[str] = []

    @override
    async def update(self, order_no: str, name: str, words: c.Said, within: float) -> int:
        await self._begin(name, words.ref)
        order = self.orders.get(ids.order_id(order_no))
        if order is None:
            raise NotRunning
        seq = await asyncio.to_thread(order.hear, words, self.now())
        self._end()
        return seq

    @override
    async def enter(self, start: c.OrderStart, ref: SaidRef, within: float) -> None:
        await self._begin("enter", ref)
        order_id = ids.order_id(start.facts.order_no)
        known = self.orders.get(order_id)
        if known and ref.id not in known.state.done:
            raise AlreadyEntered
        if known is None:
            order = self.orders[order_id] = PlayedOrder(self.store, start, ref, self.now())
            order.open(next(kind for kind, step in STEP_OF.items() if step is order.state.step), self.now())
            await asyncio.to_thread(order.flush, self.now())
        self._end()

    @override
    async def missing(self) -> list[str]:
        return self.away

    @override
    async def preview_policy(self, order_no: str, policy: Policy, within: float) -> list[MovedDeadline]:
        state = self.order(order_no).state
        would_be = {
            task.id: deadlines.due_at(task.kind, under(state, policy), task.opened_at, Calendar.of(policy.plant))
            for task in state.tasks.values()
        }
        moved = ((task, due) for task in state.tasks.values() if (due := would_be[task.id]) != task.due_at)
        return [MovedDeadline(task_id=task.id, due_at=task.due_at, would_be=due) for task, due in moved]

    @override
    async def workers(self) -> list[str]:
        if "temporal" in self.away:
            raise EngineIsAway
        return [] if self.away else ["a worker"]

    @override
    async def stuck(self, most: int) -> list[str]:
        return self.stuck_orders[:most]

    async def _begin(self, name: str, ref: SaidRef) -> None:
        self.heard.append((name, ref.id))
        self.before()
        failure, self.fails_before = self.fails_before, None
        if failure:
            raise failure
        if self.waits:
            await self.waits.wait()

    def _end(self) -> None:
        failure, self.fails_after = self.fails_after, None
        if failure:
            raise failure

    def order(self, order_no: str) -> PlayedOrder:
        return self.orders[ids.order_id(order_no)]

    def end(self, order_no: str) -> None:
        """The order is closed, and its workflow has ended."""
        order = self.orders.pop(ids.order_id(order_no))
        order.record(e.OrderClosed(status=OrderStatus.COMPLETED, delivery=DeliveryState.FULL), self.now())
        order.withdraw_tasks(self.now())
        order.flush(self.now())

    def withdraw(self, order_no: str) -> None:
        """Every open question is taken back."""
        order = self.order(order_no)
        order.withdraw_tasks(self.now())
        order.flush(self.now())

    def answered(self, order_no: str, kind: Kind, outcome: str, fields: dict[str, Any], **asked: Any) -> str:
        """The id of a question that was asked and answered last."""
        task = self.open(order_no, kind, **asked)
        order = self.order(order_no)
        order.record(e.TaskCompleted(task_id=task.id, outcome=outcome, fields=fields), self.now())
        order.flush(self.now())
        return task.id

    def told(self, order_no: str, kind: str, *to: str) -> None:
        """A notice of this kind was asked for."""
        order = self.order(order_no)
        notice = Notice(key=f"{order_no}.{kind}.{order.state.seq + 1}", kind=kind, to=to, at=self.now())
        order.record(e.NoticeRequested(notice=notice), self.now())
        order.flush(self.now())

    def open(self, order_no: str, kind: Kind, **fields: Any) -> Task:
        """Leads an order to where this question is open, beside those that are."""
        order = self.order(order_no)
        task = order.open(kind, self.now(), **fields)
        order.flush(self.now())
        return task
