"""All of an order that must survive: what `fold` makes of its events, and what continue-as-new carries."""

from datetime import date, datetime

from pydantic import BaseModel

from workflows.types.base import Message
from workflows.types.orders import Hold, OrderFacts, Promise, Shipment, Work
from workflows.types.policy import Policy
from workflows.types.tasks import Task
from workflows.types.words import STAGE_OF, DeliveryState, Department, Kind, OrderStatus, Risk, Stage, Step

REMEMBERED_CALLS = 100
REMEMBERED_TASKS = 40


class Closure(Message):
    """Who closed a task, and when: what a second answer is told."""

    by: str
    at: datetime


class OrderState(BaseModel):
    """Changed by `fold.apply` alone, one event at a time."""

    seq: int = 0
    facts: OrderFacts
    policy: Policy
    digest: str
    created_at: datetime
    created_by: str
    status: OrderStatus = OrderStatus.OPEN
    step: Step = Step.CONFIRM
    delivery: DeliveryState = DeliveryState.PENDING
    promises: list[Promise] = []
    planned_start: datetime | None = None
    planned_seconds: float = 0
    """Planned duration of production, working time."""
    expected_completion: datetime | None = None
    work_center: str | None = None
    work: Work = Work()
    shipment: Shipment | None = None
    shipping_notice: str | None = None
    """The key of the notice that the present shipment must have on record, until its telling has come to an end."""
    delivered: date | None = None
    hold: Hold | None = None
    tasks: dict[str, Task] = {}
    """Open tasks by id."""
    counters: dict[Kind, int] = {}
    closures: dict[str, Closure] = {}
    asked: list[Department] = []
    """Departments that ever had a task of this order."""
    risk: Risk | None = None
    answered_forecast: datetime | None = None
    """The forecast at the last answer to decide_promise, if it broke the promise then."""
    must_ask: bool = False
    """Somebody stated that the promise cannot hold, and sales has not been asked since."""
    followed_by: str | None = None
    done: dict[str, int] = {}
    """By id of a call: the seq of its event; the last hundred."""

    @property
    def stage(self) -> Stage:
        return STAGE_OF[self.step]

    @property
    def promise(self) -> Promise | None:
        return self.promises[-1] if self.promises else None

    @property
    def is_closed(self) -> bool:
        return self.step is Step.CLOSED

    def open_task(self, kind: Kind) -> Task | None:
        return next((task for task in self.tasks.values() if task.kind is kind), None)
