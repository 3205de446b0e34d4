"""What of an order's history its figures need, told event by event: no look into the future, nothing but events."""

from datetime import date, datetime
from functools import singledispatchmethod
from typing import Any

from pydantic import BaseModel

from workflows.types import events as e
from workflows.types.notices import SHIPPING_NOTICE
from workflows.types.orders import Lines, Quantities
from workflows.types.slack import Cause
from workflows.types.words import (
    READINESS,
    DeliveryState,
    Department,
    Kind,
    NoticeState,
    OrderStatus,
    TaskStatus,
)

ON_RECORD = (NoticeState.SENT, NoticeState.BY_HAND)
TELLING = (Kind.INSPECT, Kind.ACCEPT, Kind.COLLECT_FEEDBACK)
"""The answers whose fields are figures."""

SEEN = (
    "order_entered",
    "case_opened",
    "order_revised",
    "order_amended",
    "promised",
    "policy_adopted",
    "task_opened",
    "task_completed",
    "answer_corrected",
    "task_cancelled",
    "deadline_moved",
    "work_moved",
    "shipment_arranged",
    "shipment_dropped",
    "notice_requested",
    "notice_settled",
    "goods_dispatched",
    "goods_delivered",
    "delivery_settled",
    "risk_moved",
    "held",
    "resumed",
    "order_closed",
    "case_closed",
)
"""The types of event that change a story."""


class Goods(BaseModel):
    """Where the goods are, as far as a corrected answer may take it back."""

    received: Quantities = {}
    damaged: bool = False
    delivered: date | None = None
    signed_at: datetime | None = None
    delivery: DeliveryState = DeliveryState.PENDING
    has_shipment: bool = False
    noticed_at: datetime | None = None
    notice: str | None = None
    """The key of the shipping notice that is being told."""


class Wish(BaseModel):
    """What is ordered, as far as a corrected answer may take it back."""

    ordered: Quantities = {}
    products: list[str] = []
    requested: date


class Asked(BaseModel):
    """A task, and what was answered."""

    kind: Kind
    n: int
    department: Department
    opened_at: datetime
    due_at: datetime
    quantities: Quantities | None = None
    status: TaskStatus = TaskStatus.OPEN
    outcome: str | None = None
    closed_at: datetime | None = None
    fields: dict[str, Any] = {}
    ordered: Quantities = {}
    """At the answer."""
    is_taken_back: bool = False
    """It followed from an answer that was corrected."""
    shipped_at: datetime | None = None
    noticed_at: datetime | None = None
    """Of the notice that the shipment had when it left."""
    before: Goods | None = None
    wish: Wish | None = None
    """What was ordered before it was answered by another wish."""

    def stated(self, name: str) -> Quantities | None:
        """A map of the answer's; one that was left out means exactly what lay before the task."""
        found: Quantities | None = self.fields.get(name)
        return self.quantities if found is None else found


