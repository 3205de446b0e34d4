"""An order that has gone the whole way, told as its workflow would: reworked once, delivered, signed for by a link."""

from datetime import date, timedelta
from typing import Any

from typing_extensions import override

from activities import policy_file
from activities.documents.filing import Filing
from activities.documents.papers import Papers
from activities.documents.printing import Printer
from activities.documents.vault import Vault
from activities.store import SqlJournal, Store
from activities.store.ledger import Addressed, Recipient
from activities.store.links import Minted, Purpose
from activities.store.signatures import Statement
from tests.store.plant import HOUR, NOW, TellsOfAnOrder
from tests.store.plant import POLICY as DIGEST
from workflows import ids
from workflows.types import events as e
from workflows.types.notices import Notice
from workflows.types.orders import Customer, Line, Shipment
from workflows.types.tasks import Task
from workflows.types.words import (
    STAGE_OF,
    STEP_OF,
    DeliveryState,
    Kind,
    Language,
    OrderStatus,
    Stage,
    TaskStatus,
)

URL = "http://plant.example"
POLICY = policy_file.default()
STATEMENT = "Receipt of a delivery\n\nOrder: PO-1\n1. Pump 7: received 120 of 120 pcs\nSigned by: 林碁\n"
LINES = (Line(product_model="Pump 7", quantity=120), Line(product_model="Valve 2", quantity=10))
ALL = {"1": 120, "2": 10}


class WholeOrder(TellsOfAnOrder):
    """Tells of tasks with what was answered."""

    def asked(self, kind: Kind, n: int = 1, quantities: Any = None) -> Task:
        self.later(HOUR)
        task = Task(
            id=ids.task_id(self.facts.order_no, kind, n),
            kind=kind,
            n=n,
            stage=STAGE_OF[STEP_OF[kind]],
            department=POLICY.tasks[kind].department,
            opened_at=self.at,
            due_at=self.at + HOUR,
            due_soon_at=self.at,
            quantities=quantities,
        )
        self.record(e.TaskOpened(task=task), actor="system")
        return task

    def done(self, kind: Kind, outcome: str, by: str = "anna", n: int = 1, quantities: Any = None, **fields: Any) -> Task:
        task = self.asked(kind, n, quantities)
        event = self.record(e.TaskCompleted(task_id=task.id, outcome=outcome, fields=fields), actor=by)
        done = {"status": TaskStatus.COMPLETED, "outcome": outcome, "fields": fields, "completed_at": self.at, "completed_by": by}
        self.closed[task.id] = task.model_copy(update={**done, "version": event.seq})
        return self.closed[task.id]

    def taken_back(self, kind: Kind) -> None:
        """Asked, and needless before anybody answered."""
        task = self.asked(kind)
        event = self.record(e.TaskCancelled(task_id=task.id, reason="the order is cancelled"), actor="system")
        ended = {"status": TaskStatus.CANCELLED, "completed_at": self.at, "completed_by": "system"}
        self.closed[task.id] = task.model_copy(update={**ended, "version": event.seq})

    def confirming(self) -> None:
        self.done(Kind.CONFIRM_ORDER, "confirm", promised_date="2026-12-24", channel="phone")
        self.promise(date(2026, 12, 24))

    def planning(self) -> None:
        self.done(Kind.MAKE_PLAN, "plan")
        end = self.at + timedelta(days=3)
        plan = e.PlanMade(planned_start=self.at, expected_completion=end, duration=86400, work_center="Line 3")
        self.record(plan)
        self.change(expected_completion=end)

    def inspecting(self) -> None:
        """Once in vain, and once reworked."""
        self.done(Kind.PRODUCE, "done")
        defects = [{"code": "scratch", "quantity": 3, "note": "on the 泵 cover"}]
        self.done(Kind.INSPECT, "fail", by="chen", quantities=ALL, failed={"1": 3}, defects=defects)
        self.done(Kind.REWORK, "reworked", quantities={"1": 3}, cause="worn jig", corrective_action="jig replaced")
        self.done(Kind.INSPECT, "pass", by="chen", n=2, quantities={"1": 3})
        self.done(Kind.ACCEPT, "accept", quantities=ALL, accepted=ALL)
        self.change(rework_rounds=1)

    def shipping(self) -> None:
        self.done(Kind.PLAN_SHIPMENT, "plan")
        plan = Shipment(mode="road", carrier="Kerry", ship_at=self.at, transit_days=1, arrival=date(2026, 11, 24))
        self.record(e.ShipmentArranged(shipment=plan))
        self.done(Kind.DISPATCH, "dispatched", quantities=ALL)
        self.record(e.GoodsDispatched(shipped_at=self.at, tracking_no="KT-77"))

    def closing(self, status: OrderStatus = OrderStatus.COMPLETED) -> None:
        self.done(Kind.SIGN_OFF, "signed", signed_by="林碁", quantities=ALL)
        self.later(HOUR)
        self.record(e.OrderClosed(status=status, delivery=DeliveryState.FULL), actor="system")
        self.change(status=status, stage=Stage.CLOSED, delivery=DeliveryState.FULL)


def gone_the_whole_way(db: Store, order_no: str = "PO-1", **facts: Any) -> WholeOrder:
    given = {"customer": Customer(name="碁𠮷電子 🏭", language=Language.ZH_HANT), "lines": LINES, **facts}
    order = WholeOrder(order_no, **given)
    for tell in (order.confirming, order.planning, order.inspecting, order.shipping, order.closing):
        tell()
    keep(db, order)
    return order


def keep(db: Store, order: TellsOfAnOrder) -> None:
    db.policies.put(POLICY, DIGEST)
    SqlJournal(db).flush(order.flush())
    order.confirm()


def sign(db: Store, order_no: str = "PO-1", text: str = STATEMENT, n: int = 1, outcome: str = "signed") -> None:
    """By the link in a mail, with the code that is sent."""
    task_id = ids.task_id(order_no, Kind.SIGN_OFF, n)
    notice = Notice(key=f"{order_no}.sign_off_request.{n}", kind="sign_off_request", to=("customer",), at=NOW, task_id=task_id)
    minted = Minted.of(order_no, notice, Purpose.SIGN, "customer", NOW)
    to = Recipient("customer", "buyer@customer.example", Language.ZH_HANT)
    db.ledger.open([Addressed(order_no, notice, to, f"<{order_no}.{n}@plant.example>")], [minted])
    link = db.links.find(minted.token)
    assert link is not None
    db.signatures.draft(link, minted.token, Statement(text, "林碁", outcome, {"signed_by": "林碁"}), notice, NOW)
    db.signatures.sign(link, NOW + HOUR)


class RoughPrinter(Printer):
    """What it prints is the paper itself."""

    @override
    def print(self, papers: list[str], patience: float | None = None) -> list[bytes]:
        return [f"%PDF-\n{paper}".encode() for paper in papers]


def filing(db: Store, vault: Vault) -> Filing:
    return Filing(db, vault, Papers(URL), Printer())
