"""One order in a plant under test: people answer, time passes, and what was written is looked at."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from activities import policy_file
from tests.stories.world import FollowUps, MemoryJournal, MemoryMail, Shelf
from workflows import ids
from workflows.rules import fold
from workflows.types import commands as c
from workflows.types.answers import Progress
from workflows.types.events import Event, SaidRef
from workflows.types.orders import Customer, Line, OrderFacts
from workflows.types.policy import Policy
from workflows.types.refusals import Refusal
from workflows.types.state import OrderState
from workflows.types.tasks import Task
from workflows.types.words import Department, Kind

CAST = {department: c.Actor(id=f"{department}1", departments=(department,)) for department in Department}
HEADS = {d: c.Actor(id=f"{d}-head", departments=(d,), heads=(d,)) for d in Department}
ADMIN = c.Actor(id="admin", admin=True)


class Refused(Exception):
    """The order said no."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.code}: {refusal.detail}")
        self.refusal = refusal
        self.code = refusal.code


class Plant:
    """The engine with time skipping, the fakes of the ports, and one order."""

    def __init__(self, env: WorkflowEnvironment, queue: str, journal: MemoryJournal, mail: MemoryMail, orders: FollowUps):
        self.env, self.queue, self.journal, self.mail, self.orders = env, queue, journal, mail, orders
        self.policy: Policy = policy_file.default()
        self.order_no = f"T-{uuid.uuid4().hex[:8]}"
        self.handle: WorkflowHandle[Any, Any]
        self.now: datetime

    # What happens.

    async def enter(self, *quantities: int, policy: str = "", requested_in: int = 60, **facts: Any) -> "Plant":
        """A new order of one line for each quantity, under the default policy or one laid over it."""
        self.now = (await self.env.get_current_time()).astimezone(UTC)
        self.policy = policy_file.parse(f'version = "test"\n{policy}') if policy else self.policy
        order = OrderFacts(
            order_no=self.order_no,
            customer=Customer(name="聯宏精密", email="buyer@customer.example"),
            lines=tuple(Line(product_model=f"JQ-{n}", quantity=quantity) for n, quantity in enumerate(quantities or (100,))),
            requested_date=self.day(requested_in),
            owner="sales1",
            **facts,
        )
        start = c.OrderStart(
            facts=order, entered_by=CAST[Department.SALES], policy=self.policy, digest="pinned", ref=self.ref()
        )
        self.handle = await self.env.client.start_workflow(
            "Order", start, id=ids.workflow_id(self.order_no), task_queue=self.queue, task_timeout=timedelta(seconds=5)
        )
        await self.handle.execute_update("enter", start.ref, result_type=int)
        return self

    async def answer(self, kind: str, outcome: str, by: c.Actor | None = None, n: int | None = None, **fields: Any) -> None:
        """Somebody of the department answers the newest task of the kind."""
        task_id = ids.task_id(self.order_no, Kind(kind), n or self.n(kind))
        department = self.policy.tasks[Kind(kind)].department
        said = c.CompleteTask(
            actor=by or CAST[department], ref=self.ref(), task_id=task_id, outcome=outcome, fields=_written(fields)
        )
        await self.say("complete", said)

    async def say(self, update: str, said: c.Said) -> None:
        try:
            await self.handle.execute_update(update, said, id=said.ref.id, result_type=int)
        except WorkflowUpdateFailedError as error:
            cause = error.cause
            if isinstance(cause, ApplicationError) and cause.details:
                raise Refused(Refusal.model_validate(cause.details[0])) from error
            raise
        finally:
            self.now = (await self.env.get_current_time()).astimezone(UTC)

    async def hold(self, days: int) -> None:
        until = self.now + timedelta(days=days)
        await self.say("hold", c.HoldOrder(actor=CAST[Department.SALES], ref=self.ref(), reason="credit check", until=until))

    async def resume(self) -> None:
        await self.say("resume", c.ResumeOrder(actor=CAST[Department.SALES], ref=self.ref(), reason="paid"))

    async def cancel(self) -> None:
        await self.say("cancel", c.CancelOrder(actor=CAST[Department.SALES], ref=self.ref(), reason="customer withdrew"))

    async def repromise(self, day: date, **given: Any) -> None:
        given = {"reason": "mould broken", "customer_agreed": True, **given}
        await self.say("repromise", c.RepromiseOrder(actor=CAST[Department.SALES], ref=self.ref(), promised_date=day, **given))

    async def report(self, by: c.Actor | None = None, kind: str = "produce", **progress: Any) -> None:
        said = c.ReportProgress(
            actor=by or CAST[Department.PRODUCTION],
            ref=self.ref(),
            task_id=self.task(kind).id,
            progress=Progress(**progress),
        )
        await self.say("progress", said)

    async def extend(self, kind: str, due_at: datetime, by: c.Actor | None = None) -> None:
        task = self.task(kind)
        actor = by or HEADS[task.department]
        await self.say("extend", c.ExtendTask(actor=actor, ref=self.ref(), task_id=task.id, due_at=due_at, reason="fair"))

    async def pass_time(self, **span: float) -> None:
        await self.env.sleep(timedelta(**span))
        self.now = (await self.env.get_current_time()).astimezone(UTC)

    async def pass_until(self, at: datetime) -> None:
        await self.pass_time(seconds=max(0.0, (at - await self.env.get_current_time()).total_seconds()))

    # Whole stretches of the policy.

    async def confirmed(self, promised_in: int = 60) -> None:
        await self.answer("confirm_order", "confirm", promised_date=self.day(promised_in), channel="phone")

    async def planned(self, start_in: int = 1, done_in: int = 5) -> None:
        await self.answer(
            "make_plan", "plan", planned_start=self.at(start_in), expected_completion=self.at(done_in), work_center="CNC-1"
        )

    async def made_ready(self) -> None:
        for kind in ("ready_materials", "ready_equipment", "ready_people"):
            if self.find(kind):
                await self.answer(kind, "ready")

    async def produced(self, **fields: Any) -> None:
        await self.confirmed()
        await self.planned()
        await self.made_ready()
        await self.answer("produce", "done", **fields)

    async def accepted(self, **fields: Any) -> None:
        await self.produced()
        await self.answer("inspect", "pass")
        await self.answer("accept", "accept", **fields)

    async def shipped(self, **plan: Any) -> None:
        """From plan_shipment to the customer's door; the notice gets its lead."""
        shipment = {"mode": "road", "carrier": "Hsin Yun", "ship_at": self.at(2), "transit_days": 1, **plan}
        await self.answer("plan_shipment", "plan", **shipment)
        await self.answer("dispatch", "dispatched", override_reason="the truck waits")

    async def signed(self, **fields: Any) -> None:
        await self.answer("sign_off", "signed", signed_by="Ms. Lin", **fields)

    async def ends(self) -> str:
        """Feedback is given, and the workflow ends."""
        if self.find("collect_feedback"):
            await self.answer("collect_feedback", "answered", csat=5, channel="phone")
        return await self.handle.result()

    # What is there to see.

    @property
    def shelf(self) -> Shelf:
        return self.journal.shelves[ids.order_id(self.order_no)]

    @property
    def row(self) -> Any:
        return self.shelf.row

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.shelf.events]

    def events(self, kind: str) -> list[Event]:
        return [event for event in self.shelf.events if event.type == kind]

    def open_kinds(self) -> list[str]:
        return sorted(task.kind for task in self.shelf.tasks.values() if task.is_open)

    def find(self, kind: str) -> Task | None:
        return next((task for task in self.shelf.tasks.values() if task.kind == kind and task.is_open), None)

    def task(self, kind: str) -> Task:
        task = self.find(kind)
        assert task is not None, f"no {kind} is open; open are {self.open_kinds()}"
        return task

    def n(self, kind: str) -> int:
        return max((task.n for task in self.shelf.tasks.values() if task.kind == kind), default=1)

    def folded(self) -> OrderState:
        """The state as rebuilt from what was written, through its JSON."""
        events = [Event.model_validate_json(event.model_dump_json()) for event in self.shelf.events]
        return fold.fold(events, {"pinned": self.policy})

    def day(self, days: int) -> date:
        return (self.now + timedelta(days=days)).date()

    def at(self, days: float) -> datetime:
        return self.now + timedelta(days=days)

    def ref(self) -> SaidRef:
        key = uuid.uuid4().hex
        return SaidRef(id=key, key=key, fingerprint=key)


def _written(fields: dict[str, Any]) -> dict[str, Any]:
    """As they come over HTTP: text."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in fields.items()}
