"""What happened to an order, in order: `fold` of these is the order's state (R21)."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from workflows.types.base import Message
from workflows.types.cases import CaseState
from workflows.types.notices import Notice, Told
from workflows.types.orders import Amendment, Hold, Lines, OrderFacts, Promise, Quantities, Shipment, Work
from workflows.types.slack import Blame, Cause
from workflows.types.tasks import Task
from workflows.types.words import DeliveryState, Department, Kind, OrderStatus, Origin, Risk


class OrderEntered(Message):
    type: Literal["order_entered"] = "order_entered"
    order: OrderFacts
    policy: str
    """The digest of the pinned policy, which the store keeps."""


class CaseOpened(Message):
    """Something beside the orders is recorded: a complaint, a suggestion, an action, a file that is not complete."""

    type: Literal["case_opened"] = "case_opened"
    order: OrderFacts
    """With `case` in it."""
    policy: str


class CaseRaised(Message):
    """A case was opened about this order; it goes its own way."""

    type: Literal["case_raised"] = "case_raised"
    number: str
    origin: Origin


class CaseMoved(Message):
    """A case has come further."""

    type: Literal["case_moved"] = "case_moved"
    case: CaseState
    rests: bool = False
    """Nobody is asked until `case.rests_until`."""


class CaseClosed(Message):
    type: Literal["case_closed"] = "case_closed"
    status: OrderStatus
    case: CaseState
    reason: str | None = None


class OrderRevised(Message):
    type: Literal["order_revised"] = "order_revised"
    reason: str
    lines: Lines | None = None
    requested_date: date | None = None
    ship_to: str | None = None


class AmendmentProposed(Message):
    """Sales or the customer wants to change a released order; production and sales decide, or sales alone."""

    type: Literal["amendment_proposed"] = "amendment_proposed"
    amendment: Amendment


class AmendmentRefused(Message):
    """One department refused: nothing changes."""

    type: Literal["amendment_refused"] = "amendment_refused"
    reason: str


class OrderAmended(Message):
    type: Literal["order_amended"] = "order_amended"
    amendment: Amendment
    work: Work | None = None
    """What still counts of what was made, and what is to be made now, where lines have changed."""
    goes_back: bool = False
    """The order is planned anew."""
    quantities: dict[str, Quantities] = {}
    """By task that stays open: what lies before it now."""


class Promised(Message):
    type: Literal["promised"] = "promised"
    promise: Promise
    answered_forecast: datetime | None = None
    """The forecast, when it already breaks the new date: a known break is not asked about again."""
    latest_finish: dict[str, datetime | None] = {}
    """By open task: the last instant that the new date leaves it."""


class PromiseKept(Message):
    type: Literal["promise_kept"] = "promise_kept"
    reason: str
    answered_forecast: datetime | None


class CustomerConfirmed(Message):
    """The customer has agreed to this revision's date themselves (R6)."""

    type: Literal["customer_confirmed"] = "customer_confirmed"
    revision: int
    promised: date


class CustomerDeclined(Message):
    """The customer does not agree to this revision's date; sales is asked what to do."""

    type: Literal["customer_declined"] = "customer_declined"
    revision: int
    promised: date
    reason: str
    wanted: date | None = None


class ForecastBroken(Message):
    """Somebody stated that the promise cannot hold; sales is asked, whatever was answered before."""

    type: Literal["forecast_broken"] = "forecast_broken"
    reason: str


class TaskOpened(Message):
    type: Literal["task_opened"] = "task_opened"
    task: Task


class TaskCompleted(Message):
    type: Literal["task_completed"] = "task_completed"
    task_id: str
    outcome: str
    fields: dict[str, Any] = {}
    comment: str | None = None


class AnswerCorrected(Message):
    """A head mended an answer before anything that followed from it was completed; the flow takes the new one from there."""

    type: Literal["answer_corrected"] = "answer_corrected"
    task_id: str
    outcome: str
    fields: dict[str, Any] = {}
    reason: str
    expected_completion: datetime | None = None
    """As it stands without the first answer."""


class TaskCancelled(Message):
    type: Literal["task_cancelled"] = "task_cancelled"
    task_id: str
    reason: str


class DeadlineMoved(Message):
    type: Literal["deadline_moved"] = "deadline_moved"
    task_id: str
    due_at: datetime
    due_soon_at: datetime
    reason: str
    is_extended: bool | None = None
    """Whether its head has set it; None leaves that as it was."""


class EarliestMoved(Message):
    """The forecast supports another date than sales was asked about."""

    type: Literal["earliest_moved"] = "earliest_moved"
    task_id: str
    earliest: date


class SilenceNoticed(Message):
    """Nothing was reported on production for longer than the policy allows (R10)."""

    type: Literal["silence_noticed"] = "silence_noticed"
    task_id: str
    since: datetime


class ProgressReported(Message):
    type: Literal["progress_reported"] = "progress_reported"
    task_id: str
    percent: int | None = None
    quantity: int | None = None
    note: str | None = None


class PlanMade(Message):
    type: Literal["plan_made"] = "plan_made"
    planned_start: datetime
    expected_completion: datetime
    duration: float
    """Planned working time, seconds."""
    work_center: str | None = None


