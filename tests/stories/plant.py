"""One order in a plant under test: people answer, time passes, and what was written is looked at."""

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from activities import policy_file
from tests.stories.crew import Crew
from tests.stories.world import Shelf
from workflows import ids
from workflows.clock import next_wake, wakes
from workflows.rules import fold, hearing, risk
from workflows.rules.calendar import Calendar
from workflows.types import commands as c
from workflows.types.answers import Progress
from workflows.types.cases import CaseFacts
from workflows.types.events import Event, RungReached, SaidRef
from workflows.types.notices import Notice
from workflows.types.orders import Customer, Line, OrderFacts
from workflows.types.policy import Policy
from workflows.types.refusals import Refusal
from workflows.types.state import OrderState
from workflows.types.tasks import Task
from workflows.types.words import Department, Kind, Origin

CAST = {department: c.Actor(id=f"{department}1", departments=(department,)) for department in Department}
HEADS = {d: c.Actor(id=f"{d}-head", departments=(d,), heads=(d,)) for d in Department}
ADMIN = c.Actor(id="admin", admin=True)

TAIPEI = ZoneInfo("Asia/Taipei")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
PATIENCE = 20.0
"""Seconds that anything may take that does not wait for the order's own clock."""
MOMENT = timedelta(milliseconds=5)