class Story(BaseModel):
    """One order."""

    order_no: str
    customer: str
    entered_at: datetime
    policy: str
    """The digest."""
    is_case: bool = False
    wish: Wish
    promises: list[date] = []
    causes: list[list[Cause]] = []
    """By promise: what ate its slack, as it was told last."""
    goods: Goods = Goods()
    tasks: dict[str, Asked] = {}
    status: OrderStatus = OrderStatus.OPEN
    closed_at: datetime | None = None
    dispatching: str | None = None
    """The dispatch that was answered last."""
    signed_at: datetime | None = None
    """When a sign-off was answered last."""
    papers: list[str] = []
    """Kinds of documents that were put into its file: the one thing that is in no event."""

    @classmethod
    def begin(cls, at: datetime, data: e.Happening) -> "Story":
        """The order that has just been entered."""
        if not isinstance(data, e.OrderEntered | e.CaseOpened):
            raise ValueError(f"an order begins with order_entered, not with {data.type}")
        facts = data.order
        return cls(
            order_no=facts.order_no,
            customer=facts.customer.name,
            entered_at=at,
            policy=data.policy,
            is_case=facts.case is not None,
            wish=wish(facts.lines, facts.requested_date),
        )

    @property
    def is_settled(self) -> bool:
        """Nothing more of the goods is under way."""
        return self.goods.delivery is not DeliveryState.PENDING

    def tell(self, at: datetime, data: e.Happening) -> None:
        self._tell(data, at)

    @singledispatchmethod
    def _tell(self, data: object, at: datetime) -> None:
        """Most events change no figure."""

    # What is ordered and promised.

    @_tell.register
    def _(self, data: e.OrderRevised, at: datetime) -> None:
        self._want(data.lines, data.requested_date)

    @_tell.register
    def _(self, data: e.OrderAmended, at: datetime) -> None:
        self._want(data.amendment.lines, data.amendment.requested_date)
        for task_id, quantities in data.quantities.items():
            self.tasks[task_id].quantities = quantities

    def _want(self, lines: Lines | None, requested: date | None) -> None:
        self.wish = self.wish.model_copy(update={"requested": requested or self.wish.requested})
        if lines:
            self.wish = wish(lines, self.wish.requested)

    @_tell.register
    def _(self, data: e.Promised, at: datetime) -> None:
        self.promises.append(data.promise.date)
        self.causes.append([])

    @_tell.register
    def _(self, data: e.RiskMoved, at: datetime) -> None:
        if data.causes and self.causes:
            self.causes[-1] = list(data.causes)

    @_tell.register
    def _(self, data: e.PolicyAdopted, at: datetime) -> None:
        self.policy = data.policy

    @_tell.register
    def _(self, data: e.Held, at: datetime) -> None:
        self.status = OrderStatus.ON_HOLD

    @_tell.register
    def _(self, data: e.Resumed, at: datetime) -> None:
        self.status = OrderStatus.OPEN

    @_tell.register
    def _(self, data: e.OrderClosed, at: datetime) -> None:
        self.status, self.closed_at = data.status, at
        self.goods = self.goods.model_copy(update={"delivery": data.delivery})

    @_tell.register
    def _(self, data: e.CaseClosed, at: datetime) -> None:
        self.status, self.closed_at = data.status, at

    # Tasks.

    @_tell.register
    def _(self, data: e.TaskOpened, at: datetime) -> None:
        task = data.task
        known = task.model_dump(include={"kind", "n", "department", "opened_at", "due_at", "quantities"})
        self.tasks[task.id] = Asked(**known)

    @_tell.register
    def _(self, data: e.DeadlineMoved, at: datetime) -> None:
        self.tasks[data.task_id].due_at = data.due_at

    @_tell.register
    def _(self, data: e.TaskCancelled, at: datetime) -> None:
        task = self.tasks[data.task_id]
        task.status, task.closed_at = TaskStatus.CANCELLED, at

    @_tell.register
    def _(self, data: e.TaskCompleted, at: datetime) -> None:
        task = self.tasks[data.task_id]
        task.status, task.closed_at = TaskStatus.COMPLETED, at
        task.before, task.wish = self.goods, self.wish if data.outcome == "revise" else None
        self._answer(data.task_id, data.outcome, data.fields)

    @_tell.register
    def _(self, data: e.AnswerCorrected, at: datetime) -> None:
        """What the first answer opened was taken back at the same instant."""
        task = self.tasks[data.task_id]
        for other in self.tasks.values():
            other.is_taken_back |= other.status is TaskStatus.CANCELLED and other.closed_at == at
        if task.kind not in READINESS and task.before is not None:
            self.goods = self._without(task.before)
            self.wish = task.wish or self.wish
            task.wish = self.wish if data.outcome == "revise" else None
        self._answer(data.task_id, data.outcome, data.fields)

    def _without(self, before: Goods) -> Goods:
        """What was told of a notice since is not told again (`rules.corrections.without`)."""
        return before.model_copy(update={"notice": before.notice if self.goods.notice == before.notice else None})

    def _answer(self, task_id: str, outcome: str, fields: dict[str, Any]) -> None:
        task = self.tasks[task_id]
        task.outcome, task.ordered = outcome, self.wish.ordered if task.kind is Kind.ACCEPT else {}
        task.fields = {name: fields[name] for name in FIELDS & fields.keys()} if task.kind in TELLING else {}
        task.shipped_at = task.noticed_at = None
        if task.kind is Kind.DISPATCH:
            self.dispatching = task_id
        if task.kind is Kind.SIGN_OFF:
            self.signed_at = task.closed_at

    # The goods.

    @_tell.register
    def _(self, data: e.WorkMoved, at: datetime) -> None:
        moved = {"received": data.work.received, "damaged": any(data.work.damaged.values())}
        self.goods = self.goods.model_copy(update=moved)

    @_tell.register
    def _(self, data: e.ShipmentArranged, at: datetime) -> None:
        self.goods = self.goods.model_copy(update={"has_shipment": True, "noticed_at": None})

    @_tell.register
    def _(self, data: e.ShipmentDropped, at: datetime) -> None:
        self.goods = self.goods.model_copy(update={"has_shipment": False, "noticed_at": None})

    @_tell.register
    def _(self, data: e.NoticeRequested, at: datetime) -> None:
        if data.notice.kind == SHIPPING_NOTICE:
            self.goods = self.goods.model_copy(update={"notice": data.notice.key})

    @_tell.register
    def _(self, data: e.NoticeSettled, at: datetime) -> None:
        if data.told.key != self.goods.notice:
            return
        states = data.told.states.values()
        self.goods = self.goods.model_copy(update={"notice": None})
        if states and all(each in ON_RECORD for each in states):
            self._noticed(data.told.key, at)

    def _noticed(self, key: str, at: datetime) -> None:
        """Also a plan that an answer has dropped has its notice, should that answer be taken back."""
        if self.goods.has_shipment:
            self.goods = self.goods.model_copy(update={"noticed_at": at})
        for task in self.tasks.values():
            if task.before is not None and task.before.has_shipment and task.before.notice == key:
                task.before = task.before.model_copy(update={"noticed_at": at})

    @_tell.register
    def _(self, data: e.GoodsDispatched, at: datetime) -> None:
        if self.dispatching is not None:
            task = self.tasks[self.dispatching]
            task.shipped_at, task.noticed_at = data.shipped_at, self.goods.noticed_at

    @_tell.register
    def _(self, data: e.GoodsDelivered, at: datetime) -> None:
        self.goods = self.goods.model_copy(update={"delivered": data.delivered, "signed_at": self.signed_at})

    @_tell.register
    def _(self, data: e.DeliverySettled, at: datetime) -> None:
        self.goods = self.goods.model_copy(update={"delivery": data.delivery})


FIELDS = {"inspected", "failed", "accepted", "csat", "nps"}


def wish(lines: Lines, requested: date) -> Wish:
    ordered: Quantities = {}
    for number, line in enumerate(lines, start=1):
        ordered[str(number)] = line.quantity
    return Wish(ordered=ordered, products=sorted({line.product_model for line in lines}), requested=requested)
