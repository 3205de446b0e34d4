"""All of an order that must survive: what `fold` makes of its events, and what continue-as-new carries."""

from datetime import date, datetime

from pydantic import BaseModel

from workflows.types.base import Message
from workflows.types.cases import CaseState
from workflows.types.orders import Hold, OrderFacts, Promise, Shipment, Work
from workflows.types.policy import Policy
from workflows.types.slack import Interval, Spell
from workflows.types.tasks import Task
from workflows.types.words import STAGE_OF, DeliveryState, Department, Kind, OrderStatus, Risk, Stage, Step

REMEMBERED_CALLS = 100
REMEMBERED_TASKS = 40
REMEMBERED_HOLDS = 50
REMEMBERED_SPELLS = 100


class Closure(Message):
    """Who closed a task, and when: what a second answer is told."""

    by: str
    at: datetime


class Before(Message):
    """How the order stood when an answer was given: what a corrected answer starts from."""

    work: Work
    planned_start: datetime | None
    planned_seconds: float
    expected_completion: datetime | None
    work_center: str | None
    shipment: Shipment | None
    shipping_notice: str | None
    delivered: date | None
    delivery: DeliveryState
    must_ask: bool
    revision: int
    """Of the promise."""
    spells: tuple[Spell, ...] = ()
    detour: Spell | None = None
    facts: OrderFacts | None = None
    """Where the answer changed them."""
    case: CaseState | None = None


class Answered(Message):
    """An answer that may still be corrected."""

    task: Task
    before: Before
    at: datetime
    """When it was given, or mended last."""
    opened: tuple[str, ...] = ()
    """The tasks that followed from it: once one of them is completed, it is too late."""


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
    answered: dict[str, Answered] = {}
    """By task: what may still be corrected, the last answer on the way of the goods; of readiness one of each kind."""
    asked: list[Department] = []
    """Departments that ever had a task of this order."""
    begun: list[Kind] = []
    """What was done since the order was released."""
    customer_told: list[str] = []
    """Kinds of mail that the customer was sent."""
    past_holds: list[Interval] = []
    """When the order's clocks stood; the newest fifty."""
    risk: Risk | None = None
    warned: list[Risk] = []
    """What has been told of the present promise: at risk, late."""
    has_worsened: bool = False
    """The risk moved last for the worse."""
    is_first_guess: bool = False
    """The risk is what the first promise was given with."""
    spells: list[Spell] = []
    """What took time since the present promise was given; the newest hundred."""
    detour: Spell | None = None
    """What leads the goods off the straight path now."""
    answered_forecast: datetime | None = None
    """The forecast at the last answer to decide_promise, if it broke the promise then."""
    must_ask: bool = False
    """Somebody stated that the promise cannot hold, and sales has not been asked since."""
    followed_by: str | None = None
    case: CaseState | None = None
    """How far it has come, if this is no order but a case (`facts.case`)."""
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

    @property
    def busy(self) -> tuple[str, ...]:
        """Departments with open tasks."""
        return tuple(dict.fromkeys(task.department.value for task in self.tasks.values()))

    def open_task(self, kind: Kind) -> Task | None:
        return next((task for task in self.tasks.values() if task.kind is kind), None)
