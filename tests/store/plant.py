"""A small plant's orders, told flush by flush as their workflow would."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from activities.store import Person
from workflows import ids
from workflows.types import events as e
from workflows.types.events import Event, SaidRef
from workflows.types.flush import Flush
from workflows.types.orders import Customer, Line, OrderFacts, OrderRow, Promise
from workflows.types.tasks import Task
from workflows.types.words import DeliveryState, Department, Kind, OrderStatus, Priority, Stage, TaskStatus

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
UI = "http://127.0.0.1:8233"
POLICY = "0" * 64

OWNERS = {
    Kind.CONFIRM_ORDER: (Stage.CONFIRM, Department.SALES),
    Kind.MAKE_PLAN: (Stage.PLAN, Department.PRODUCTION),
    Kind.READY_MATERIALS: (Stage.PLAN, Department.SUPPLY_CHAIN),
    Kind.PRODUCE: (Stage.PRODUCE, Department.PRODUCTION),
    Kind.INSPECT: (Stage.INSPECT, Department.QUALITY),
    Kind.SIGN_OFF: (Stage.SIGN_OFF, Department.WAREHOUSE),
}


def said(text: str) -> SaidRef:
    return SaidRef(id=f"said-{text}", key=text, fingerprint=f"body of {text}")


class TellsOfAnOrder:
    """One order as its workflow knows it; every deed appends events, `flush` hands them over."""

    def __init__(self, order_no: str = "PO-1", at: datetime = NOW, **facts: Any) -> None:
        lines = facts.pop("lines", (Line(product_model="Pump 7", quantity=120), Line(product_model="Valve 2", quantity=10)))
        customer = facts.pop("customer", Customer(name="Kaohsiung Fab"))
        asked = {"requested_date": date(2026, 12, 24), "owner": "anna", "lines": lines, "customer": customer, **facts}
        self.facts = OrderFacts(order_no=order_no, **asked)
        self.at, self.seq, self.confirmed = at, 0, 0
        self.pending: list[Event] = []
        self.tasks: dict[str, Task] = {}
        self.closed: dict[str, Task] = {}
        self.changes: dict[str, Any] = {}
        self.record(e.OrderEntered(order=self.facts, policy=POLICY), said(f"enter {order_no}"))

    def record(self, data: e.Happening, ref: SaidRef | None = None, actor: str = "anna") -> Event:
        self.seq += 1
        event = Event(seq=self.seq, at=self.at, actor=actor, said=ref, data=data)
        self.pending.append(event)
        return event

    def open(self, kind: Kind, n: int = 1, due_in: timedelta = DAY, **fields: Any) -> Task:
        stage, department = OWNERS[kind]
        made = {"stage": stage, "department": department, "due_soon_at": self.at + due_in - 2 * HOUR, **fields}
        task = Task(
            id=ids.task_id(self.facts.order_no, kind, n),
            kind=kind,
            n=n,
            opened_at=self.at,
            due_at=self.at + due_in,
            version=self.seq + 1,
            **made,
        )
        self.record(e.TaskOpened(task=task), actor="system")
        self.tasks[task.id] = task
        return task

    def complete(self, task: Task, outcome: str, ref: SaidRef | None = None, by: str = "anna") -> Task:
        event = self.record(e.TaskCompleted(task_id=task.id, outcome=outcome), ref, actor=by)
        done = {"status": TaskStatus.COMPLETED, "outcome": outcome, "fields": {}, "completed_at": self.at, "completed_by": by}
        closed = self.tasks.pop(task.id).model_copy(update={**done, "version": event.seq})
        self.closed[task.id] = closed
        return closed

    def correct(self, task: Task, outcome: str, ref: SaidRef | None = None) -> Task:
        event = self.record(e.AnswerCorrected(task_id=task.id, outcome=outcome, reason="mistaken"), ref)
        self.closed[task.id] = task.model_copy(update={"outcome": outcome, "fields": {}, "version": event.seq})
        return self.closed[task.id]

    def change(self, **fields: Any) -> None:
        """The order's row has these from here on."""
        self.changes |= fields

    def promise(self, day: date) -> None:
        promise = Promise(revision=1, date=day, reason=None, by="anna", at=self.at)
        self.record(e.Promised(promise=promise))
        self.change(promised=day, first_promised=day, promises=(promise,))

    def later(self, by: timedelta) -> None:
        self.at += by

    def row(self) -> OrderRow:
        facts = dict(self.facts)
        row = {
            **facts,
            "order_id": ids.order_id(self.facts.order_no),
            "status": OrderStatus.OPEN,
            "stage": Stage.CONFIRM,
            "delivery": DeliveryState.PENDING,
            "rework_rounds": 0,
            "promises": (),
            "version": self.seq,
            "created_at": self.at if self.seq <= 2 else NOW,
            "created_by": "anna",
            "plant_time_zone": "Asia/Taipei",
        }
        nothing = {name: None for name, field in OrderRow.model_fields.items() if field.is_required()}
        return OrderRow.model_validate({**nothing, **row, "priority": facts.get("priority", Priority.NORMAL), **self.changes})

    def flush(self, fence: float | None = None) -> Flush:
        """What the journal would write now; it is not confirmed until `confirm`."""
        return Flush(
            order=self.row(),
            events=tuple(self.pending),
            tasks=(*self.tasks.values(), *self.closed.values()),
            first_seq=self.confirmed + 1,
            confirmed_seq=self.confirmed,
            fence=self.at.timestamp() if fence is None else fence,
            at=self.at,
        )

    def confirm(self) -> None:
        """History has the last flush."""
        self.confirmed = self.seq
        self.pending.clear()
        self.closed.clear()


def person(name: str, *departments: Department, **fields: Any) -> Person:
    return Person(id=name, name=name.title(), email=f"{name}@plant.example", departments=departments, **fields)