class ExpectedCompletionMoved(Message):
    type: Literal["expected_completion_moved"] = "expected_completion_moved"
    expected_completion: datetime
    reason: str
    blame: Blame
    kind: Kind | None = None
    """Of the task in which it was said."""


class WorkMoved(Message):
    type: Literal["work_moved"] = "work_moved"
    work: Work


class ShipmentArranged(Message):
    type: Literal["shipment_arranged"] = "shipment_arranged"
    shipment: Shipment


class GoodsDispatched(Message):
    type: Literal["goods_dispatched"] = "goods_dispatched"
    shipped_at: datetime
    tracking_no: str | None = None
    override_reason: str | None = None


class ShipmentDropped(Message):
    """The plan of shipment no longer stands: replanned, refused or lost."""

    type: Literal["shipment_dropped"] = "shipment_dropped"
    reason: str


class GoodsDelivered(Message):
    type: Literal["goods_delivered"] = "goods_delivered"
    delivered: date
    signed_by: str | None = None
    remarks: str | None = None


class DeliverySettled(Message):
    """What the customer finally got, once nothing of the order is under way any more."""

    type: Literal["delivery_settled"] = "delivery_settled"
    delivery: DeliveryState


class NoticeRequested(Message):
    type: Literal["notice_requested"] = "notice_requested"
    notice: Notice


class NoticeSettled(Message):
    """How the telling of the present shipment's notice ended (R15)."""

    type: Literal["notice_settled"] = "notice_settled"
    told: Told


class RungReached(Message):
    type: Literal["rung_reached"] = "rung_reached"
    task_id: str
    rung: str
    level: int
    superseded: tuple[str, ...] = ()
    """Lower rungs that were due at the same time and are not sent."""


class RiskMoved(Message):
    type: Literal["risk_moved"] = "risk_moved"
    risk: Risk | None
    slack_hours: float | None
    causes: tuple[Cause, ...] = ()
    """What ate the slack, the most first; empty while the order is on track."""


class Held(Message):
    type: Literal["held"] = "held"
    hold: Hold


class HoldEndTold(Message):
    type: Literal["hold_end_told"] = "hold_end_told"
    told_at: datetime


class Resumed(Message):
    type: Literal["resumed"] = "resumed"
    reason: str


class OnLadder(Message):
    """Where a task stands on a ladder."""

    level: int
    due_soon_at: datetime


class PolicyAdopted(Message):
    type: Literal["policy_adopted"] = "policy_adopted"
    policy: str
    version: str
    latest_finish: dict[str, datetime | None] = {}
    """By open task: the last instant that the promise leaves it under this policy."""
    ladders: Annotated[dict[str, OnLadder], Field(exclude_if=lambda ladders: not ladders)] = {}
    """By open task: where it stands on this policy's ladder, if otherwise than on the one before."""


class IssueRaised(Message):
    type: Literal["issue_raised"] = "issue_raised"
    kind: str
    text: str
    department: Department


class FollowUpEntered(Message):
    type: Literal["follow_up_entered"] = "follow_up_entered"
    order_no: str


class NobodyCanDo(Message):
    """A task opened that nobody can receive or do; management is told (R1)."""

    type: Literal["nobody_can_do"] = "nobody_can_do"
    task_id: str


class OrderClosed(Message):
    type: Literal["order_closed"] = "order_closed"
    status: OrderStatus
    delivery: DeliveryState
    reason: str | None = None


Happening = Annotated[
    OrderEntered
    | OrderRevised
    | AmendmentProposed
    | AmendmentRefused
    | OrderAmended
    | Promised
    | PromiseKept
    | CustomerConfirmed
    | CustomerDeclined
    | ForecastBroken
    | TaskOpened
    | TaskCompleted
    | AnswerCorrected
    | TaskCancelled
    | DeadlineMoved
    | EarliestMoved
    | SilenceNoticed
    | ProgressReported
    | PlanMade
    | ExpectedCompletionMoved
    | WorkMoved
    | ShipmentArranged
    | GoodsDispatched
    | ShipmentDropped
    | GoodsDelivered
    | DeliverySettled
    | NoticeRequested
    | NoticeSettled
    | RungReached
    | RiskMoved
    | Held
    | HoldEndTold
    | Resumed
    | PolicyAdopted
    | IssueRaised
    | FollowUpEntered
    | NobodyCanDo
    | OrderClosed
    | CaseOpened
    | CaseRaised
    | CaseMoved
    | CaseClosed,
    Field(discriminator="type"),
]


class SaidRef(Message):
    """Which call caused an event: its hash, the caller's Idempotency-Key, and a digest of the body it came with."""

    id: str
    key: str
    fingerprint: str


class Event(Message):
    """One thing that happened, numbered without gaps from 1 within its order."""

    seq: int
    at: datetime
    actor: str
    on_behalf_of: str | None = None
    said: SaidRef | None = None
    data: Happening

    @property
    def type(self) -> str:
        return self.data.type

    @property
    def task_id(self) -> str | None:
        match self.data:
            case TaskOpened(task=task):
                return task.id
            case NoticeRequested(notice=notice):
                return notice.task_id
            case other:
                return getattr(other, "task_id", None)