class Refused(Exception):
    """The order said no."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.code}: {refusal.detail}")
        self.refusal = refusal
        self.code = refusal.code


class Plant:
    """The engine with time skipping, the fakes of the ports, and one order, entered on a Monday at 09:00."""

    def __init__(self, env: WorkflowEnvironment, crew: Crew) -> None:
        self.env, self.crew = env, crew
        self.queue, self.journal, self.mail, self.orders = crew.queue, crew.journal, crew.mail, crew.orders
        self.policy: Policy = policy_file.default()
        self.policies: dict[str, Policy] = {}
        self.order_no = f"T-{uuid.uuid4().hex[:8]}"
        self.handle: WorkflowHandle[Any, Any]
        self.started: list[WorkflowHandle[Any, Any]] = []
        self.acknowledged: list[str] = []
        """The ids of the calls that the order took."""
        self.now: datetime
        self.monday: datetime
        """Monday 00:00 of the week in which the order was entered, in the plant's zone."""

    # What happens.

    async def enter(self, *quantities: int, policy: str = "", requested_in: int = 60, **facts: Any) -> "Plant":
        """A new order of one line for each quantity, under the default policy or one laid over it."""
        self.policy = policy_file.parse(f'version = "test"\n{policy}') if policy else self.policy
        await self._wait_for_monday()
        order = OrderFacts(
            order_no=self.order_no,
            customer=Customer(name="聯宏精密", email="buyer@customer.example"),
            lines=tuple(Line(product_model=f"JQ-{n}", quantity=quantity) for n, quantity in enumerate(quantities or (100,))),
            requested_date=self.day(requested_in),
            owner="sales1",
            **facts,
        )
        return await self._start("Order", order, CAST[Department.SALES])

    async def record(self, origin: str, text: str = "burrs on the edge", policy: str = "", **case: Any) -> "Plant":
        """Something beside the orders, recorded on a Monday at 09:00 by somebody of sales."""
        self.policy = policy_file.parse(f'version = "test"\n{policy}') if policy else self.policy
        await self._wait_for_monday()
        self.order_no = f"imp:{uuid.uuid4().hex[:8]}"
        facts = OrderFacts(
            order_no=self.order_no,
            customer=Customer(name="聯宏精密"),
            lines=(),
            requested_date=self.day(0),
            owner="sales1",
            case=CaseFacts(origin=Origin(origin), text=text, **case),
        )
        return await self._start("Case", facts, CAST[Department.SALES])

    async def _start(self, workflow: str, order: OrderFacts, by: c.Actor) -> "Plant":
        governing = self.policy.for_priority(order.priority)
        self.policies["pinned"] = governing
        start = c.OrderStart(facts=order, entered_by=by, policy=governing, digest="pinned", ref=self.ref())
        self.handle = await self.env.client.start_workflow(
            workflow, start, id=ids.workflow_id(self.order_no), task_queue=self.queue, task_timeout=timedelta(seconds=5)
        )
        self.started.append(self.handle)
        await self.handle.execute_update("enter", start.ref, result_type=int)
        assert start.ref is not None
        self.acknowledged.append(start.ref.id)
        return self

    async def answer(self, kind: str, outcome: str, by: c.Actor | None = None, n: int | None = None, **fields: Any) -> None:
        """Somebody of the department answers the newest task of the kind."""
        await self.say("complete", self.answering(kind, outcome, by, n, **fields))

    def answering(
        self, kind: str, outcome: str, by: c.Actor | None = None, n: int | None = None, **fields: Any
    ) -> c.CompleteTask:
        """An answer that is ready to be given."""
        task_id = ids.task_id(self.order_no, Kind(kind), n or self.n(kind))
        actor = by or CAST[self.policy.tasks[Kind(kind)].department]
        return c.CompleteTask(actor=actor, ref=self.ref(), task_id=task_id, outcome=outcome, fields=_written(fields))

    async def say(self, update: str, said: c.Said, update_id: str | None = None) -> int:
        """Says it to the order; the seq of its event."""
        try:
            async with asyncio.timeout(PATIENCE):
                seq: int = await self.handle.execute_update(update, said, id=update_id or said.ref.id, result_type=int)
        except WorkflowUpdateFailedError as error:
            cause = error.cause
            if isinstance(cause, ApplicationError) and cause.details:
                raise Refused(Refusal.model_validate(cause.details[0])) from error
            raise
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                await self._refuse_for_the_ended(said)
            raise
        finally:
            self.now = await self._time()
        if said.ref.id not in self.acknowledged:
            self.acknowledged.append(said.ref.id)
        return seq

    async def _refuse_for_the_ended(self, said: c.Said) -> None:
        """An order whose workflow has ended hears nothing: whoever asks it anything is answered by what is written of it."""
        no = hearing.refusal(said, await self.settle(), self.calendar, self.now)
        if no is not None:
            raise Refused(no)

    async def refused(self, deed: Coroutine[Any, Any, object]) -> Refusal:
        """Does what must be refused, and hands back how it was; a refusal leaves no trace."""
        before = await self.settle()
        try:
            await deed
        except Refused as no:
            assert (await self.settle()).seq == before.seq, "a refusal left a trace"
            return no.refusal
        raise AssertionError("it was not refused")

    async def hold(self, days: float = 1, until: datetime | None = None, by: c.Actor | None = None) -> None:
        actor, until = by or CAST[Department.SALES], until or self.now + timedelta(days=days)
        await self.say("hold", c.HoldOrder(actor=actor, ref=self.ref(), reason="credit check", until=until))

    async def resume(self, by: c.Actor | None = None) -> None:
        await self.say("resume", c.ResumeOrder(actor=by or CAST[Department.SALES], ref=self.ref(), reason="paid"))

    async def cancel(self, by: c.Actor | None = None) -> None:
        said = c.CancelOrder(actor=by or CAST[Department.SALES], ref=self.ref(), reason="customer withdrew")
        await self.say("cancel", said)

    async def repromise(self, day: date, by: c.Actor | None = None, **given: Any) -> None:
        given = {"reason": "mould broken", "customer_agreed": True, **given}
        actor = by or CAST[Department.SALES]
        await self.say("repromise", c.RepromiseOrder(actor=actor, ref=self.ref(), promised_date=day, **given))

    async def amend(self, by: c.Actor | None = None, reason: str = "the customer wants it so", **wanted: Any) -> None:
        said = c.AmendOrder(actor=by or CAST[Department.SALES], ref=self.ref(), reason=reason, **wanted)
        await self.say("amend", said)

    async def correct(
        self, kind: str, outcome: str, by: c.Actor | None = None, n: int | None = None, because: str = "mistaken", **fields: Any
    ) -> None:
        """The head of the department mends the newest answered task of the kind, or the n-th."""
        answered = [task.n for task in self.shelf.tasks.values() if task.kind == kind and task.status == "completed"]
        task_id = ids.task_id(self.order_no, Kind(kind), n or max(answered, default=1))
        actor = by or HEADS[self.policy.tasks[Kind(kind)].department]
        said = c.CorrectTask(
            actor=actor, ref=self.ref(), task_id=task_id, outcome=outcome, fields=_written(fields), reason=because
        )
        await self.say("correct", said)

    async def report(self, by: c.Actor | None = None, kind: str = "produce", **progress: Any) -> None:
        said = c.ReportProgress(
            actor=by or CAST[Department.PRODUCTION],
            ref=self.ref(),
            task_id=self.task(kind).id,
            progress=Progress(**progress),
        )
        await self.say("progress", said)

    async def extend(self, kind: str, due_at: datetime | date, by: c.Actor | None = None) -> None:
        task = self.task(kind)
        actor = by or HEADS[task.department]
        await self.say("extend", c.ExtendTask(actor=actor, ref=self.ref(), task_id=task.id, due_at=due_at, reason="fair"))

    async def adopt(self, policy: str, by: c.Actor = ADMIN) -> None:
        """Another version of the policy is applied to the order."""
        adopted = policy_file.parse(f'version = "newer"\n{policy}')
        said = c.AdoptPolicy(actor=by, ref=self.ref(), policy=adopted, digest=f"pinned-{len(self.policies)}")
        self.policies[said.digest] = adopted
        await self.say("adopt_policy", said)
        self.policy = adopted

    # Time passes.

    async def pass_time(self, **span: float) -> None:
        await self.pass_until(await self._time() + timedelta(**span))

    async def pass_to(self, local: str) -> None:
        await self.pass_until(self.local(local))

    async def pass_until(self, at: datetime) -> None:
        """Lets time pass from one of the order's own instants to the next, and waits for what each brings."""
        while True:
            state, now = await self.settle(), await self._time()
            wake = None if state.is_closed else next_wake(state, self.calendar, now)
            if wake is None or wake.at >= at:
                break
            await self._skip_to(wake.at + MOMENT)
        await self._skip_to(at)
        await self.settle()

    async def settle(self) -> OrderState:
        """Waits until all that is due has happened, is written and was told; the order's state then.

        Looks at the store only: a query that meets a local activity moves its result into the next workflow task, which a
        replay cannot know.
        """
        deadline = time.monotonic() + PATIENCE
        while True:
            state, self.now = fold.fold(self.shelf.events, self.policies), await self._time()
            waits_for = self._unsettled(state)
            if not waits_for:
                return state
            assert time.monotonic() < deadline, f"the order does not settle: {waits_for}"
            await asyncio.sleep(0.005)

    def _unsettled(self, state: OrderState) -> str:
        """What the order still has to do by itself."""
        if self.journal.is_away:
            return ""
        if not self.mail.is_away and not self.crew.is_everything_told():
            return "mail is on its way"
        due = [wake for wake in wakes(state, self.calendar, self.now) if wake.at <= self.now]
        if due:
            return f"instants have passed: {due}"
        if state.hold is None and not state.is_closed:
            return self._undrifted(state)
        return ""

    def _undrifted(self, state: OrderState) -> str:
        """The order notices a drift a second after its instant."""
        a_moment_ago = self.now - timedelta(seconds=1.5)
        stands = {risk.risk(state, self.calendar, at) for at in (self.now, a_moment_ago)}
        if state.risk not in stands:
            return f"the risk is {state.risk}, not {stands}"
        asked = state.open_task(Kind.DECIDE_PROMISE)
        if asked and asked.earliest not in {risk.earliest(state, self.calendar, at) for at in (self.now, a_moment_ago)}:
            return f"sales knows {asked.earliest} as the earliest date"
        return "sales must be asked" if risk.must_ask_sales(state, self.calendar, a_moment_ago) else ""

    async def until(self, condition: Callable[[], bool], what: str = "") -> None:
        """Waits for something that comes by itself, in real time and not for long."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, f"it did not come: {what}"
            await asyncio.sleep(0.005)
        self.now = await self._time()

    @contextlib.asynccontextmanager
    async def outage(self) -> AsyncIterator[None]:
        """No worker serves the order; the clock on the wall goes on."""
        await self.crew.stop()
        yield
        await self.crew.start()

    async def stop_the_engine(self) -> None:
        """Ends what is still running, so that no other story's time waits for it."""
        self.journal.is_away = self.mail.is_away = False
        for handle in [*self.started, *self.crew.cases.opened]:
            with contextlib.suppress(RPCError, TimeoutError):
                await self._is_quiet(handle)
            with contextlib.suppress(RPCError):
                await handle.terminate()
        self.started.clear()
        self.crew.cases.opened.clear()

    async def _is_quiet(self, handle: WorkflowHandle[Any, Any]) -> None:
        """The engine never skips time again once a workflow was terminated in the middle of something."""
        async with asyncio.timeout(3):
            while True:
                state = await self._state_of(handle)
                shelf = self.journal.shelves.get(ids.order_id(state.facts.order_no))
                if state.is_closed:
                    await handle.result()
                if shelf and shelf.row and shelf.row.version == state.seq and self.crew.is_everything_told():
                    return
                await asyncio.sleep(0.005)

    async def _time(self) -> datetime:
        return (await self.env.get_current_time()).astimezone(UTC)

    async def _skip_to(self, at: datetime) -> None:
        left = at - await self._time()
        if left > timedelta(0):
            async with asyncio.timeout(PATIENCE):
                await self.env.sleep(left)

    async def _wait_for_monday(self) -> None:
        """Every story begins at the same hour of the week, where time can be skipped."""
        self.now = await self._time()
        now = self.now.astimezone(TAIPEI)
        self.monday = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=now.weekday())
        if self.env.supports_time_skipping:
            self.monday += timedelta(days=7)
            await self._skip_to(self.monday.replace(hour=9))
            self.now = await self._time()

    # Whole stretches of the policy.

    async def confirmed(self, promised: str | int = 60) -> None:
        """Promised by a day of the plant's weeks, or in so many days."""
        day = self.date(promised) if isinstance(promised, str) else self.day(promised)
        await self.answer("confirm_order", "confirm", promised_date=day, channel="phone")

    async def planned(self, start: datetime | None = None, done: datetime | None = None) -> None:
        """Unless said otherwise from tomorrow on, for three days."""
        start, done = start or self.at(1), done or self.at(4)
        await self.answer("make_plan", "plan", planned_start=start, expected_completion=done, work_center="CNC-1")

    async def made_ready(self) -> None:
        for kind in ("ready_materials", "ready_equipment", "ready_people"):
            if self.find(kind):
                await self.answer(kind, "ready")

    async def producing(self, promised: str | int = 60) -> None:
        await self.confirmed(promised)
        await self.planned()
        await self.made_ready()

    async def produced(self, **fields: Any) -> None:
        await self.producing()
        await self.answer("produce", "done", **fields)

    async def accepted(self, **fields: Any) -> None:
        await self.produced()
        await self.answer("inspect", "pass")
        await self.answer("accept", "accept", **fields)

    async def plan_shipment(self, **plan: Any) -> None:
        shipment = {"mode": "road", "carrier": "Hsin Yun", "ship_at": self.at(2), "transit_days": 1, **plan}
        await self.answer("plan_shipment", "plan", **shipment)

    async def shipped(self, **plan: Any) -> None:
        """From plan_shipment to the customer's door, without waiting for the notice's lead."""
        await self.plan_shipment(**plan)
        await self.answer("dispatch", "dispatched", override_reason="the truck waits")

    async def on_the_way(self, *quantities: int) -> None:
        """A new order whose goods have all left."""
        await self.enter(*quantities)
        await self.accepted()
        await self.shipped()

    async def signed(self, **fields: Any) -> None:
        await self.answer("sign_off", "signed", signed_by="Ms. Lin", **fields)

    async def made_again(self) -> None:
        """From a remake's make_plan to the next acceptance."""
        await self.planned()
        await self.made_ready()
        await self.answer("produce", "done", by=HEADS[Department.PRODUCTION])
        await self.answer("inspect", "pass")
        await self.answer("accept", "accept")

    async def ends(self) -> str:
        """Feedback is given, and the workflow ends."""
        if self.find("collect_feedback"):
            await self.answer("collect_feedback", "answered", csat=5, channel="phone")
        async with asyncio.timeout(PATIENCE):
            return str(await self.handle.result())

    # What is there to see.

    @property
    def is_entered(self) -> bool:
        return bool(self.started)

    @property
    def calendar(self) -> Calendar:
        return Calendar.of(self.policy.plant)

    @property
    def shelf(self) -> Shelf:
        return self.journal.shelves.get(ids.order_id(self.order_no), Shelf())

    def follow_up(self, number: str) -> Any:
        """What the store knows of the order that carries the rest."""
        handle = self.env.client.get_workflow_handle(ids.workflow_id(number))
        self.started.append(handle)
        return self.journal.shelves[ids.order_id(number)]

    @property
    def row(self) -> Any:
        return self.shelf.row

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.shelf.events]

    async def state(self) -> OrderState:
        """What the workflow itself knows, once it has nothing more to do."""
        return await self._state_of(self.handle)

    async def _state_of(self, handle: WorkflowHandle[Any, Any]) -> OrderState:
        latest = self.env.client.get_workflow_handle(handle.id)
        deadline = time.monotonic() + PATIENCE
        while (await latest.describe()).raw_description.HasField("pending_workflow_task"):
            assert time.monotonic() < deadline, "the order always has something to do"
            await asyncio.sleep(0.005)
        async with asyncio.timeout(PATIENCE):
            state: OrderState = await latest.query("state", result_type=OrderState)
        return state

    def events(self, kind: str) -> list[Event]:
        return [event for event in self.shelf.events if event.type == kind]

    def last(self, kind: str) -> Any:
        """What the newest event of a type says."""
        return self.events(kind)[-1].data

    def open_kinds(self) -> list[str]:
        return sorted(task.kind for task in self.shelf.tasks.values() if task.is_open)

    def find(self, kind: str) -> Task | None:
        return next((task for task in self.shelf.tasks.values() if task.kind == kind and task.is_open), None)

    def task(self, kind: str) -> Task:
        task = self.find(kind)
        assert task is not None, f"no {kind} is open; open are {self.open_kinds()}"
        return task

    def past(self, kind: str, n: int = 1) -> Task:
        """A task of the order, open or closed."""
        return self.shelf.tasks[ids.task_id(self.order_no, Kind(kind), n)]

    def n(self, kind: str) -> int:
        return max((task.n for task in self.shelf.tasks.values() if task.kind == kind), default=1)

    def mails(self, *kinds: str) -> list[Notice]:
        """The notices that went out, of these kinds only if any are named."""
        return [notice for notice in self.mail.notices if notice.kind in kinds or not kinds]

    def rungs(self, kind: str) -> list[str]:
        """The rungs that a kind's tasks have climbed, in order."""
        reached = [event.data for event in self.shelf.events if isinstance(event.data, RungReached)]
        return [rung.rung for rung in reached if f".{kind}." in rung.task_id]

    def folded(self) -> OrderState:
        """The state as rebuilt from what was written, through its JSON."""
        events = [Event.model_validate_json(event.model_dump_json()) for event in self.shelf.events]
        return fold.fold(events, self.policies)

    def day(self, days: int) -> date:
        return (self.now.astimezone(TAIPEI) + timedelta(days=days)).date()

    def at(self, days: float) -> datetime:
        return self.now + timedelta(days=days)

    def local(self, text: str) -> datetime:
        """`Wed 14:00` of the plant's first week, `Wed+2 14:00` two weeks later."""
        day, clock = text.split()
        weekday, _, weeks = day.partition("+")
        hours, minutes = clock.split(":")
        days = WEEKDAYS.index(weekday) + 7 * int(weeks or 0)
        return (self.monday + timedelta(days=days, hours=int(hours), minutes=int(minutes))).astimezone(UTC)

    def date(self, day: str) -> date:
        """`Wed`, or `Wed+2` two weeks later."""
        return self.local(f"{day} 12:00").date()

    def when(self, at: datetime | None) -> str:
        """An instant in the words of `local`, to the nearest minute: each thing takes a moment."""
        assert at is not None
        there = (at + timedelta(seconds=30)).astimezone(TAIPEI)
        weeks, day = divmod((there.date() - self.monday.date()).days, 7)
        return f"{WEEKDAYS[day]}{f'+{weeks}' if weeks else ''} {there:%H:%M}"

    def ref(self) -> SaidRef:
        key = uuid.uuid4().hex
        return SaidRef(id=key, key=key, fingerprint=key)


def _written(fields: dict[str, Any]) -> dict[str, Any]:
    """As they come over HTTP: text."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in fields.items()}
